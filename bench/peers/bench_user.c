/*
 * bench_user.c - peer.user (user.h) beside Saker's two cores on one thread: frame to frame, same ticks,
 * orders and pace, blocks of either in turns, what each receives laid down before. The ratio is the
 * median over pairs of neighbouring blocks. Variants as in bench_limit.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench/peers/user_lane.h"
#include "bench/versus.h"

static const struct variant variants[] = {
	{ "", 2000, false, false },
	{ ".paced", 400, true, false },
	{ ".cold", 200, false, true },
};

static struct world w;
static struct user_lane lane;
static struct sweeper sweeper;
static struct rng rng;
static struct world_quote tick[VERSUS_TICKS_MAX];

static void saker_wait(ns_t until)
{
	for (u64 tsc; clock_ns(&w.clock, tsc = tsc_now()) < until;) {
		md_core_step(&w.md, tsc);
		trade_core_step(&w.trade, tsc);
	}
}

static void saker_tick(const struct variant *of, const struct world_quote *q, struct samples *to)
{
	ns_t next = clock_ns(&w.clock, tsc_now()) + PACE_NS;
	u64 sent = w.n_sent;
	stock_release(&w.stock, w.stock.next + 1);
	if (of->swept)
		sweep(&sweeper);
	md_core_step(&w.md, tsc_fenced());
	trade_core_step(&w.trade, tsc_now());
	bool traded = w.n_sent != sent;
	const struct world_sent *s = &w.sent[sent % WORLD_SENT];
	versus_must("peer.user.saker", traded, q);
	if (to && traded)
		samples_add(to, tsc_to_ns(&w.clock, s->pushed_tsc - s->poll_tsc));
	world_venue_turn(&w);
	trade_core_step(&w.trade, tsc_now());
	t2t_trace(&w);
	t2t_drain(&w);
	if (of->paced)
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

static void user_tick(const struct variant *of, const struct world_quote *q, struct samples *to)
{
	ns_t next = clock_ns(&lane.clock, tsc_now()) + PACE_NS;
	u64 poll, sent;
	user_lane_let_in(&lane, q);
	if (of->swept)
		sweep(&sweeper);
	bool traded = user_turn(&lane.user, clock_ns(&lane.clock, tsc_fenced()), &poll, &sent);
	versus_must("peer.user", traded, q);
	if (to && traded)
		samples_add(to, tsc_to_ns(&lane.clock, sent - poll));
	user_lane_venue_turn(&lane);
	if (of->paced)
		user_wait(next);
}

static void one_block(const struct variant *of, struct samples *saker, struct samples *user)
{
	u32 n = VERSUS_WARM + of->ticks;
	stock_empty(&w.stock);
	stock_empty(&lane.stock);
	for (u32 i = 0; i < n; i++) {
		tick[i] = t2t_next(&rng);
		world_add_quote(&w, 0, &tick[i], 0);
		user_lane_add(&lane, &tick[i]);
	}
	sweep(&sweeper);
	for (u32 i = 0; i < n; i++)
		saker_tick(of, &tick[i], i < VERSUS_WARM ? NULL : saker);
	for (u32 i = 0; i < n; i++)
		user_tick(of, &tick[i], i < VERSUS_WARM ? NULL : user);
	samples_block(saker);
	samples_block(user);
}

static void run(const struct variant *of)
{
	struct samples saker, user;
	char name[64];
	u32 blocks = samples_blocks_wanted();
	samples_open(&saker, blocks * of->ticks);
	samples_open(&user, blocks * of->ticks);
	for (u32 b = 0; b < blocks; b++)
		one_block(of, &saker, &user);
	snprintf(name, sizeof name, "peer.user%s", of->suffix);
	samples_print(&user, name, "");
	snprintf(name, sizeof name, "peer.user.saker%s", of->suffix);
	samples_print(&saker, name, "");
	snprintf(name, sizeof name, "peer.user_over_saker%s", of->suffix);
	samples_print_ratio(&user, &saker, name, NULL);
	samples_close(&saker);
	samples_close(&user);
}

int main(void)
{
	struct world_cfg cfg = { .strategy = &t2t_taker };
	rng_seed(&rng, 1);
	sweeper_open(&sweeper);
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	world_open(&w, &cfg);
	arena_seal(&w.arena);
	user_lane_open(&lane, &w.clock, &w.crypto, &w.instrument[0]);
	for (u32 i = 0; i < ARRAY_LEN(variants); i++)
		run(&variants[i]);
	user_lane_close(&lane);
	world_close(&w);
	sweeper_close(&sweeper);
	return 0;
}
