/*
 * ip_addr.h - an IP address as 16 bytes; IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
 */
#ifndef SAKER_IP_ADDR_H
#define SAKER_IP_ADDR_H

#include <string.h>

#include "common/err.h"
#include "common/types.h"

#define IP_ADDR_TEXT_MAX 46 /* the longest IPv6 text and NUL */

struct ip_addr {
	u8 b[16];
};

/* Four bytes in network order. */
static inline struct ip_addr ip_addr_of(const u8 v4[4])
{
	return (struct ip_addr){ { [10] = 0xff, [11] = 0xff, v4[0], v4[1], v4[2], v4[3] } };
}

/* Sixteen bytes in network order. */
static inline struct ip_addr ip_addr_of6(const u8 v6[16])
{
	struct ip_addr a;
	memcpy(a.b, v6, sizeof a.b);
	return a;
}

/* 10.0.0.1 is 0x0a000001. */
static inline struct ip_addr ip_addr_v4(u32 host_order)
{
	const u8 v4[4] = { (u8)(host_order >> 24), (u8)(host_order >> 16), (u8)(host_order >> 8),
			   (u8)host_order };
	return ip_addr_of(v4);
}

static inline u32 ip_addr_u32(const struct ip_addr *a)
{
	return (u32)a->b[12] << 24 | (u32)a->b[13] << 16 | (u32)a->b[14] << 8 | a->b[15];
}

static inline bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b)
{
	return !memcmp(a->b, b->b, sizeof a->b);
}

bool ip_addr_is_v4(const struct ip_addr *a);

/* All sixteen bytes zero: "no address". */
bool ip_addr_is_none(const struct ip_addr *a);

/*
 * What a host may have or be reached at: not multicast, loopback, unspecified or network zero; for
 * IPv6 neither an IPv4 address in disguise.
 */
bool ip_addr_is_unicast(const struct ip_addr *a);

/* fe80::/10: every port is on that link. */
bool ip_addr_is_link_local(const struct ip_addr *a);

/* Do the first `bits` of 128 agree? */
bool ip_addr_same_prefix(const struct ip_addr *a, const struct ip_addr *b, u32 bits);

/*
 * IPv4: exactly four decimal numbers of 0 to 255 without leading zeros; IPv6: any form of RFC 4291 2.2
 * without zone, but not a mapped IPv4 address. ERR_SYNTAX otherwise.
 */
err_t ip_addr_parse(const char *text, struct ip_addr *out);

/* Writes the text (IPv6 as RFC 5952 has it) and a NUL; returns the length. */
u32 ip_addr_print(const struct ip_addr *a, char out[IP_ADDR_TEXT_MAX]);

#endif
