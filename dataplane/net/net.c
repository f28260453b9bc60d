#include "dataplane/net/net.h"

#include "dataplane/net/arp.h"
#include "dataplane/net/csum.h"
#include "dataplane/net/eth.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/ip6.h"

const struct counter_def net_counter_defs[NET_CNT_COUNT] = {
#define CNT(name, help) { #name, help },
#include "dataplane/net/net_cnt.def"
#undef CNT
};

/* Reasons are told by their counter; the result is what the callers return. */
static enum net_kind drop(struct net *n, enum net_cnt why)
{
	counter_inc(&n->cnt[why]);
	return NET_NONE;
}

static bool on_link(const struct net *n, u32 ip) { return ((ip ^ n->ip) & n->mask) == 0; }

/* The all-ones and all-zeros host of our network; a /31 or /32 has none (RFC 3021). */
static bool is_network_broadcast(const struct net *n, u32 ip)
{
	u32 host = ip & ~n->mask;
	return n->cfg.prefix_len < 31 && on_link(n, ip) && (host == 0 || host == ~n->mask);
}

static bool on_link6(const struct net *n, const struct ip_addr *a)
{
	return ip_addr_is_link_local(a) || ip_addr_same_prefix(a, &n->cfg.ip6, n->cfg.prefix6_len);
}

/* An address of our link somebody else can have. */
static bool neighbour_ok(const struct net *n, const struct ip_addr *a)
{
	if (!ip_addr_is_unicast(a))
		return false;
	if (!ip_addr_is_v4(a))
		return n->has_ip6 && on_link6(n, a) && !ip_addr_eq(a, &n->cfg.ip6);
	u32 ip = ip_addr_u32(a);
	return n->ip && on_link(n, ip) && ip != n->ip && !is_network_broadcast(n, ip);
}

static bool init_v4(struct net *n, const struct net_cfg *cfg)
{
	if (ip_addr_is_none(&cfg->ip))
		return ip_addr_is_none(&cfg->gateway);
	if (!ip_addr_is_v4(&cfg->ip) || !ip_addr_is_unicast(&cfg->ip) || cfg->prefix_len > 32)
		return false;
	n->ip = ip_addr_u32(&cfg->ip);
	n->mask = cfg->prefix_len ? ~0u << (32 - cfg->prefix_len) : 0;
	if (is_network_broadcast(n, n->ip))
		return false;
	return ip_addr_is_none(&cfg->gateway) ||
	       (ip_addr_is_v4(&cfg->gateway) && neighbour_ok(n, &cfg->gateway));
}

static bool init_v6(struct net *n, const struct net_cfg *cfg)
{
	if (ip_addr_is_none(&cfg->ip6))
		return ip_addr_is_none(&cfg->gateway6);
	if (ip_addr_is_v4(&cfg->ip6) || !ip_addr_is_unicast(&cfg->ip6) || cfg->prefix6_len > 128 ||
	    cfg->mtu < NET_MTU6_MIN)
		return false;
	n->has_ip6 = true;
	return ip_addr_is_none(&cfg->gateway6) ||
	       (!ip_addr_is_v4(&cfg->gateway6) && neighbour_ok(n, &cfg->gateway6));
}

err_t net_init(struct net *n, const struct net_cfg *cfg, struct frame_out *out, u64 *counters)
{
	static const u8 zero_mac[6];
	if (cfg->mtu < NET_MTU_MIN || cfg->mtu > NET_MTU_MAX || cfg->mac[0] & 1 ||
	    !memcmp(cfg->mac, zero_mac, 6) || cfg->vlan > NET_VLAN_MAX || cfg->vlan_priority > 7)
		return ERR_ARGUMENT;
	*n = (struct net){ .cfg = *cfg, .out = out, .cnt = counters };
	if (!init_v4(n, cfg) || !init_v6(n, cfg) || (!n->ip && !n->has_ip6))
		return ERR_ARGUMENT;
	neigh_init(n);
	return ERR_OK;
}

/* The neighbour by which `dst` is reached; NULL: there is no way. */
static const struct ip_addr *next_hop(const struct net *n, const struct ip_addr *dst)
{
	bool v4 = ip_addr_is_v4(dst);
	const struct ip_addr *gateway = v4 ? &n->cfg.gateway : &n->cfg.gateway6;
	if (v4 ? !n->ip : !n->has_ip6)
		return NULL;
	if (v4 ? on_link(n, ip_addr_u32(dst)) : on_link6(n, dst))
		return neighbour_ok(n, dst) ? dst : NULL;
	return ip_addr_is_unicast(dst) && !ip_addr_is_none(gateway) ? gateway : NULL;
}

err_t net_resolve(struct net *n, const struct ip_addr *dst, u8 mac[6], ns_t now)
{
	const struct ip_addr *hop = next_hop(n, dst);
	return hop ? neigh_resolve(n, hop, mac, now) : ERR_UNREACHABLE;
}

void net_doubt(struct net *n, const struct ip_addr *dst, ns_t now)
{
	const struct ip_addr *hop = next_hop(n, dst);
	if (hop)
		neigh_doubt(n, hop, now);
}

u32 net_turn(struct net *n, ns_t now)
{
	if (now < n->neigh.next_ns)
		return 0;
	neigh_turn(n, now);
	return 1;
}

/* RFC 9293 3.1: the sum over pseudo-header, header and payload; verified unless the device has. */
static enum net_kind tcp_classify(struct net *n, const u8 *ip, u32 len, bool verified,
				  struct net_seg *seg)
{
	u32 tcp_len = len - IP_BYTES;
	if (tcp_len < TCP_BYTES)
		return drop(n, NET_CNT_rx_tcp_short);
	if (!verified) {
		u64 sum = csum_bytes(ip + IP_OFF_SRC, 8 + tcp_len); /* addresses, then the segment */
		sum += csum_word(IP_TCP) + csum_word((u16)tcp_len);
		if (csum_finish(sum))
			return drop(n, NET_CNT_rx_tcp_checksum);
	}
	*seg = (struct net_seg){ .p = ip + IP_BYTES, .n = tcp_len };
	seg->src = ip_addr_of(ip + IP_OFF_SRC);
	counter_inc(&n->cnt[NET_CNT_rx_tcp]);
	return NET_TCP;
}

/* The IPv4 header in the order of RFC 1122 3.2.1; returns its total length, 0: dropped. */
static u32 ip_check(struct net *n, const u8 *ip, u32 have, bool verified)
{
	u32 len = have >= IP_BYTES ? be16(ip + IP_OFF_LEN) : 0;
	if (len < IP_BYTES || len > have || ip[0] >> 4 != 4 || (ip[0] & 0xf) < 5)
		return drop(n, NET_CNT_rx_ip_header);
	if ((ip[0] & 0xf) != 5)
		return drop(n, NET_CNT_rx_ip_options);
	if (!verified && csum_finish(csum_bytes(ip, IP_BYTES)))
		return drop(n, NET_CNT_rx_ip_checksum);
	if (be32(ip + IP_OFF_DST) != n->ip)
		return drop(n, NET_CNT_rx_other_ip);
	struct ip_addr from = ip_addr_of(ip + IP_OFF_SRC);
	u32 src = be32(ip + IP_OFF_SRC);
	if (!ip_addr_is_unicast(&from) || src == n->ip || is_network_broadcast(n, src))
		return drop(n, NET_CNT_rx_ip_source);
	if (be16(ip + IP_OFF_FRAG) & IP_FRAG_MASK)
		return drop(n, NET_CNT_rx_ip_fragment);
	return len;
}

static enum net_kind ip_rx(struct net *n, const struct frame *f, struct net_seg *seg)
{
	u32 head = eth_bytes(&n->cfg);
	const u8 *ip = f->p + head;
	bool verified = f->flags & FRAME_CSUM_GOOD;
	u32 len = ip_check(n, ip, f->n - head, verified);
	if (!len)
		return NET_NONE;
	if (f->flags & FRAME_CSUM_BAD)
		return drop(n, NET_CNT_rx_tcp_checksum);
	switch (ip[IP_OFF_PROTO]) {
	case IP_TCP:
		return tcp_classify(n, ip, len, verified, seg);
	case IP_ICMP:
		return icmp_rx(n, ip, len, f->p + ETH_OFF_SRC, seg);
	default:
		return drop(n, NET_CNT_rx_ip_protocol);
	}
}

/* To our own MAC, or to a group in which somebody may ask for it. */
static bool is_for_us(const struct net *n, const u8 *dst, u16 type)
{
	static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	return !memcmp(dst, n->cfg.mac, 6) || (type == ETH_ARP && !memcmp(dst, broadcast, 6)) ||
	       (type == ETH_IPV6 && ip6_is_group_mac(n, dst));
}

enum net_kind net_rx(struct net *n, const struct frame *f, struct net_seg *seg, ns_t now)
{
	u16 type;
	if (!eth_parse(n, f, &type))
		return NET_NONE;
	if (!is_for_us(n, f->p, type))
		return drop(n, NET_CNT_rx_other_mac);
	u32 head = eth_bytes(&n->cfg);
	if (type == ETH_IPV4 && n->ip)
		return ip_rx(n, f, seg);
	if (type == ETH_IPV6 && n->has_ip6)
		return ip6_rx(n, f, seg, now);
	if (type != ETH_ARP || !n->ip)
		return drop(n, NET_CNT_rx_ethertype);
	arp_rx(n, f->p + head, f->n - head, now);
	return NET_NONE;
}
