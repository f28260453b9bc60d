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
	u64 tsc = tsc_fenced();
	md_core_step(&w.md, tsc);
	trade_core_step(&w.trade, tsc);
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

/* The limit's samples: the whole, and from a run of its own, since stamps cost, the stages. */
struct limit_run {
	struct samples whole, stage[LIMIT_STAMPS];
};

static const char *const limit_stages[LIMIT_STAMPS] = {
	[LIMIT_OPEN] = "poll_to_open",   [LIMIT_READ] = "open_to_read", [LIMIT_ORDER] = "read_to_order",
	[LIMIT_SEAL] = "order_to_seal", [LIMIT_SENT] = "seal_to_sent",
};

static void limit_wait(ns_t until)
{
	u64 stamp[LIMIT_STAMPS];
	for (ns_t now; (now = clock_ns(&lane.clock, tsc_now())) < until;) {
		limit_turn(&lane.limit, now, stamp);
		lane_idle(&lane);
	}
}

static void limit_sample(struct limit_run *to, const u64 stamp[LIMIT_STAMPS], bool staged)
{
	if (!staged)
		samples_add(&to->whole, tsc_to_ns(&lane.clock, stamp[LIMIT_SENT] - stamp[LIMIT_POLL]));
	for (u32 i = LIMIT_OPEN; staged && i < LIMIT_STAMPS; i++)
		samples_add(&to->stage[i], tsc_to_ns(&lane.clock, stamp[i] - stamp[i - 1]));
}

static void limit_tick(const struct variant *v, struct rng *r, struct limit_run *to, bool staged)
{
	ns_t next = clock_ns(&lane.clock, tsc_now()) + PACE_NS;
	struct t2t_tick tick = t2t_next(r);
	u64 stamp[LIMIT_STAMPS] = { 0 };
	lane_tick(&lane, tick.bid_px, tick.bid_qty, tick.ask_qty);
	if (v->swept)
		sweep();
	ns_t now = clock_ns(&lane.clock, tsc_fenced());
	bool sent = staged ? limit_turn_stamped(&lane.limit, now, stamp) : limit_turn(&lane.limit, now, stamp);
	if (to && sent)
		limit_sample(to, stamp, staged);
	lane_venue_turn(&lane);
	if (v->paced)
		limit_wait(next);
}

/* ---- in turns ---- */

static void print(const struct variant *v, struct limit_run *limit, struct t2t_run *fused)
{
	char name[64];
	snprintf(name, sizeof name, "t2t.limit%s", v->suffix);
	samples_print(&limit->whole, name, "");
	for (u32 i = LIMIT_OPEN; i < LIMIT_STAMPS; i++) {
		snprintf(name, sizeof name, "t2t.limit%s.%s", v->suffix, limit_stages[i]);
		samples_print(&limit->stage[i], name, "");
	}
	t2t_print(fused, "");
	snprintf(name, sizeof name, "t2t.fused_over_limit%s", v->suffix);
	samples_print_ratio(&fused->whole, &limit->whole, name);
}

static void blocks(const struct variant *v, struct rng r[2], struct limit_run *limit, struct t2t_run *fused)
{
	for (u32 b = 0; b < v->blocks; b++) {
		for (u32 i = 0; i < WARM + v->ticks; i++)
			fused_tick(v, &r[0], i < WARM ? NULL : fused);
		for (u32 i = 0; i < WARM + v->ticks; i++)
			limit_tick(v, &r[1], i < WARM ? NULL : limit, false);
		for (u32 i = 0; i < WARM + v->ticks / 10; i++)
			limit_tick(v, &r[1], i < WARM ? NULL : limit, true);
	}
}

static void run(const struct variant *v, struct rng r[2])
{
	char name[64];
	struct limit_run limit;
	struct t2t_run fused;
	u64 fused_seen = w.orders_seen, limit_seen = lane.orders_seen, n = v->blocks * (v->ticks + WARM);
	snprintf(name, sizeof name, "t2t.fused%s", v->suffix);
	t2t_open(&fused, name, v->blocks * v->ticks);
	samples_open(&limit.whole, v->blocks * v->ticks);
	for (u32 i = LIMIT_OPEN; i < LIMIT_STAMPS; i++)
		samples_open(&limit.stage[i], v->blocks * v->ticks / 10);
	blocks(v, r, &limit, &fused);
	t2t_must_have_traded(name, w.orders_seen - fused_seen, n);
	t2t_must_have_traded("t2t.limit", lane.orders_seen - limit_seen, n);
	print(v, &limit, &fused);
	samples_close(&limit.whole);
	for (u32 i = LIMIT_OPEN; i < LIMIT_STAMPS; i++)
		samples_close(&limit.stage[i]);
	t2t_close(&fused);
}

int main(void)
{
	struct rng r[2]; /* the same ticks for either */
	rng_seed(&r[0], 1);
	rng_seed(&r[1], 1);
	junk = calloc(1, SWEEP_BYTES);
	if (!junk)
		return 1;
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	world_open(&w, &t2t_taker);
	lane_open(&lane, &w.clock, &w.crypto, &w.instrument);
	for (u32 i = 0; i < ARRAY_LEN(variants); i++)
		run(&variants[i], r);
	lane_close(&lane);
	world_close(&w);
	free(junk);
	return 0;
}
