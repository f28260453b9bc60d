#include "dataplane/tcp/rx.h"

#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/open.h"
#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

#define TS_STALE_MS (24u * 86400 * 1000)

/* RFC 9293 3.10.7.4, first: does any of it lie in the window? The window is never zero. */
static bool acceptable(const struct tcp_conn *c, const struct tcp_seg *s)
{
	u32 len = seg_len(s), end = c->rcv_nxt + c->rcv_wnd;
	bool starts = seq_leq(c->rcv_nxt, s->seq) && seq_lt(s->seq, end);
	if (!len)
		return starts;
	u32 last = s->seq + len - 1;
	return starts || (seq_leq(c->rcv_nxt, last) && seq_lt(last, end)) ||
	       (seq_lt(s->seq, c->rcv_nxt) && seq_leq(end, last));
}

/*
 * In SYN-RECEIVED: who sends its SYN alone again has not seen ours; a SYN and ACK has crossed ours
 * (RFC 9293 figure 8).
 */
static void again_opening(struct tcp_conn *c, const struct tcp_seg *s)
{
	if (!(s->flags & TCP_SYN) || s->seq + 1 != c->rcv_nxt || c->timer != TIMER_SYN)
		return;
	if (s->flags & TCP_ACK)
		(void)tx_ack(c);
	else
		(void)tx_syn(c);
}

/*
 * An old segment: answered so that the peer learns where we are; without data only so often (ACK
 * storms).
 */
static void rx_unacceptable(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (s->flags & TCP_RST) {
		tcp_count(c->t, TCP_CNT_rx_rst_ignored);
		return;
	}
	tcp_count(c->t, TCP_CNT_rx_duplicate);
	if (c->state == TCP_SYN_RECEIVED) {
		again_opening(c, s);
		return;
	}
	if (s->n && seq_lt(s->seq, c->rcv_nxt) && c->rcv_nxt - s->seq <= c->rcv_wnd)
		c->dsack = (struct range){ s->seq, seq_min(s->seq + s->n, c->rcv_nxt) };
	if (seg_len(s))
		(void)tx_ack(c);
	else
		tx_challenge(c, now);
}

/* Second: RFC 5961 3.2. */
static void rx_rst(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (s->seq != c->rcv_nxt) {
		tcp_count(c->t, TCP_CNT_rx_rst_ignored);
		if (conn_synchronized(c))
			tx_challenge(c, now);
		return;
	}
	tcp_count(c->t, TCP_CNT_rx_rst);
	bool opening = c->state == TCP_SYN_RECEIVED;
	bool over = c->state == TCP_CLOSING || c->state == TCP_LAST_ACK;
	conn_end(c, opening ? ERR_REFUSED : over ? ERR_CLOSED : ERR_RESET, now);
}

static void window_update(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (seq_lt(s->seq, c->snd_wl1) || (s->seq == c->snd_wl1 && seq_lt(s->ack, c->snd_wl2)))
		return;
	bool opens = !c->snd_wnd && s->wnd;
	c->snd_wnd = (u32)s->wnd << c->snd_scale;
	c->max_wnd = u32_max(c->max_wnd, c->snd_wnd);
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	if (opens) {
		rto_progress(&c->rto);
		if (c->loss == LOSS_NONE && conn_flight(c)) {
			c->rtx_nxt = c->snd_una; /* sent into a closed window: gone */
			c->rtx_end = c->snd_nxt;
		}
		timer_update(c, now, true);
	}
}

/* Our FIN is acknowledged. */
static void fin_acked(struct tcp_conn *c, ns_t now)
{
	switch (c->state) {
	case TCP_FIN_WAIT_1:
		c->state = TCP_FIN_WAIT_2;
		timer_update(c, now, true);
		break;
	case TCP_CLOSING:
		conn_time_wait(c, now);
		break;
	case TCP_LAST_ACK:
		conn_end(c, ERR_CLOSED, now);
		break;
	default:
		break;
	}
}

/* Fifth, SYN-RECEIVED. true: goes on as ESTABLISHED. */
static bool rx_ack_opening(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (s->ack != c->iss + 1 || c->snd_nxt == c->iss) {
		reply_rst(c->t, s, now);
		return false;
	}
	c->snd_una = s->ack;
	c->snd_wnd = c->max_wnd = (u32)s->wnd << c->snd_scale;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->ack;
	conn_established(c, now);
	return c->state != TCP_CLOSED;
}

/*
 * Fifth, synchronized: RFC 5961 5.2 bounds how old an ACK may be. false: dropped, or the connection
 * has ended.
 */
static bool rx_ack(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (seq_lt(c->snd_nxt, s->ack)) {
		tcp_count(c->t, TCP_CNT_rx_ack_unsent);
		tx_challenge(c, now);
		return false;
	}
	if (seq_lt(s->ack, c->snd_una - c->max_wnd)) {
		tcp_count(c->t, TCP_CNT_rx_old_ack);
		tx_challenge(c, now);
		return false;
	}
	if (c->timer == TIMER_PERSIST)
		c->progress_at = now; /* closed, but alive */
	loss_ack(c, s, now);
	if (seq_leq(c->snd_una, s->ack))
		window_update(c, s, now);
	if (c->fin_sent && c->snd_una == c->snd_nxt)
		fin_acked(c, now);
	return c->state != TCP_CLOSED;
}

/*
 * RFC 7323 5.3, R1: a segment older than one already seen is a duplicate from before the numbers
 * wrapped. What has been silent for 24 days may have wrapped its clock.
 */
static bool paws(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (!c->ts_ok || s->flags & TCP_RST)
		return true;
	if (!s->opts.has_ts) {
		tcp_count(c->t, TCP_CNT_rx_no_timestamp);
		return false;
	}
	if (!seq_lt(s->opts.ts_val, c->ts_recent) || c->t->ts_now - c->ts_recent_ms > TS_STALE_MS)
		return true;
	tcp_count(c->t, TCP_CNT_rx_paws);
	if (seg_len(s))
		(void)tx_ack(c);
	else
		tx_challenge(c, now);
	return false;
}

/* RFC 7323 4.3 (2): the clock of a segment that is next in order, or older. */
static void ts_note(struct tcp_conn *c, const struct tcp_seg *s)
{
	if (c->ts_ok && s->opts.has_ts && seq_leq(s->seq, c->last_ack)) {
		c->ts_recent = s->opts.ts_val;
		c->ts_recent_ms = c->t->ts_now;
	}
}

/* First to fifth; true: the segment's text counts. */
static bool rx_steps(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (!paws(c, s, now))
		return false;
	if (!acceptable(c, s)) {
		rx_unacceptable(c, s, now);
		return false;
	}
	ts_note(c, s);
	if (s->flags & TCP_RST) {
		rx_rst(c, s, now);
		return false;
	}
	if (s->flags & TCP_SYN) { /* fourth: RFC 5961 4.2 */
		tx_challenge(c, now);
		return false;
	}
	if (!(s->flags & TCP_ACK)) {
		tcp_count(c->t, TCP_CNT_rx_no_ack);
		return false;
	}
	if (c->state == TCP_SYN_RECEIVED)
		return rx_ack_opening(c, s, now);
	return rx_ack(c, s, now);
}

/*
 * Out-of-order segments are acknowledged one by one, so that the peer counts them (RFC 5681 4.2).
 */
static void rx_done(struct tcp_conn *c, ns_t now)
{
	tx_output(c, now);
	if (c->ack_now)
		(void)tx_ack(c);
	else if (c->ack_segs)
		conn_pend(c);
	conn_slow_update(c);
	conn_check(c);
}

static void rx_conn(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (!c->mac_known) { /* we cannot have said anything yet, nor can we answer */
		tcp_count(c->t, TCP_CNT_rx_unresolved);
		return;
	}
	if (c->keep_tries && c->timer == TIMER_KEEPALIVE)
		timer_update(c, now, true);
	if (c->snd_una != c->una_done && conn_synchronized(c))
		loss_acked(c, now);
	bool text = c->state == TCP_SYN_SENT ? open_syn_sent_rx(c, s, now) : rx_steps(c, s, now);
	if (text)
		rx_text(c, s, now);
	if (conn_synchronized(c))
		rx_done(c, now);
}

/*
 * TIME-WAIT. true: the segment asks for a new connection that may follow at once (RFC 9293 3.6.1).
 */
static bool rx_time_wait(struct tcp *t, const struct tcp_seg *s, struct tw *w, ns_t now)
{
	if (s->flags & TCP_RST)
		return false; /* RFC 1337 */
	bool syn = (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	if (syn && seq_lt(w->rcv_nxt, s->seq) && open_listener(t, ports_local(s->ports))) {
		tw_free(&t->tw, w);
		return true;
	}
	if (s->flags & TCP_FIN && s->seq + s->n + 1 == w->rcv_nxt)
		tw_renew(&t->tw, w, now);
	if (seg_len(s) && reply_allowed(t, now))
		reply_ack(t, s, w, now);
	return false;
}

static void rx_segment(struct tcp *t, const struct net_seg *in, ns_t now)
{
	struct tcp_seg s;
	tcp_count(t, TCP_CNT_rx_slow);
	if (!seg_parse(in, &s)) {
		tcp_count(t, TCP_CNT_rx_header);
		return;
	}
	struct tcp_conn *c = conn_find(t, &s.rem, s.ports);
	if (c) {
		rx_conn(c, &s, now);
		return;
	}
	struct tw *w = tw_find(&t->tw, &s.rem, s.ports, now);
	if (!w || rx_time_wait(t, &s, w, now))
		open_listen_rx(t, &s, now);
}

void rx_slow(struct tcp *t, const struct frame *f, ns_t now)
{
	struct net_seg in;
	ts_tick(t, now);
	switch (net_rx(t->net, f, &in, now)) {
	case NET_TCP:
		rx_segment(t, &in, now);
		break;
	case NET_ICMP_ERROR:
		rx_icmp(t, &in, now);
		break;
	default:
		break;
	}
}
