/*
 * csum.h - the Internet checksum (RFC 1071).
 *
 * A partial sum is a u64 of 16-bit words in memory order, not yet folded; sums of pieces that begin
 * at even offsets may be added. Words that are not bytes in a packet (a length) are added in
 * network order: csum_word.
 */
#ifndef SAKER_CSUM_H
#define SAKER_CSUM_H

#include <string.h>

#include "common/types.h"

/* Sum of `n` bytes; an odd last byte counts as if a zero followed. */
u64 csum_bytes(const u8 *p, size_t n);

/* The same of `src`, copied to `dst` in the same pass; they do not overlap. */
u64 csum_copy(u8 *dst, const u8 *src, size_t n);

static inline u64 csum_word(u16 v) { return __builtin_bswap16(v); }

/* The 20 bytes of an IPv4 header without options. */
static inline u64 csum_ip4(const u8 *ip)
{
	u64 w[2];
	u32 last;
	memcpy(w, ip, sizeof w);
	memcpy(&last, ip + sizeof w, sizeof last);
	return (w[0] >> 32) + (u32)w[0] + (w[1] >> 32) + (u32)w[1] + last;
}

/*
 * What goes into the packet as it stands in memory: the complement, to be stored by memcpy. A half
 * and the other half added carry into the upper one just what end-around carry wants (RFC 1071
 * section 2).
 */
static inline u16 csum_finish(u64 sum)
{
	u32 v = (u32)((sum + (sum << 32 | sum >> 32)) >> 32);
	return (u16)(~(v + (v << 16 | v >> 16)) >> 16);
}

/* The same without the complement: the pseudo-header sum a device with offload wants. */
static inline u16 csum_fold(u64 sum) { return (u16)~csum_finish(sum); }

/* The sum of a piece as it counts behind an odd number of bytes. */
static inline u64 csum_odd(u64 sum) { return __builtin_bswap16(csum_fold(sum)); }

#endif
