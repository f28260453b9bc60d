/*
 * hist.h - histogram of nanoseconds: exact to 64 ns, then 32 buckets a power of two (error below 3.2 %), up to 68 s.
 *
 * Single writer, any number of readers, never reset: readers copy and take differences. Lives in
 * shared memory or anywhere.
 */
#ifndef SAKER_HIST_H
#define SAKER_HIST_H

#include "common/types.h"

#define HIST_SUB_BITS 5
#define HIST_BUCKETS ((36 - HIST_SUB_BITS + 1) << HIST_SUB_BITS)

struct hist {
	u64 n, sum, min, max; /* min and max are meaningful where n > 0 */
	u64 bucket[HIST_BUCKETS];
};

static inline u32 hist_index(u64 v)
{
	if (v < 2u << HIST_SUB_BITS)
		return (u32)v;
	u32 shift = 63 - (u32)__builtin_clzll(v) - HIST_SUB_BITS;
	u32 i = (shift << HIST_SUB_BITS) + (u32)(v >> shift);
	return i < HIST_BUCKETS ? i : HIST_BUCKETS - 1;
}

/* The largest value that falls into bucket `i`. */
static inline u64 hist_upper(u32 i)
{
	if (i < 2u << HIST_SUB_BITS)
		return i;
	u32 shift = (i >> HIST_SUB_BITS) - 1;
	return (((u64)(i & ((1u << HIST_SUB_BITS) - 1)) + (1u << HIST_SUB_BITS) + 1) << shift) - 1;
}

static inline void hist_store(u64 *w, u64 v) { __atomic_store_n(w, v, __ATOMIC_RELAXED); }

static inline void hist_add(struct hist *h, u64 v)
{
	u64 *b = &h->bucket[hist_index(v)];
	hist_store(b, *b + 1);
	if (!h->n || v < h->min)
		hist_store(&h->min, v);
	if (v > h->max)
		hist_store(&h->max, v);
	hist_store(&h->sum, h->sum + v);
	hist_store(&h->n, h->n + 1);
}

/* A copy that can be worked on while the writer goes on; its n is the sum of the copied buckets. */
void hist_copy(struct hist *to, const struct hist *from);

/* now - before, of two copies; min and max stay those of `now`. */
void hist_diff(struct hist *now, const struct hist *before);

/*
 * The smallest bucket bound that per_10k / 10000 of the values do not exceed (5000: median), capped
 * at max; 0 where empty.
 */
u64 hist_quantile(const struct hist *h, u32 per_10k);

#endif
