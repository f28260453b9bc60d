#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/rx.h"

#define ICMP_UNREACHABLE 3
#define PMTU_MIN 552 /* RFC 5927 7.2 and Linux agree: smaller ones are attacks */

enum { HOST_PROTOCOL = 2, HOST_PORT = 3, FRAG_NEEDED = 4, NET_PROHIBITED = 9, HOST_PROHIBITED = 10,
       ADMIN_PROHIBITED = 13 };

static bool hard(const struct net_seg *s)
{
	if (s->icmp_type != ICMP_UNREACHABLE)
		return false;
	return s->icmp_code == HOST_PROTOCOL || s->icmp_code == HOST_PORT ||
	       s->icmp_code == NET_PROHIBITED || s->icmp_code == HOST_PROHIBITED ||
	       s->icmp_code == ADMIN_PROHIBITED;
}

/* RFC 1191, with the floor; a router that names no MTU gets the floor at once. */
static bool frag_needed(struct tcp_conn *c, const struct net_seg *s, ns_t now)
{
	u32 mss = u32_max(s->icmp_mtu, PMTU_MIN) - IP_BYTES - TCP_BYTES - c->ts_bytes;
	if (s->icmp_type != ICMP_UNREACHABLE || s->icmp_code != FRAG_NEEDED || mss >= c->mss ||
	    !conn_synchronized(c))
		return false;
	loss_shrink(c, (u16)mss, now);
	return true;
}

/* RFC 5927 4.1: only about bytes in flight. 5.2: a hard error ends only what is not open yet. */
void rx_icmp(struct tcp *t, const struct net_seg *s, ns_t now)
{
	assert(s->n >= 8);
	u32 rem_ip, ports, seq = be32(s->p + 4);
	memcpy(&rem_ip, s->src.b + 12, 4);
	ports = ports_of(be16(s->p + 2), be16(s->p)); /* the quoted segment is ours: turned round */
	struct tcp_conn *c = conn_find(t, rem_ip, ports);
	bool in_flight = c && seq_leq(c->snd_una, seq) && seq_lt(seq, c->snd_nxt);
	if (in_flight && c->state == TCP_SYN_SENT && hard(s)) {
		tcp_count(t, TCP_CNT_rx_icmp_taken);
		conn_end(c, ERR_UNREACHABLE, now);
	} else if (in_flight && frag_needed(c, s, now)) {
		tcp_count(t, TCP_CNT_rx_icmp_taken);
		conn_slow_update(c);
	} else {
		tcp_count(t, TCP_CNT_rx_icmp_ignored);
	}
}
