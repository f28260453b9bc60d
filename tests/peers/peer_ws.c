#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "dataplane/tls/tls_ossl.h"
#include "tests/peers/peer.h"

static u32 mask(void)
{
	u32 m = 0;

	if (RAND_bytes((u8 *)&m, sizeof m) != 1)
		abort();
	return m;
}

void peer_upgrade(struct peer *p, const char *host, const char *path, const char *extra)
{
	struct ws_http_req req = { .host = host, .path = path, .extra = extra };
	u8 at[4096], accept[WS_ACCEPT_LEN];

	if (RAND_bytes(req.key, sizeof req.key) != 1 || ws_http_accept(req.key, accept))
		abort();
	u32 n = ws_http_request(at, sizeof at, &req);
	assert(n && "the scripts ask for what can be asked for");
	ws_http_init(&p->http, accept);
	p->mode = PEER_UPGRADING;
	peer_send(p, at, n);
}

/* Fragments are written by hand: the appliance itself never sends any. */
void peer_message(struct peer *p, u8 opcode, u32 n, u32 pieces)
{
	u8 *at = malloc(n + WS_HEAD_MAX);
	u32 from = 0;

	if (!at)
		abort();
	for (u32 i = 0; i < pieces; i++) {
		u32 to = (u32)((u64)n * (i + 1) / pieces), k = to - from;
		for (u32 j = 0; j < k; j++)
			at[ws_head_len(k) + j] = (u8)('a' + (from + j) % 26);
		u32 frame_n = ws_frame(at, k, i ? WS_OP_CONT : opcode, mask());
		if (i + 1 < pieces)
			at[0] &= 0x7f;
		peer_send(p, at, frame_n);
		from = to;
	}
	free(at);
}

void peer_ping(struct peer *p, const char *data)
{
	u8 at[WS_CONTROL_FRAME_MAX];

	peer_send(p, at, ws_ping(&p->ws, at, (struct span){ (const u8 *)data, strlen(data) },
				 mask()));
}

void peer_close(struct peer *p, u16 code, const char *reason)
{
	u8 at[WS_CONTROL_FRAME_MAX];

	peer_send(p, at, ws_close(&p->ws, at, code,
				  (struct span){ (const u8 *)reason, strlen(reason) }, mask()));
}

static void on_event(struct peer *p, const struct ws_event *ev)
{
	u8 at[WS_CONTROL_FRAME_MAX];
	static const char *const names[] = {
		[WS_TEXT] = "text", [WS_BINARY] = "binary", [WS_PING] = "ping", [WS_PONG] = "pong",
		[WS_CLOSE] = "wsclose", [WS_FAILED] = "wsfailed",
	};

	printf("%s n=%zu crc=%08lx code=%u\n", names[ev->kind], ev->data.n,
	       crc32(0, ev->data.p, (uInt)ev->data.n), ev->code);
	if (ev->kind == WS_PING)
		peer_send(p, at, ws_pong(&p->ws, at, ev->data, mask()));
	if (ev->kind == WS_CLOSE)
		peer_close(p, ev->code, "");
	if (ev->kind == WS_FAILED)
		peer_close(p, ev->code, "");
}

static void take_answer(struct peer *p)
{
	u32 used;
	err_t e = ws_http_rx(&p->http, p->plain + p->plain_at, p->plain_n - p->plain_at, &used);

	if (e == ERR_AGAIN)
		return;
	p->plain_at += used;
	printf("%s err=%s status=%u retry_after_s=%u\n", e ? "refused" : "upgraded", err_name(e),
	       p->http.status, p->http.retry_after_s);
	p->mode = e ? PEER_RAW : PEER_WS;
	if (e)
		tls_close(&p->tls);
}

void peer_ws_rx(struct peer *p)
{
	if (p->mode == PEER_UPGRADING)
		take_answer(p);
	for (;;) {
		struct ws_event ev;
		if (p->mode != PEER_WS)
			return;
		u32 used = ws_next(&p->ws, p->plain + p->plain_at, p->plain_n - p->plain_at, &ev);
		p->plain_at += used;
		if (ev.kind != WS_NONE)
			on_event(p, &ev);
		if (!used)
			return;
	}
}
