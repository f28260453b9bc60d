/*
 * bench_t2t.c - tick to trade: from the receive burst that returned a bookTicker frame to the
 * transmit burst that is handed the order.
 *
 * t2t.fused: both cores stepped by one thread, back to back. t2t.split: the market-data core on one
 * CPU, the trading core on another; with two CPUs the venue's side shares the first with it. Each
 * tick makes one IOC order; real TLS records, real JSON, full risk.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sample.h"
#include "bench/world.h"

#define WARM 20000
#define TICKS 200000
#define SPLIT_WAIT_NS (50 * NS_PER_MS)

static struct world w;

/* ---- the strategy: an order for each tick ---- */

struct taker {
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
};

static err_t taker_init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
			const struct strategy_value *v)
{
	struct taker *t = state;
	(void)v;
	*t = (struct taker){ api, ctx };
	return api->subscribe(ctx, 0);
}

static void taker_on_market(void *state, const struct market_view *m)
{
	struct taker *t = state;
	if (m->kind != TAPE_BBO || m->book_state != BOOK_VALID)
		return;
	struct order_req q = { .instrument = 0,
			       .side = SIDE_BUY,
			       .type = ORDER_LIMIT,
			       .tif = TIF_IOC,
			       .px = m->ask_px,
			       .qty = 100000 };
	t->api->submit(t->ctx, &q);
}

static const struct strategy_desc taker = { STRATEGY_ABI,
					    .name = "bench_taker",
					    .help = "an IOC order at the ask for each tick",
					    .state_size = sizeof(struct taker),
					    .init = taker_init,
					    .on_market = taker_on_market };

/* ---- measuring ---- */

static void pin(u32 cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof one, &one))
		perror("bench: sched_setaffinity");
}

static void next_tick(struct rng *r)
{
	world_tick(&w, 6000000 + (i64)rng_below(r, 1000000), (i64)rng_below(r, 100000000000) + 1,
		   (i64)rng_below(r, 10000000) + 1);
}

/* The stamp of the order's tick: when the burst had returned its frame. */
static u64 polled_tsc(void)
{
	u64 tsc = 0;
	const struct ring_msg *m;
	while ((m = ring_peek(w.tl.trace))) {
		if (m->type == TRACE_ORDER)
			tsc = ((const struct trace_rec *)(const void *)m->data)->tsc[STAMP_POLL];
		ring_release(w.tl.trace, m);
	}
	return tsc;
}

static void drain(struct ring *r)
{
	for (const struct ring_msg *m; (m = ring_peek(r)); ring_release(r, m))
		;
}

/* What io and ctl would take away. */
static void drain_rest(void)
{
	drain(w.tl.journal);
	drain(w.tl.to_ctl);
	drain(w.ml.to_ctl);
}

static void sample(struct samples *s, u64 pushed, u64 polled)
{
	if (polled && pushed > polled)
		samples_add(s, tsc_to_ns(&w.clock, pushed - polled));
}

static void must_have_traded(const char *name, u64 want)
{
	if (w.orders_seen >= want)
		return;
	fprintf(stderr, "bench: %s: only %llu orders for %llu ticks\n", name,
		(unsigned long long)w.orders_seen, (unsigned long long)want);
	exit(1);
}

static void run_fused(void)
{
	struct samples s;
	struct rng r;
	rng_seed(&r, 1);
	samples_open(&s, TICKS);
	world_open(&w, &taker);
	for (u32 i = 0; i < WARM + TICKS; i++) {
		next_tick(&r);
		md_core_step(&w.md, tsc_now());
		trade_core_step(&w.trade, tsc_now());
		u64 pushed = w.pushed_tsc, polled = polled_tsc();
		if (i >= WARM)
			sample(&s, pushed, polled);
		world_venue_turn(&w); /* the answer, outside what is measured */
		trade_core_step(&w.trade, tsc_now());
		peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
		drain_rest();
	}
	must_have_traded("t2t.fused", WARM + TICKS);
	samples_print(&s, "t2t.fused", "");
	samples_close(&s);
	world_close(&w);
}

/* ---- split: the trading core on a thread of its own ---- */

static u32 stop;

static void *trade_thread(void *arg)
{
	pin(*(u32 *)arg);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		trade_core_step(&w.trade, tsc_now());
	return NULL;
}

/* false: the order did not come in time (the other CPU was taken away); such a tick is no sample, and is counted. */
static bool wait_for_order(u64 seen)
{
	ns_t until = clock_ns(&w.clock, tsc_now()) + SPLIT_WAIT_NS;
	while (w.orders_seen == seen) {
		world_venue_turn(&w);
		if (clock_ns(&w.clock, tsc_now()) > until)
			return false;
	}
	return true;
}

static void run_split(u32 md_cpu, u32 trade_cpu)
{
	struct samples s;
	struct rng r;
	pthread_t t;
	u32 late = 0;
	char note[64];
	rng_seed(&r, 2);
	samples_open(&s, TICKS);
	world_open(&w, &taker);
	pin(md_cpu);
	pthread_create(&t, NULL, trade_thread, &trade_cpu);
	for (u32 i = 0; i < WARM + TICKS; i++) {
		u64 seen = w.orders_seen;
		next_tick(&r);
		md_core_step(&w.md, tsc_now());
		bool came = wait_for_order(seen);
		u64 pushed = __atomic_load_n(&w.pushed_tsc, __ATOMIC_RELAXED), polled = polled_tsc();
		if (came && i >= WARM)
			sample(&s, pushed, polled);
		late += !came;
		peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
		drain_rest();
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	must_have_traded("t2t.split", (WARM + TICKS) / 2);
	snprintf(note, sizeof note, ",\"late\":%u", late);
	samples_print(&s, "t2t.split", note);
	samples_close(&s);
	world_close(&w);
}

int main(void)
{
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	pin(cpus - 1);
	run_fused();
	if (cpus < 2) {
		fprintf(stderr, "bench: t2t.split skipped: one CPU\n");
		return 0;
	}
	run_split(cpus - 2, cpus - 1);
	return 0;
}
