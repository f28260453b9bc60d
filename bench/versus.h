/*
 * versus.h - the product and its limit in turns: what bench_limit (one thread) and bench_split (two)
 * share. A block's ticks are the same for either, laid down before the clock runs.
 */
#ifndef BENCH_VERSUS_H
#define BENCH_VERSUS_H

#include "bench/lane.h"
#include "bench/place.h"
#include "bench/t2t.h"

#define VERSUS_TICKS_MAX 4096
#define VERSUS_WARM 100 /* of each block, not measured: the other one had the caches */
#define PACE_NS (100 * NS_PER_US)

struct variant {
	const char *suffix;
	u32 ticks; /* of a block, measured: at most 0.2 s */
	bool paced, swept;
};

struct versus {
	struct world w;
	struct lane lane;
	struct sweeper sweeper;
	struct rng rng;
	struct world_quote tick[VERSUS_TICKS_MAX];
	u32 n; /* of a block, warm-up included */
};

void versus_open(struct versus *v);
void versus_close(struct versus *v);

/* The next block's ticks into both stocks. */
void versus_fill(struct versus *v, const struct variant *of);

/* Exits where an order was made of a tick that should make none, or the other way round. */
void versus_must(const char *name, bool traded, const struct world_quote *q);

#endif
