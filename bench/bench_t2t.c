/*
 * bench_t2t.c - tick to trade: from the receive burst that returned a bookTicker frame to the
 * transmit burst that is handed the order.
 *
 * t2t.fused: both cores stepped by one thread, back to back. t2t.split: the market-data core on one
 * CPU, the trading core on another; with two CPUs the venue's side shares the first with it. Each
 * tick makes one IOC order; real TLS records, real JSON, full risk.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/rtt.h"
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

static void next_tick(struct rng *r)
{
	world_tick(&w, 6000000 + (i64)rng_below(r, 1000000), (i64)rng_below(r, 100000000000) + 1,
		   (i64)rng_below(r, 10000000) + 1);
}

/* One layout's samples: the whole, and its stages by the product's own stamps. */
struct run {
	const char *name;
	struct samples whole, stage[STAMPS];
};

static const struct {
	const char *name;
	u8 from, to;
} stages[] = {
	{ "poll_to_publish", STAMP_POLL, STAMP_PUBLISH },
	{ "publish_to_read", STAMP_PUBLISH, STAMP_READ },
	{ "read_to_decide", STAMP_READ, STAMP_DECIDE },
	{ "decide_to_doorbell", STAMP_DECIDE, STAMP_DOORBELL },
};

static void run_open(struct run *r, const char *name)
{
	r->name = name;
	samples_open(&r->whole, TICKS);
	for (u32 i = 0; i < ARRAY_LEN(stages); i++)
		samples_open(&r->stage[i], TICKS);
}

static void run_close(struct run *r, const char *note)
{
	char name[64];
	samples_print(&r->whole, r->name, note);
	samples_close(&r->whole);
	for (u32 i = 0; i < ARRAY_LEN(stages); i++) {
		snprintf(name, sizeof name, "%s.%s", r->name, stages[i].name);
		samples_print(&r->stage[i], name, "");
		samples_close(&r->stage[i]);
	}
}

/* The stamps of the tick's order: poll is when the burst had returned its frame. poll 0: there was none. */
static struct trace_rec taken_trace(void)
{
	struct trace_rec t = { 0 };
	const struct ring_msg *m;
	while ((m = ring_peek(w.tl.trace))) {
		if (m->type == TRACE_ORDER)
			memcpy(&t, m->data, sizeof t);
		ring_release(w.tl.trace, m);
	}
	return t;
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

static void span(struct samples *s, u64 from, u64 to)
{
	if (from && to >= from)
		samples_add(s, tsc_to_ns(&w.clock, to - from));
}

/* From the burst that returned the tick to the order being handed to the device. */
static void sample(struct run *r, u64 pushed, const struct trace_rec *t)
{
	span(&r->whole, t->tsc[STAMP_POLL], pushed);
	for (u32 i = 0; i < ARRAY_LEN(stages); i++)
		span(&r->stage[i], t->tsc[stages[i].from], t->tsc[stages[i].to]);
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
	struct run s;
	struct rng r;
	rng_seed(&r, 1);
	run_open(&s, "t2t.fused");
	world_open(&w, &taker);
	for (u32 i = 0; i < WARM + TICKS; i++) {
		next_tick(&r);
		md_core_step(&w.md, tsc_now());
		trade_core_step(&w.trade, tsc_now());
		u64 pushed = w.pushed_tsc;
		struct trace_rec t = taken_trace();
		if (i >= WARM)
			sample(&s, pushed, &t);
		world_venue_turn(&w); /* the answer, outside what is measured */
		trade_core_step(&w.trade, tsc_now());
		peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
		drain_rest();
	}
	must_have_traded("t2t.fused", WARM + TICKS);
	run_close(&s, "");
	world_close(&w);
}

/* ---- split: the trading core on a thread of its own ---- */

static u32 stop;

static void *trade_thread(void *arg)
{
	pin_to(*(u32 *)arg);
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

/* It follows the doorbell: the venue may have the order before. */
static bool wait_for_trace(struct trace_rec *t)
{
	ns_t until = clock_ns(&w.clock, tsc_now()) + SPLIT_WAIT_NS;
	while (t->id != w.orders_seen && clock_ns(&w.clock, tsc_now()) < until)
		*t = taken_trace();
	return t->id == w.orders_seen;
}

static void run_split(u32 md_cpu, u32 trade_cpu)
{
	struct run s;
	struct rng r;
	pthread_t thread;
	u32 late = 0;
	char note[64];
	rng_seed(&r, 2);
	run_open(&s, "t2t.split");
	world_open(&w, &taker);
	u64 rtt_ns = core_rtt_ns(&w.clock, md_cpu, trade_cpu);
	pthread_create(&thread, NULL, trade_thread, &trade_cpu);
	for (u32 i = 0; i < WARM + TICKS; i++) {
		u64 seen = w.orders_seen;
		next_tick(&r);
		md_core_step(&w.md, tsc_now());
		struct trace_rec t = { 0 };
		bool came = wait_for_order(seen) && wait_for_trace(&t);
		u64 pushed = __atomic_load_n(&w.pushed_tsc, __ATOMIC_RELAXED);
		if (came && i >= WARM)
			sample(&s, pushed, &t);
		late += !came;
		peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
		drain_rest();
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	must_have_traded("t2t.split", (WARM + TICKS) / 2);
	snprintf(note, sizeof note, ",\"late\":%u,\"core_rtt_ns\":%llu", late, (unsigned long long)rtt_ns);
	run_close(&s, note);
	world_close(&w);
}

int main(void)
{
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	pin_to(cpus - 1);
	run_fused();
	if (cpus < 2) {
		fprintf(stderr, "bench: t2t.split skipped: one CPU\n");
		return 0;
	}
	run_split(cpus - 2, cpus - 1);
	return 0;
}
