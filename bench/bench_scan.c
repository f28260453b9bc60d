/*
 * bench_scan.c - a market message from text to integers: the feed's scanner, and simdjson's
 * on-demand parser with the least code that makes the same integers of it. By kind, in turns, the
 * recordings' own lines; both must agree on each line before the clock runs.
 *
 * The scanner also checks what simdjson is not asked to: the stream's name, the symbol, that no
 * field is missing or there twice, steps, and that nothing follows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/market.h"
#include "bench/parts.h"
#include "bench/simd.h"
#include "dataplane/feed/feed_binance.h"

#define LINES 2048 /* they stay in the second-level cache */

struct bench {
	struct feed *feed;
	struct simd *simd;
	int (*by_simd)(struct simd *s, const char *text, size_t n, struct simd_msg *out);
	char *text[LINES];
	u32 len[LINES], n;
	struct simd_msg msg;
};

static void die(const char *what, const char *text)
{
	fprintf(stderr, "bench_scan: %s: %s\n", what, text);
	exit(1);
}

static bool same_levels(const struct feed_level *a, const struct simd_level *b, u32 n, u32 m)
{
	static_assert(sizeof *a == sizeof *b, "the same pair");
	return n == m && !memcmp(a, b, n * sizeof *a);
}

static bool agree(const struct feed_msg *m, const struct simd_msg *s)
{
	switch (m->kind) {
	case FEED_BBO:
		return m->update_id == s->update_id && m->bid_px == s->bid_px && m->bid_qty == s->bid_qty &&
		       m->ask_px == s->ask_px && m->ask_qty == s->ask_qty;
	case FEED_TRADE: return m->update_id == s->update_id && m->px == s->bid_px && m->qty == s->bid_qty;
	case FEED_DEPTH:
		return m->update_id == s->update_id && m->first_id == s->first_id &&
		       same_levels(m->bids, s->bids, m->n_bids, s->n_bids) &&
		       same_levels(m->asks, s->asks, m->n_asks, s->n_asks);
	default: return false;
	}
}

/* Copies with room behind, as simdjson wants it. */
static void take_lines(struct bench *b, const char *mark)
{
	struct market_lines l;
	struct feed_msg m;
	market_load(&l, mark);
	for (b->n = 0; b->n < l.n && b->n < LINES; b->n++) {
		u32 n = l.len[b->n];
		char *t = calloc(1, n + SIMD_PADDING);
		if (!t)
			die("no memory", mark);
		b->text[b->n] = memcpy(t, l.text[b->n], n);
		b->len[b->n] = n;
		if (feed_parse(b->feed, t, n, &m) != ERR_OK || !b->by_simd(b->simd, t, n, &b->msg) ||
		    !agree(&m, &b->msg))
			die("the two do not agree on a line", t);
	}
	market_free(&l);
	if (b->n < PARTS_BATCH)
		die("too few lines", mark);
}

static void ours(void *arg, u32 from)
{
	struct bench *b = arg;
	struct feed_msg m;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		u32 k = (from + i) % b->n;
		parts_keep((u64)feed_parse(b->feed, b->text[k], b->len[k], &m));
	}
}

static void simdjson(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		u32 k = (from + i) % b->n;
		parts_keep((u64)b->by_simd(b->simd, b->text[k], b->len[k], &b->msg));
	}
}

static void run(struct bench *b, const struct clock *c, const char *kind)
{
	char name[2][48], mark[32];
	struct part parts[] = { { .name = name[0], .run = ours, .arg = b },
				{ .name = name[1], .run = simdjson, .arg = b } };
	snprintf(mark, sizeof mark, "@%s", kind);
	snprintf(name[0], sizeof name[0], "scan.ours.%s", kind);
	snprintf(name[1], sizeof name[1], "scan.simdjson.%s", kind);
	take_lines(b, mark);
	parts_run(c, parts, ARRAY_LEN(parts), 100);
	for (u32 i = 0; i < b->n; i++)
		free(b->text[i]);
}

int main(void)
{
	static u64 counters[FEED_CNT_COUNT];
	static struct bench b;
	struct arena a;
	struct clock c;
	if (arena_open(&a, 1 << 20) != ERR_OK || clock_calibrate(&c) != ERR_OK || !(b.simd = simd_new()) ||
	    !(b.feed = feed_new(&a, counters, FEED_LEVELS_DEFAULT)) ||
	    feed_add_instrument(b.feed, &market_btc) != ERR_OK)
		die("cannot start", "memory or clock");
	b.by_simd = simd_quote;
	run(&b, &c, "bookTicker");
	if (getenv("SAKER_DATA")) { /* without a recording there are best prices alone */
		b.by_simd = simd_trade;
		run(&b, &c, "trade");
		b.by_simd = simd_depth;
		run(&b, &c, "depth");
	}
	simd_free(b.simd);
	arena_close(&a);
	return 0;
}
