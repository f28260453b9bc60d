/*
 * session_tx.c - bytes on their way out: the hot send, and the sends that may be queued.
 */
#include <string.h>

#include "dataplane/session_internal.h"

/* ---- hot: straight into the device's frame ---- */

bool session_fire(struct session *s, const u8 *text, u32 n, ns_t now)
{
	if (s->state != SESSION_OPEN || s->fail_due || !tls_can_send(&s->tls) || s->ws.close_tx)
		goto refused;
	struct tls_dir *tx = tls_tx(&s->tls);
	u8 *rec = tcp_tx_room(s->conn, tls_overhead(tx) + ws_head_len(n) + n);
	if (!rec)
		goto refused;
	u32 mask = (u32)rng_next(s->env.rng);
	u32 framed = ws_frame_of(rec + tls_head(tx), (struct span){ text, n }, WS_OP_TEXT, mask);
	tcp_tx_fire(s->conn, tls_seal(tx, rec, framed, TLS_APPLICATION_DATA), now);
	counter_inc(&s->cnt.session[SESSION_CNT_fired]);
	return true;
refused:
	counter_inc(&s->cnt.session[SESSION_CNT_no_room]);
	return false;
}

void session_warm(struct session *s, u32 n)
{
	if (s->state != SESSION_OPEN || !s->conn)
		return;
	const struct tls_dir *tx = tls_tx(&s->tls);
	warm_read(tx, sizeof *tx);
	tcp_tx_warm(s->conn, tls_overhead(tx) + ws_head_len(n) + n);
}

/* ---- the rest: sealed into scratch, queued by TCP ---- */

void session_write_control(struct session *s, ns_t now)
{
	u8 rec[TLS_CTL_MAX];
	u32 n = tls_ctl(&s->tls, rec);
	if (n && s->conn && tcp_write(s->conn, rec, n, now) != ERR_OK)
		session_doom(s, ERR_FULL, "a TLS control record does not fit the send ring");
}

/* Seals what already stands in scratch behind the record's head. */
static err_t write_scratch(struct session *s, u32 n, ns_t now)
{
	u32 rec_n = tls_seal(tls_tx(&s->tls), s->scratch, n, TLS_APPLICATION_DATA);
	err_t e = tcp_write(s->conn, s->scratch, rec_n, now);
	if (e != ERR_OK)
		/* its number is spent: the stream would have a hole */
		session_doom(s, e, "a sealed record could not be queued");
	return e;
}

static u8 *scratch_at(struct session *s) { return s->scratch + tls_head(tls_tx(&s->tls)); }

static bool may_write(struct session *s)
{
	return s->conn && !s->fail_due &&
	       (s->state == SESSION_OPEN || s->state == SESSION_UPGRADING || s->state == SESSION_CLOSING);
}

/* A control record that is due goes first (RFC 8446 section 4.6.3). */
static bool ready(struct session *s, ns_t now)
{
	if (!may_write(s))
		return false;
	if (tls_ctl_due(&s->tls))
		session_write_control(s, now);
	return tls_can_send(&s->tls);
}

err_t session_write(struct session *s, const void *p, u32 n, ns_t now)
{
	if (!ready(s, now))
		return ERR_STATE;
	if (n > TLS_PLAIN_MAX)
		return ERR_TOO_LONG;
	memcpy(scratch_at(s), p, n);
	return write_scratch(s, n, now);
}

err_t session_send(struct session *s, const void *text, u32 n, ns_t now)
{
	if (s->state != SESSION_OPEN || s->ws.close_tx || !ready(s, now))
		return ERR_STATE;
	if (n > TLS_PLAIN_MAX - WS_HEAD_MAX)
		return ERR_TOO_LONG;
	u8 *at = scratch_at(s);
	memcpy(at + ws_head_len(n), text, n);
	counter_inc(&s->cnt.session[SESSION_CNT_sent]);
	return write_scratch(s, ws_frame(at, n, WS_OP_TEXT, (u32)rng_next(s->env.rng)), now);
}

err_t session_write_ping(struct session *s, ns_t now)
{
	if (!ready(s, now))
		return ERR_STATE;
	counter_inc(&s->cnt.session[SESSION_CNT_pings_tx]);
	return write_scratch(s, ws_ping(&s->ws, scratch_at(s), (struct span){ 0 }, (u32)rng_next(s->env.rng)),
			     now);
}

void session_write_pong(struct session *s, ns_t now)
{
	struct span data = { s->pong, s->pong_n };
	if (!ready(s, now))
		return;
	s->pong_due = false;
	write_scratch(s, ws_pong(&s->ws, scratch_at(s), data, (u32)rng_next(s->env.rng)), now);
}

err_t session_write_close(struct session *s, u16 code, ns_t now)
{
	if (!ready(s, now))
		return ERR_STATE;
	u32 n = ws_close(&s->ws, scratch_at(s), code, (struct span){ 0 }, (u32)rng_next(s->env.rng));
	return n ? write_scratch(s, n, now) : ERR_STATE;
}
