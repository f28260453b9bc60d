/*
 * bench_limit.c - tick to trade, fused, beside its practical limit (bench/limit.h): from the
 * receive burst that returned a bookTicker frame to the transmit burst that is handed the order.
 *
 * Both cores stepped by one thread, and the limit on the same thread: blocks of ticks in turns, so
 * that whatever the machine does meets both, and the ratio counts. Back to back; paced, one tick
 * each 100 us with the loop polling in between; cold, 4 MB swept before each tick.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench/versus.h"

static const struct variant variants[] = {
	{ "", 3000, false, false },
	{ ".paced", 400, true, false },
	{ ".cold", 300, false, true },
};

static struct versus v;

/* ---- one tick of either ---- */

static void fused_wait(ns_t until)
{
	for (u64 tsc; clock_ns(&v.w.clock, tsc = tsc_now()) < until;) {
		md_core_step(&v.w.md, tsc);
		trade_core_step(&v.w.trade, tsc);
	}
}

static void fused_tick(const struct variant *of, const struct world_quote *q, struct t2t_run *to)
{
	struct world *w = &v.w;
	ns_t next = clock_ns(&w->clock, tsc_now()) + PACE_NS;
	u64 sent = w->n_sent;
	stock_release(&w->stock, w->stock.next + 1);
	if (of->swept)
		sweep(&v.sweeper);
	u64 tsc = tsc_fenced();
	md_core_step(&w->md, tsc);
	trade_core_step(&w->trade, tsc);
	struct trace_rec t = t2t_trace(w);
	bool traded = w->n_sent != sent;
	versus_must("t2t.fused", traded, q);
	if (to && traded)
		t2t_sample(to, &w->clock, &w->sent[sent % WORLD_SENT], &t);
	world_venue_turn(w); /* the answer, outside what is measured */
	trade_core_step(&w->trade, tsc_now());
	t2t_drain(w);
	if (of->paced)
		fused_wait(next);
}

/* The limit's samples: the whole, and from a run of its own, since stamps cost, the stages. */
struct limit_run {
	struct samples whole, stage[LIMIT_STAMPS];
};

static const char *const limit_stages[LIMIT_STAMPS] = {
	[LIMIT_OPEN] = "poll_to_open",  [LIMIT_READ] = "open_to_read", [LIMIT_ORDER] = "read_to_order",
	[LIMIT_SEAL] = "order_to_seal", [LIMIT_SENT] = "seal_to_sent",
};

static void limit_wait(ns_t until)
{
	u64 stamp[LIMIT_STAMPS];
	for (ns_t now; (now = clock_ns(&v.lane.clock, tsc_now())) < until;) {
		limit_turn(&v.lane.limit, now, stamp);
		lane_idle_receiving(&v.lane);
		lane_idle_trading(&v.lane);
	}
}

static void limit_sample(struct limit_run *to, const u64 stamp[LIMIT_STAMPS], bool staged)
{
	const struct clock *c = &v.lane.clock;
	if (!staged)
		samples_add(&to->whole, tsc_to_ns(c, stamp[LIMIT_SENT] - stamp[LIMIT_POLL]));
	for (u32 i = LIMIT_OPEN; staged && i < LIMIT_STAMPS; i++)
		samples_add(&to->stage[i], tsc_to_ns(c, stamp[i] - stamp[i - 1]));
}

static void limit_tick(const struct variant *of, const struct world_quote *q, struct limit_run *to, bool staged)
{
	struct lane *l = &v.lane;
	ns_t next = clock_ns(&l->clock, tsc_now()) + PACE_NS;
	u64 stamp[LIMIT_STAMPS] = { 0 };
	lane_let_in(l, q);
	if (of->swept)
		sweep(&v.sweeper);
	ns_t now = clock_ns(&l->clock, tsc_fenced());
	bool sent = staged ? limit_turn_stamped(&l->limit, now, stamp) : limit_turn(&l->limit, now, stamp);
	versus_must("limit.fused", sent, q);
	if (to && sent)
		limit_sample(to, stamp, staged);
	lane_idle_receiving(l);
	lane_venue_turn(l);
	lane_idle_trading(l);
	if (of->paced)
		limit_wait(next);
}

/* ---- in turns ---- */

static void print(const struct variant *of, struct limit_run *limit, struct t2t_run *fused)
{
	char name[64];
	snprintf(name, sizeof name, "limit.fused%s", of->suffix);
	samples_print(&limit->whole, name, "");
	for (u32 i = LIMIT_OPEN; i < LIMIT_STAMPS; i++) {
		snprintf(name, sizeof name, "limit.fused%s.%s", of->suffix, limit_stages[i]);
		samples_print(&limit->stage[i], name, "");
	}
	t2t_print(fused, "");
	snprintf(name, sizeof name, "t2t.fused_over_limit%s", of->suffix);
	samples_print_ratio(&fused->whole, &limit->whole, name, NULL);
}

static void one_block(const struct variant *of, struct limit_run *limit, struct t2t_run *fused)
{
	versus_fill(&v, of);
	u32 staged = v.n - of->ticks / 10; /* the last of them with all stamps */
	for (u32 i = 0; i < v.n; i++)
		fused_tick(of, &v.tick[i], i < VERSUS_WARM ? NULL : fused);
	for (u32 i = 0; i < v.n; i++)
		limit_tick(of, &v.tick[i], i < VERSUS_WARM ? NULL : limit, i >= staged);
	t2t_block(fused);
	samples_block(&limit->whole);
	for (u32 k = LIMIT_OPEN; k < LIMIT_STAMPS; k++)
		samples_block(&limit->stage[k]);
}

static void run(const struct variant *of)
{
	char name[64];
	struct limit_run limit;
	struct t2t_run fused;
	u32 blocks = samples_blocks_wanted();
	snprintf(name, sizeof name, "t2t.fused%s", of->suffix);
	t2t_open(&fused, name, blocks * of->ticks);
	samples_open(&limit.whole, blocks * of->ticks);
	for (u32 i = LIMIT_OPEN; i < LIMIT_STAMPS; i++)
		samples_open(&limit.stage[i], blocks * of->ticks);
	for (u32 b = 0; b < blocks; b++)
		one_block(of, &limit, &fused);
	print(of, &limit, &fused);
	samples_close(&limit.whole);
	for (u32 i = LIMIT_OPEN; i < LIMIT_STAMPS; i++)
		samples_close(&limit.stage[i]);
	t2t_close(&fused);
}

int main(void)
{
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	versus_open(&v);
	for (u32 i = 0; i < ARRAY_LEN(variants); i++)
		run(&variants[i]);
	versus_close(&v);
	return 0;
}
