/*
 * ip6.h - IPv6 packets of one port: the header (RFC 8200) and a bounded walk over extension headers.
 * Internal to net; tcp uses the checksum.
 */
#ifndef SAKER_IP6_H
#define SAKER_IP6_H

#include "dataplane/net/csum.h"
#include "dataplane/net/net.h"
#include "dataplane/net/wire.h"

/* A packet to us, or to a group of ours; points into the frame. */
struct ip6_pkt {
	const u8 *ip;  /* IP6_BYTES verified */
	const u8 *mac; /* the sender's */
	const u8 *p;   /* behind the extension headers */
	u32 n;
	u8 proto;
	bool group;
};

/* ff02::1:ffxx:xxxx of an address (RFC 4291 2.7.1), and the Ethernet address of it (RFC 2464 7). */
struct ip_addr ip6_solicited_node(const struct ip_addr *a);
void ip6_group_mac(const struct ip_addr *group, u8 mac[6]);

/* Is this Ethernet address one of the groups this host is in? */
bool ip6_is_group_mac(const struct net *n, const u8 mac[6]);

/* The sum over addresses, length and protocol (RFC 8200 8.1). */
static inline u64 ip6_pseudo(const u8 *ip, u8 proto, u32 len)
{
	return csum_bytes(ip + IP6_OFF_SRC, 32) + csum_word((u16)len) + csum_word(proto);
}

/* An IPv6 header from us; returns what comes behind it. */
u8 *ip6_put(u8 *ip, const struct net *n, const struct ip_addr *dst, u8 proto, u32 len);

/* A packet of a frame to us or to a group of ours; what net_rx does. */
enum net_kind ip6_rx(struct net *n, const struct frame *f, struct net_seg *seg, ns_t now);

#endif
