/*
 * neigh.h - the table of neighbours of one port, for ARP (RFC 826) and neighbour discovery (RFC 4861
 * 7.3) alike.
 *
 * An entry somebody asked for is kept fresh by unicast probes before it expires, so that a send
 * never waits for a resolution that had succeeded once. Neighbours that only asked us are
 * remembered until they expire. In the words of RFC 4861: WAITING is INCOMPLETE, KNOWN is REACHABLE
 * (or STALE, where nobody of ours talks to it), PROBING is PROBE. Internal to net.
 */
#ifndef SAKER_NEIGH_H
#define SAKER_NEIGH_H

#include "common/err.h"
#include "common/types.h"
#include "dataplane/net/ip_addr.h"

#define NEIGH_ENTRIES 32
#define NEIGH_REFRESH_NS (30 * NS_PER_S) /* age at which an entry in use is probed */
#define NEIGH_EXPIRE_NS (60 * NS_PER_S)  /* age at which an entry not in use is forgotten */
#define NEIGH_RETRY_NS (100 * NS_PER_MS) /* first interval between requests, doubling */
#define NEIGH_TRIES 5			 /* 100 + 200 + 400 + 800 + 1600 ms, then unreachable */
#define NEIGH_UNICAST_TRIES 3		 /* of a probe, before it asks everybody */
#define NEIGH_FAILED_NS (1 * NS_PER_S)	 /* how long a failure is remembered */

enum neigh_state { NEIGH_FREE, NEIGH_WAITING, NEIGH_KNOWN, NEIGH_PROBING, NEIGH_FAILED };

struct neigh_entry {
	struct ip_addr ip;
	u8 mac[6];
	u8 state;
	u8 tries;
	bool wanted;  /* asked for by net_resolve: refreshed, never expired */
	ns_t due_ns;  /* next retry, refresh or expiry */
	ns_t used_ns; /* last resolve or confirmation; the oldest is replaced */
};

struct neigh {
	struct neigh_entry e[NEIGH_ENTRIES];
	ns_t next_ns; /* no entry is due earlier */
};

/* What a packet says about its sender besides its MAC; of ARP's any is OVERRIDES and CONFIRMS. */
enum neigh_heard {
	NEIGH_ASKS_US = 1 << 0,	  /* it will talk to us next: remembered if it is new */
	NEIGH_OVERRIDES = 1 << 1, /* a MAC we know may be replaced */
	NEIGH_CONFIRMS = 1 << 2,  /* it hears us: an answer to our question */
};

struct net;

/* Has the gateways, if any, resolved by the first neigh_turn. */
void neigh_init(struct net *n);

/* As net_resolve, of a neighbour. */
err_t neigh_resolve(struct net *n, const struct ip_addr *ip, u8 mac[6], ns_t now);

/* As net_doubt, of a neighbour. */
void neigh_doubt(struct net *n, const struct ip_addr *ip, ns_t now);

/* `ip` has `mac`, somebody says; `how` of enum neigh_heard. false: of no interest, counted. */
bool neigh_heard(struct net *n, const struct ip_addr *ip, const u8 mac[6], u32 how, ns_t now);

/* Looks after the entries that are due; call it where neigh.next_ns has come. */
void neigh_turn(struct net *n, ns_t now);

#endif
