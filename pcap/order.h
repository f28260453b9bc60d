/*
 * order.h - 16, 32 and 64 bits in the byte order a capture file has chosen. cursor.h reads and
 * writes network order alone; bounds and the sticky error are its.
 */
#ifndef SAKER_PCAP_ORDER_H
#define SAKER_PCAP_ORDER_H

#include "common/cursor.h"

static inline u16 ord_u16(struct rd *r, bool big)
{
	u16 v = rd_u16(r);
	return big ? v : __builtin_bswap16(v);
}

static inline u32 ord_u32(struct rd *r, bool big)
{
	u32 v = rd_u32(r);
	return big ? v : __builtin_bswap32(v);
}

static inline u64 ord_u64(struct rd *r, bool big)
{
	u64 v = rd_u64(r);
	return big ? v : __builtin_bswap64(v);
}

static inline void wr_le16(struct wr *w, u16 v) { wr_u16(w, __builtin_bswap16(v)); }
static inline void wr_le32(struct wr *w, u32 v) { wr_u32(w, __builtin_bswap32(v)); }
static inline void wr_le64(struct wr *w, u64 v) { wr_u64(w, __builtin_bswap64(v)); }

/* Bytes that fill `n` up to a multiple of four. */
static inline size_t ord_pad(size_t n) { return -n & 3; }

#endif
