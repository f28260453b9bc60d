/*
 * csum.h - the Internet checksum (RFC 1071).
 *
 * A partial sum is a u64 of 16-bit words in memory order, not yet folded; sums of pieces that begin
 * at even offsets may be added. Words that are not bytes in a packet (a length) are added in
 * network order: csum_word.
 */
#ifndef SAKER_CSUM_H
#define SAKER_CSUM_H

#include "common/types.h"

/* Sum of `n` bytes; an odd last byte counts as if a zero followed. */
u64 csum_bytes(const u8 *p, size_t n);

/* The same of `src`, copied to `dst` in the same pass; they do not overlap. */
u64 csum_copy(u8 *dst, const u8 *src, size_t n);

static inline u64 csum_word(u16 v) { return __builtin_bswap16(v); }

/* What goes into the packet as it stands in memory: the complement, to be stored by memcpy. */
static inline u16 csum_finish(u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

/* The same without the complement: the pseudo-header sum a device with offload wants. */
static inline u16 csum_fold(u64 sum) { return (u16)~csum_finish(sum); }

/* The sum of a piece as it counts behind an odd number of bytes. */
static inline u64 csum_odd(u64 sum) { return __builtin_bswap16(csum_fold(sum)); }

#endif
