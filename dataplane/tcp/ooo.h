/*
 * ooo.h - reassembly of what arrives out of order: a ring as large as the receive window, and the
 * ranges present in it.
 *
 * First wins: a byte once held is never overwritten by a later, different copy. Bounded: at most
 * RANGE_MAX gaps.
 */
#ifndef SAKER_OOO_H
#define SAKER_OOO_H

#include "dataplane/tcp/range.h"

#define OOO_RECENT 4 /* places remembered for the order of SACK blocks (RFC 2018 4) */

struct ooo {
	u8 *p;
	u32 size; /* a power of two, at least the receive window */
	u32 recent[OOO_RECENT];
	struct ranges held;
};

/* Forgets all, keeps the ring. */
void ooo_clear(struct ooo *o);

/*
 * Holds `n` > 0 bytes that lie within the window above `rcv_nxt`; parts already held keep their
 * first content. false: too many gaps, nothing held.
 */
bool ooo_put(struct ooo *o, u32 seq, const u8 *p, u32 n);

/*
 * The contiguous bytes held at `rcv_nxt`, as far as the ring does not wrap; n == 0: none. They stay
 * until ooo_drop.
 */
struct span ooo_peek(const struct ooo *o, u32 rcv_nxt);

/* Everything below `rcv_nxt` has been delivered. */
void ooo_drop(struct ooo *o, u32 rcv_nxt);

/* Up to `max` <= 4 held ranges, the one heard of last first; returns how many. */
u32 ooo_sack(const struct ooo *o, struct range *out, u32 max);

#endif
