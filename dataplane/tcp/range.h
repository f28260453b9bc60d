/*
 * range.h - a bounded set of ranges of sequence numbers: what arrived out of order, what the peer
 * has selectively acknowledged.
 *
 * Guarantee: sorted, disjoint, never touching, none empty; all within half the sequence space.
 */
#ifndef SAKER_RANGE_H
#define SAKER_RANGE_H

#include "dataplane/tcp/seq.h"

#define RANGE_MAX 64 /* gaps held; bounds the work one segment can cause (CVE-2018-5390) */

struct range {
	u32 lo, hi; /* hi excluded */
};

struct ranges {
	u32 n;
	struct range r[RANGE_MAX];
};

/* Adds [lo, hi), not empty, merging. false: it would be one range too many; nothing has changed. */
bool ranges_add(struct ranges *s, u32 lo, u32 hi);

/* Forgets everything below `lo`. */
void ranges_trim(struct ranges *s, u32 lo);

/* Bytes of [lo, hi) in the set. */
u32 ranges_bytes(const struct ranges *s, u32 lo, u32 hi);

/* The first part of [lo, hi) not in the set; lo == hi where there is none. */
struct range ranges_gap(const struct ranges *s, u32 lo, u32 hi);

/* The first part of [lo, hi) in the set; lo == hi where there is none. */
struct range ranges_common(const struct ranges *s, u32 lo, u32 hi);

/* The range `seq` lies in, or NULL. */
const struct range *ranges_find(const struct ranges *s, u32 seq);

#endif
