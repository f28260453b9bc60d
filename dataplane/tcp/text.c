#include "dataplane/tcp/rx.h"

/* What is left of a segment inside the window and before the peer's FIN. */
struct text {
	u32 seq;
	const u8 *p;
	u32 n;
};

static bool alive(const struct tcp_conn *c) { return c->state != TCP_CLOSED; }

static bool receives(const struct tcp_conn *c)
{
	return c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 ||
	       c->state == TCP_FIN_WAIT_2;
}

/* Payload first, bookkeeping later: the user may answer from within. */
static void deliver(struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	assert(n > 0 && n <= c->rcv_wnd);
	c->rcv_nxt += n;
	c->progress_at = c->state == TCP_FIN_WAIT_2 ? now : c->progress_at; /* half closed, in use */
	c->ack_segs += c->ack_segs < UINT16_MAX;
	c->ev->data(c->user, c, p, n, now);
}

/* What the peer has sent twice: told by the next ACK (RFC 2883), which goes at once. */
static void note_duplicate(struct tcp_conn *c, const struct text *x)
{
	u32 end = x->seq + x->n;
	struct range twice = ranges_common(&c->ooo.held, x->seq, end);
	if (seq_lt(x->seq, c->rcv_nxt))
		twice = (struct range){ x->seq, seq_min(end, c->rcv_nxt) };
	if (twice.lo != twice.hi) {
		c->dsack = twice;
		c->ack_now = true;
	}
}

static void text_trim(const struct tcp_conn *c, struct text *x)
{
	u32 below = seq_lt(x->seq, c->rcv_nxt) ? c->rcv_nxt - x->seq : 0;
	below = u32_min(below, x->n);
	x->seq += below;
	x->p += below;
	x->n -= below;
	u32 edge = c->rcv_nxt + c->rcv_wnd;
	if (c->fin_known)
		edge = seq_min(edge, c->rcv_fin);
	if (seq_lt(edge, x->seq + x->n))
		x->n = seq_lt(x->seq, edge) ? edge - x->seq : 0;
}

/* The FIN's place is believed once, where it lies in the window and above what is held. */
static void note_fin(struct tcp_conn *c, u32 fin)
{
	const struct ranges *held = &c->ooo.held;
	bool above = !held->n || seq_leq(held->r[held->n - 1].hi, fin);
	if (!c->fin_known && above && seq_leq(c->rcv_nxt, fin) &&
	    fin - c->rcv_nxt < c->rcv_wnd) {
		c->fin_known = true;
		c->rcv_fin = fin;
	}
}

static void deliver_held(struct tcp_conn *c, ns_t now)
{
	struct span s;
	while (alive(c) && (s = ooo_peek(&c->ooo, c->rcv_nxt)).n) {
		ooo_drop(&c->ooo, c->rcv_nxt + (u32)s.n);
		deliver(c, s.p, (u32)s.n, now);
	}
}

/*
 * Through the ring as soon as anything is held: then the first copy of a byte wins, in order or
 * not.
 */
static void rx_data(struct tcp_conn *c, const struct text *x, ns_t now)
{
	bool in_order = x->seq == c->rcv_nxt;
	if (in_order && !c->ooo.held.n) {
		deliver(c, x->p, x->n, now);
		return;
	}
	c->ack_now = true; /* RFC 5681 4.2: at once, for a gap made and for a gap filled */
	if (!ooo_put(&c->ooo, x->seq, x->p, x->n))
		tcp_count(c->t, TCP_CNT_rx_ooo_full);
	else if (!in_order)
		tcp_count(c->t, TCP_CNT_rx_out_of_order);
	if (in_order)
		deliver_held(c, now);
}

/* RFC 9293 3.10.7.4, eighth. */
static void rx_fin(struct tcp_conn *c, ns_t now)
{
	enum tcp_state was = c->state;
	c->rcv_nxt++;
	c->ack_now = true;
	c->slow = true;
	if (was == TCP_ESTABLISHED)
		c->state = TCP_CLOSE_WAIT;
	else if (was == TCP_FIN_WAIT_1)
		c->state = TCP_CLOSING;
	c->ev->fin(c->user, c, now);
	if (alive(c) && was == TCP_FIN_WAIT_2)
		conn_time_wait(c, now);
}

void rx_text(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	if (!receives(c))
		return;
	struct text x = { .seq = s->seq + !!(s->flags & TCP_SYN), .p = s->p, .n = s->n };
	if (s->flags & TCP_FIN)
		note_fin(c, x.seq + x.n);
	note_duplicate(c, &x);
	text_trim(c, &x);
	if (x.n)
		rx_data(c, &x, now);
	if (alive(c) && receives(c) && c->fin_known && c->rcv_nxt == c->rcv_fin)
		rx_fin(c, now);
	else if (alive(c) && s->flags & TCP_FIN)
		c->ack_now = true;
}
