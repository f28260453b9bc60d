/*
 * session_rx.c - bytes on their way in: TCP stream to TLS records to HTTP answer or WebSocket
 * messages to the user.
 */
#include <string.h>

#include "dataplane/session_internal.h"

/* ---- plaintext: one linear buffer that empties with almost every record ---- */

/*
 * Where nothing may leave now (our next keys are missing) the newest ping is answered later (RFC
 * 6455 section 5.5.3).
 */
static void take_ping(struct session *s, struct span data, ns_t now)
{
	assert(data.n <= sizeof s->pong);
	memcpy(s->pong, data.p, data.n);
	s->pong_n = (u8)data.n;
	s->pong_due = true;
	session_write_pong(s, now);
}

static void on_text(struct session *s, struct span text, ns_t now)
{
	counter_inc(&s->cnt.session[SESSION_CNT_texts]);
	s->user->text(s->ctx, s, text.p, (u32)text.n, now);
}

static void on_ws(struct session *s, const struct ws_event *ev, ns_t now)
{
	switch (ev->kind) {
	case WS_TEXT: on_text(s, ev->data, now); break;
	case WS_BINARY: counter_inc(&s->cnt.session[SESSION_CNT_binaries_dropped]); break;
	case WS_PING:
		counter_inc(&s->cnt.session[SESSION_CNT_pings_rx]);
		take_ping(s, ev->data, now);
		break;
	case WS_CLOSE:
		session_write_close(s, WS_NO_STATUS, now); /* fails only where ours went before */
		tls_close(&s->tls);
		session_doom(s, ERR_CLOSED, "the peer closed the WebSocket");
		break;
	case WS_FAILED:
		session_write_close(s, ev->code, now);
		session_doom(s, ERR_PROTOCOL, "the peer broke the WebSocket protocol");
		break;
	default: break;
	}
}

static void take_frames(struct session *s, ns_t now)
{
	struct ws_event ev;
	while (!s->fail_due && (s->state == SESSION_OPEN || s->state == SESSION_CLOSING)) {
		u32 used = ws_next(&s->ws, s->plain + s->plain_at, s->plain_n - s->plain_at, &ev);
		s->plain_at += used;
		if (ev.kind != WS_NONE)
			on_ws(s, &ev, now);
		if (!used || s->plain_at == s->plain_n)
			break;
	}
}

static const char *refusal(err_t e)
{
	switch (e) {
	case ERR_AUTH: return "the venue answered the upgrade with 401 or 403";
	case ERR_LIMIT: return "the venue limits our connections (418, 429 or Retry-After)";
	case ERR_REFUSED: return "the venue refused the WebSocket upgrade";
	default: return "the answer to the WebSocket upgrade is malformed";
	}
}

static void take_upgrade(struct session *s, ns_t now)
{
	u32 used = 0;
	err_t e = ws_http_rx(&s->http, s->plain + s->plain_at, s->plain_n - s->plain_at, &used);
	if (e == ERR_AGAIN)
		return;
	s->plain_at += used;
	if (e != ERR_OK)
		session_doom(s, e, refusal(e));
	else
		session_opened(s, now);
}

static void on_plain(void *user, u32 n, ns_t now)
{
	struct session *s = user;
	s->plain_n += n;
	if (s->state == SESSION_UPGRADING)
		take_upgrade(s, now);
	take_frames(s, now);
	if (s->plain_at == s->plain_n)
		s->plain_at = s->plain_n = 0;
}

static u8 *plain_room(void *user, u32 n)
{
	struct session *s = user;
	if (s->plain_cap - s->plain_n < n && s->plain_at) {
		memmove(s->plain, s->plain + s->plain_at, s->plain_n - s->plain_at);
		s->plain_n -= s->plain_at;
		s->plain_at = 0;
	}
	return s->plain_cap - s->plain_n < n ? NULL : s->plain + s->plain_n;
}

/* ---- TLS: what the slow thread has to see ---- */

static void on_hs_record(void *user, const u8 *rec, u32 n) { session_to_slow(user, MSG_TLS_RECORD, rec, n); }

static void on_ticket(void *user, const u8 *rec, u32 n) { session_to_slow(user, MSG_TLS_TICKET, rec, n); }

static void on_want_refill(void *user, enum tls_way way, const struct tls_dir_keys *newest)
{
	u8 m[sizeof(u64) + sizeof *newest];
	u64 w = way;
	memcpy(m, &w, sizeof w);
	memcpy(m + sizeof w, newest, sizeof *newest);
	session_to_slow(user, MSG_TLS_WANT_REFILL, m, sizeof m);
}

void session_tls_callbacks(struct session *s, struct tls_cb *cb)
{
	*cb = (struct tls_cb){ .hs_record = on_hs_record,
			       .room = plain_room,
			       .app = on_plain,
			       .ticket = on_ticket,
			       .refill = on_want_refill,
			       .room_stays = true, /* nothing moves plain between room and app */
			       .user = s };
}

/* ---- TCP ---- */

static void on_tcp_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct session *s = user;
	session_enter(s, SESSION_HANDSHAKE, now + s->cfg.step_timeout_ns);
	if (s->early_n && tcp_write(c, s->early, s->early_n, now) != ERR_OK)
		session_doom(s, ERR_FULL, "the first handshake bytes do not fit the send ring");
	s->early_n = 0;
	session_settle(s, now);
}

static const char *tls_failure(const struct session *s, err_t e)
{
	if (e == ERR_CLOSED)
		return "the peer closed the TLS connection";
	return s->state <= SESSION_HANDSHAKE ? "TLS handshake" : "TLS: the peer's records cannot be accepted";
}

/*
 * What comes nearly always, without a step between: a segment that is one record that is one text, and
 * nothing waits. At any doubt the general way takes over, from the bytes or from their plaintext.
 */
static inline err_t take_data(struct session *s, const u8 *p, u32 n, ns_t now)
{
	struct span text;
	u32 got = 0;
	if (s->state == SESSION_OPEN && !s->plain_n && !s->fail_due && n <= s->plain_cap)
		got = tls_rx_usual(&s->tls, p, n, s->plain);
	if (!got)
		return tls_rx(&s->tls, p, n, now);
	if (ws_text(&s->ws, s->plain, got, &text))
		on_text(s, text, now);
	else
		on_plain(s, got, now);
	return s->tls.state == TLS_CLOSED ? s->tls.why : ERR_OK;
}

static void on_tcp_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	(void)c;
	struct session *s = user;
	s->rx_ns = now;
	err_t e = take_data(s, p, n, now);
	if (e != ERR_OK)
		session_doom(s, e, tls_failure(s, e));
	if (tls_ctl_due(&s->tls))
		session_write_control(s, now);
	session_settle(s, now);
}

static void on_tcp_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)c;
	session_doom(user, ERR_CLOSED, "the peer closed the TCP connection");
	session_settle(user, now);
}

static void on_tcp_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)c;
	struct session *s = user;
	s->conn = NULL;
	session_doom(s, why, why == ERR_REFUSED ? "the peer refused the TCP connection" : err_text(why));
	session_settle(s, now);
}

const struct tcp_events session_tcp_events = {
	.open = on_tcp_open, .data = on_tcp_data, .fin = on_tcp_fin, .down = on_tcp_down
};
