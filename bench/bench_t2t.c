/*
 * bench_t2t.c - tick to trade, split: the market-data core on one CPU, the trading core on another,
 * from the receive burst that returned a bookTicker frame to the transmit burst that is handed the
 * order. With two CPUs the venue's side shares the first with the market-data core.
 *
 * Each tick makes one IOC order; real TLS records, real JSON, full risk. The fused layout is
 * bench_limit's, which measures it beside its limit.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/rtt.h"
#include "bench/t2t.h"

#define WARM 20000
#define TICKS 200000
#define SPLIT_WAIT_NS (50 * NS_PER_MS)

static struct world w;
static u32 stop;
static u64 texts_before; /* messages of the logon */

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
		*t = t2t_trace(&w);
	return t->id == w.orders_seen;
}

static bool reaches(const u64 *counter, u64 want)
{
	ns_t until = clock_ns(&w.clock, tsc_now()) + SPLIT_WAIT_NS;
	while (counter_get(counter) < want) {
		world_venue_turn(&w);
		if (clock_ns(&w.clock, tsc_now()) > until)
			return false;
	}
	return true;
}

/*
 * The trading core has digested the venue's two answers and idles: a tick that comes sooner would
 * wait for that work, some microseconds of it.
 */
static void let_it_settle(void)
{
	const u64 *turns = &w.tl.status->turns;
	if (reaches(&w.tl.cnt[TRADE_CNT_texts], texts_before + 2 * w.orders_seen))
		reaches(turns, counter_get(turns) + 8);
}

static bool one_tick(struct t2t_run *s, struct rng *r, bool measured)
{
	u64 seen = w.orders_seen;
	struct t2t_tick tick = t2t_next(r);
	struct trace_rec t = { 0 };
	world_tick(&w, tick.bid_px, tick.bid_qty, tick.ask_qty);
	md_core_step(&w.md, tsc_now());
	bool came = wait_for_order(seen) && wait_for_trace(&t);
	u64 pushed = __atomic_load_n(&w.pushed_tsc, __ATOMIC_RELAXED);
	if (came && measured)
		t2t_sample(s, &w.clock, pushed, &t);
	let_it_settle();
	peer_turn(&w.md_peer, clock_ns(&w.clock, tsc_now()));
	t2t_drain(&w);
	return came;
}

static void run_split(u32 md_cpu, u32 trade_cpu)
{
	struct t2t_run s;
	struct rng r;
	pthread_t thread;
	u32 late = 0;
	char note[64];
	rng_seed(&r, 2);
	t2t_open(&s, "t2t.split", TICKS);
	world_open(&w, &t2t_taker);
	u64 rtt_ns = core_rtt_ns(&w.clock, md_cpu, trade_cpu);
	texts_before = counter_get(&w.tl.cnt[TRADE_CNT_texts]);
	pthread_create(&thread, NULL, trade_thread, &trade_cpu);
	for (u32 i = 0; i < WARM + TICKS; i++)
		late += !one_tick(&s, &r, i >= WARM);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	t2t_must_have_traded(s.name, w.orders_seen, (WARM + TICKS) / 2);
	snprintf(note, sizeof note, ",\"late\":%u,\"core_rtt_ns\":%llu", late, (unsigned long long)rtt_ns);
	t2t_print(&s, note);
	t2t_close(&s);
	world_close(&w);
}

int main(void)
{
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus < 2) {
		/* the figures of fused are bench_limit's; a line of JSON all the same */
		printf("{\"name\":\"t2t.split\",\"unit\":\"skipped: one CPU\"}\n");
		return 0;
	}
	run_split(cpus - 2, cpus - 1);
	return 0;
}
