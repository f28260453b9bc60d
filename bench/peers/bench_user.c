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
	u64 tsc = tsc_fenced();
	md_core_step(&w.md, tsc);
	trade_core_step(&w.trade, tsc);
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

/* The peer's samples: the whole, and from ticks of their own, since stamps cost, the stages. */
struct user_run {
	struct samples whole, stage[USER_STAMPS];
};

static const char *const stages[USER_STAMPS] = {
	[USER_OPEN] = "poll_to_open",
	[USER_ORDER] = "open_to_order",
	[USER_SEAL] = "order_to_seal",
	[USER_SENT] = "seal_to_sent",
};

static void user_wait(ns_t until)
{
	u64 stamp[USER_STAMPS];
	for (ns_t now; (now = clock_ns(&lane.clock, tsc_now())) < until;) {
		user_turn(&lane.user, now, stamp);
		user_idle(&lane.user);
	}
}

static void user_sample(struct user_run *to, const u64 stamp[USER_STAMPS], bool staged)
{
	if (!staged)
		samples_add(&to->whole, tsc_to_ns(&lane.clock, stamp[USER_SENT] - stamp[USER_POLL]));
	for (u32 i = USER_OPEN; staged && i < USER_STAMPS; i++)
		samples_add(&to->stage[i], tsc_to_ns(&lane.clock, stamp[i] - stamp[i - 1]));
}

static void user_tick(const struct variant *of, const struct world_quote *q, struct user_run *to, bool staged)
{
	ns_t next = clock_ns(&lane.clock, tsc_now()) + PACE_NS;
	u64 stamp[USER_STAMPS];
	user_lane_let_in(&lane, q);
	if (of->swept)
		sweep(&sweeper);
	ns_t now = clock_ns(&lane.clock, tsc_fenced());
	bool traded = staged ? user_turn_stamped(&lane.user, now, stamp) : user_turn(&lane.user, now, stamp);
	versus_must("peer.user", traded, q);
	if (to && traded)
		user_sample(to, stamp, staged);
	user_lane_venue_turn(&lane);
	if (of->paced)
		user_wait(next);
}

static void one_block(const struct variant *of, struct samples *saker, struct user_run *user)
{
	u32 n = VERSUS_WARM + of->ticks, staged = n - of->ticks / 10; /* the last of them with all stamps */
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
		user_tick(of, &tick[i], i < VERSUS_WARM ? NULL : user, i >= staged);
	samples_block(saker);
	samples_block(&user->whole);
	for (u32 i = USER_OPEN; i < USER_STAMPS; i++)
		samples_block(&user->stage[i]);
}

static void print(const struct variant *of, struct user_run *user, struct samples *saker)
{
	char name[64];
	snprintf(name, sizeof name, "peer.user%s", of->suffix);
	samples_print(&user->whole, name, "");
	for (u32 i = USER_OPEN; i < USER_STAMPS; i++) {
		snprintf(name, sizeof name, "peer.user%s.%s", of->suffix, stages[i]);
		samples_print(&user->stage[i], name, "");
	}
	snprintf(name, sizeof name, "peer.user.saker%s", of->suffix);
	samples_print(saker, name, "");
	snprintf(name, sizeof name, "peer.user_over_saker%s", of->suffix);
	samples_print_ratio(&user->whole, saker, name, NULL);
}

static void run(const struct variant *of)
{
	struct samples saker;
	struct user_run user;
	u32 blocks = samples_blocks_wanted();
	samples_open(&saker, blocks * of->ticks);
	samples_open(&user.whole, blocks * of->ticks);
	for (u32 i = USER_OPEN; i < USER_STAMPS; i++)
		samples_open(&user.stage[i], blocks * of->ticks);
	for (u32 b = 0; b < blocks; b++)
		one_block(of, &saker, &user);
	print(of, &user, &saker);
	samples_close(&saker);
	samples_close(&user.whole);
	for (u32 i = USER_OPEN; i < USER_STAMPS; i++)
		samples_close(&user.stage[i]);
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
