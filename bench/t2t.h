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

/*
 * An IOC order at the ask, where the spread is at most T2T_SPREAD_MAX, for each event of whatever
 * kind that closes a message.
 */
extern const struct strategy_desc t2t_taker;
#define T2T_SPREAD_MAX 10

/* A resting order far below the bid at one event, its cancel at the next. */
extern const struct strategy_desc t2t_canceller;

/* Count the order events these have been told, with the last one's time-stamp, unfenced. */
struct t2t_told {
	u64 n, tsc;
};
extern struct t2t_told t2t_told; /* written by the trading core's thread */

struct t2t_run {
	const char *name;
	struct samples whole, stage[T2T_STAGES];
};

void t2t_open(struct t2t_run *r, const char *name, u32 cap);

/* Prints; `note` as for samples_print. The whole stays, sorted, until t2t_close. */
void t2t_print(struct t2t_run *r, const char *note);
void t2t_close(struct t2t_run *r);

/* Prices and quantities of varied digits and widths; one tick in four has a spread that nobody trades. */
struct world_quote t2t_next(struct rng *r);
bool t2t_trades(const struct world_quote *q);

/* Takes the stamps of the newest order away; tsc[STAMP_POLL] is 0 where there was none. */
struct trace_rec t2t_trace(struct world *w);

/* From the burst that returned the tick to the order being handed to the device, and in between. */
void t2t_sample(struct t2t_run *r, const struct clock *c, const struct world_sent *sent, const struct trace_rec *t);
void t2t_block(struct t2t_run *r);

/* Takes away what io and ctl would. */
void t2t_drain(struct world *w);

/* Exits where fewer orders came than `want`. */
void t2t_must_have_traded(const char *name, u64 seen, u64 want);

#endif
