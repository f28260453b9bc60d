/*
 * bench_user.c - peer.user (user.h) beside Saker's two cores on one thread: frame to frame, same ticks,
 * orders and pace, blocks of either in turns. The ratio is the median over pairs of neighbouring
 * blocks. PEERS_BLOCKS: how many blocks each (41).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/peers/block.h"
#include "bench/peers/user_lane.h"
#include "bench/rtt.h"
#include "bench/t2t.h"

#define PACE_NS (100 * NS_PER_US)
#define SWEEP_BYTES (4u << 20)
#define WARM 100 /* of each block, not measured: the other one had the caches */

struct variant {
	const char *suffix;
	u32 ticks; /* of a block, measured */
	bool paced, swept;
};

static const struct variant variants[] = {
	{ "", 2000, false, false },
	{ ".paced", 200, true, false },
	{ ".cold", 100, false, true },
};

static struct world w;
static struct user_lane lane;
static u8 *junk;

static void sweep(void)
{
	for (u32 i = 0; i < SWEEP_BYTES; i += CACHE_LINE)
		__atomic_store_n(&junk[i], (u8)(junk[i] + 1), __ATOMIC_RELAXED);
}

static void saker_wait(ns_t until)
{
	for (u64 tsc; clock_ns(&w.clock, tsc = tsc_now()) < until;) {
		md_core_step(&w.md, tsc);
		trade_core_step(&w.trade, tsc);
	}
}

static void saker_tick(const struct variant *v, struct rng *r, struct samples *to)
{
	ns_t next = clock_ns(&w.clock, tsc_now()) + PACE_NS;
	struct t2t_tick tick = t2t_next(r);
	world_tick(&w, tick.bid_px, tick.bid_qty, tick.ask_qty);
	if (v->swept)
		sweep();
	md_core_step(&w.md, tsc_fenced());
	trade_core_step(&w.trade, tsc_now());
	struct trace_rec t = t2t_trace(&w);
	if (to && t.tsc[STAMP_POLL])
		samples_add(to, tsc_to_ns(&w.clock, w.pushed_tsc - t.tsc[STAMP_POLL]));
	world_venue_turn(&w);
	trade_core_step(&w.trade, tsc_now());
	peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
	t2t_drain(&w);
	if (v->paced)
		saker_wait(next);
}

static void user_wait(ns_t until)
{
	u64 poll, sent;
	for (ns_t now; (now = clock_ns(&lane.clock, tsc_now())) < until;) {
		user_turn(&lane.user, now, &poll, &sent);
		user_idle(&lane.user);
	}
}

static void user_tick(const struct variant *v, struct rng *r, struct samples *to)
{
	ns_t next = clock_ns(&lane.clock, tsc_now()) + PACE_NS;
	struct t2t_tick tick = t2t_next(r);
	u64 poll, sent;
	user_lane_tick(&lane, tick.bid_px, tick.bid_qty, tick.ask_qty);
	if (v->swept)
		sweep();
	if (user_turn(&lane.user, clock_ns(&lane.clock, tsc_fenced()), &poll, &sent) && to)
		samples_add(to, tsc_to_ns(&lane.clock, sent - poll));
	user_lane_venue_turn(&lane);
	if (v->paced)
		user_wait(next);
}

static void run(const struct variant *v, u32 blocks, struct rng r[2])
{
	struct samples saker, user;
	struct block_medians ms = { .n = 0 }, mu = { .n = 0 };
	char name[64];
	u64 saker_seen = w.orders_seen, user_seen = lane.check.orders, n = blocks * (v->ticks + WARM);
	samples_open(&saker, blocks * v->ticks);
	samples_open(&user, blocks * v->ticks);
	for (u32 b = 0; b < blocks; b++) {
		u32 from[2] = { saker.n, user.n };
		for (u32 i = 0; i < WARM + v->ticks; i++)
			saker_tick(v, &r[0], i < WARM ? NULL : &saker);
		for (u32 i = 0; i < WARM + v->ticks; i++)
			user_tick(v, &r[1], i < WARM ? NULL : &user);
		block_add(&ms, &saker, from[0]);
		block_add(&mu, &user, from[1]);
	}
	t2t_must_have_traded("peer.user.saker", w.orders_seen - saker_seen, n);
	t2t_must_have_traded("peer.user", lane.check.orders - user_seen, n);
	snprintf(name, sizeof name, "peer.user%s", v->suffix);
	samples_print(&user, name, "");
	snprintf(name, sizeof name, "peer.user.saker%s", v->suffix);
	samples_print(&saker, name, "");
	snprintf(name, sizeof name, "peer.user_over_saker%s", v->suffix);
	block_print_ratio(&mu, &ms, name);
	samples_close(&saker);
	samples_close(&user);
}

int main(void)
{
	struct rng r[2]; /* the same ticks for either */
	const char *knob = getenv("PEERS_BLOCKS");
	u32 blocks = u32_min(knob ? (u32)strtoul(knob, NULL, 10) : 41, BLOCKS_MAX);
	rng_seed(&r[0], 1);
	rng_seed(&r[1], 1);
	junk = calloc(1, SWEEP_BYTES);
	if (!junk || !blocks)
		return 1;
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	world_open(&w, &t2t_taker);
	user_lane_open(&lane, &w.clock, &w.crypto, &w.instrument);
	for (u32 i = 0; i < ARRAY_LEN(variants); i++)
		run(&variants[i], blocks, r);
	user_lane_close(&lane);
	world_close(&w);
	free(junk);
	return 0;
}
