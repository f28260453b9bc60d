#include "dataplane/net/arp.h"

#include <string.h>

#include "common/cursor.h"
#include "dataplane/net/net.h"
#include "dataplane/net/wire.h"

#define ARP_PACKET_BYTES 28
#define ARP_UNICAST_TRIES 3 /* of a refresh, before it asks everybody */

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
	u8 *f = n->out->room(n->out);
	if (!f) {
		counter_inc(&n->cnt[NET_CNT_tx_no_room]);
		return false;
	}
	struct wr w = wr_of(f, ETH_FRAME_MIN);
	wr_bytes(&w, dst_mac, 6);
	wr_bytes(&w, n->cfg.mac, 6);
	wr_u16(&w, ETH_ARP);
	wr_bytes(&w, fixed, sizeof fixed);
	wr_u16(&w, op);
	wr_bytes(&w, n->cfg.mac, 6);
	wr_u32(&w, n->ip);
	wr_bytes(&w, op == ARP_REPLY ? dst_mac : unknown, 6);
	wr_u32(&w, tpa);
	assert(!w.bad && wr_len(&w) == ETH_BYTES + ARP_PACKET_BYTES);
	memset(w.p, 0, wr_left(&w));
	return n->out->push(n->out, ETH_FRAME_MIN);
}

static void arp_ask(struct net *n, const struct arp_entry *e, const u8 dst_mac[6])
{
	if (arp_send(n, ARP_REQUEST, dst_mac, e->ip))
		counter_inc(&n->cnt[NET_CNT_tx_arp_request]);
}

static void entry_due(struct arp *a, struct arp_entry *e, ns_t at)
{
	e->due_ns = at;
	a->next_ns = u64_min(a->next_ns, at);
}

static struct arp_entry *arp_find(struct arp *a, u32 ip)
{
	for (u32 i = 0; i < ARP_ENTRIES; i++)
		if (a->e[i].state != ARP_FREE && a->e[i].ip == ip)
			return &a->e[i];
	return NULL;
}

/* A free entry; else the one unused longest, of those nobody asked for if there are any. */
static struct arp_entry *arp_take(struct arp *a, u32 ip)
{
	struct arp_entry *best = &a->e[0];
	for (u32 i = 0; i < ARP_ENTRIES; i++) {
		struct arp_entry *e = &a->e[i];
		if (e->state == ARP_FREE) {
			best = e;
			break;
		}
		if (e->wanted < best->wanted ||
		    (e->wanted == best->wanted && e->used_ns < best->used_ns))
			best = e;
	}
	*best = (struct arp_entry){ .ip = ip, .state = ARP_WAITING };
	return best;
}

static void entry_failed(struct net *n, struct arp_entry *e, ns_t now)
{
	counter_inc(&n->cnt[NET_CNT_arp_failed]);
	e->state = ARP_FAILED;
	e->tries = 0;
	entry_due(&n->arp, e, now + ARP_FAILED_NS);
}

/*
 * Asks, or gives up after ARP_TRIES. The MAC of an entry that is being probed stays in use
 * meanwhile.
 */
static void entry_retry(struct net *n, struct arp_entry *e, ns_t now)
{
	if (e->tries == ARP_TRIES) {
		entry_failed(n, e, now);
		return;
	}
	bool unicast = e->state == ARP_PROBING && e->tries < ARP_UNICAST_TRIES;
	arp_ask(n, e, unicast ? e->mac : broadcast);
	entry_due(&n->arp, e, now + (ARP_RETRY_NS << e->tries));
	e->tries++;
}

/*
 * Somebody says that a known neighbour has moved. Where that is to be verified the old MAC is asked
 * three times; if it is silent the broadcasts that follow find the new one, in 0.7 s.
 */
static bool entry_doubts(struct net *n, struct arp_entry *e, ns_t now)
{
	bool silent = e->state == ARP_PROBING && e->tries > ARP_UNICAST_TRIES;
	if (!n->cfg.arp_verify || silent)
		return false;
	counter_inc(&n->cnt[NET_CNT_arp_doubted]);
	if (e->state == ARP_KNOWN) {
		e->state = ARP_PROBING;
		entry_retry(n, e, now);
	}
	return true;
}

static void entry_known(struct net *n, struct arp_entry *e, const u8 mac[6], ns_t now)
{
	bool known = e->state == ARP_KNOWN || e->state == ARP_PROBING;
	if (known && memcmp(e->mac, mac, 6)) {
		if (entry_doubts(n, e, now))
			return;
		counter_inc(&n->cnt[NET_CNT_arp_changed]);
		n->mac_epoch++;
	}
	memcpy(e->mac, mac, 6);
	e->state = ARP_KNOWN;
	e->tries = 0;
	e->used_ns = now;
	entry_due(&n->arp, e, now + (e->wanted ? ARP_REFRESH_NS : ARP_EXPIRE_NS));
}

static void entry_turn(struct net *n, struct arp_entry *e, ns_t now)
{
	switch (e->state) {
	case ARP_KNOWN:
		if (!e->wanted) {
			e->state = ARP_FREE;
			return;
		}
		e->state = ARP_PROBING;
		entry_retry(n, e, now);
		return;
	case ARP_FAILED:
		e->state = ARP_FREE;
		if (e->ip == n->gateway) {
			e->state = ARP_WAITING; /* the gateway is never given up */
			entry_retry(n, e, now);
		}
		return;
	default:
		entry_retry(n, e, now);
	}
}

void arp_init(struct net *n)
{
	n->arp = (struct arp){ .next_ns = UINT64_MAX };
	if (n->gateway) {
		struct arp_entry *e = arp_take(&n->arp, n->gateway);
		e->wanted = true;
		entry_due(&n->arp, e, 0);
	}
}

void arp_turn(struct net *n, ns_t now)
{
	struct arp *a = &n->arp;
	a->next_ns = UINT64_MAX;
	for (u32 i = 0; i < ARP_ENTRIES; i++) {
		struct arp_entry *e = &a->e[i];
		if (e->state != ARP_FREE && now >= e->due_ns)
			entry_turn(n, e, now);
		if (e->state != ARP_FREE)
			a->next_ns = u64_min(a->next_ns, e->due_ns);
	}
}

err_t arp_resolve(struct net *n, u32 ip, u8 mac[6], ns_t now)
{
	struct arp_entry *e = arp_find(&n->arp, ip);
	if (!e) {
		e = arp_take(&n->arp, ip);
		entry_retry(n, e, now);
	} else if (!e->wanted && e->state == ARP_KNOWN) {
		entry_due(&n->arp, e, now + ARP_REFRESH_NS);
	}
	e->wanted = true;
	e->used_ns = now;
	if (e->state == ARP_WAITING)
		return ERR_AGAIN;
	if (e->state == ARP_FAILED)
		return ERR_UNREACHABLE;
	memcpy(mac, e->mac, 6);
	return ERR_OK;
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
	struct arp_entry *e = arp_find(&n->arp, a->spa);
	bool asks_us = a->op == ARP_REQUEST && a->tpa == n->ip;
	if (!e && asks_us)
		e = arp_take(&n->arp, a->spa); /* it will talk to us next */
	if (!e) {
		counter_inc(&n->cnt[NET_CNT_rx_arp_unasked]);
		return;
	}
	if (a->op == ARP_REPLY)
		counter_inc(&n->cnt[NET_CNT_rx_arp_reply]);
	entry_known(n, e, a->sha, now);
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
			counter_inc(&n->cnt[NET_CNT_rx_arp_conflict]);
		return;
	}
	if (arp_believable(n, a.spa))
		arp_learn(n, &a, now);
	if (a.op == ARP_REQUEST && a.tpa == n->ip && arp_send(n, ARP_REPLY, a.sha, a.spa))
		counter_inc(&n->cnt[NET_CNT_rx_arp_request]);
}
