/*
 * icmp6.h - ICMPv6 (RFC 4443): answers echo requests, finds errors about TCP segments of ours, hands
 * neighbour discovery on. Sends no errors. Internal to net.
 */
#ifndef SAKER_ICMP6_H
#define SAKER_ICMP6_H

#include "dataplane/net/ip6.h"

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_EXCEEDED = 3,
	ICMP6_PARAM = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_ROUTER_SOLICIT = 133,
	ICMP6_ROUTER_ADVERT = 134,
	ICMP6_NEIGH_SOLICIT = 135,
	ICMP6_NEIGH_ADVERT = 136,
	ICMP6_REDIRECT = 137,
};

/* Stores the checksum of the `n` bytes behind the IPv6 header `ip`, whose field is zero. */
void icmp6_finish(u8 *ip, u32 n);

enum net_kind icmp6_rx(struct net *n, const struct ip6_pkt *p, struct net_seg *seg, ns_t now);

#endif
