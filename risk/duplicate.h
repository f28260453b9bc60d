/*
 * duplicate.h - was the same order sent a moment ago? (SEC 15c3-5(c)(1)(ii))
 *
 * Orders are remembered by a 64-bit hash in buckets of four, the oldest of which makes room: more
 * than four different orders of one bucket within the window let a duplicate pass, two orders of
 * equal hash would deny one wrongly (once in 2^64).
 */
#ifndef SAKER_DUPLICATE_H
#define SAKER_DUPLICATE_H

#include "common/order.h"

#define DUPLICATE_BUCKETS 64
#define DUPLICATE_WAYS 4

struct duplicate_entry {
	u64 key;
	ns_t at; /* 0: empty */
};

struct duplicate {
	CACHE_ALIGNED struct duplicate_entry e[DUPLICATE_BUCKETS][DUPLICATE_WAYS];
};
static_assert(sizeof(struct duplicate_entry[DUPLICATE_WAYS]) == CACHE_LINE, "one bucket, one line");

u64 duplicate_key(const struct order_req *q); /* of instrument, side, type, price and quantity */

/* Noted less than window_ns before now. */
bool duplicate_find(const struct duplicate *d, u64 key, ns_t now, ns_t window_ns);
void duplicate_note(struct duplicate *d, u64 key, ns_t now);

#endif
