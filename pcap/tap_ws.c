#include "pcap/tap_ws.h"

#include <string.h>
#include <strings.h>

#define ROOM_EXTRA (64u << 10)

err_t tap_ws_init(struct tap_ws *w, struct arena *a)
{
	memset(w, 0, sizeof *w);
	w->cap = TAP_MESSAGE_MAX + WS_HEAD_MAX + ROOM_EXTRA;
	w->plain = arena_alloc(a, w->cap, CACHE_LINE);
	return w->plain ? ws_init(&w->ws, a, WS_CLIENT, TAP_MESSAGE_MAX, w->cnt) : ERR_NO_MEMORY;
}

u8 *tap_ws_room(struct tap_ws *w, u32 n)
{
	if (w->cap - w->n < n && w->at) {
		memmove(w->plain, w->plain + w->at, w->n - w->at);
		w->n -= w->at;
		w->at = 0;
	}
	return w->cap - w->n < n ? NULL : w->plain + w->n;
}

/* What the answer says it accepts; none: what no answer says. */
static void believe(struct tap_ws *w, u32 header_n)
{
	static const char name[] = "\r\nSec-WebSocket-Accept:";
	u8 accept[WS_ACCEPT_LEN] = { 0 };
	const u8 *p = w->plain + w->at, *end = p + header_n;
	for (; p + sizeof name - 1 + WS_ACCEPT_LEN < end; p++) {
		if (strncasecmp((const char *)p, name, sizeof name - 1) != 0)
			continue;
		p += sizeof name - 1;
		while (p + WS_ACCEPT_LEN < end && *p == ' ')
			p++;
		memcpy(accept, p, sizeof accept);
		break;
	}
	ws_http_init(&w->http, accept);
}

static bool header_has(const struct tap_ws *w, u32 header_n, const char *what)
{
	return memmem(w->plain + w->at, header_n, what, strlen(what));
}

static const char *refusal(const struct tap_ws *w, err_t e, u32 n)
{
	if (e == ERR_PROTOCOL && header_has(w, n, "permessage-deflate"))
		return "the messages are compressed (permessage-deflate): record with a client that does not offer it";
	if (e == ERR_PROTOCOL)
		return "the answer is no sound upgrade to WebSocket";
	if (e == ERR_SYNTAX || e == ERR_TOO_LONG)
		return "the server speaks no HTTP/1.1: this is no WebSocket";
	return "the server did not upgrade to WebSocket: this is ordinary HTTP";
}

static void take_upgrade(struct tap_ws *w, ns_t now)
{
	u32 used = 0, n = w->n - w->at;
	const u8 *end = memmem(w->plain + w->at, n, "\r\n\r\n", 4);
	if (!end && n <= WS_HTTP_MAX)
		return;
	u32 header_n = end ? (u32)(end + 4 - w->plain) - w->at : n;
	believe(w, header_n);
	err_t e = ws_http_rx(&w->http, w->plain + w->at, n, &used);
	if (e != ERR_OK) {
		w->why = refusal(w, e, header_n);
		return;
	}
	w->at += used;
	w->up = true;
	w->opened(w->user, now);
}

static void on_event(struct tap_ws *w, const struct ws_event *ev, ns_t now)
{
	switch (ev->kind) {
	case WS_TEXT:
		w->texts++;
		w->text(w->user, ev->data.p, (u32)ev->data.n, now);
		break;
	case WS_BINARY: w->binaries++; break;
	case WS_CLOSE: w->closed = true; break;
	case WS_FAILED:
		w->why = ev->code == WS_TOO_BIG ? "a message is larger than 4 MiB"
						: "the server's frames break the WebSocket protocol";
		break;
	default: break;
	}
}

static void take_frames(struct tap_ws *w, ns_t now)
{
	struct ws_event ev;
	while (!w->why && !w->closed && w->at < w->n) {
		u32 used = ws_next(&w->ws, w->plain + w->at, w->n - w->at, &ev);
		w->at += used;
		on_event(w, &ev, now);
		if (!used)
			return;
	}
}

void tap_ws_took(struct tap_ws *w, u32 n, ns_t now)
{
	w->n += n;
	assert(w->n <= w->cap);
	if (!w->up && !w->why)
		take_upgrade(w, now);
	if (w->up)
		take_frames(w, now);
	if (w->why || w->closed || w->at == w->n)
		w->at = w->n = 0;
}
