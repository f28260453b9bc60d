/*
 * bench_path.c - the other ways through both cores, in either layout: a diff of twenty levels, a
 * trade, a cancel, the venue's answer; and best prices that arrive when they will, whether the
 * cores are ready or not.
 *
 * Closed: one tick at a time, as bench_limit has it (back to back, .paced, .cold). Open: bursts of
 * BURST ticks at a given rate, or at the gaps of a recording; the time counts from when the frame
 * was due, so that waiting counts, and a tick whose order was never sent counts as infinite. The
 * venue answers in gaps of at least GAP_NS, and after the burst.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/duo.h"
#include "bench/market.h"
#include "bench/t2t.h"

#define PACE_NS (100 * NS_PER_US)
#define LATE_NS (5 * NS_PER_S) /* the other CPU was taken away for so long: give up */
#define WARM 100
#define GAP_NS (20 * NS_PER_US)
#define BURST 256
#define TICKS_MAX 4096
#define WINDOW_NS (200 * NS_PER_MS) /* of the recording, a block */

enum kind { QUOTE, DEPTH20, TRADE, CANCEL, ACK };

static const char *const kind_names[] = { "", ".depth20", ".trade", ".cancel", ".ack" };

struct way {
	bool split;
	enum kind kind;
};

struct variant {
	const char *suffix;
	u32 ticks;
	bool paced, swept;
};

static const struct variant variants[] = {
	{ "", 1500, false, false },
	{ ".paced", 300, true, false },
	{ ".cold", 200, false, true },
};

struct tick {
	u64 due_tsc;
	u32 upto; /* of the stock: its last frame */
	bool sends;
};

static struct world w;
static struct way way;
static struct duo duo;
static struct sweeper ours, theirs;
static struct rng rng;
static struct tick tick[TICKS_MAX];
static u32 n_ticks;
static u64 first_id, texts_before, requests_before, n_ever; /* ticks laid down: a cancel follows an order */

static void die(const char *what)
{
	fprintf(stderr, "bench: %s%s: %s\n", way.split ? "t2t.split" : "t2t.fused", kind_names[way.kind], what);
	exit(1);
}

static ns_t now_ns(void) { return clock_ns(&w.clock, tsc_now()); }

/* ---- laying ticks down ---- */

static u64 newest_id(void) { return way.kind == TRADE ? w.trade_id : w.update_id[0]; }

static bool add_quote(u64 due_tsc)
{
	struct world_quote q = t2t_next(&rng);
	world_add_quote(&w, 0, &q, due_tsc);
	return t2t_trades(&q);
}

/* Whether the tick is one whose time counts. */
static bool add_tick(u64 due_tsc)
{
	n_ever++;
	switch (way.kind) {
	case QUOTE: return add_quote(due_tsc);
	case DEPTH20: world_add_depth(&w, &rng, due_tsc); return true;
	case TRADE:
		world_add_trade(&w, 6000000 + (i64)rng_below(&rng, 500000), 1 + (i64)rng_below(&rng, 100000000),
				due_tsc);
		return true;
	default: add_quote(due_tsc); return way.kind == ACK || n_ever % 2 == 0;
	}
}

static void fill(u32 n)
{
	stock_empty(&w.stock);
	first_id = newest_id() + 1;
	for (n_ticks = 0; n_ticks < n; n_ticks++) {
		tick[n_ticks].sends = add_tick(0);
		tick[n_ticks].upto = w.stock.n;
	}
	sweep(&ours);
}

/* ---- both layouts ---- */

static void trade_turn(void *arg) { trade_core_step(&((struct world *)arg)->trade, tsc_now()); }

static void their_sweep(void *arg) { sweep(arg); }

static void sweep_all(void)
{
	if (way.split)
		duo_begin(&duo, their_sweep, &theirs);
	sweep(&ours);
	if (!way.split)
		return;
	duo_wait(&duo);
	duo_turns(&duo, trade_turn, &w);
}

static void turn(void)
{
	u64 tsc = tsc_now();
	md_core_step(&w.md, tsc);
	if (!way.split)
		trade_core_step(&w.trade, tsc);
}

static bool reaches(const u64 *at, u64 want)
{
	for (ns_t until = now_ns() + LATE_NS; __atomic_load_n(at, __ATOMIC_ACQUIRE) < want;) {
		world_venue_turn(&w);
		if (!way.split)
			trade_core_step(&w.trade, tsc_now());
		if (now_ns() > until)
			return false;
	}
	return true;
}

/* All requests answered, the answers read: an order is acknowledged and expires, or rests and is cancelled. */
static void settle(void)
{
	const u64 *turns = &w.tl.status->turns;
	u64 want, got;
	do {
		world_venue_turn(&w);
		want = (w.cfg.stay_open ? 1 : 2) * (w.orders_seen + w.cancels_seen - requests_before);
		reaches(&w.tl.cnt[TRADE_CNT_texts], texts_before + want);
		reaches(turns, counter_get(turns) + 8);
		got = (w.cfg.stay_open ? 1 : 2) * (w.orders_seen + w.cancels_seen - requests_before);
	} while (got != want);
	md_core_step(&w.md, tsc_now());
	t2t_trace(&w);
	t2t_drain(&w);
}

/* ---- one at a time ---- */

/* Meanwhile the venue says nothing: what it answers may be what is measured. */
static bool decides(u64 want)
{
	const u64 *at = &w.tl.cnt[TRADE_CNT_decisions];
	for (ns_t until = now_ns() + LATE_NS; __atomic_load_n(at, __ATOMIC_ACQUIRE) < want;)
		if (!way.split || now_ns() > until)
			return false;
	return true;
}

static bool is_told(u64 told)
{
	for (ns_t until = now_ns() + LATE_NS; __atomic_load_n(&t2t_told.n, __ATOMIC_ACQUIRE) == told;)
		if (!way.split || now_ns() > until)
			return false;
	return t2t_told.n == told + 1;
}

/*
 * The venue has the request and answers. Fused: the answer lies at the port, then the clock runs; split:
 * the trading core, which looks all the time, finds it there.
 */
static void answered(const struct variant *v, struct samples *to)
{
	u64 told = __atomic_load_n(&t2t_told.n, __ATOMIC_ACQUIRE);
	if (v->swept && way.split)
		sweep_all();
	world_venue_turn(&w);
	if (v->swept && !way.split)
		sweep(&ours);
	if (!way.split)
		trade_core_step(&w.trade, tsc_fenced());
	if (!is_told(told))
		die("an answer told the strategy nothing");
	if (to)
		samples_add(to, tsc_to_ns(&w.clock, t2t_told.tsc - w.trade.rx_tsc));
}

static void decided(const struct tick *t, u64 sent, struct samples *to)
{
	if (!t->sends)
		return;
	if (!reaches(&w.n_sent, sent + 1))
		die("a tick sent nothing");
	const struct world_sent *s = &w.sent[sent % WORLD_SENT];
	if (to)
		samples_add(to, tsc_to_ns(&w.clock, s->pushed_tsc - s->poll_tsc));
}

static void one(const struct variant *v, const struct tick *t, struct samples *to)
{
	ns_t next = now_ns() + PACE_NS;
	u64 sent = __atomic_load_n(&w.n_sent, __ATOMIC_ACQUIRE);
	u64 decisions = counter_get(&w.tl.cnt[TRADE_CNT_decisions]);
	if (v->swept && way.kind != ACK)
		sweep_all();
	stock_release(&w.stock, t->upto);
	turn();
	if (!decides(decisions + 1))
		die("a tick was not decided on");
	if (way.kind == ACK)
		answered(v, to);
	else
		decided(t, sent, to);
	settle();
	while (v->paced && now_ns() < next)
		turn();
}

static void closed(const struct variant *v)
{
	struct samples s;
	char name[64];
	u32 blocks = samples_blocks_wanted();
	samples_open(&s, blocks * v->ticks);
	for (u32 b = 0; b < blocks; b++, samples_block(&s)) {
		fill(WARM + v->ticks);
		for (u32 i = 0; i < n_ticks; i++)
			one(v, &tick[i], i < WARM ? NULL : &s);
	}
	snprintf(name, sizeof name, "t2t.%s%s%s", way.split ? "split" : "fused", kind_names[way.kind], v->suffix);
	samples_print(&s, name, "");
	samples_close(&s);
}

/* ---- open loop ---- */

static u64 tsc_of(ns_t ns) { return (u64)((unsigned __int128)ns * w.clock.tsc_hz / NS_PER_S); }

static void set_due(const u64 *at_ns, u64 start)
{
	for (u32 i = 0, f = 0; i < n_ticks; i++) {
		tick[i].due_tsc = start + tsc_of(at_ns[i]);
		for (; f < tick[i].upto; f++)
			w.stock.frame[f].due_tsc = tick[i].due_tsc;
	}
}

static bool is_gap(void)
{
	u32 next = u32_min(w.stock.next, w.stock.n - 1);
	return w.stock.frame[next].due_tsc > tsc_now() + tsc_of(GAP_NS);
}

static void take_all(void)
{
	while (!stock_is_taken(&w.stock)) {
		turn();
		if (is_gap())
			world_venue_turn(&w);
	}
	turn();
	for (u64 seq = tape_head(w.ml.tape); __atomic_load_n(&w.trade.tape_next, __ATOMIC_ACQUIRE) <= seq;)
		turn();
	settle();
}

/* What was sent since `sent`, and what was not. Returns how many ticks sent nothing. */
static u64 account(u64 sent, struct samples *to)
{
	static bool seen[TICKS_MAX];
	u64 lost = 0, upto = __atomic_load_n(&w.n_sent, __ATOMIC_ACQUIRE);
	memset(seen, 0, sizeof seen);
	for (; sent < upto; sent++) {
		const struct world_sent *s = &w.sent[sent % WORLD_SENT];
		u64 i = s->update_id - first_id;
		if (i >= n_ticks || !tick[i].sends)
			continue;
		seen[i] = true;
		samples_add(to, tsc_to_ns(&w.clock, s->pushed_tsc - tick[i].due_tsc));
	}
	for (u32 i = 0; i < n_ticks; i++)
		if (tick[i].sends && !seen[i]) {
			lost++;
			samples_add(to, SAMPLES_LOST);
		}
	return lost;
}

/* Ticks at these offsets from its beginning, nanoseconds. */
static u64 burst(const u64 *at_ns, u32 n, struct samples *to)
{
	u64 sent = __atomic_load_n(&w.n_sent, __ATOMIC_ACQUIRE);
	fill(n);
	set_due(at_ns, tsc_now() + tsc_of(50 * NS_PER_US));
	stock_release(&w.stock, w.stock.n);
	take_all();
	return account(sent, to);
}

static void print_open(struct samples *s, const char *suffix, u64 lost)
{
	char name[64], note[48];
	snprintf(name, sizeof name, "t2t.%s%s.%s", way.split ? "split" : "fused", kind_names[way.kind], suffix);
	snprintf(note, sizeof note, ",\"lost\":%llu", (unsigned long long)lost);
	samples_print(s, name, note);
	samples_close(s);
}

/* First bursts that open the congestion window, as a session that has been trading has it. */
static void open_loop(u32 rate)
{
	struct samples s, first;
	char suffix[32];
	u64 at_ns[BURST], lost = 0;
	u32 blocks = samples_blocks_wanted();
	samples_open(&s, blocks * BURST);
	samples_open(&first, BURST);
	for (u32 i = 0; i < BURST; i++)
		at_ns[i] = i * NS_PER_S / rate;
	for (u32 b = 0; b < 8; b++)
		burst(at_ns, BURST, &first);
	for (u32 b = 0; b < blocks; b++, samples_block(&s))
		lost += burst(at_ns, BURST, &s);
	samples_close(&first);
	snprintf(suffix, sizeof suffix, "open.%u", rate);
	print_open(&s, suffix, lost);
}

/* The recording's busiest windows: the gaps between its messages, whatever they were. */
struct window {
	u32 from, n;
};

static int by_busy(const void *a, const void *b)
{
	u32 x = ((const struct window *)a)->n, y = ((const struct window *)b)->n;
	return (x < y) - (x > y);
}

static u32 windows(const struct market_lines *l, struct window *out, u32 max)
{
	u32 n = 0;
	for (u32 i = 0; i < l->n && n < max;) {
		u32 from = i;
		while (i < l->n && i - from < TICKS_MAX && l->rx_ns[i] >= l->rx_ns[from] &&
		       l->rx_ns[i] - l->rx_ns[from] < WINDOW_NS)
			i++;
		out[n++] = (struct window){ from, i - from };
	}
	qsort(out, n, sizeof *out, by_busy);
	return n;
}

static void recorded(const struct market_lines *l)
{
	static struct window window[8192];
	static u64 at_ns[TICKS_MAX];
	struct samples s;
	u64 lost = 0;
	u32 n = u32_min(windows(l, window, ARRAY_LEN(window)), samples_blocks_wanted());
	samples_open(&s, n * TICKS_MAX);
	for (u32 b = 0; b < n; b++, samples_block(&s)) {
		for (u32 i = 0; i < window[b].n; i++)
			at_ns[i] = l->rx_ns[window[b].from + i] - l->rx_ns[window[b].from];
		lost += burst(at_ns, window[b].n, &s);
	}
	print_open(&s, "recorded", lost);
}

/* ---- all ways ---- */

static void begin(const struct way *of, u32 cpus)
{
	bool rests = of->kind == CANCEL || of->kind == ACK;
	struct world_cfg cfg = { .strategy = rests ? &t2t_canceller : &t2t_taker, .stay_open = rests };
	way = *of;
	n_ever = 0;
	rng_seed(&rng, 7);
	world_open(&w, &cfg);
	arena_seal(&w.arena);
	texts_before = counter_get(&w.tl.cnt[TRADE_CNT_texts]);
	requests_before = w.orders_seen + w.cancels_seen;
	if (way.split) {
		duo_open(&duo, cpus - 2, cpus - 1);
		duo_turns(&duo, trade_turn, &w);
	}
}

static void run(const struct way *of, const struct market_lines *l, u32 cpus)
{
	begin(of, cpus);
	for (u32 i = 0; i < ARRAY_LEN(variants) && of->kind != QUOTE; i++)
		closed(&variants[i]);
	if (of->kind != ACK) {
		open_loop(10000);
		open_loop(100000);
		open_loop(1000000);
		recorded(l);
	}
	if (way.split)
		duo_close(&duo);
	world_close(&w);
}

int main(void)
{
	static const enum kind kinds[] = { QUOTE, DEPTH20, TRADE, CANCEL, ACK };
	struct market_lines l;
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN);
	sweeper_open(&ours);
	sweeper_open(&theirs);
	market_load(&l, "");
	pin_to(cpus - 1);
	for (u32 k = 0; k < ARRAY_LEN(kinds); k++)
		run(&(struct way){ false, kinds[k] }, &l, cpus);
	for (u32 k = 0; k < ARRAY_LEN(kinds) && cpus > 1; k++)
		run(&(struct way){ true, kinds[k] }, &l, cpus);
	market_free(&l);
	sweeper_close(&ours);
	sweeper_close(&theirs);
	return 0;
}
