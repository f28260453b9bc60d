#include "dataplane/net/arp.h"

#include <string.h>

#include "common/cursor.h"
#include "dataplane/net/eth.h"

#define ARP_PACKET_BYTES 28

enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp_packet {
	u16 op;
	u32 spa, tpa; /* sender and target protocol address */
	u8 sha[6];
};

static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static bool arp_send(struct net *n, u16 op, const u8 dst_mac[6], u32 tpa)
{
	static const u8 fixed[6] = { 0, 1, ETH_IPV4 >> 8, ETH_IPV4 & 0xff, 6, 4 };
	static const u8 unknown[6];
	u8 *p = eth_room(n, dst_mac, ETH_ARP, ARP_PACKET_BYTES);
	if (!p)
		return false;
	struct wr w = wr_of(p, ARP_PACKET_BYTES);
	wr_bytes(&w, fixed, sizeof fixed);
	wr_u16(&w, op);
	wr_bytes(&w, n->cfg.mac, 6);
	wr_u32(&w, n->ip);
	wr_bytes(&w, op == ARP_REPLY ? dst_mac : unknown, 6);
	wr_u32(&w, tpa);
	assert(!w.bad && wr_len(&w) == ARP_PACKET_BYTES);
	return eth_push(n, p, ARP_PACKET_BYTES);
}

void arp_ask(struct net *n, u32 ip, const u8 *mac)
{
	if (arp_send(n, ARP_REQUEST, mac ? mac : broadcast, ip))
		counter_inc(&n->cnt[NET_CNT_tx_arp_request]);
}

static bool arp_parse(const u8 *p, u32 len, struct arp_packet *out)
{
	struct rd r = rd_of(p, len);
	u32 types = rd_u32(&r);
	u16 sizes = rd_u16(&r);
	out->op = rd_u16(&r);
	const u8 *sha = rd_bytes(&r, 6);
	out->spa = rd_u32(&r);
	rd_skip(&r, 6);
	out->tpa = rd_u32(&r);
	if (r.bad || types != (1u << 16 | ETH_IPV4) || sizes != (6 << 8 | 4))
		return false;
	memcpy(out->sha, sha, 6);
	return (out->op == ARP_REQUEST || out->op == ARP_REPLY) && !(sha[0] & 1);
}

static bool arp_on_link(const struct net *n, u32 ip) { return (ip & n->mask) == (n->ip & n->mask); }

/* Only neighbours of our own network are believed. */
static bool arp_believable(const struct net *n, u32 spa)
{
	u32 host = spa & ~n->mask;
	return arp_on_link(n, spa) && (n->cfg.prefix_len > 30 || (host != 0 && host != ~n->mask));
}

/*
 * Who is answered without being believed: 0 is the sender of an address probe (RFC 5227), and Linux
 * asks with whatever address of its own the packet at hand has (arp_announce 0).
 */
static bool arp_stranger_asks(const struct net *n, const struct arp_packet *a)
{
	return a->op == ARP_REQUEST && a->tpa == n->ip && !arp_on_link(n, a->spa);
}

static void arp_learn(struct net *n, const struct arp_packet *a, ns_t now)
{
	struct ip_addr ip = ip_addr_v4(a->spa);
	bool asks_us = a->op == ARP_REQUEST && a->tpa == n->ip;
	u32 how = NEIGH_OVERRIDES | NEIGH_CONFIRMS | (asks_us ? NEIGH_ASKS_US : 0);
	if (neigh_heard(n, &ip, a->sha, how, now) && a->op == ARP_REPLY)
		counter_inc(&n->cnt[NET_CNT_rx_arp_reply]);
}

void arp_rx(struct net *n, const u8 *p, u32 len, ns_t now)
{
	struct arp_packet a;
	if (!arp_parse(p, len, &a) ||
	    !(arp_believable(n, a.spa) || a.spa == 0 || arp_stranger_asks(n, &a))) {
		counter_inc(&n->cnt[NET_CNT_rx_arp_bad]);
		return;
	}
	if (a.spa == n->ip) {
		if (memcmp(a.sha, n->cfg.mac, 6))
			counter_inc(&n->cnt[NET_CNT_neigh_conflict]);
		return;
	}
	if (arp_believable(n, a.spa))
		arp_learn(n, &a, now);
	if (a.op == ARP_REQUEST && a.tpa == n->ip && arp_send(n, ARP_REPLY, a.sha, a.spa))
		counter_inc(&n->cnt[NET_CNT_rx_arp_request]);
}
