/*
 * wire.h - offsets and values of the Ethernet, IPv4, IPv6 and TCP headers, and loads and stores in
 * network order.
 *
 * For frames whose length has been checked; where it has not, use common/cursor.h.
 */
#ifndef SAKER_WIRE_H
#define SAKER_WIRE_H

#include <string.h>

#include "common/types.h"

#define ETH_BYTES 14
#define ETH_TAG_BYTES 4  /* 802.1Q */
#define ETH_FRAME_MIN 60 /* without FCS; shorter frames are padded */
#define ETH_OFF_SRC 6
#define ETH_OFF_TYPE 12
#define ETH_IPV4 0x0800
#define ETH_ARP 0x0806
#define ETH_VLAN 0x8100
#define ETH_QINQ 0x88a8
#define ETH_IPV6 0x86dd

#define IP_BYTES 20 /* without options */
#define IP_OFF_LEN 2
#define IP_OFF_ID 4
#define IP_OFF_FRAG 6
#define IP_OFF_TTL 8
#define IP_OFF_PROTO 9
#define IP_OFF_CSUM 10
#define IP_OFF_SRC 12
#define IP_OFF_DST 16
#define IP_DF 0x4000
#define IP_FRAG_MASK 0x3fff /* more fragments, or an offset */
#define IP_TTL 64
#define IP_ICMP 1
#define IP_TCP 6

#define IP6_BYTES 40 /* without extension headers */
#define IP6_OFF_LEN 4 /* of what follows the header */
#define IP6_OFF_NEXT 6
#define IP6_OFF_HOPS 7
#define IP6_OFF_SRC 8
#define IP6_OFF_DST 24
#define IP6_ICMP 58

#define TCP_BYTES 20 /* without options */

static inline u16 be16(const u8 *p) { return (u16)(p[0] << 8 | p[1]); }

static inline u32 be32(const u8 *p)
{
	u32 v;
	memcpy(&v, p, sizeof v);
	return __builtin_bswap32(v);
}

static inline void put_be16(u8 *p, u16 v)
{
	v = __builtin_bswap16(v);
	memcpy(p, &v, sizeof v);
}

static inline void put_be32(u8 *p, u32 v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, sizeof v);
}

#endif
