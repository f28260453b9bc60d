#include "sim/wsconn.h"

#include <stdio.h>
#include <string.h>

static void send_frame(struct conn *c, enum ws_opcode opcode, const void *p, size_t n)
{
	struct buf frame = { 0 };
	ws_encode(&frame, opcode, p, n);
	conn_send(c, buf_p(&frame), buf_n(&frame));
	buf_free(&frame);
}

void wsconn_text(struct conn *c, const void *p, size_t n)
{
	send_frame(c, WS_TEXT, p, n);
	c->sent++;
}

void wsconn_close(struct conn *c, enum ws_status status, const char *why)
{
	u8 body[125] = { (u8)(status >> 8), (u8)status };
	size_t n = strlen(why) < sizeof body - 2 ? strlen(why) : sizeof body - 2;
	memcpy(body + 2, why, n);
	send_frame(c, WS_CLOSE, body, n + 2);
	conn_close(c);
}

static err_t send_away(struct conn *c, enum ws_status status, const char *why)
{
	wsconn_close(c, status, why);
	return ERR_CLOSED;
}

/* The client closes: its own status goes back to it (RFC 6455 5.5.1). */
static err_t answer_close(struct conn *c, const struct ws_frame *f)
{
	if (f->n == 1)
		return send_away(c, WS_PROTOCOL, "close frame with one byte");
	send_frame(c, WS_CLOSE, f->payload, f->n < 2 ? 0 : 2);
	conn_close(c);
	return ERR_CLOSED;
}

/* One frame taken in: ERR_OK where it completes a message. */
static err_t take(struct conn *c, const struct ws_frame *f, ns_t now)
{
	switch (f->opcode) {
	case WS_CLOSE:
		return answer_close(c, f);
	case WS_PING:
		send_frame(c, WS_PONG, f->payload, f->n);
		return ERR_AGAIN;
	case WS_PONG:
		c->heard_ns = now;
		return ERR_AGAIN;
	default:
		break;
	}
	if ((f->opcode == WS_CONTINUATION) != (c->message_opcode != 0))
		return send_away(c, WS_PROTOCOL, "fragments out of order");
	if (f->opcode == WS_BINARY)
		return send_away(c, WS_POLICY, "text frames only");
	if (f->opcode != WS_CONTINUATION)
		buf_clear(&c->message);
	if (buf_n(&c->message) + f->n > WS_PAYLOAD_MAX)
		return send_away(c, WS_TOO_BIG, "message over 1 MB");
	buf_add(&c->message, f->payload, f->n);
	c->message_opcode = f->fin ? 0 : WS_TEXT;
	return f->fin ? ERR_OK : ERR_AGAIN;
}

err_t wsconn_next(struct conn *c, ns_t now, u32 *frames)
{
	while (!c->dead && !c->closing) {
		struct ws_frame f;
		err_t e = buf_n(&c->in) ? ws_decode(&f, buf_p(&c->in), buf_n(&c->in)) : ERR_AGAIN;
		if (e == ERR_AGAIN)
			return e;
		if (e != ERR_OK)
			return send_away(c, e == ERR_TOO_LONG ? WS_TOO_BIG : WS_PROTOCOL,
					 e == ERR_TOO_LONG ? "frame over 1 MB" : "protocol error");
		++*frames;
		e = take(c, &f, now);
		buf_eat(&c->in, f.used);
		if (e != ERR_AGAIN)
			return e;
	}
	return ERR_CLOSED;
}

void wsconn_keepalive(struct conn *c, ns_t now, i64 now_ms, ns_t period_ns)
{
	char text[24];
	if (now - c->heard_ns > 3 * period_ns) {
		conn_reset(c);
		return;
	}
	if (now - c->ping_ns < period_ns)
		return;
	c->ping_ns = now;
	int n = snprintf(text, sizeof text, "%lld", (long long)now_ms);
	send_frame(c, WS_PING, text, (size_t)n);
}
