/*
 * bench_ladder.c - a level of a diff into a book, and the best price out of it: the product's
 * ladder, a sorted array as it is usually written (best first), and a hash of prices beside a
 * remembered best that walks tick by tick when its level goes. Recorded diffs, in turns; the three
 * must have the same best prices.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/market.h"
#include "bench/parts.h"
#include "dataplane/book/ladder.h"
#include "dataplane/feed/feed_binance.h"

#define CHANGES_MAX (1u << 20)
#define LEVELS 8192
#define SLOTS (1u << 16)
#define WALK_MAX 100000

struct change {
	i64 px, qty;
	bool ask;
};

struct array {
	struct book_level at[2][LEVELS];
	u32 n[2];
};

struct slot {
	i64 px, qty; /* px 0: free; qty 0: gone, the place is kept */
};

struct hash {
	struct slot at[2][SLOTS];
	i64 best[2];
};

struct bench {
	struct change *change;
	u32 n;
	struct ladder ladder;
	struct array array;
	struct hash hash;
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_ladder: %s\n", what);
		exit(1);
	}
}

/* ---- sorted array ---- */

static bool better(bool ask, i64 a, i64 b) { return ask ? a < b : a > b; }

static void array_apply(struct array *a, const struct change *c)
{
	struct book_level *at = a->at[c->ask];
	u32 lo = 0, hi = a->n[c->ask], n = hi;
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;
		if (better(c->ask, at[mid].px, c->px))
			lo = mid + 1;
		else
			hi = mid;
	}
	bool there = lo < n && at[lo].px == c->px;
	if (there && c->qty) {
		at[lo].qty = c->qty;
	} else if (there) {
		memmove(at + lo, at + lo + 1, (n - lo - 1) * sizeof *at);
		a->n[c->ask]--;
	} else if (c->qty) {
		check(n < LEVELS, "the array is full");
		memmove(at + lo + 1, at + lo, (n - lo) * sizeof *at);
		at[lo] = (struct book_level){ c->px, c->qty };
		a->n[c->ask]++;
	}
}

/* ---- hash ---- */

static struct slot *slot_of(struct hash *h, bool ask, i64 px)
{
	u32 i = (u32)((u64)px * 0x9e3779b97f4a7c15ULL >> 48) % SLOTS;
	struct slot *s = h->at[ask];
	for (u32 probes = 0; s[i].px && s[i].px != px; i = (i + 1) % SLOTS)
		check(++probes < SLOTS, "the hash is full");
	return &s[i];
}

static void hash_apply(struct hash *h, const struct change *c)
{
	i64 *best = &h->best[c->ask];
	*slot_of(h, c->ask, c->px) = (struct slot){ c->px, c->qty };
	if (c->qty && (!*best || better(c->ask, c->px, *best)))
		*best = c->px;
	if (c->qty || c->px != *best)
		return;
	for (u32 i = 0; i < WALK_MAX; i++) {
		*best += c->ask ? 1 : -1;
		if (slot_of(h, c->ask, *best)->qty)
			return;
	}
	*best = 0;
}

/* ---- the parts ---- */

static void run_ladder(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		const struct change *c = &b->change[(from + i) % b->n];
		ladder_apply(&b->ladder, c->ask, c->px, c->qty);
		const struct book_level *best = ladder_best(&b->ladder, c->ask);
		parts_keep(best ? (u64)best->px : 0);
	}
}

static void run_array(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		const struct change *c = &b->change[(from + i) % b->n];
		array_apply(&b->array, c);
		parts_keep((u64)b->array.at[c->ask][0].px);
	}
}

static void run_hash(void *arg, u32 from)
{
	struct bench *b = arg;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		const struct change *c = &b->change[(from + i) % b->n];
		hash_apply(&b->hash, c);
		parts_keep((u64)b->hash.best[c->ask]);
	}
}

/* ---- the changes ---- */

static void add(struct bench *b, bool ask, const struct feed_level *l, u32 n)
{
	for (u32 i = 0; i < n && b->n < CHANGES_MAX; i++)
		b->change[b->n++] = (struct change){ l[i].px, l[i].qty, ask };
}

static void load(struct bench *b, struct arena *a)
{
	static u64 counters[FEED_CNT_COUNT];
	struct market_lines l;
	struct feed_msg m;
	struct feed *f = feed_new(a, counters, FEED_LEVELS_DEFAULT);
	check(f && feed_add_instrument(f, &market_btc) == ERR_OK, "no feed");
	b->change = calloc(CHANGES_MAX, sizeof *b->change);
	check(b->change, "no memory");
	market_load(&l, "@depth");
	for (u32 i = 0; i < l.n; i++)
		if (feed_parse(f, l.text[i], l.len[i], &m) == ERR_OK && m.kind == FEED_DEPTH) {
			add(b, false, m.bids, m.n_bids);
			add(b, true, m.asks, m.n_asks);
		}
	market_free(&l);
}

static void must_agree(struct bench *b)
{
	for (u32 side = 0; side < 2; side++) {
		const struct book_level *best = ladder_best(&b->ladder, side);
		i64 px = best ? best->px : 0, other = b->array.n[side] ? b->array.at[side][0].px : 0;
		check(px == other && px == b->hash.best[side], "the three do not agree on a best price");
	}
}

int main(void)
{
	struct bench *b = calloc(1, sizeof *b);
	struct arena a;
	struct clock c;
	check(b && arena_open(&a, 4 << 20) == ERR_OK && clock_calibrate(&c) == ERR_OK &&
		      ladder_init(&b->ladder, &a, LEVELS) == ERR_OK,
	      "no memory or clock");
	load(b, &a);
	if (!b->n) {
		printf("{\"name\":\"ladder\",\"unit\":\"skipped: no recorded diffs (SAKER_DATA)\"}\n");
		return 0;
	}
	struct part parts[] = { { .name = "ladder.ours", .run = run_ladder, .arg = b },
				{ .name = "ladder.array", .run = run_array, .arg = b },
				{ .name = "ladder.hash", .run = run_hash, .arg = b } };
	for (u32 i = 0; i + PARTS_BATCH <= b->n; i += PARTS_BATCH) /* a ladder of its real depth */
		for (u32 k = 0; k < ARRAY_LEN(parts); k++)
			parts[k].run(b, i);
	must_agree(b);
	parts_run(&c, parts, ARRAY_LEN(parts), 1000);
	must_agree(b);
	arena_close(&a);
	free(b->change);
	free(b);
	return 0;
}
