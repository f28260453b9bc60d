#include "dataplane/tcp/hdr.h"
#include "dataplane/tcp/tx.h"

#define REPLIES_PER_S 100

bool reply_allowed(struct tcp *t, ns_t now)
{
	if (now - t->replies_at >= NS_PER_S) {
		t->replies_at = now;
		t->replies = 0;
	}
	if (t->replies >= REPLIES_PER_S) {
		tcp_count(t, TCP_CNT_reply_limited);
		return false;
	}
	t->replies++;
	return true;
}

/* A segment without connection: the neighbour must be known already, nobody waits for it. */
static bool reply(struct tcp *t, const struct tcp_seg *s, struct hdr_var *v, const u8 *opt, ns_t now)
{
	struct hdr_addr a = { .rem = s->rem, .ports = s->ports };
	struct hdr_at at = hdr_place(t->net, &s->rem);
	assert(!t->room_of);
	if (net_resolve(t->net, &s->rem, a.mac, now) != ERR_OK)
		return false;
	u8 *f = t->out->room(t->out);
	if (!f)
		return false;
	struct hdr_sums sums = hdr_make(f, t->net, &a);
	if (v->opt_len) {
		memcpy(f + hdr_bytes(at), opt, v->opt_len);
		v->payload_sum = csum_bytes(opt, v->opt_len);
	}
	u32 n = hdr_patch(f, v, at, a.ports, &sums, t->out->tx_csum);
	return t->out->push(t->out, n);
}

void reply_ack(struct tcp *t, const struct tcp_seg *s, const struct tw *w, ns_t now)
{
	struct hdr_var v = { .seq = w->snd_nxt, .ack = w->rcv_nxt, .flags = TCP_ACK, .wnd = w->wnd };
	u8 opt[TCP_TS_BYTES];
	if (w->ts)
		v.opt_len = (u8)tcp_opts_write_ts(opt, t->ts_now + w->ts_offset, w->ts_recent);
	tcp_count(t, reply(t, s, &v, opt, now) ? TCP_CNT_tx_ack : TCP_CNT_tx_no_room);
}

void reply_rst(struct tcp *t, const struct tcp_seg *s, ns_t now)
{
	struct hdr_var v = { .flags = TCP_RST };
	if (s->flags & TCP_ACK) {
		v.seq = s->ack;
	} else {
		v.flags |= TCP_ACK;
		v.ack = s->seq + seg_len(s);
	}
	tcp_count(t, reply(t, s, &v, NULL, now) ? TCP_CNT_tx_rst : TCP_CNT_tx_no_room);
}
