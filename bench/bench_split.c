/*
 * bench_split.c - tick to trade, split, beside its practical limit: the receiving half on one CPU,
 * the trading half on another, one hop between them. The limit's hop is a pair of cache lines.
 *
 * The venue's side shares the first CPU with the market-data core. Each tick is let in only when
 * the trading half has digested the venue's answers to the order before: one that came sooner would
 * measure how long answers take to read. Time is one way, by the two CPUs' time-stamp counters,
 * which are one clock here; the last stamp is the trading core's. Each block begins with the round
 * trip between the two threads: the ratio counts only where it was at most SAMPLES_RTT_MAX_NS.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench/duo.h"
#include "bench/versus.h"

#define LATE_NS (2 * NS_PER_S) /* the other CPU was taken away for so long: no sample, counted */

static const struct variant variants[] = {
	{ "", 3000, false, false },
	{ ".paced", 400, true, false },
	{ ".cold", 200, false, true },
};

static struct versus v;
static struct duo duo;
static struct sweeper their_sweeper;
static u64 limit_stamp[LIMIT_STAMPS], limit_traded; /* the second thread's; read after limit_traded */
static u64 late, texts_before, orders_before;

static ns_t now_ns(void) { return clock_ns(&v.w.clock, tsc_now()); }

/* ---- the trading thread ---- */

static void product_turn(void *arg)
{
	struct world *w = arg;
	trade_core_step(&w->trade, tsc_now());
}

static void limit_trade_turn(void *arg)
{
	struct lane *l = arg;
	if (limit_is_handed(&l->limit)) {
		limit_trade(&l->limit, clock_ns(&l->clock, tsc_now()), limit_stamp);
		__atomic_store_n(&limit_traded, limit_traded + 1, __ATOMIC_RELEASE);
	}
	lane_idle_trading(l);
}

static void their_sweep(void *arg) { sweep(arg); }

static void sweep_both(duo_fn then, void *arg)
{
	duo_begin(&duo, their_sweep, &their_sweeper);
	sweep(&v.sweeper);
	duo_wait(&duo);
	duo_turns(&duo, then, arg);
}

/* ---- the product ---- */

/* While *at is below `want` the venue is served; false: it never came. */
static bool reaches(const u64 *at, u64 want, void (*serve)(void))
{
	for (ns_t until = now_ns() + LATE_NS; __atomic_load_n(at, __ATOMIC_ACQUIRE) < want;) {
		serve();
		if (now_ns() > until)
			return false;
	}
	return true;
}

static void product_venue(void) { world_venue_turn(&v.w); }

static void product_settles(void)
{
	struct world *w = &v.w;
	const u64 *turns = &w->tl.status->turns;
	u64 answers = 2 * (w->orders_seen - orders_before);
	if (reaches(&w->tl.cnt[TRADE_CNT_texts], texts_before + answers, product_venue))
		reaches(turns, counter_get(turns) + 8, product_venue);
}

static void product_wait(ns_t until)
{
	for (u64 tsc; clock_ns(&v.w.clock, tsc = tsc_now()) < until;)
		md_core_step(&v.w.md, tsc);
}

/* The trace follows the doorbell. */
static struct trace_rec product_trace(void)
{
	struct trace_rec t = { 0 };
	for (ns_t until = now_ns() + LATE_NS; !t.tsc[STAMP_POLL] && now_ns() < until;)
		t = t2t_trace(&v.w);
	return t;
}

static void product_tick(const struct variant *of, const struct world_quote *q, struct t2t_run *to)
{
	struct world *w = &v.w;
	ns_t next = now_ns() + PACE_NS;
	u64 sent = __atomic_load_n(&w->n_sent, __ATOMIC_ACQUIRE), orders = w->orders_seen;
	u64 read = counter_get(&w->tl.cnt[TRADE_CNT_decisions]);
	if (of->swept)
		sweep_both(product_turn, w);
	stock_release(&w->stock, w->stock.next + 1);
	md_core_step(&w->md, tsc_now());
	bool came = reaches(&w->tl.cnt[TRADE_CNT_decisions], read + 1, product_venue);
	if (t2t_trades(q) && came && reaches(&w->n_sent, sent + 1, product_venue)) {
		struct trace_rec t = product_trace();
		if (to)
			t2t_sample(to, &w->clock, &w->sent[sent % WORLD_SENT], &t);
		came = reaches(&w->orders_seen, orders + 1, product_venue);
	}
	late += !came;
	product_settles();
	md_core_step(&w->md, tsc_now());
	t2t_drain(w);
	if (of->paced)
		product_wait(next);
}

/* ---- the limit ---- */

static void limit_venue(void) { lane_venue_turn(&v.lane); }

static void limit_wait(ns_t until)
{
	while (now_ns() < until)
		limit_receive(&v.lane.limit);
}

static void limit_tick(const struct variant *of, const struct world_quote *q, struct samples *to)
{
	struct lane *l = &v.lane;
	ns_t next = now_ns() + PACE_NS;
	u64 traded = __atomic_load_n(&limit_traded, __ATOMIC_ACQUIRE), orders = l->orders_seen;
	if (of->swept)
		sweep_both(limit_trade_turn, l);
	lane_let_in(l, q);
	limit_receive(&l->limit);
	bool came = reaches(&limit_traded, traded + 1, limit_venue);
	if (came && t2t_trades(q)) {
		if (to)
			samples_add(to, tsc_to_ns(&l->clock, limit_stamp[LIMIT_SENT] - limit_stamp[LIMIT_POLL]));
		came = reaches(&l->orders_seen, orders + 1, limit_venue);
	}
	late += !came;
	reaches(&l->taken, 2 * l->orders_seen, limit_venue);
	lane_idle_receiving(l);
	lane_venue_turn(l);
	if (of->paced)
		limit_wait(next);
}

/* ---- in turns ---- */

static u64 one_block(const struct variant *of, struct t2t_run *product, struct samples *limit)
{
	u64 rtt_ns = duo_rtt_ns(&duo, &v.w.clock);
	versus_fill(&v, of);
	duo_turns(&duo, product_turn, &v.w);
	for (u32 i = 0; i < v.n; i++)
		product_tick(of, &v.tick[i], i < VERSUS_WARM ? NULL : product);
	duo_turns(&duo, limit_trade_turn, &v.lane);
	for (u32 i = 0; i < v.n; i++)
		limit_tick(of, &v.tick[i], i < VERSUS_WARM ? NULL : limit);
	duo_turns(&duo, NULL, NULL);
	t2t_block(product);
	samples_block(limit);
	return rtt_ns;
}

static void run(const struct variant *of)
{
	char name[64], note[64];
	struct t2t_run product;
	struct samples limit;
	u64 rtt_ns[SAMPLES_BLOCKS_MAX];
	u32 blocks = samples_blocks_wanted();
	snprintf(name, sizeof name, "t2t.split%s", of->suffix);
	t2t_open(&product, name, blocks * of->ticks);
	samples_open(&limit, blocks * of->ticks);
	late = 0;
	for (u32 b = 0; b < blocks; b++)
		rtt_ns[b] = one_block(of, &product, &limit);
	snprintf(note, sizeof note, ",\"late\":%llu", (unsigned long long)late);
	t2t_print(&product, note);
	snprintf(name, sizeof name, "limit.split%s", of->suffix);
	samples_print(&limit, name, "");
	snprintf(name, sizeof name, "t2t.split_over_limit%s", of->suffix);
	samples_print_ratio(&product.whole, &limit, name, rtt_ns);
	samples_close(&limit);
	t2t_close(&product);
}

int main(void)
{
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus < 2) {
		/* the figures of fused are bench_limit's; a line of JSON all the same */
		printf("{\"name\":\"t2t.split\",\"unit\":\"skipped: one CPU\"}\n");
		return 0;
	}
	versus_open(&v);
	sweeper_open(&their_sweeper);
	texts_before = counter_get(&v.w.tl.cnt[TRADE_CNT_texts]);
	orders_before = v.w.orders_seen;
	duo_open(&duo, cpus - 2, cpus - 1);
	for (u32 i = 0; i < ARRAY_LEN(variants); i++)
		run(&variants[i]);
	duo_close(&duo);
	sweeper_close(&their_sweeper);
	versus_close(&v);
	return 0;
}
