#include "dataplane/net/nd.h"

#include "common/cursor.h"
#include "dataplane/net/eth.h"
#include "dataplane/net/icmp6.h"

#define ND_HOPS 255  /* no router has forwarded it (RFC 4861 7.1) */
#define ND_FIXED 24  /* type, code, checksum, flags, target */
#define ND_BYTES 32  /* and the link-layer address of the sender or the target */
#define ND_OPT_UNITS 8

enum { OPT_SOURCE = 1, OPT_TARGET = 2 };
enum { FLAG_SOLICITED = 0x40, FLAG_OVERRIDE = 0x20 };

struct nd {
	struct ip_addr src, target;
	u8 type, flags;
	const u8 *mac; /* of the option that goes with the type; NULL: there is none */
};

struct nd_out {
	u8 type, flags;
	const u8 *mac; /* of the next station */
	struct ip_addr dst, target;
};

static bool nd_send(struct net *n, const struct nd_out *o)
{
	u8 *ip = eth_room(n, o->mac, ETH_IPV6, IP6_BYTES + ND_BYTES);
	if (!ip)
		return false;
	u8 *p = ip6_put(ip, n, &o->dst, IP6_ICMP, ND_BYTES);
	ip[IP6_OFF_HOPS] = ND_HOPS;
	memset(p, 0, ND_FIXED);
	p[0] = o->type;
	p[4] = o->flags;
	memcpy(p + 8, o->target.b, 16);
	p[ND_FIXED] = o->type == ICMP6_NEIGH_SOLICIT ? OPT_SOURCE : OPT_TARGET;
	p[ND_FIXED + 1] = 1;
	memcpy(p + ND_FIXED + 2, n->cfg.mac, 6);
	icmp6_finish(ip, ND_BYTES);
	return eth_push(n, ip, IP6_BYTES + ND_BYTES);
}

void nd_ask(struct net *n, const struct ip_addr *ip, const u8 *mac)
{
	u8 group_mac[6];
	struct nd_out o = { .type = ICMP6_NEIGH_SOLICIT, .dst = *ip, .target = *ip, .mac = mac };
	if (!mac) {
		o.dst = ip6_solicited_node(ip);
		ip6_group_mac(&o.dst, group_mac);
		o.mac = group_mac;
	}
	if (nd_send(n, &o))
		counter_inc(&n->cnt[NET_CNT_tx_nd_solicit]);
}

/* RFC 4861 4.6: an option of length zero makes the packet bad; unknown ones are skipped. */
static bool nd_options(struct rd *r, u8 wanted, const u8 **mac)
{
	*mac = NULL;
	while (rd_left(r)) {
		u8 type = rd_u8(r), units = rd_u8(r);
		const u8 *body = units ? rd_bytes(r, units * ND_OPT_UNITS - 2u) : NULL;
		if (!body)
			return false;
		if (type == wanted && units == 1)
			*mac = body;
	}
	return !*mac || !(**mac & 1); /* a group is nobody's address */
}

/* RFC 4861 7.1.1 and 7.1.2. */
static bool nd_parse(const struct ip6_pkt *p, struct nd *out)
{
	struct rd r = rd_of(p->p, p->n);
	const u8 *h = rd_bytes(&r, ND_FIXED);
	if (!h || h[1] || p->ip[IP6_OFF_HOPS] != ND_HOPS)
		return false;
	out->type = h[0];
	out->flags = h[4];
	out->src = ip_addr_of6(p->ip + IP6_OFF_SRC);
	out->target = ip_addr_of6(h + 8);
	bool asks = out->type == ICMP6_NEIGH_SOLICIT;
	if (!nd_options(&r, asks ? OPT_SOURCE : OPT_TARGET, &out->mac) || out->target.b[0] == 0xff)
		return false;
	if (asks && ip_addr_is_none(&out->src))
		return p->group && !out->mac;
	return asks || !(p->group && out->flags & FLAG_SOLICITED);
}

static bool nd_on_link(const struct net *n, const struct ip_addr *a)
{
	return ip_addr_is_link_local(a) || ip_addr_same_prefix(a, &n->cfg.ip6, n->cfg.prefix6_len);
}

/* RFC 4861 7.2.4; who only wants to know whether the address is free hears it with everybody. */
static void nd_answer(struct net *n, const struct nd *d, const struct ip6_pkt *p)
{
	static const struct ip_addr all_nodes = { { 0xff, 0x02, [15] = 1 } };
	struct nd_out o = { .type = ICMP6_NEIGH_ADVERT, .flags = FLAG_OVERRIDE | FLAG_SOLICITED,
			    .dst = d->src, .target = n->cfg.ip6, .mac = d->mac ? d->mac : p->mac };
	u8 group_mac[6];
	if (ip_addr_is_none(&d->src)) {
		counter_inc(&n->cnt[NET_CNT_neigh_conflict]);
		o.dst = all_nodes;
		o.flags = FLAG_OVERRIDE;
		ip6_group_mac(&all_nodes, group_mac);
		o.mac = group_mac;
	}
	if (nd_send(n, &o))
		counter_inc(&n->cnt[NET_CNT_rx_nd_solicit]);
}

/* RFC 4861 7.2.3: who asks tells where it is, but not yet that it hears us. */
static void solicit_rx(struct net *n, const struct nd *d, const struct ip6_pkt *p, ns_t now)
{
	if (!ip_addr_eq(&d->target, &n->cfg.ip6)) {
		counter_inc(&n->cnt[NET_CNT_neigh_unasked]);
		return;
	}
	if (d->mac && nd_on_link(n, &d->src))
		(void)neigh_heard(n, &d->src, d->mac, NEIGH_ASKS_US | NEIGH_OVERRIDES, now);
	nd_answer(n, d, p);
}

/* RFC 4861 7.2.5. Without the option it can only confirm what we know: the MAC it came from. */
static void advert_rx(struct net *n, const struct nd *d, const struct ip6_pkt *p, ns_t now)
{
	if (ip_addr_eq(&d->target, &n->cfg.ip6)) {
		counter_inc(&n->cnt[NET_CNT_neigh_conflict]);
		return;
	}
	u32 how = (d->flags & FLAG_SOLICITED ? NEIGH_CONFIRMS : 0) |
		  (d->mac && d->flags & FLAG_OVERRIDE ? NEIGH_OVERRIDES : 0);
	if (neigh_heard(n, &d->target, d->mac ? d->mac : p->mac, how, now))
		counter_inc(&n->cnt[NET_CNT_rx_nd_advert]);
}

void nd_rx(struct net *n, const struct ip6_pkt *p, ns_t now)
{
	struct nd d;
	u8 type = p->p[0];
	if (type != ICMP6_NEIGH_SOLICIT && type != ICMP6_NEIGH_ADVERT) {
		counter_inc(&n->cnt[NET_CNT_rx_nd_router]);
		return;
	}
	if (!nd_parse(p, &d)) {
		counter_inc(&n->cnt[NET_CNT_rx_nd_bad]);
		return;
	}
	if (type == ICMP6_NEIGH_SOLICIT)
		solicit_rx(n, &d, p, now);
	else
		advert_rx(n, &d, p, now);
}
