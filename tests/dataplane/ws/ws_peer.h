/*
 * ws_peer.h - for the tests of this folder: one end of a WebSocket connection that writes its
 * events into a string, fed in pieces from memory of just the size that is needed.
 */
#ifndef WS_PEER_H
#define WS_PEER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/ws/ws.h"
#include "tests/cmocka_all.h"

#define STREAM_MAX 4096
#define LOG_MAX    16384
#define LIMIT      300 /* bytes of a message in these tests */
#define OWN        40  /* of a message that needs no large buffer, where there are such */

struct peer {
	struct arena arena;
	struct pool pool; /* of one large buffer, by peer_open_shared */
	struct ws ws;
	u64 cnt[WS_CNT_COUNT];
	char log[LOG_MAX]; /* one letter an event, its data in hex: "T6869 F1002" */
	size_t log_n;
};

static inline void peer_open(struct peer *p, enum ws_role role)
{
	memset(p, 0, sizeof *p);
	assert_int_equal(arena_open(&p->arena, 1 << 16), ERR_OK);
	assert_int_equal(ws_init(&p->ws, &p->arena, role, LIMIT, p->cnt), ERR_OK);
}

/* Messages over OWN bytes go to a large buffer. */
static inline void peer_open_shared(struct peer *p, enum ws_role role)
{
	memset(p, 0, sizeof *p);
	assert_int_equal(arena_open(&p->arena, 1 << 16), ERR_OK);
	assert_int_equal(pool_init(&p->pool, &p->arena, 1, LIMIT), ERR_OK);
	assert_int_equal(ws_init(&p->ws, &p->arena, role, OWN, p->cnt), ERR_OK);
	ws_share(&p->ws, &p->pool, LIMIT);
}

static inline size_t log_event(char *log, size_t n, const struct ws_event *ev)
{
	static const char letter[] = ".TBPOCF";

	n += (size_t)sprintf(log + n, "%s%c", n ? " " : "", letter[ev->kind]);
	if (ev->kind == WS_CLOSE || ev->kind == WS_FAILED)
		n += (size_t)sprintf(log + n, "%u%s", ev->code, ev->data.n ? ":" : "");
	for (size_t i = 0; i < ev->data.n; i++)
		n += (size_t)sprintf(log + n, "%02x", ev->data.p[i]);
	assert_true(n < LOG_MAX - 600);
	return n;
}

/* Offers what is in `buf` until nothing more is taken; returns the bytes left. */
static inline u32 drain(struct peer *p, u8 *buf, u32 n)
{
	for (;;) {
		struct ws_event ev;
		u32 used = ws_next(&p->ws, buf, n, &ev);
		assert_true(used <= n);
		if (ev.kind != WS_NONE)
			p->log_n = log_event(p->log, p->log_n, &ev);
		if (!used && ev.kind != WS_FAILED) {
			assert_true(n == 0 || ws_need(&p->ws) > n);
			assert_true(ws_need(&p->ws) <= p->ws.own + WS_HEAD_MAX ||
				    ws_need(&p->ws) <= WS_CONTROL_FRAME_MAX);
			return n;
		}
		memmove(buf, buf + used, n - used);
		n -= used;
	}
}

/* A stream arriving in pieces of `step` bytes, into memory of just the size that is needed. */
static inline void feed(struct peer *p, const u8 *s, u32 n, u32 step)
{
	u8 *buf = malloc(n + 1);
	u32 held = 0;

	for (u32 at = 0; at < n; at += step) {
		u32 k = u32_min(step, n - at);
		memcpy(buf + held, s + at, k);
		held = drain(p, buf, held + k);
	}
	free(buf);
}

static inline u32 from_hex(const char *hex, u8 *out)
{
	u32 n = 0;
	unsigned v;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		assert_int_equal(sscanf(hex, "%2x", &v), 1);
		out[n++] = (u8)v;
		hex += 2;
	}
	return n;
}

#endif
