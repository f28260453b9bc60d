/*
 * bench_strategy - what handing a market event to strategies costs: one, many, and the maker while
 * its quotes stand.
 *
 * A sample is the mean of BATCH events, since the time-stamp counter steps by 10 ns. Budgets are
 * measured as in the product: one reading of the counter a callback. The core behind the host
 * accepts every order at once and does nothing else.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/sample.h"
#include "common/clock.h"
#include "common/rng.h"
#include "strategy/host.h"

enum { BATCH = 32, ROUNDS = 20000, VIEWS = 4096 };

struct bench {
	struct arena arena;
	struct clock clock;
	struct host *host;
	struct instrument instrument;
	u64 counters[HOST_COUNTERS];
	u64 orders;
	ns_t now;
	struct market_view view[VIEWS];
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_strategy: %s\n", what);
		exit(1);
	}
}

static i64 core_submit(void *core, const struct order_req *q, ns_t now)
{
	(void)q, (void)now;
	return (i64)++((struct bench *)core)->orders;
}

static int core_cancel(void *core, u16 strategy, u64 id, ns_t now)
{
	(void)core, (void)strategy, (void)id, (void)now;
	return 0;
}

static i64 core_position(void *core, u32 instrument)
{
	(void)core, (void)instrument;
	return 0;
}

static void core_trace(void *core, u16 strategy, const char id[8], i64 a, i64 b)
{
	(void)core, (void)strategy, (void)id, (void)a, (void)b;
}

static void core_paused(void *core, u16 strategy)
{
	(void)core, (void)strategy;
	check(false, "a strategy overran its budget");
}

static u64 core_tsc(void *core)
{
	(void)core;
	return tsc_now();
}

static const struct host_ops ops = {
	.submit = core_submit,
	.cancel = core_cancel,
	.position = core_position,
	.trace = core_trace,
	.paused = core_paused,
	.tsc = core_tsc,
};

/*
 * The middle wanders within `refresh` of the maker, so that it decides each time and asks for
 * nothing.
 */
static void make_views(struct bench *b)
{
	struct rng g;
	rng_seed(&g, 3);
	for (u32 i = 0; i < VIEWS; i++) {
		i64 bid = 6000000 + (i64)rng_below(&g, 20);
		b->view[i] = (struct market_view){
			.flags = TAPE_LAST,
			.kind = TAPE_BBO,
			.book_state = BOOK_VALID,
			.bid_px = bid,
			.ask_px = bid + 1 + (i64)rng_below(&g, 3),
			.bid_qty = 1 + (i64)rng_below(&g, 100000),
			.ask_qty = 1 + (i64)rng_below(&g, 100000),
		};
	}
}

static void set_up(struct bench *b, const char *type, const char *params, u32 n)
{
	struct param_error why = { "" };
	u16 id;
	struct host_cfg cfg = {
		.ops = &ops, .core = b, .instruments = &b->instrument, .n_instruments = 1
	};
	cfg.budget_tsc = UINT64_MAX;
	cfg.counters = b->counters;
	check(arena_open(&b->arena, 8 << 20) == ERR_OK, "out of memory");
	b->instrument = (struct instrument){
		.px_scale = 2, .qty_scale = 8, .tick = 1, .lot = 1000, .symbol = "BTCUSDT"
	};
	b->instrument.symbol_n = 7;
	b->host = host_new(&b->arena, &cfg);
	check(b->host, "out of memory");
	for (u32 i = 0; i < n; i++)
		check(host_add(b->host, &b->arena, type, params, &id, &why) == ERR_OK, why.text);
}

static void run(struct bench *b, const char *name, const char *type, const char *params, u32 n)
{
	struct samples s;
	u64 calls = 0;
	set_up(b, type, params, n);
	samples_open(&s, ROUNDS);
	for (u32 r = 0; r < ROUNDS + ROUNDS / 10; r++) { /* the first tenth warms up */
		u64 t0 = tsc_now();
		for (u32 k = 0; k < BATCH; k++) {
			struct market_view *v = &b->view[(r * BATCH + k) % VIEWS];
			v->now = b->now += 1000;
			calls += host_on_market(b->host, v, t0);
		}
		u64 t1 = tsc_now();
		if (r >= ROUNDS / 10)
			samples_add(&s, tsc_to_ns(&b->clock, t1 - t0) / BATCH);
	}
	check(calls == (u64)n * BATCH * (ROUNDS + ROUNDS / 10), "not every strategy was called");
	samples_print(&s, name, ",\"batch\":32");
	samples_close(&s);
	arena_close(&b->arena);
}

int main(void)
{
	static struct bench b;
	check(clock_calibrate(&b.clock) == ERR_OK, "the time-stamp counter is not invariant");
	make_views(&b);
	run(&b, "strategy.dispatch_1", "null", "instrument=BTCUSDT", 1);
	run(&b, "strategy.dispatch_256", "null", "instrument=BTCUSDT", 256);
	run(&b, "strategy.maker", "maker",
	    "instrument=BTCUSDT size=0.001 max_position=0.01 refresh=30", 1);
	check(b.orders == 2, "the maker was meant to quote once and stay");
	return 0;
}
