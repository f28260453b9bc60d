/*
 * bench_book - what a message costs the book once it is integers: best price, diff, and bringing the shared image
 * up to date.
 *
 * Two recorded days through feed and book in order, so that the ladder has its real depth (about 2,400 levels a
 * side) and diffs their real shape. One sample a message; a best price is the mean of REPEAT books, since the
 * time-stamp counter steps by 10 ns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/market.h"
#include "bench/sample.h"
#include "common/clock.h"
#include "dataplane/book/book_image.h"
#include "dataplane/feed/feed_binance.h"
#include "dataplane/feed/feed_binance_rest.h"

enum { REPEAT = 16, SAMPLES = 120000 };

struct bench {
	struct arena arena;
	struct clock clock;
	struct feed *feed;
	struct book *book[REPEAT]; /* the first has the ladder */
	struct book_image *image[REPEAT];
	struct samples bbo, top, diff, write, read;
	u64 feed_counters[FEED_CNT_COUNT], book_counters[BOOK_CNT_COUNT];
	struct book_level bids[BOOK_LEVELS_DEFAULT], asks[BOOK_LEVELS_DEFAULT];
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_book: %s\n", what);
		exit(1);
	}
}

static u64 since(const struct bench *b, u64 t0, u32 n) { return (tsc_to_ns(&b->clock, tsc_now() - t0) + n / 2) / n; }

static void set_up(struct bench *b)
{
	check(arena_open(&b->arena, 64 << 20) == ERR_OK && clock_calibrate(&b->clock) == ERR_OK, "no memory or clock");
	b->feed = feed_new(&b->arena, b->feed_counters, FEED_LEVELS_DEFAULT);
	check(b->feed && feed_add_instrument(b->feed, &market_btc) == ERR_OK, "no feed");
	for (u32 i = 0; i < REPEAT; i++) {
		struct book_config c = { .instrument = i,
					 .levels = i ? 0 : BOOK_LEVELS_DEFAULT,
					 .buffer_levels = BOOK_BUFFER_DEFAULT };
		u32 levels = i ? 1 : BOOK_LEVELS_DEFAULT;
		void *mem = arena_alloc(&b->arena, book_image_bytes(levels), CACHE_LINE);
		b->book[i] = book_new(&b->arena, b->book_counters, &c);
		check(mem && b->book[i], "no book");
		b->image[i] = book_image_init(mem, levels);
	}
	struct samples *s[] = { &b->bbo, &b->top, &b->diff, &b->write, &b->read };
	for (u32 i = 0; i < ARRAY_LEN(s); i++)
		samples_open(s[i], SAMPLES);
}

static void on_snapshot(struct bench *b, const char *text, u32 n)
{
	struct feed_level *bids = malloc(sizeof *bids * 10000);
	struct feed_rest_depth d = { .bids = bids, .asks = bids + 5000, .cap = 5000 };
	char why[200];
	check(bids && feed_rest_depth(text, n, &market_btc, &d, why, sizeof why) == ERR_OK, "bad snapshot");
	check(book_snapshot_begin(b->book[0], d.last_update_id) == ERR_OK, "no snapshot wanted");
	book_snapshot_slice(b->book[0], LADDER_BID, (const struct book_level *)(const void *)d.bids, d.n_bids);
	book_snapshot_slice(b->book[0], LADDER_ASK, (const struct book_level *)(const void *)d.asks, d.n_asks);
	check(book_snapshot_end(b->book[0], 1) == ERR_OK, "not spliced");
	free(bids);
}

static void on_bbo(struct bench *b, const struct feed_msg *m)
{
	struct book_bbo q = { m->update_id, m->bid_px, m->bid_qty, m->ask_px, m->ask_qty, m->update_id };
	u64 t0 = tsc_now();
	for (u32 i = 0; i < REPEAT; i++)
		book_on_bbo(b->book[i], &q);
	samples_add(&b->bbo, since(b, t0, REPEAT));
	t0 = tsc_now();
	for (u32 i = 0; i < REPEAT; i++)
		book_image_write_top(b->image[i], b->book[i], m->update_id);
	samples_add(&b->top, since(b, t0, REPEAT));
}

static void on_depth(struct bench *b, const struct feed_msg *m)
{
	struct book_diff d = { .first_id = m->first_id,
			       .update_id = m->update_id,
			       .n_bids = m->n_bids,
			       .n_asks = m->n_asks,
			       .bids = (const struct book_level *)(const void *)m->bids,
			       .asks = (const struct book_level *)(const void *)m->asks };
	struct book_copy copy = { .bids = b->bids, .asks = b->asks, .cap = BOOK_LEVELS_DEFAULT };
	u64 t0 = tsc_now();
	enum book_event ev = book_on_diff(b->book[0], &d);
	u64 diff_ns = since(b, t0, 1);
	if (ev != BOOK_EV_APPLIED)
		return;
	samples_add(&b->diff, diff_ns);
	t0 = tsc_now();
	book_image_write(b->image[0], b->book[0], m->update_id);
	samples_add(&b->write, since(b, t0, 1));
	t0 = tsc_now();
	check(book_image_read(b->image[0], &copy) == ERR_OK, "image cannot be read");
	samples_add(&b->read, since(b, t0, 1));
}

int main(void)
{
	struct bench *b = calloc(1, sizeof *b);
	struct market_lines l;
	struct feed_msg m;
	check(b, "no memory");
	set_up(b);
	market_load(&l, "");
	for (u32 i = 0; i < l.n; i++) {
		if (!strncmp(l.text[i], "{\"lastUpdateId\"", 15))
			on_snapshot(b, l.text[i], l.len[i]);
		else if (feed_parse(b->feed, l.text[i], l.len[i], &m) == ERR_OK && m.kind == FEED_BBO)
			on_bbo(b, &m);
		else if (m.kind == FEED_DEPTH)
			on_depth(b, &m);
	}
	samples_print(&b->bbo, "book.bbo", ",\"mean_of\":16");
	samples_print(&b->top, "book.image_top", ",\"mean_of\":16");
	if (b->diff.n) {
		samples_print(&b->diff, "book.diff", "");
		samples_print(&b->write, "book.image_write", "");
		samples_print(&b->read, "book.image_read", "");
	}
	market_free(&l);
	arena_close(&b->arena);
	free(b);
	return 0;
}
