/*
 * ws.h - WebSocket frames, server side (RFC 6455), without extensions. Pure.
 */
#ifndef SIM_WS_H
#define SIM_WS_H

#include "common/err.h"
#include "sim/buf.h"

#define WS_PAYLOAD_MAX (1u << 20)
#define WS_ACCEPT_MAX 29

enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10
};
enum ws_status {
	WS_NORMAL = 1000,
	WS_GOING_AWAY = 1001,
	WS_PROTOCOL = 1002,
	WS_POLICY = 1008,
	WS_TOO_BIG = 1009
};

struct ws_frame {
	bool fin;
	enum ws_opcode opcode;
	u8 *payload; /* unmasked, inside the caller's bytes */
	size_t n;
	size_t used; /* bytes of the whole frame */
};

/*
 * Reads a client's frame at `p` and unmasks it in place. ERR_AGAIN: not all there;
 * ERR_TOO_LONG: payload over WS_PAYLOAD_MAX; ERR_PROTOCOL: unmasked, reserved bits or opcode,
 * length not minimal, fragmented or long control frame.
 */
err_t ws_decode(struct ws_frame *f, u8 *p, size_t n);

void ws_encode(struct buf *out, enum ws_opcode opcode, const void *payload, size_t n);

/* The Sec-WebSocket-Accept for a client's key. */
void ws_accept(const char *key, char out[WS_ACCEPT_MAX]);

#endif
