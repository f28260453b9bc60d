#include "dataplane/net/icmp6.h"

#include "common/cursor.h"
#include "dataplane/net/eth.h"
#include "dataplane/net/nd.h"

#define ICMP6_OFF_CSUM 2
#define ICMP6_BYTES 8
#define TCP_QUOTE_BYTES 8 /* ports and sequence number */

void icmp6_finish(u8 *ip, u32 n)
{
	u8 *p = ip + IP6_BYTES;
	u16 v = csum_finish(ip6_pseudo(ip, IP6_ICMP, n) + csum_bytes(p, n));
	memcpy(p + ICMP6_OFF_CSUM, &v, sizeof v);
}

/* RFC 4443 4.2. Not to a group: nobody is to make many hosts answer one packet. */
static void echo_reply(struct net *n, const struct ip6_pkt *p)
{
	struct ip_addr to = ip_addr_of6(p->ip + IP6_OFF_SRC);
	u8 *ip = eth_room(n, p->mac, ETH_IPV6, IP6_BYTES + p->n);
	if (!ip)
		return;
	u8 *icmp = ip6_put(ip, n, &to, IP6_ICMP, p->n);
	memcpy(icmp, p->p, p->n);
	icmp[0] = ICMP6_ECHO_REPLY;
	memset(icmp + ICMP6_OFF_CSUM, 0, 2);
	icmp6_finish(ip, p->n);
	if (eth_push(n, ip, IP6_BYTES + p->n))
		counter_inc(&n->cnt[NET_CNT_rx_icmp_echo]);
}

/* The quoted packet must be TCP from our address; whether its numbers are ours TCP has to say. */
static bool quoted_segment(const struct net *n, struct rd *r, struct net_seg *seg)
{
	const u8 *ip = rd_bytes(r, IP6_BYTES);
	if (!ip || ip[0] >> 4 != 6 || ip[IP6_OFF_NEXT] != IP_TCP ||
	    memcmp(ip + IP6_OFF_SRC, n->cfg.ip6.b, 16) || rd_left(r) < TCP_QUOTE_BYTES)
		return false;
	*seg = (struct net_seg){ .src = ip_addr_of6(ip + IP6_OFF_DST), .p = r->p, .n = (u32)rd_left(r) };
	return !ip_addr_is_v4(&seg->src);
}

static enum net_kind error_rx(struct net *n, const struct ip6_pkt *p, struct net_seg *seg)
{
	struct rd r = rd_of(p->p, p->n);
	const u8 *h = rd_bytes(&r, ICMP6_BYTES);
	assert(h);
	if (!quoted_segment(n, &r, seg)) {
		counter_inc(&n->cnt[NET_CNT_rx_icmp_ignored]);
		return NET_NONE;
	}
	seg->icmp_type = h[0];
	seg->icmp_code = h[1];
	seg->icmp_mtu = h[0] == ICMP6_TOO_BIG ? (u16)u32_min(be32(h + 4), UINT16_MAX) : 0;
	counter_inc(&n->cnt[NET_CNT_rx_icmp_error]);
	return NET_ICMP_ERROR;
}

/* Long enough, the sum right, and nothing but a probe of an address comes from nowhere. */
static bool icmp6_ok(const struct ip6_pkt *p)
{
	struct ip_addr src = ip_addr_of6(p->ip + IP6_OFF_SRC);
	return p->n >= ICMP6_BYTES && (!ip_addr_is_none(&src) || p->p[0] == ICMP6_NEIGH_SOLICIT) &&
	       !csum_finish(ip6_pseudo(p->ip, IP6_ICMP, p->n) + csum_bytes(p->p, p->n));
}

enum net_kind icmp6_rx(struct net *n, const struct ip6_pkt *p, struct net_seg *seg, ns_t now)
{
	if (!icmp6_ok(p)) {
		counter_inc(&n->cnt[NET_CNT_rx_icmp_bad]);
		return NET_NONE;
	}
	switch (p->p[0]) {
	case ICMP6_UNREACHABLE:
	case ICMP6_TOO_BIG:
	case ICMP6_EXCEEDED:
	case ICMP6_PARAM:
		return error_rx(n, p, seg);
	case ICMP6_ROUTER_SOLICIT:
	case ICMP6_ROUTER_ADVERT:
	case ICMP6_NEIGH_SOLICIT:
	case ICMP6_NEIGH_ADVERT:
	case ICMP6_REDIRECT:
		nd_rx(n, p, now);
		return NET_NONE;
	default:
		break;
	}
	if (p->p[0] == ICMP6_ECHO && p->p[1] == 0 && !p->group)
		echo_reply(n, p);
	else
		counter_inc(&n->cnt[NET_CNT_rx_icmp_ignored]);
	return NET_NONE;
}
