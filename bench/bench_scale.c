/*
 * bench_scale.c - what a tick costs as more hangs on the cores: 1 to 256 strategies on one
 * instrument (the last of them trades), 1 to 64 instruments in rotation (the product's most; 1,024 in a
 * build with INSTRUMENTS_MAX of 1024), and how many messages a second one market-data core takes when
 * all are there at once, without a loss.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/place.h"
#include "bench/t2t.h"

#define TICKS 1000
#define WARM 100
#define RATE_TICKS 4096

static struct world w;
static struct sweeper sweeper;
static struct rng rng;

static void die(const char *what)
{
	fprintf(stderr, "bench_scale: %s\n", what);
	exit(1);
}

/* ---- tick to trade ---- */

struct scale_run {
	struct samples path, turns;
};

static void one_tick(struct scale_run *to)
{
	u64 sent = w.n_sent;
	stock_release(&w.stock, w.stock.next + 1);
	u64 t0 = tsc_fenced();
	md_core_step(&w.md, t0);
	trade_core_step(&w.trade, t0);
	u64 t1 = tsc_fenced();
	if (to && w.n_sent != sent) {
		const struct world_sent *s = &w.sent[sent % WORLD_SENT];
		samples_add(&to->path, tsc_to_ns(&w.clock, s->pushed_tsc - s->poll_tsc));
		samples_add(&to->turns, tsc_to_ns(&w.clock, t1 - t0));
	}
	world_venue_turn(&w);
	trade_core_step(&w.trade, tsc_now());
	md_core_step(&w.md, tsc_now());
	t2t_trace(&w);
	t2t_drain(&w);
}

static void block(struct scale_run *to)
{
	u64 sent = w.n_sent, want = 0;
	stock_empty(&w.stock);
	for (u32 i = 0; i < WARM + TICKS; i++) {
		struct world_quote q = t2t_next(&rng);
		world_add_quote(&w, i % w.cfg.instruments, &q, 0);
		want += t2t_trades(&q);
	}
	sweep(&sweeper);
	for (u32 i = 0; i < WARM + TICKS; i++)
		one_tick(i < WARM ? NULL : to);
	if (w.n_sent - sent != want)
		die("not every tick that should made an order");
	samples_block(&to->path);
	samples_block(&to->turns);
}

static void scale(const char *what, u32 n, const struct world_cfg *cfg)
{
	struct scale_run run;
	char name[64];
	u32 blocks = samples_blocks_wanted();
	world_open(&w, cfg);
	arena_seal(&w.arena);
	samples_open(&run.path, blocks * TICKS);
	samples_open(&run.turns, blocks * TICKS);
	for (u32 b = 0; b < blocks; b++)
		block(&run);
	snprintf(name, sizeof name, "scale.%s.%u", what, n);
	samples_print(&run.path, name, "");
	snprintf(name, sizeof name, "scale.%s.%u.turns", what, n);
	samples_print(&run.turns, name, "");
	samples_close(&run.path);
	samples_close(&run.turns);
	world_close(&w);
}

/* ---- a full market-data core ---- */

static void add(bool depth)
{
	struct world_quote q = t2t_next(&rng);
	if (depth)
		world_add_depth(&w, &rng, 0);
	else
		world_add_quote(&w, 0, &q, 0);
}

static u64 take_all(void)
{
	u64 t0 = tsc_now();
	while (w.stock.next != w.stock.n)
		md_core_step(&w.md, tsc_now());
	u64 ns = tsc_to_ns(&w.clock, tsc_now() - t0);
	md_core_step(&w.md, tsc_now());
	world_venue_turn(&w);
	t2t_drain(&w);
	return ns;
}

static void rate(const char *name, bool depth)
{
	struct samples s;
	char full[64];
	u32 blocks = samples_blocks_wanted();
	samples_open(&s, blocks);
	for (u32 b = 0; b <= blocks; b++, samples_block(&s)) {
		const u64 *taken = &w.ml.cnt[depth ? MD_CNT_levels : MD_CNT_bbo];
		u64 before = counter_get(taken);
		stock_empty(&w.stock);
		for (u32 i = 0; i < RATE_TICKS; i++)
			add(depth);
		sweep(&sweeper);
		stock_release(&w.stock, w.stock.n);
		u64 ns = take_all();
		if (counter_get(taken) - before != (depth ? 20 : 1) * (u64)RATE_TICKS)
			die("a message was lost");
		if (b)
			samples_add(&s, ns / RATE_TICKS);
	}
	snprintf(full, sizeof full, "rate.md.%s", name);
	samples_print(&s, full, ",\"mean_of\":4096");
	snprintf(full, sizeof full, "rate.md.%s.messages", name);
	sample_print_figure(full, "messages a second", NS_PER_S / u64_max(s.ns[s.n / 2], 1), "");
	samples_close(&s);
}

static void rates(void)
{
	struct world_cfg cfg = { .strategy = &t2t_taker };
	world_open(&w, &cfg);
	arena_seal(&w.arena);
	rate("bookTicker", false);
	rate("depth20", true);
	world_close(&w);
}

/* ---- memory ---- */

static void memory(void)
{
	u64 cnt[BOOK_CNT_COUNT];
	struct arena a;
	struct book_config c = { .levels = BOOK_LEVELS_DEFAULT, .buffer_levels = BOOK_BUFFER_DEFAULT };
	if (arena_open(&a, 64u << 20) != ERR_OK || !book_new(&a, cnt, &c))
		die("no memory for a book");
	sample_print_figure("memory.book", "bytes", a.used, ",\"levels\":8192");
	sample_print_figure("memory.book_image", "bytes", book_image_bytes(BOOK_LEVELS_DEFAULT), ",\"levels\":8192");
	arena_close(&a);
}

int main(void)
{
	static const u32 strategies[] = { 1, 8, 64, 256 }, instruments[] = { 1, 8, 64, 1024 };
	static_assert(INSTRUMENTS_MAX == 64 || INSTRUMENTS_MAX == 1024, "the most there can be is measured");
	sweeper_open(&sweeper);
	rng_seed(&rng, 6);
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	for (u32 i = 0; i < ARRAY_LEN(strategies); i++)
		scale("strategies", strategies[i],
		      &(struct world_cfg){ .strategy = &t2t_taker, .idle_strategies = strategies[i] - 1 });
	for (u32 i = 0; i < ARRAY_LEN(instruments) && instruments[i] <= INSTRUMENTS_MAX; i++)
		scale("instruments", instruments[i],
		      &(struct world_cfg){ .strategy = &t2t_taker, .instruments = instruments[i] });
	rates();
	memory();
	sweeper_close(&sweeper);
	return 0;
}
