#include "dataplane/net/net.h"

#include "dataplane/net/csum.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/wire.h"

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

static bool is_unicast(u32 ip) { return ip >> 24 != 0 && ip >> 24 != 127 && ip < 0xe0000000; }

static bool on_link(const struct net *n, u32 ip) { return ((ip ^ n->ip) & n->mask) == 0; }

/* The all-ones and all-zeros host of our network; a /31 or /32 has none (RFC 3021). */
static bool is_network_broadcast(const struct net *n, u32 ip)
{
	u32 host = ip & ~n->mask;
	return n->cfg.prefix_len < 31 && on_link(n, ip) && (host == 0 || host == ~n->mask);
}

err_t net_init(struct net *n, const struct net_cfg *cfg, struct frame_out *out, u64 *counters)
{
	static const u8 zero_mac[6];
	if (!ip_addr_is_v4(&cfg->ip) || cfg->prefix_len > 32 || cfg->mtu < NET_MTU_MIN ||
	    cfg->mtu > NET_MTU_MAX || cfg->mac[0] & 1 || !memcmp(cfg->mac, zero_mac, 6))
		return ERR_ARGUMENT;
	*n = (struct net){ .cfg = *cfg, .out = out, .cnt = counters };
	n->ip = ip_addr_u32(&cfg->ip);
	n->mask = cfg->prefix_len ? ~0u << (32 - cfg->prefix_len) : 0;
	if (!is_unicast(n->ip) || is_network_broadcast(n, n->ip))
		return ERR_ARGUMENT;
	if (!ip_addr_is_none(&cfg->gateway)) {
		n->gateway = ip_addr_u32(&cfg->gateway);
		if (!ip_addr_is_v4(&cfg->gateway) || !is_unicast(n->gateway) ||
		    !on_link(n, n->gateway) || n->gateway == n->ip ||
		    is_network_broadcast(n, n->gateway))
			return ERR_ARGUMENT;
	}
	arp_init(n);
	return ERR_OK;
}

err_t net_resolve(struct net *n, const struct ip_addr *dst, u8 mac[6], ns_t now)
{
	u32 ip = ip_addr_u32(dst);
	if (!ip_addr_is_v4(dst) || !is_unicast(ip) || is_network_broadcast(n, ip) || ip == n->ip)
		return ERR_UNREACHABLE;
	if (!on_link(n, ip))
		ip = n->gateway;
	return ip ? arp_resolve(n, ip, mac, now) : ERR_UNREACHABLE;
}

u32 net_turn(struct net *n, ns_t now)
{
	if (now < n->arp.next_ns)
		return 0;
	arp_turn(n, now);
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
	u32 src = be32(ip + IP_OFF_SRC);
	if (!is_unicast(src) || src == n->ip || is_network_broadcast(n, src))
		return drop(n, NET_CNT_rx_ip_source);
	if (be16(ip + IP_OFF_FRAG) & IP_FRAG_MASK)
		return drop(n, NET_CNT_rx_ip_fragment);
	return len;
}

static enum net_kind ip_rx(struct net *n, const struct frame *f, struct net_seg *seg)
{
	const u8 *ip = f->p + ETH_BYTES;
	bool verified = f->flags & FRAME_CSUM_GOOD;
	u32 len = ip_check(n, ip, f->n - ETH_BYTES, verified);
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

enum net_kind net_rx(struct net *n, const struct frame *f, struct net_seg *seg, ns_t now)
{
	if (f->n < ETH_BYTES)
		return drop(n, NET_CNT_rx_short);
	u16 type = be16(f->p + ETH_OFF_TYPE);
	static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	bool ours = !memcmp(f->p, n->cfg.mac, 6);
	if (!ours && (type != ETH_ARP || memcmp(f->p, broadcast, 6)))
		return drop(n, NET_CNT_rx_other_mac);
	switch (type) {
	case ETH_IPV4:
		return ip_rx(n, f, seg);
	case ETH_ARP:
		arp_rx(n, f->p + ETH_BYTES, f->n - ETH_BYTES, now);
		return NET_NONE;
	case ETH_VLAN:
	case ETH_QINQ:
		return drop(n, NET_CNT_rx_vlan);
	default:
		return drop(n, NET_CNT_rx_ethertype);
	}
}
