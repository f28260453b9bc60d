/*
 * ip_addr.h - an IP address as 16 bytes; IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
 */
#ifndef SAKER_IP_ADDR_H
#define SAKER_IP_ADDR_H

#include <string.h>

#include "common/err.h"
#include "common/types.h"

#define IP_ADDR_TEXT_MAX 16 /* "255.255.255.255" and NUL */

struct ip_addr {
	u8 b[16];
};

/* Four bytes in network order. */
static inline struct ip_addr ip_addr_of(const u8 v4[4])
{
	return (struct ip_addr){ { [10] = 0xff, [11] = 0xff, v4[0], v4[1], v4[2], v4[3] } };
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

/* Exactly four decimal numbers of 0 to 255 without leading zeros; ERR_SYNTAX otherwise. */
err_t ip_addr_parse(const char *text, struct ip_addr *out);

/* Writes dotted text and a NUL; returns the length. The address is an IPv4 one. */
u32 ip_addr_print(const struct ip_addr *a, char out[IP_ADDR_TEXT_MAX]);

#endif
