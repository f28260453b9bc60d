#include "dataplane/tcp/tx.h"

#include "dataplane/tcp/hdr.h"
#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/timer.h"

#define CHALLENGES_PER_S 10

void tx_template(struct tcp_conn *c, const u8 mac[6])
{
	struct hdr_addr a = { .rem = c->rem, .ports = c->ports };
	memcpy(a.mac, mac, 6);
	c->sums = hdr_make(c->hdr, c->t->net, &a);
	c->mac_known = true;
}

static void ack_retired(struct tcp_conn *c)
{
	c->quick -= c->quick < c->ack_segs ? c->quick : c->ack_segs;
	c->ack_segs = 0;
	c->ack_now = false;
	c->last_ack = c->rcv_nxt;
	c->ack_at = TCP_NEVER;
	c->dsack = (struct range){ 0 };
}

struct tx_seg {
	u32 seq;
	u8 flags;
	u32 len;
	u16 wnd;
	u8 opt_len;
	u8 opt[TCP_OPT_MAX];
};

u32 tx_timestamp(const struct tcp_conn *c, u8 *opt)
{
	return c->ts_bytes ? tcp_opts_write_ts(opt, c->t->ts_now + c->ts_offset, c->ts_recent) : 0;
}

static bool tx_segment(struct tcp_conn *c, const struct tx_seg *s)
{
	struct tcp *t = c->t;
	assert(!t->room_of && "nothing else is sent between tcp_tx_room and tcp_tx_fire");
	assert(c->mac_known && s->opt_len + s->len <= conn_mss_max(c));
	u8 *f = t->out->room(t->out);
	if (!f) {
		tcp_count(t, TCP_CNT_tx_no_room);
		return false;
	}
	u8 *opt = f + hdr_bytes(c->at);
	hdr_copy(f, c->hdr, c->at);
	memcpy(opt, s->opt, s->opt_len);
	u64 sum = csum_bytes(s->opt, s->opt_len);
	sum += sndbuf_get(&c->snd, s->seq, opt + s->opt_len, s->len);
	struct hdr_var v = {
		.seq = s->seq, .ack = s->flags & TCP_ACK ? c->rcv_nxt : 0, .flags = s->flags,
		.opt_len = s->opt_len, .wnd = s->wnd, .id = c->ip_id++, .len = s->len,
		.payload_sum = sum,
	};
	u32 n = hdr_patch(f, &v, c->at, c->ports, &c->sums, t->out->tx_csum);
	if (!t->out->push(t->out, n)) {
		tcp_count(t, TCP_CNT_tx_no_room);
		return false;
	}
	if (s->flags & TCP_ACK)
		ack_retired(c);
	return true;
}

bool tx_data(struct tcp_conn *c, u32 seq, u32 len)
{
	u32 end = seq + len;
	bool fin = c->fin_queued && end == c->snd_end;
	assert(seq_leq(c->snd_una, seq) && seq_leq(end, c->snd_end) && (len || fin));
	struct tx_seg s = { .seq = seq, .len = len, .wnd = c->wnd_field, .flags = TCP_ACK };
	s.opt_len = (u8)tx_timestamp(c, s.opt);
	s.flags |= (end == c->snd_end && len ? TCP_PSH : 0) | (fin ? TCP_FIN : 0);
	if (!tx_segment(c, &s))
		return false;
	tcp_count(c->t, TCP_CNT_tx_data);
	c->fin_sent |= fin;
	c->snd_nxt = seq_max(c->snd_nxt, end + fin);
	return true;
}

bool tx_syn(struct tcp_conn *c)
{
	bool reply = c->state == TCP_SYN_RECEIVED;
	struct tx_seg s = { .seq = c->iss, .flags = TCP_SYN | (reply ? TCP_ACK : 0) };
	s.wnd = (u16)u32_min(c->t->cfg.rcv_wnd_bytes, 65535); /* never scaled: RFC 7323 2.2 */
	struct tcp_opts o = { .has_mss = true, .mss = conn_mss_max(c), .sack_ok = c->sack_ok,
			      .has_scale = c->scale_ok, .scale = c->t->rcv_scale,
			      .has_ts = c->ts_ok, .ts_val = c->t->ts_now + c->ts_offset,
			      .ts_ecr = reply ? c->ts_recent : 0 };
	s.opt_len = (u8)tcp_opts_write_syn(s.opt, &o);
	if (!tx_segment(c, &s))
		return false;
	c->snd_nxt = c->iss + 1;
	return true;
}

/* The duplicate first (RFC 2883 4), then what was heard of last. */
static u8 sack_option(const struct tcp_conn *c, u8 *opt)
{
	struct range blocks[TCP_SACK_BLOCKS];
	u32 n = 0, max = TCP_SACK_BLOCKS - (c->ts_bytes ? 1 : 0);
	if (!c->sack_ok)
		return 0;
	if (c->dsack.lo != c->dsack.hi)
		blocks[n++] = c->dsack;
	n += ooo_sack(&c->ooo, blocks + n, max - n);
	return n ? (u8)tcp_opts_write_sack(opt, blocks, n) : 0;
}

bool tx_ack(struct tcp_conn *c)
{
	struct tx_seg s = { .seq = c->snd_nxt, .flags = TCP_ACK, .wnd = c->wnd_field };
	s.opt_len = (u8)tx_timestamp(c, s.opt);
	s.opt_len += sack_option(c, s.opt + s.opt_len);
	if (!tx_segment(c, &s)) {
		c->ack_now = true;
		conn_pend(c);
		return false;
	}
	tcp_count(c->t, TCP_CNT_tx_ack);
	return true;
}

bool tx_keepalive(struct tcp_conn *c)
{
	struct tx_seg s = { .seq = c->snd_nxt - 1, .flags = TCP_ACK, .wnd = c->wnd_field };
	s.opt_len = (u8)tx_timestamp(c, s.opt);
	return tx_segment(c, &s);
}

void tx_challenge(struct tcp_conn *c, ns_t now)
{
	tcp_count(c->t, TCP_CNT_rx_challenge);
	if (now - c->challenge_at >= NS_PER_S) {
		c->challenge_at = now;
		c->challenges = 0;
	}
	if (c->challenges >= CHALLENGES_PER_S) {
		tcp_count(c->t, TCP_CNT_challenge_limited);
		return;
	}
	c->challenges++;
	if (tx_ack(c))
		tcp_count(c->t, TCP_CNT_tx_challenge);
}

void tx_rst(struct tcp_conn *c)
{
	struct tx_seg s = { .seq = c->snd_nxt, .flags = TCP_RST | TCP_ACK };
	if (c->mac_known && tx_segment(c, &s))
		tcp_count(c->t, TCP_CNT_tx_rst);
}

/* One segment of [rtx_nxt, rtx_end), or only the FIN; what the peer holds is stepped over. */
bool tx_again(struct tcp_conn *c)
{
	struct range g = ranges_gap(&c->sacked, c->rtx_nxt, c->rtx_end);
	c->rtx_nxt = g.lo;
	if (g.lo == g.hi)
		return true;
	u32 len = u32_min(seq_min(g.hi, c->snd_end) - g.lo, c->mss);
	u32 fin = c->fin_sent && g.lo + len == c->snd_end;
	if (!tx_data(c, g.lo, len))
		return false;
	c->rtx_nxt = seq_min(g.lo + len + fin, c->rtx_end);
	c->rtt_on = false; /* Karn */
	c->retransmits++;
	return true;
}

static bool output_lost(struct tcp_conn *c)
{
	while (seq_lt(c->rtx_nxt, c->rtx_end)) {
		u32 pipe = loss_pipe(c);
		if (pipe && pipe + c->mss > c->cwnd)
			return false;
		if (!tx_again(c)) {
			conn_pend(c);
			return false;
		}
		bool timeout = c->loss == LOSS_TIMEOUT;
		tcp_count(c->t, timeout ? TCP_CNT_rtx_timeout : TCP_CNT_rtx_fast);
	}
	return true;
}

/* Bytes of new data one segment may carry now; 0: none (RFC 9293 3.8.6.2.1 without Nagle). */
static u32 output_room(const struct tcp_conn *c)
{
	u32 unsent = conn_unsent(c), flight = conn_flight(c);
	u32 window = c->snd_wnd > flight ? c->snd_wnd - flight : 0;
	u32 n = u32_min(u32_min(unsent, c->mss), window);
	bool silly = n < c->mss && n < unsent && n < c->max_wnd / 2;
	u32 pipe = loss_pipe(c);
	if (silly || (pipe && pipe + n > c->cwnd))
		return 0;
	return n;
}

static void output_new(struct tcp_conn *c, ns_t now)
{
	u32 n;
	loss_idle(c, now);
	while ((n = output_room(c)) > 0) {
		u32 seq = c->snd_nxt;
		if (!tx_data(c, seq, n)) {
			conn_pend(c);
			return;
		}
		loss_timed(c, now);
	}
	if (conn_fin_due(c) && !conn_unsent(c) && !tx_data(c, c->snd_end, 0))
		conn_pend(c);
}

void tx_output(struct tcp_conn *c, ns_t now)
{
	assert(conn_synchronized(c));
	if (output_lost(c))
		output_new(c, now);
	timer_update(c, now, false);
}
