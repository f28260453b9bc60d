/*
 * bench_extras.c - what a tick and its order carry besides trading: stamps, counters, trace, journal
 * and recorder, each alone; and the order's text, by template and by snprintf.
 *
 * All but the recorder are always on: what each takes is timed by itself, as often as one tick and
 * its order do it, with the ring's reader in between taking everything away. The recorder is
 * switched off and on in one pair of cores, block by block: tick to trade, and the whole turn with
 * what comes after the doorbell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/parts.h"
#include "bench/place.h"
#include "bench/t2t.h"

#define RING_BYTES (1u << 20)
#define TICKS 1000
#define WARM 100
#define STAMPS_A_TICK 4

struct bench {
	struct world w;
	struct rng rng;
	struct sweeper sweeper;
	struct trace_rec trace;
	struct journal journal;
	struct ring *ring;
	struct order_req order;
	struct binance_tmpls tmpls;
	u64 journal_cnt[GATEWAY_CNT_COUNT];
	u64 counters[64];
	u32 counts; /* of one tick and its order: measured */
	u8 text[1024];
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_extras: %s\n", what);
		exit(1);
	}
}

static void take_away(struct ring *r)
{
	for (const struct ring_msg *m; (m = ring_peek(r)); ring_release(r, m))
		;
}

/* ---- alone ---- */

static void stamps(void *arg, u32 from)
{
	(void)arg, (void)from;
	for (u32 i = 0; i < PARTS_BATCH * STAMPS_A_TICK; i++)
		parts_keep(tsc_now());
}

static void counters(void *arg, u32 from)
{
	struct bench *b = arg;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++)
		for (u32 k = 0; k < b->counts; k++)
			counter_inc(&b->counters[k % ARRAY_LEN(b->counters)]);
}

static void trace(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		b->trace.id = from + i;
		check(trace_put(b->ring, TRACE_ORDER, &b->trace), "the trace is full");
	}
	take_away(b->ring);
}

static void journal(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++)
		check(journal_order_sent(&b->journal, from + i, &b->order, from + i), "the journal is full");
	take_away(b->ring);
}

static void text_by_template(void *arg, u32 from)
{
	struct bench *b = arg;
	const struct binance_tmpl *t = binance_tmpl_place(&b->tmpls, SIDE_BUY, ORDER_LIMIT, TIF_IOC);
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		binance_prepare(t, b->text);
		check(binance_patch_order(t, b->text, from + i + 1, 6000000 + i, 100000 * (1 + i), 1723161255208 + i),
		      "an order does not fit");
	}
}

static void text_by_snprintf(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		i64 px = 6000000 + i, qty = 100000 * (1 + i);
		unsigned long long id = from + i + 1;
		int n = snprintf((char *)b->text, sizeof b->text,
				 "{\"id\":\"n%010llu\",\"method\":\"order.place\",\"params\":{\"symbol\":\"BTCUSDT\","
				 "\"side\":\"BUY\",\"type\":\"LIMIT\",\"timeInForce\":\"IOC\",\"price\":\"%lld.%02lld\","
				 "\"quantity\":\"%lld.%08lld\",\"newClientOrderId\":\"saker-1-%010llu\","
				 "\"newOrderRespType\":\"ACK\",\"recvWindow\":5000,\"timestamp\":%llu}}",
				 id, (long long)px / 100, (long long)px % 100, (long long)qty / 100000000,
				 (long long)qty % 100000000, id, 1723161255208ULL + i);
		parts_keep((u64)n);
	}
}

/* ---- recorder off and on ---- */

struct tick_run {
	struct samples path, turn;
};

static void one_tick(struct bench *b, u32 i, struct tick_run *to)
{
	struct world *w = &b->w;
	u64 sent = w->n_sent;
	stock_release(&w->stock, w->stock.next + 1);
	u64 t0 = tsc_fenced();
	md_core_step(&w->md, t0);
	trade_core_step(&w->trade, t0);
	u64 t1 = tsc_fenced();
	if (w->n_sent != sent && i >= WARM) {
		const struct world_sent *s = &w->sent[sent % WORLD_SENT];
		samples_add(&to->path, tsc_to_ns(&w->clock, s->pushed_tsc - s->poll_tsc));
		samples_add(&to->turn, tsc_to_ns(&w->clock, t1 - t0));
	}
	world_venue_turn(w);
	trade_core_step(&w->trade, tsc_now());
	md_core_step(&w->md, tsc_now());
	t2t_trace(w);
	t2t_drain(w);
	take_away(w->md_recorder.to);
	take_away(w->trade_recorder.to);
}

static void tick_block(struct bench *b, bool on, struct tick_run *to)
{
	struct world *w = &b->w;
	recorder_want(&w->md_recorder, on ? RECORDER_ON : RECORDER_OFF);
	recorder_want(&w->trade_recorder, on ? RECORDER_ON : RECORDER_OFF);
	stock_empty(&w->stock);
	for (u32 i = 0; i < WARM + TICKS; i++) {
		struct world_quote q = t2t_next(&b->rng);
		world_add_quote(w, 0, &q, 0);
	}
	sweep(&b->sweeper);
	for (u32 i = 0; i < WARM + TICKS; i++)
		one_tick(b, i, to);
	check(recorder_is_on(&w->trade_recorder) == on, "the recorder was not switched");
	samples_block(&to->path);
	samples_block(&to->turn);
}

static void recorder(struct bench *b)
{
	struct tick_run run[2];
	u32 blocks = samples_blocks_wanted();
	for (u32 on = 0; on < 2; on++) {
		samples_open(&run[on].path, blocks * TICKS);
		samples_open(&run[on].turn, blocks * TICKS);
	}
	for (u32 i = 0; i < 2 * blocks; i++)
		tick_block(b, i & 1, &run[i & 1]);
	check(!b->w.lost, "the recorder lost something");
	samples_print(&run[0].path, "extras.t2t.recorder_off", "");
	samples_print(&run[1].path, "extras.t2t.recorder_on", "");
	samples_print_ratio(&run[1].path, &run[0].path, "extras.t2t.recorder_on_over_off", NULL);
	samples_print(&run[0].turn, "extras.turn.recorder_off", "");
	samples_print(&run[1].turn, "extras.turn.recorder_on", "");
	for (u32 on = 0; on < 2; on++) {
		samples_close(&run[on].path);
		samples_close(&run[on].turn);
	}
}

/* ---- start ---- */

static u64 total(const u64 *c, u32 n)
{
	u64 sum = 0;
	for (u32 i = 0; i < n; i++)
		sum += c[i];
	return sum;
}

static u64 all_counts(const struct world *w)
{
	return total(w->ml.cnt, MD_CNT_COUNT) + total(w->ml.tcp_cnt, TCP_CNT_COUNT) +
	       total(w->ml.feed_cnt, FEED_CNT_COUNT) + total(w->ml.book_cnt, BOOK_CNT_COUNT) +
	       total(w->tl.cnt, TRADE_CNT_COUNT) + total(w->tl.tcp_cnt, TCP_CNT_COUNT) +
	       total(w->tl.gateway_cnt, GATEWAY_CNT_COUNT) + total(w->tl.risk_cnt, RISK_COUNTERS) +
	       total(w->tl.host_cnt, HOST_COUNTERS);
}

/* How many counters one tick and its order move; those that count bytes do so in one step, and are left out. */
static u32 counts_of_a_tick(struct bench *b)
{
	struct world *w = &b->w;
	struct world_quote q = { 6183763, 100000000, 6183764, 100000000 };
	u64 before[2] = { all_counts(w), w->n_sent };
	world_add_quote(w, 0, &q, 0);
	stock_release(&w->stock, w->stock.n);
	md_core_step(&w->md, tsc_now());
	trade_core_step(&w->trade, tsc_now());
	check(w->n_sent == before[1] + 1, "a tick made no order");
	u64 n = all_counts(w) - before[0];
	world_venue_turn(w);
	trade_core_step(&w->trade, tsc_now());
	return (u32)n;
}

int main(void)
{
	static struct bench b;
	struct world_cfg cfg = { .strategy = &t2t_taker, .capture = true };
	char note[48];
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	sweeper_open(&b.sweeper);
	rng_seed(&b.rng, 5);
	world_open(&b.w, &cfg);
	b.ring = ring_new(&b.w.arena, RING_BYTES);
	check(b.ring, "no memory");
	journal_init(&b.journal, b.ring, b.journal_cnt);
	b.order = (struct order_req){ .side = SIDE_BUY, .px = 6000000, .qty = 100000 };
	check(binance_tmpls_init(&b.tmpls, &b.w.instrument[0], 1, 5000) == ERR_OK, "no templates");
	b.counts = counts_of_a_tick(&b);
	snprintf(note, sizeof note, ",\"of\":\"one tick and its order\"");
	sample_print_figure("extras.counters_moved", "counters", b.counts, note);
	struct part parts[] = {
		{ .name = "extras.stamps", .run = stamps, .arg = &b },
		{ .name = "extras.counters", .run = counters, .arg = &b },
		{ .name = "extras.trace", .run = trace, .arg = &b },
		{ .name = "extras.journal", .run = journal, .arg = &b },
		{ .name = "order_text.template", .run = text_by_template, .arg = &b },
		{ .name = "order_text.snprintf", .run = text_by_snprintf, .arg = &b },
	};
	parts_run(&b.w.clock, parts, ARRAY_LEN(parts), 300);
	recorder(&b);
	world_close(&b.w);
	sweeper_close(&b.sweeper);
	return 0;
}
