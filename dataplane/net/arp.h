/*
 * arp.h - the table of neighbours of one port (RFC 826, RFC 5227 for the address conflict counter).
 *
 * An entry somebody asked for is kept fresh by unicast probes before it expires, so that a send
 * never waits for a resolution that had succeeded once. Neighbours that only asked us are
 * remembered until they expire. Internal to net.
 */
#ifndef SAKER_ARP_H
#define SAKER_ARP_H

#include "common/err.h"
#include "common/types.h"

#define ARP_ENTRIES 32
#define ARP_REFRESH_NS (30 * NS_PER_S) /* age at which an entry in use is probed */
#define ARP_EXPIRE_NS (60 * NS_PER_S)  /* age at which an entry not in use is forgotten */
#define ARP_RETRY_NS (100 * NS_PER_MS) /* first interval between requests, doubling */
#define ARP_TRIES 5		       /* 100 + 200 + 400 + 800 + 1600 ms, then unreachable */
#define ARP_FAILED_NS (1 * NS_PER_S)   /* how long a failure is remembered */

enum arp_state { ARP_FREE, ARP_WAITING, ARP_KNOWN, ARP_PROBING, ARP_FAILED };

struct arp_entry {
	u32 ip; /* host order */
	u8 mac[6];
	u8 state;
	u8 tries;
	bool wanted;  /* asked for by net_resolve: refreshed, never expired */
	ns_t due_ns;  /* next retry, refresh or expiry */
	ns_t used_ns; /* last resolve or confirmation; the oldest is replaced */
};

struct arp {
	struct arp_entry e[ARP_ENTRIES];
	ns_t next_ns; /* no entry is due earlier */
};

struct net;

/* Has the gateway, if any, resolved by the first arp_turn. */
void arp_init(struct net *n);

/* As net_resolve, of a neighbour. */
err_t arp_resolve(struct net *n, u32 ip, u8 mac[6], ns_t now);

/* An ARP packet without its Ethernet header, padding included. */
void arp_rx(struct net *n, const u8 *p, u32 len, ns_t now);

/* Looks after the entries that are due; call it where arp.next_ns has come. */
void arp_turn(struct net *n, ns_t now);

#endif
