/*
 * parts.h - short pieces of work beside each other: each is timed in batches, since the time-stamp
 * counter steps by 10 ns, and in turns, block by block, so that the machine meets all alike.
 */
#ifndef BENCH_PARTS_H
#define BENCH_PARTS_H

#include "bench/sample.h"
#include "common/clock.h"

#define PARTS_BATCH 64

struct part {
	const char *name;
	/* Does the work of PARTS_BATCH items, the first of them number `from`. */
	void (*run)(void *arg, u32 from);
	void *arg;
	struct samples s;
};

/* Picoseconds an item: one JSON line a part. `batches` of a block; the first tenth warms up. */
void parts_run(const struct clock *c, struct part *parts, u32 n, u32 batches);

/* What the compiler must take for used. */
static inline void parts_keep(u64 v) { __asm__ volatile("" : : "r"(v)); }

#endif
