/*
 * t2t.h - what the tick-to-trade benches share: the strategy, the ticks, and the samples of one
 * layout, the whole and its stages by the product's own stamps.
 */
#ifndef BENCH_T2T_H
#define BENCH_T2T_H

#include "bench/sample.h"
#include "bench/world.h"
#include "common/trace.h"

#define T2T_STAGES 3

/* An IOC order at the ask for each tick. */
extern const struct strategy_desc t2t_taker;

struct t2t_run {
	const char *name;
	struct samples whole, stage[T2T_STAGES];
};

void t2t_open(struct t2t_run *r, const char *name, u32 cap);

/* Prints; `note` as for samples_print. The whole stays, sorted, until t2t_close. */
void t2t_print(struct t2t_run *r, const char *note);
void t2t_close(struct t2t_run *r);

/* Prices and quantities of varied digits and widths. */
struct t2t_tick {
	i64 bid_px, bid_qty, ask_qty;
};
struct t2t_tick t2t_next(struct rng *r);

/* Takes the stamps of the newest order away; tsc[STAMP_POLL] is 0 where there was none. */
struct trace_rec t2t_trace(struct world *w);

/* From the burst that returned the tick to the order being handed to the device, and in between. */
void t2t_sample(struct t2t_run *r, const struct clock *c, u64 pushed_tsc, const struct trace_rec *t);

/* Takes away what io and ctl would. */
void t2t_drain(struct world *w);

/* Exits where fewer orders came than `want`. */
void t2t_must_have_traded(const char *name, u64 seen, u64 want);

#endif
