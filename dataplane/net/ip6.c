#include "dataplane/net/ip6.h"

#include "common/cursor.h"
#include "dataplane/net/eth.h"
#include "dataplane/net/icmp6.h"

#define EXT_MAX 4 /* headers stepped over: who sends more wants to keep us busy */

enum { EXT_HOP_BY_HOP = 0, EXT_ROUTING = 43, EXT_FRAGMENT = 44, EXT_DESTINATION = 60 };

static const struct ip_addr all_nodes = { { 0xff, 0x02, [15] = 1 } };

static enum net_kind drop(struct net *n, enum net_cnt why)
{
	counter_inc(&n->cnt[why]);
	return NET_NONE;
}

struct ip_addr ip6_solicited_node(const struct ip_addr *a)
{
	return (struct ip_addr){ { 0xff, 0x02, [11] = 1, [12] = 0xff, a->b[13], a->b[14], a->b[15] } };
}

void ip6_group_mac(const struct ip_addr *group, u8 mac[6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->b + 12, 4);
}

bool ip6_is_group_mac(const struct net *n, const u8 mac[6])
{
	struct ip_addr mine = ip6_solicited_node(&n->cfg.ip6);
	u8 all[6], own[6];
	ip6_group_mac(&all_nodes, all);
	ip6_group_mac(&mine, own);
	return n->has_ip6 && (!memcmp(mac, all, 6) || !memcmp(mac, own, 6));
}

u8 *ip6_put(u8 *ip, const struct net *n, const struct ip_addr *dst, u8 proto, u32 len)
{
	memset(ip, 0, IP6_BYTES);
	ip[0] = 0x60;
	put_be16(ip + IP6_OFF_LEN, (u16)len);
	ip[IP6_OFF_NEXT] = proto;
	ip[IP6_OFF_HOPS] = IP_TTL;
	memcpy(ip + IP6_OFF_SRC, n->cfg.ip6.b, 16);
	memcpy(ip + IP6_OFF_DST, dst->b, 16);
	return ip + IP6_BYTES;
}

/* RFC 8200 4.2: what is not known is skipped where its two highest bits are zero. */
static bool options_ok(struct rd r)
{
	while (rd_left(&r)) {
		u8 type = rd_u8(&r);
		if (type == 0)
			continue; /* Pad1 */
		rd_skip(&r, rd_u8(&r));
		if (r.bad || type >> 6)
			return false;
	}
	return true;
}

/* One extension header of `kind`, taken off `r`. false: not for us to understand. */
static bool ext_step(struct rd *r, u8 kind, bool first, u8 *next)
{
	u32 bytes = rd_left(r) >= 2 ? (r->p[1] + 1u) * 8 : 8;
	struct rd h = rd_sub(r, bytes);
	*next = rd_u8(&h);
	rd_skip(&h, 1);
	if (h.bad || r->bad)
		return false;
	if (kind == EXT_ROUTING)
		return h.p[1] == 0; /* it has no way to go (RFC 8200 4.4) */
	return (kind == EXT_DESTINATION || first) && options_ok(h);
}

static bool is_ext(u8 kind)
{
	return kind == EXT_HOP_BY_HOP || kind == EXT_ROUTING || kind == EXT_DESTINATION;
}

/* NET_TCP: go on, `out->proto` is none of the extension headers. */
static enum net_kind ext_walk(struct net *n, struct rd r, struct ip6_pkt *out)
{
	u8 kind = out->ip[IP6_OFF_NEXT];
	for (u32 i = 0; is_ext(kind); i++)
		if (i == EXT_MAX || !ext_step(&r, kind, i == 0, &kind))
			return drop(n, NET_CNT_rx_ip6_extension);
	if (kind == EXT_FRAGMENT)
		return drop(n, NET_CNT_rx_ip_fragment);
	out->proto = kind;
	out->p = r.p;
	out->n = (u32)rd_left(&r);
	return NET_TCP;
}

/* Whom the packet is from and to; the unspecified source is for probes of an address (RFC 4862). */
static enum net_kind addresses_check(struct net *n, struct ip6_pkt *p)
{
	struct ip_addr src = ip_addr_of6(p->ip + IP6_OFF_SRC), dst = ip_addr_of6(p->ip + IP6_OFF_DST);
	struct ip_addr mine = ip6_solicited_node(&n->cfg.ip6);
	p->group = ip_addr_eq(&dst, &mine) || ip_addr_eq(&dst, &all_nodes);
	if (!ip_addr_eq(&dst, &n->cfg.ip6) && !(p->group && p->proto == IP6_ICMP))
		return drop(n, NET_CNT_rx_other_ip);
	bool probe = ip_addr_is_none(&src) && p->proto == IP6_ICMP;
	bool host = ip_addr_is_unicast(&src) && !ip_addr_is_v4(&src);
	if ((!host && !probe) || ip_addr_eq(&src, &n->cfg.ip6))
		return drop(n, NET_CNT_rx_ip_source);
	return NET_TCP;
}

static enum net_kind tcp_classify(struct net *n, const struct ip6_pkt *p, bool verified,
				  struct net_seg *seg)
{
	if (p->n < TCP_BYTES)
		return drop(n, NET_CNT_rx_tcp_short);
	if (!verified && csum_finish(ip6_pseudo(p->ip, IP_TCP, p->n) + csum_bytes(p->p, p->n)))
		return drop(n, NET_CNT_rx_tcp_checksum);
	*seg = (struct net_seg){ .p = p->p, .n = p->n, .src = ip_addr_of6(p->ip + IP6_OFF_SRC) };
	counter_inc(&n->cnt[NET_CNT_rx_tcp]);
	return NET_TCP;
}

enum net_kind ip6_rx(struct net *n, const struct frame *f, struct net_seg *seg, ns_t now)
{
	u32 head = eth_bytes(&n->cfg), have = f->n - head;
	struct ip6_pkt p = { .ip = f->p + head, .mac = f->p + ETH_OFF_SRC };
	u32 len = have >= IP6_BYTES ? be16(p.ip + IP6_OFF_LEN) : 0;
	if (!len || len > have - IP6_BYTES || p.ip[0] >> 4 != 6)
		return drop(n, NET_CNT_rx_ip_header);
	if (!ext_walk(n, rd_of(p.ip + IP6_BYTES, len), &p) || !addresses_check(n, &p))
		return NET_NONE;
	if (f->flags & FRAME_CSUM_BAD)
		return drop(n, NET_CNT_rx_tcp_checksum);
	switch (p.proto) {
	case IP_TCP:
		return tcp_classify(n, &p, f->flags & FRAME_CSUM_GOOD, seg);
	case IP6_ICMP:
		return icmp6_rx(n, &p, seg, now);
	default:
		return drop(n, NET_CNT_rx_ip_protocol);
	}
}
