#include "dataplane/tcp/hdr.h"
#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

static bool sends(const struct tcp_conn *c)
{
	return (c->state == TCP_ESTABLISHED || c->state == TCP_CLOSE_WAIT) && !c->fin_queued;
}

/* Room in the peer's window, the congestion window and the ring at once. */
static u32 hot_room(const struct tcp_conn *c)
{
	u32 flight = conn_flight(c), most = u32_min(c->snd_wnd, c->snd.size);
	u32 pipe = c->loss == LOSS_NONE ? flight : loss_pipe(c);
	u32 window = most > flight ? most - flight : 0;
	u32 cwnd = c->cwnd > pipe ? c->cwnd - pipe : 0;
	return u32_min(window, cwnd);
}

u8 *tcp_tx_room(struct tcp_conn *c, u32 n)
{
	struct tcp *t = c->t;
	assert(n > 0 && !t->room_of && "one room at a time");
	if (!sends(c) || n > c->mss || c->snd_end != c->snd_nxt || n > hot_room(c))
		return NULL;
	u8 *f = t->out->room(t->out);
	if (!f) {
		tcp_count(t, TCP_CNT_tx_no_room);
		return NULL;
	}
	hdr_copy(f, c->hdr, c->at);
	t->room_of = c;
	t->room = f;
	return f + hdr_bytes(c->at) + c->ts_bytes;
}

void tcp_tx_warm(const struct tcp_conn *c, u32 n)
{
	struct frame_out *out = c->t->out;
	const u8 *f = out->room(out); /* the one the next segment gets */
	u32 at = c->snd_nxt & (c->snd.size - 1);
	assert(!c->t->room_of);
	if (f)
		warm_write(f, TCP_HDR_BYTES + n + CACHE_LINE);
	warm_write(c->snd.p + at, u32_min(n + CACHE_LINE, c->snd.size - at));
}

void tcp_tx_cancel(struct tcp_conn *c)
{
	assert(c->t->room_of == c);
	c->t->room_of = NULL;
}

void tcp_tx_fire(struct tcp_conn *c, u32 n, ns_t now)
{
	struct tcp *t = c->t;
	u8 *f = t->room, *opt = f + hdr_bytes(c->at);
	assert(t->room_of == c && n > 0 && n <= c->mss);
	t->room_of = NULL;
	u32 seq = c->snd_nxt, opt_n = c->ts_bytes;
	loss_idle(c, now);
	ts_tick(t, now);
	struct hdr_var v = {
		.seq = seq, .ack = c->rcv_nxt, .flags = TCP_ACK | TCP_PSH, .wnd = c->wnd_field,
		.id = c->ip_id++, .len = n, .opt_len = (u8)opt_n,
		/* Into the ring before the push: the device may hand the buffer over inside it. */
		.payload_sum = sndbuf_put(&c->snd, seq, opt + opt_n, n),
	};
	if (opt_n) {
		(void)tx_timestamp(c, opt);
		v.payload_sum += csum_bytes(opt, opt_n);
	}
	c->snd_end = seq + n;
	u32 bytes = hdr_patch(f, &v, c->at, c->ports, &c->sums, t->out->tx_csum);
	if (!t->out->push(t->out, bytes)) {
		tcp_count(t, TCP_CNT_tx_no_room);
		conn_pend(c); /* the ring has them: conn_flush sends them */
		return;
	}
	c->snd_nxt = seq + n;
	c->quick -= c->quick < c->ack_segs ? c->quick : c->ack_segs;
	c->ack_segs = 0;
	c->ack_now &= c->dsack.lo != c->dsack.hi || c->ooo.held.n; /* SACK blocks still have to go */
	c->last_ack = c->rcv_nxt;
	c->ack_at = TCP_NEVER;
	tcp_count(t, TCP_CNT_tx_hot);
	loss_timed(c, now);
	timer_update(c, now, false);
}

err_t tcp_write(struct tcp_conn *c, const void *p, u32 n, ns_t now)
{
	bool opening = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
	ts_tick(c->t, now);
	assert(!c->t->room_of);
	if (c->fin_queued || (!opening && !sends(c)))
		return ERR_STATE;
	u32 used = c->snd_end - (opening ? c->iss + 1 : c->snd_una);
	if (n > c->snd.size - used)
		return ERR_FULL;
	(void)sndbuf_put(&c->snd, c->snd_end, p, n);
	c->snd_end += n;
	if (!opening)
		tx_output(c, now);
	return ERR_OK;
}

void tcp_close(struct tcp_conn *c, ns_t now)
{
	assert(!c->t->room_of);
	if (c->fin_queued)
		return;
	ts_tick(c->t, now);
	c->fin_queued = true;
	if (c->state == TCP_ESTABLISHED)
		c->state = TCP_FIN_WAIT_1;
	else if (c->state == TCP_CLOSE_WAIT)
		c->state = TCP_LAST_ACK;
	c->slow = true;
	if (conn_synchronized(c))
		tx_output(c, now);
	else
		conn_pend(c); /* SYN-SENT: conn_flush ends it; SYN-RECEIVED: the FIN follows the opening */
}

void tcp_abort(struct tcp_conn *c, ns_t now)
{
	(void)now;
	assert(!c->t->room_of);
	if (c->state != TCP_SYN_SENT)
		tx_rst(c);
	conn_drop(c);
}
