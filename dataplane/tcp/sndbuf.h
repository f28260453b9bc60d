/*
 * sndbuf.h - the retransmission ring: bytes kept at their sequence number modulo the size, with
 * checksums on the way.
 *
 * It has no indices of its own: the connection's snd_una and snd_end say what is in it. Sent bytes
 * never change: a segment sent again is identical (the TLS record in it must be).
 */
#ifndef SAKER_SNDBUF_H
#define SAKER_SNDBUF_H

#include "common/types.h"

struct sndbuf {
	u8 *p;
	u32 size; /* a power of two */
};

/* Copies `n` <= size bytes in at `seq`; the partial checksum of them. */
u64 sndbuf_put(const struct sndbuf *b, u32 seq, const u8 *src, u32 n);

/* Copies them out. */
u64 sndbuf_get(const struct sndbuf *b, u32 seq, u8 *dst, u32 n);

#endif
