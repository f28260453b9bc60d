#include "dataplane/tcp/loss.h"

#include "dataplane/tcp/timer.h"
#include "dataplane/tcp/tx.h"

#define INITIAL_SEGMENTS 10
#define BLACK_HOLE_TIMEOUTS 2
#define BLACK_HOLE_MSS 512   /* passes wherever IPv4 does, with options and tunnels to spare */
#define BLACK_HOLE_MSS6 1220 /* passes wherever IPv6 does: RFC 8200 5 */
#define R1_TIMEOUTS 3	     /* RFC 9293 3.8.3: until the way there is doubted */

static u32 initial_window(const struct tcp_conn *c)
{
	return u32_min(INITIAL_SEGMENTS * c->mss, u32_max(2u * c->mss, 14600));
}

void loss_open(struct tcp_conn *c)
{
	c->cwnd = initial_window(c);
	c->ssthresh = UINT32_MAX;
	c->una_done = c->rtx_nxt = c->rtx_end = c->snd_una;
}

u32 loss_pipe(const struct tcp_conn *c)
{
	u32 flight = conn_flight(c), gone = c->dup_bytes;
	if (c->sacked.n)
		gone += ranges_bytes(&c->sacked, c->snd_una, c->snd_nxt);
	if (seq_lt(c->rtx_nxt, c->rtx_end))
		gone += c->rtx_end - c->rtx_nxt -
			ranges_bytes(&c->sacked, c->rtx_nxt, c->rtx_end);
	return flight > gone ? flight - gone : 0;
}

void loss_idle(struct tcp_conn *c, ns_t now)
{
	if (!c->t->cfg.keep_cwnd && !conn_flight(c) && now - c->sent_at > rto_ns(&c->rto))
		c->cwnd = u32_min(c->cwnd, initial_window(c));
}

void loss_timed(struct tcp_conn *c, ns_t now)
{
	c->sent_at = now;
	if (!c->rtt_on) {
		c->rtt_on = true;
		c->rtt_seq = c->snd_nxt;
		c->rtt_at = now;
	}
}

static void lost(struct tcp_conn *c, u32 lo, u32 hi)
{
	assert(seq_leq(c->snd_una, lo) && seq_leq(lo, hi) && seq_leq(hi, c->snd_nxt));
	c->rtx_nxt = lo;
	c->rtx_end = hi;
}

/* RFC 5681 3.1: a segment per ACK below ssthresh, a segment per window above. */
static void cwnd_grow(struct tcp_conn *c, u32 acked)
{
	if (c->cwnd >= c->snd.size)
		return; /* more than the ring holds cannot be in flight */
	if (c->cwnd < c->ssthresh) {
		c->cwnd += u32_min(acked, c->acks * c->mss);
		return;
	}
	c->cwnd_acked += acked;
	if (c->cwnd_acked >= c->cwnd) {
		c->cwnd_acked -= c->cwnd;
		c->cwnd += c->mss;
	}
}

static u32 half_flight(const struct tcp_conn *c)
{
	return u32_max(conn_flight(c) / 2, 2u * c->mss);
}

/*
 * The end of what SACK or duplicate ACKs prove lost: below the highest range held, or one segment.
 */
static u32 lost_end(const struct tcp_conn *c)
{
	if (c->sacked.n)
		return c->sacked.r[c->sacked.n - 1].lo;
	return c->snd_una + u32_min(c->mss, conn_flight(c));
}

static void recovery_begin(struct tcp_conn *c)
{
	tcp_count(c->t, TCP_CNT_recoveries);
	c->ssthresh = half_flight(c);
	c->cwnd = c->ssthresh;
	c->cwnd_acked = 0;
	c->recover = c->snd_nxt;
	c->loss = LOSS_RECOVERY;
	lost(c, c->snd_una, lost_end(c));
	/* The first goes whatever the window says (RFC 5681 3.2 step 3, RFC 6675 5 step 4.3). */
	if (tx_again(c))
		tcp_count(c->t, TCP_CNT_rtx_fast);
}

static void recovery_end(struct tcp_conn *c)
{
	if (c->loss == LOSS_RECOVERY) /* RFC 6582 3.2 step 3 */
		c->cwnd = u32_min(c->ssthresh, u32_max(conn_flight(c), c->mss) + c->mss);
	c->loss = LOSS_NONE;
	c->dup_bytes = 0;
	lost(c, c->snd_una, c->snd_una);
}

/* RFC 6582: a partial acknowledgement means the next segment is lost as well. */
static void recovery_partial(struct tcp_conn *c, u32 acked)
{
	if (c->sack_ok && c->sacked.n) {
		c->rtx_end = seq_max(c->rtx_end, lost_end(c));
		return;
	}
	u32 left = acked > c->mss ? acked - c->mss : 0;
	c->dup_bytes -= u32_min(c->dup_bytes, left);
	lost(c, c->snd_una, lost_end(c));
}

/* Round trip, back-off and probe: what any progress settles. */
static void acked_time(struct tcp_conn *c, ns_t now)
{
	c->progress_at = now;
	rto_progress(&c->rto);
	if (c->rtt_on && seq_leq(c->rtt_seq, c->snd_una)) {
		rto_sample(&c->rto, now - c->rtt_at);
		c->rtt_on = false;
	}
	if (c->probe_out && seq_leq(c->probe_end, c->snd_una))
		c->probe_out = false;
}

/*
 * RFC 8985 7.4.2: beyond what was in flight when the probe went, and no D-SACK has said that it was
 * superfluous: it has repaired a loss, and the window pays for that.
 */
static void probe_repaired(struct tcp_conn *c)
{
	if (!c->probe_again || !seq_lt(c->probe_end, c->snd_una))
		return;
	c->probe_again = false;
	if (c->loss != LOSS_NONE)
		return; /* paid already */
	c->ssthresh = u32_max(c->probe_flight / 2, 2u * c->mss);
	c->cwnd = u32_min(c->cwnd, c->ssthresh);
	c->cwnd_acked = 0;
	tcp_count(c->t, TCP_CNT_probe_repaired);
}

/*
 * What settles an unresolved probe the other way: a D-SACK of it (RFC 8985 7.4.2 case 1), or without
 * SACK a duplicate ACK of all that was in flight (case 2).
 */
static void probe_superfluous(struct tcp_conn *c, const struct tcp_seg *s)
{
	const struct range *d = &s->opts.sack[0];
	bool dsack = s->opts.n_sack && seq_leq(d->hi, s->ack) && seq_leq(c->probe_end - 1, d->hi);
	bool dup = !s->opts.n_sack && !s->n && s->ack == c->probe_end && s->ack == c->snd_una;
	if (c->probe_again && (dsack || dup))
		c->probe_again = false;
}

void loss_acked(struct tcp_conn *c, ns_t now)
{
	u32 acked = c->snd_una - c->una_done;
	assert(acked > 0 && seq_leq(c->snd_una, c->snd_nxt));
	c->una_done = c->snd_una;
	c->dupacks = 0;
	acked_time(c, now);
	ranges_trim(&c->sacked, c->snd_una);
	c->rtx_nxt = seq_max(c->rtx_nxt, c->snd_una);
	c->rtx_end = seq_max(c->rtx_end, c->rtx_nxt);
	if (c->loss != LOSS_NONE && seq_leq(c->recover, c->snd_una))
		recovery_end(c);
	else if (c->loss == LOSS_RECOVERY)
		recovery_partial(c, acked);
	else
		cwnd_grow(c, acked);
	c->acks = 0;
	probe_repaired(c);
	if (c->loss == LOSS_NONE)
		c->dup_bytes = 0;
	timer_update(c, now, true);
}

/* true: the blocks told something new. */
static bool sack_take(struct tcp_conn *c, const struct tcp_opts *o)
{
	u32 before = ranges_bytes(&c->sacked, c->snd_una, c->snd_nxt);
	for (u32 i = 0; i < o->n_sack && c->sack_ok; i++) {
		u32 lo = o->sack[i].lo, hi = o->sack[i].hi;
		bool valid = seq_lt(lo, hi) && seq_leq(c->snd_una, lo) && seq_leq(hi, c->snd_nxt);
		if (valid) /* else a duplicate's, or forged; a full set only costs knowledge */
			(void)ranges_add(&c->sacked, lo, hi);
	}
	return ranges_bytes(&c->sacked, c->snd_una, c->snd_nxt) > before;
}

/*
 * Only the first hole is not held by the peer, and nothing new can provoke more duplicates: RFC
 * 5827.
 */
static bool early(const struct tcp_conn *c)
{
	const struct ranges *s = &c->sacked;
	return s->n == 1 && s->r[0].hi == c->snd_nxt && !conn_unsent(c) &&
	       s->r[0].lo - c->snd_una <= c->mss;
}

static void duplicate(struct tcp_conn *c)
{
	c->dupacks += c->dupacks < UINT8_MAX;
	if (!c->sack_ok && c->loss != LOSS_TIMEOUT)
		c->dup_bytes = u32_min(c->dup_bytes + c->mss, conn_flight(c));
	if (c->loss == LOSS_NONE && (c->dupacks >= TCP_DUP_THRESH || early(c)))
		recovery_begin(c);
	else if (c->loss == LOSS_RECOVERY && c->sacked.n)
		c->rtx_end = seq_max(c->rtx_end, lost_end(c));
}

void loss_ack(struct tcp_conn *c, const struct tcp_seg *s, ns_t now)
{
	assert(c->una_done == c->snd_una && "the fast path's acknowledgements are booked first");
	if (!seq_leq(c->snd_una, s->ack))
		return;
	probe_superfluous(c, s);
	bool news = sack_take(c, &s->opts);
	if (seq_lt(c->snd_una, s->ack)) {
		c->snd_una = s->ack;
		c->acks = 1;
		loss_acked(c, now);
		return;
	}
	/* Answers to probes of a closed window tell of no loss. */
	bool same = s->n == 0 && !(s->flags & (TCP_SYN | TCP_FIN)) && c->snd_wnd &&
		    (u32)s->wnd << c->snd_scale == c->snd_wnd;
	if (conn_flight(c) && (news || (same && !c->sack_ok)))
		duplicate(c);
}

/*
 * Full segments vanish and no ICMP says why: a router that drops what is too big in silence. Smaller
 * ones from now on (the idea of RFC 4821).
 */
static void black_hole(struct tcp_conn *c)
{
	u16 least = (u16)((conn_ip_bytes(c) == IP_BYTES ? BLACK_HOLE_MSS : BLACK_HOLE_MSS6) - c->ts_bytes);
	if (c->rto.backoff == BLACK_HOLE_TIMEOUTS && conn_flight(c) >= c->mss && c->mss > least) {
		c->mss = least;
		tcp_count(c->t, TCP_CNT_mss_reduced);
	}
}

void loss_timeout(struct tcp_conn *c, ns_t now)
{
	assert(conn_flight(c) > 0);
	tcp_count(c->t, TCP_CNT_rtx_timeouts);
	if (c->loss != LOSS_TIMEOUT)
		c->ssthresh = half_flight(c);
	c->cwnd = c->mss;
	c->cwnd_acked = 0;
	c->loss = LOSS_TIMEOUT;
	c->dup_bytes = 0;
	c->dupacks = 0;
	c->sacked.n = 0; /* the peer may have dropped it: RFC 2018 8 */
	c->recover = c->snd_nxt;
	c->probe_out = c->probe_again = false;
	c->rtt_on = false;
	lost(c, c->snd_una, c->snd_nxt);
	rto_expired(&c->rto);
	black_hole(c);
	if (c->rto.backoff >= R1_TIMEOUTS)
		net_doubt(c->t->net, &c->rem, now);
	tx_output(c, now);
	timer_update(c, now, true);
}

/* New data where there is some and it may go, else the last segment again. */
void loss_probe(struct tcp_conn *c, ns_t now)
{
	assert(conn_flight(c) > 0 && !c->probe_out);
	tcp_count(c->t, TCP_CNT_rtx_probe);
	u32 data_end = seq_min(c->snd_nxt, c->snd_end);
	u32 n = u32_min(data_end - c->snd_una, c->mss);
	u32 unsent = u32_min(conn_unsent(c), c->mss);
	c->probe_flight = conn_flight(c);
	if (unsent && conn_flight(c) + unsent <= c->snd_wnd) {
		c->probe_out = tx_data(c, c->snd_nxt, unsent);
		c->probe_again = false;
	} else {
		c->probe_out = tx_data(c, data_end - n, n);
		c->retransmits += c->probe_out;
		c->probe_again = c->probe_out;
		c->rtt_on = false;
	}
	c->probe_end = c->snd_nxt;
	if (c->probe_out)
		timer_update(c, now, true);
	else
		timer_set(c, TIMER_PROBE, now); /* no room: again next turn */
}

void loss_shrink(struct tcp_conn *c, u16 mss, ns_t now)
{
	assert(mss < c->mss);
	c->mss = mss;
	if (conn_flight(c)) {
		c->rtt_on = false;
		c->loss = LOSS_TIMEOUT; /* not congestion: the window stays */
		c->recover = c->snd_nxt;
		lost(c, c->snd_una, c->snd_nxt);
		tx_output(c, now);
	}
}
