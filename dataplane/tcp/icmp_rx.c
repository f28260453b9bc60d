#include "dataplane/tcp/loss.h"
#include "dataplane/tcp/rx.h"

#define PMTU_MIN 552 /* RFC 5927 7.2 and Linux agree: smaller ones are attacks */
#define PMTU6_MIN 1280 /* smaller ones are ignored: RFC 8201 4 */

enum { UNREACHABLE = 3, UNREACHABLE6 = 1, TOO_BIG6 = 2, PARAM6 = 4 };
enum { HOST_PROTOCOL = 2, HOST_PORT = 3, FRAG_NEEDED = 4, NET_PROHIBITED = 9, HOST_PROHIBITED = 10,
       ADMIN_PROHIBITED = 13 };
enum { ADMIN_PROHIBITED6 = 1, PORT6 = 4, POLICY6 = 5, REJECT6 = 6, NEXT_HEADER6 = 1 };

/* RFC 4443 3.1, 3.4: likewise what somebody has decided, not what may pass. */
static bool hard6(const struct net_seg *s)
{
	if (s->icmp_type == PARAM6)
		return s->icmp_code == NEXT_HEADER6;
	return s->icmp_type == UNREACHABLE6 &&
	       (s->icmp_code == ADMIN_PROHIBITED6 || s->icmp_code == PORT6 ||
		s->icmp_code == POLICY6 || s->icmp_code == REJECT6);
}

static bool hard(const struct net_seg *s)
{
	if (!ip_addr_is_v4(&s->src))
		return hard6(s);
	if (s->icmp_type != UNREACHABLE)
		return false;
	return s->icmp_code == HOST_PROTOCOL || s->icmp_code == HOST_PORT ||
	       s->icmp_code == NET_PROHIBITED || s->icmp_code == HOST_PROHIBITED ||
	       s->icmp_code == ADMIN_PROHIBITED;
}

/*
 * The MTU of the path, where the message tells it. RFC 1191: with the floor, and a router that names
 * none gets the floor at once. RFC 8201: below the least there is it is no news.
 */
static bool path_mtu(const struct net_seg *s, u32 *mtu)
{
	*mtu = s->icmp_mtu;
	if (!ip_addr_is_v4(&s->src))
		return s->icmp_type == TOO_BIG6 && *mtu >= PMTU6_MIN;
	*mtu = u32_max(*mtu, PMTU_MIN);
	return s->icmp_type == UNREACHABLE && s->icmp_code == FRAG_NEEDED;
}

static bool too_big(struct tcp_conn *c, const struct net_seg *s, ns_t now)
{
	u32 mtu;
	if (!path_mtu(s, &mtu) || !conn_synchronized(c))
		return false;
	u32 mss = mtu - conn_ip_bytes(c) - TCP_BYTES - c->ts_bytes;
	if (mss >= c->mss)
		return false;
	loss_shrink(c, (u16)mss, now);
	return true;
}

/* RFC 5927 4.1: only about bytes in flight. 5.2: a hard error ends only what is not open yet. */
void rx_icmp(struct tcp *t, const struct net_seg *s, ns_t now)
{
	assert(s->n >= 8);
	u32 seq = be32(s->p + 4);
	u32 ports = ports_of(be16(s->p + 2), be16(s->p)); /* the quoted segment is ours: turned round */
	struct tcp_conn *c = conn_find(t, &s->src, ports);
	bool in_flight = c && seq_leq(c->snd_una, seq) && seq_lt(seq, c->snd_nxt);
	if (in_flight && c->state == TCP_SYN_SENT && hard(s)) {
		tcp_count(t, TCP_CNT_rx_icmp_taken);
		conn_end(c, ERR_UNREACHABLE, now);
	} else if (in_flight && too_big(c, s, now)) {
		tcp_count(t, TCP_CNT_rx_icmp_taken);
		conn_slow_update(c);
	} else {
		tcp_count(t, TCP_CNT_rx_icmp_ignored);
	}
}
