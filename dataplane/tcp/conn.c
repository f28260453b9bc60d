#include "dataplane/tcp/conn.h"

#include "dataplane/tcp/hdr.h"
#include "dataplane/tcp/isn.h"
#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

void conn_check(const struct tcp_conn *c)
{
	assert(seq_leq(c->snd_una, c->snd_nxt));
	assert(seq_leq(c->snd_nxt, c->snd_end + (c->fin_sent ? 1 : 0)));
	assert(c->fin_sent || c->snd_end - c->snd_una <= c->snd.size);
	assert(!c->fin_sent || c->fin_queued);
	assert(!seq_lt(c->rtx_nxt, c->rtx_end) ||
	       (seq_leq(c->snd_una, c->rtx_nxt) && seq_leq(c->rtx_end, c->snd_nxt)));
	assert(!c->ooo.held.n || seq_lt(c->rcv_nxt, c->ooo.held.r[0].lo));
	assert(!c->sacked.n || seq_lt(c->snd_una, c->sacked.r[0].hi));
	assert(c->mss >= TCP_MSS_MIN && c->cwnd >= c->mss);
	assert(!conn_synchronized(c) || c->timer != TIMER_SYN);
	assert(c->rtx_at == TCP_NEVER || due_has(&c->t->due, c->index, c->rtx_at));
	assert(c->ack_at == TCP_NEVER || due_has(&c->t->due, c->index, c->ack_at));
}

/* Whatever the cut-through path does not know about keeps it away. */
void conn_slow_update(struct tcp_conn *c)
{
	c->slow = c->state != TCP_ESTABLISHED || c->ooo.held.n || c->fin_known ||
		  c->loss != LOSS_NONE || c->sacked.n || c->dup_bytes || !c->snd_wnd ||
		  c->ts_ok;
}

static void hash_remove(struct tcp_conn *c)
{
	struct tcp_conn **p = conn_bucket(c->t, &c->rem, c->ports);
	while (*p != c)
		p = &(*p)->hash_next;
	*p = c->hash_next;
}

struct tcp_conn *conn_new(struct tcp *t, const struct ip_addr *rem, u32 ports, ns_t now)
{
	assert(!conn_find(t, rem, ports));
	struct tcp_conn *c = pool_get(&t->conns);
	if (!c)
		return NULL;
	u32 i = pool_index(&t->conns, c);
	*c = (struct tcp_conn){
		.rem = *rem, .rem_key = addr_key(rem), .ports = ports, .t = t, .index = i, .slow = true,
		.quick = TCP_QUICK_ACKS, .rcv_wnd = t->cfg.rcv_wnd_bytes, .progress_at = now,
		.at = hdr_place(t->net, rem),
		.rtx_at = TCP_NEVER, .ack_at = TCP_NEVER, .sack_ok = true, .scale_ok = true,
		.ts_ok = t->cfg.timestamps,
		.snd = { t->snd_mem + (size_t)i * t->cfg.snd_ring_bytes, t->cfg.snd_ring_bytes },
		.ooo = { .p = t->rcv_mem + (size_t)i * t->cfg.rcv_wnd_bytes,
			 .size = t->cfg.rcv_wnd_bytes },
	};
	c->mss = conn_mss_max(c);
	c->cwnd = c->mss;
	c->ts_offset = tcp_ts_offset(t, rem, ports);
	c->iss = c->snd_una = c->snd_nxt = tcp_isn(t, rem, ports, now);
	c->snd_end = c->iss + 1;
	c->una_done = c->rtx_nxt = c->rtx_end = c->iss;
	rto_init(&c->rto, t->cfg.rto_min_ns);
	struct tcp_conn **head = conn_bucket(t, rem, ports);
	c->hash_next = *head;
	*head = c;
	return c;
}

/* RFC 9293 3.7.1, RFC 7323 2.2: what the peer did not offer is not used. */
void conn_peer_opts(struct tcp_conn *c, const struct tcp_opts *o)
{
	c->ts_ok &= o->has_ts;
	c->ts_bytes = c->ts_ok ? TCP_TS_BYTES : 0;
	c->ts_recent = o->ts_val;
	c->ts_recent_ms = c->t->ts_now;
	u32 absent = ip_addr_is_v4(&c->rem) ? TCP_MSS_ABSENT : TCP_MSS_ABSENT6;
	u32 mss = o->has_mss ? u32_max(o->mss, TCP_MSS_MIN + c->ts_bytes) : absent;
	c->mss = (u16)(u32_min(mss, conn_mss_max(c)) - c->ts_bytes); /* RFC 6691 */
	c->sack_ok &= o->sack_ok;
	c->scale_ok &= o->has_scale;
	c->snd_scale = c->scale_ok ? o->scale : 0;
	c->rcv_scale = c->scale_ok ? c->t->rcv_scale : 0;
	c->rcv_wnd = c->scale_ok ? c->t->cfg.rcv_wnd_bytes
				 : u32_min(c->t->cfg.rcv_wnd_bytes, 65535);
	c->wnd_field = (u16)(c->rcv_wnd >> c->rcv_scale);
}

void conn_established(struct tcp_conn *c, ns_t now)
{
	assert(!conn_synchronized(c));
	struct tcp *t = c->t;
	if (c->state == TCP_SYN_RECEIVED && c->passive)
		t->half_open--;
	c->state = TCP_ESTABLISHED;
	c->tries = 0;
	c->progress_at = now;
	if (c->rtt_on && c->rtt_seq == c->iss + 1)
		rto_sample(&c->rto, now - c->rtt_at);
	c->rto.syn_lost = c->retransmits > 0;
	c->rtt_on = false;
	timer_set(c, TIMER_OFF, 0);
	loss_open(c);
	tcp_count(t, TCP_CNT_conn_open);
	if (c->fin_queued)
		c->state = TCP_FIN_WAIT_1; /* tcp_close came while opening */
	c->ev->open(c->user, c, now);
}

static bool unannounced(const struct tcp_conn *c)
{
	return c->passive && c->state == TCP_SYN_RECEIVED;
}

void conn_drop(struct tcp_conn *c)
{
	struct tcp *t = c->t;
	assert(c->state != TCP_CLOSED);
	t->half_open -= unannounced(c);
	c->state = TCP_CLOSED;
	c->slow = true;
	hash_remove(c);
	c->hash_next = t->dead;
	t->dead = c;
	tcp_count(t, TCP_CNT_conn_down);
}

void conn_end(struct tcp_conn *c, err_t why, ns_t now)
{
	bool silent = unannounced(c);
	conn_drop(c);
	if (!silent)
		c->ev->down(c->user, c, why, now);
}

void conn_fail(struct tcp_conn *c, err_t why, ns_t now)
{
	if (c->state != TCP_SYN_SENT)
		tx_rst(c);
	conn_end(c, why, now);
}

void conn_time_wait(struct tcp_conn *c, ns_t now)
{
	struct tcp *t = c->t;
	bool evicted;
	if (c->ack_now)
		(void)tx_ack(c); /* lost like any other: the peer sends its FIN again */
	struct tw *w = tw_add(&t->tw, &c->rem, c->ports, now, &evicted);
	w->snd_nxt = c->snd_nxt;
	w->rcv_nxt = c->rcv_nxt;
	w->wnd = c->wnd_field;
	w->ts = c->ts_ok;
	w->ts_offset = c->ts_offset;
	w->ts_recent = c->ts_recent;
	tcp_count(t, TCP_CNT_time_wait);
	if (evicted)
		tcp_count(t, TCP_CNT_time_wait_evicted);
	conn_end(c, ERR_CLOSED, now);
}
