/*
 * bench_limit.c - tick to trade, fused, beside its practical limit (bench/limit.h): from the
 * receive burst that returned a bookTicker frame to the transmit burst that is handed the order.
 *
 * Both cores stepped by one thread, and the limit on the same thread: blocks of ticks in turns, so
 * that whatever the machine does meets both, and the ratio counts. Back to back; paced, one tick
 * each 100 us with the loop polling in between; cold, 4 MB swept after each tick's frame was laid
 * down and before it is looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/lane.h"
#include "bench/rtt.h"
#include "bench/t2t.h"

#define PACE_NS (100 * NS_PER_US)
#define SWEEP_BYTES (4u << 20)
#define WARM 100 /* of each block, not measured: the other one had the caches */

struct variant {
	const char *suffix;
	u32 blocks, ticks; /* of a block, measured */
	bool paced, swept;
};

static const struct variant variants[] = {
	{ "", 100, 2000, false, false },
	{ ".paced", 100, 200, true, false },
	{ ".cold", 100, 100, false, true },
};

static struct world w;
static struct lane lane;
static u8 *junk;

/* Evicts by reading and writing each line. */
static void sweep(void)
{
	for (u32 i = 0; i < SWEEP_BYTES; i += CACHE_LINE)
		__atomic_store_n(&junk[i], (u8)(junk[i] + 1), __ATOMIC_RELAXED);
}

/* ---- one tick of either ---- */

static void fused_wait(ns_t until)
{
	for (u64 tsc; clock_ns(&w.clock, tsc = tsc_now()) < until;) {
		md_core_step(&w.md, tsc);
		trade_core_step(&w.trade, tsc);
	}
}

static void fused_tick(const struct variant *v, struct rng *r, struct t2t_run *to)
{
	ns_t next = clock_ns(&w.clock, tsc_now()) + PACE_NS;
	struct t2t_tick tick = t2t_next(r);
	world_tick(&w, tick.bid_px, tick.bid_qty, tick.ask_qty);
	if (v->swept)
		sweep();
	md_core_step(&w.md, tsc_fenced());
	trade_core_step(&w.trade, tsc_now());
	u64 pushed = w.pushed_tsc;
	struct trace_rec t = t2t_trace(&w);
	if (to)
		t2t_sample(to, &w.clock, pushed, &t);
	world_venue_turn(&w); /* the answer, outside what is measured */
	trade_core_step(&w.trade, tsc_now());
	peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
	t2t_drain(&w);
	if (v->paced)
		fused_wait(next);
}

static void limit_wait(ns_t until)
{
	u64 poll_tsc;
	for (ns_t now; (now = clock_ns(&lane.clock, tsc_now())) < until;) {
		limit_turn(&lane.limit, now, &poll_tsc);
		lane_idle(&lane);
	}
}

static void limit_tick(const struct variant *v, struct rng *r, struct samples *to)
{
	ns_t next = clock_ns(&lane.clock, tsc_now()) + PACE_NS;
	struct t2t_tick tick = t2t_next(r);
	u64 poll_tsc = 0;
	lane_tick(&lane, tick.bid_px, tick.bid_qty, tick.ask_qty);
	if (v->swept)
		sweep();
	u64 pushed = limit_turn(&lane.limit, clock_ns(&lane.clock, tsc_fenced()), &poll_tsc);
	if (to && pushed)
		samples_add(to, tsc_to_ns(&lane.clock, pushed - poll_tsc));
	lane_venue_turn(&lane);
	if (v->paced)
		limit_wait(next);
}

/* ---- in turns ---- */

static void print(const struct variant *v, struct samples *limit, struct t2t_run *fused)
{
	char name[64];
	snprintf(name, sizeof name, "t2t.limit%s", v->suffix);
	samples_print(limit, name, "");
	t2t_print(fused, "");
	snprintf(name, sizeof name, "t2t.fused_over_limit%s", v->suffix);
	samples_print_ratio(&fused->whole, limit, name);
}

static void run(const struct variant *v, struct rng *r_fused, struct rng *r_limit)
{
	char name[64];
	struct samples limit;
	struct t2t_run fused;
	u64 fused_seen = w.orders_seen, limit_seen = lane.orders_seen, n = v->blocks * (v->ticks + WARM);
	snprintf(name, sizeof name, "t2t.fused%s", v->suffix);
	samples_open(&limit, v->blocks * v->ticks);
	t2t_open(&fused, name, v->blocks * v->ticks);
	for (u32 b = 0; b < v->blocks; b++) {
		for (u32 i = 0; i < WARM + v->ticks; i++)
			fused_tick(v, r_fused, i < WARM ? NULL : &fused);
		for (u32 i = 0; i < WARM + v->ticks; i++)
			limit_tick(v, r_limit, i < WARM ? NULL : &limit);
	}
	t2t_must_have_traded(name, w.orders_seen - fused_seen, n);
	t2t_must_have_traded("t2t.limit", lane.orders_seen - limit_seen, n);
	print(v, &limit, &fused);
	samples_close(&limit);
	t2t_close(&fused);
}

int main(void)
{
	struct rng r_fused, r_limit;
	rng_seed(&r_fused, 1);
	rng_seed(&r_limit, 1);
	junk = calloc(1, SWEEP_BYTES);
	if (!junk)
		return 1;
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	world_open(&w, &t2t_taker);
	lane_open(&lane, &w.clock, &w.crypto, &w.instrument);
	for (u32 i = 0; i < ARRAY_LEN(variants); i++)
		run(&variants[i], &r_fused, &r_limit);
	lane_close(&lane);
	world_close(&w);
	free(junk);
	return 0;
}
