#include "bench/versus.h"

#include <stdio.h>
#include <stdlib.h>

void versus_open(struct versus *v)
{
	struct world_cfg cfg = { .strategy = &t2t_taker };
	rng_seed(&v->rng, 1);
	sweeper_open(&v->sweeper);
	world_open(&v->w, &cfg);
	lane_open(&v->lane, &v->w.clock, &v->w.crypto, &v->w.instrument[0]);
	arena_seal(&v->w.arena);
}

void versus_close(struct versus *v)
{
	lane_close(&v->lane);
	world_close(&v->w);
	sweeper_close(&v->sweeper);
}

void versus_fill(struct versus *v, const struct variant *of)
{
	v->n = VERSUS_WARM + of->ticks;
	stock_empty(&v->w.stock);
	stock_empty(&v->lane.stock);
	for (u32 i = 0; i < v->n; i++) {
		v->tick[i] = t2t_next(&v->rng);
		world_add_quote(&v->w, 0, &v->tick[i], 0);
		lane_add(&v->lane, &v->tick[i]);
	}
	sweep(&v->sweeper);
}

void versus_must(const char *name, bool traded, const struct world_quote *q)
{
	if (traded == t2t_trades(q))
		return;
	fprintf(stderr, "bench: %s: %s\n", name,
		traded ? "an order for a spread nobody trades" : "a tick made no order");
	exit(1);
}
