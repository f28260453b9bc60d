#include "tests/cmocka_all.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "dataplane/book/book_image.h"

enum { LEVELS = 64, ARENA = 8 << 20 };

static struct book *new_book(struct arena *a, u64 *counters)
{
	struct book_config c = { .instrument = 3, .version = 2, .levels = 256, .buffer_levels = 16 };
	assert_int_equal(arena_open(a, ARENA), ERR_OK);
	struct book *b = book_new(a, counters, &c);
	assert_non_null(b);
	return b;
}

static struct book_image *new_image(struct arena *a, u32 levels)
{
	void *mem = arena_alloc(a, book_image_bytes(levels), CACHE_LINE);
	assert_non_null(mem);
	return book_image_init(mem, levels);
}

static void load_snapshot(struct book *b, u64 id, i64 mid, u32 levels)
{
	assert_int_equal(book_snapshot_begin(b, id), ERR_OK);
	for (u32 i = 0; i < levels; i++) {
		struct book_level bid = { mid - 1 - i, 10 + i }, ask = { mid + 1 + i, 20 + i };
		assert_int_equal(book_snapshot_slice(b, LADDER_BID, &bid, 1), ERR_OK);
		assert_int_equal(book_snapshot_slice(b, LADDER_ASK, &ask, 1), ERR_OK);
	}
	assert_int_equal(book_snapshot_end(b, id), ERR_OK);
}

/* The copy holds the best levels of the ladder, as many as fit both. */
static void expect_same(const struct ladder *l, const struct book_copy *c, u32 levels)
{
	const struct { const struct ladder_half *h; const struct book_level *at; u32 n; } sides[] = {
		{ &l->half[LADDER_BID], c->bids, c->n_bids }, { &l->half[LADDER_ASK], c->asks, c->n_asks },
	};
	for (u32 s = 0; s < 2; s++) {
		u32 n = u32_min(u32_min(levels, c->cap), sides[s].h->n);
		assert_int_equal(sides[s].n, n);
		assert_memory_equal(sides[s].at, &sides[s].h->at[sides[s].h->n - n], n * sizeof *sides[s].at);
	}
}

static void test_empty(void **state)
{
	u64 counters[BOOK_CNT_COUNT] = { 0 };
	struct book_level bids[LEVELS], asks[LEVELS];
	struct book_copy c = { .bids = bids, .asks = asks, .cap = LEVELS };
	struct arena a;
	(void)state;
	struct book *b = new_book(&a, counters);
	struct book_image *img = new_image(&a, LEVELS);
	book_image_write(img, b, 7);
	assert_int_equal(book_image_read(img, &c), ERR_OK);
	assert_int_equal(c.n_bids + c.n_asks, 0);
	assert_int_equal(c.ladder_id, 0);
	assert_int_equal(c.ladder_tape_seq, 7);
	assert_int_equal(c.top.state, BOOK_EMPTY);
	assert_int_equal(c.top.instrument, 3);
	arena_close(&a);
}

/* The image after each of many random diffs, smaller and larger than the ladder, with a resync now and then. */
static void incremental(u32 levels, u32 cap)
{
	u64 counters[BOOK_CNT_COUNT] = { 0 }, id = 100;
	static struct book_level bids[512], asks[512];
	struct book_copy c = { .bids = bids, .asks = asks, .cap = cap };
	struct arena a;
	struct rng r;
	rng_seed(&r, levels);
	struct book *b = new_book(&a, counters);
	struct book_image *img = new_image(&a, levels);
	load_snapshot(b, id, 1000, 40);
	for (u32 i = 0; i < 4000; i++) {
		struct book_level bid = { 999 - (i64)rng_below(&r, 80), (i64)rng_below(&r, 3) },
				  ask = { 1001 + (i64)rng_below(&r, 80), (i64)rng_below(&r, 3) };
		struct book_diff d = { .first_id = id + 1,
				       .update_id = id + 1,
				       .bids = &bid,
				       .asks = &ask,
				       .n_bids = 1,
				       .n_asks = 1 };
		d.first_id += rng_below(&r, 100) == 0;
		d.update_id = ++id + 1;
		if (book_on_diff(b, &d) == BOOK_EV_RESYNC) {
			book_image_write(img, b, i);
			assert_int_equal(book_image_read(img, &c), ERR_OK);
			assert_int_equal(c.n_bids + c.n_asks, 0);
			load_snapshot(b, id + 1, 1000, 40);
		}
		id = book_ladder_id(b);
		if (rng_below(&r, 4) == 0)
			continue; /* several diffs, one write */
		book_image_write(img, b, i);
		assert_int_equal(book_image_read(img, &c), ERR_OK);
		assert_int_equal(c.ladder_id, id);
		assert_int_equal(c.ladder_tape_seq, i);
		expect_same(book_ladder(b), &c, levels);
	}
	assert_true(book_gaps(b) > 0);
	arena_close(&a);
}

static void test_incremental(void **state)
{
	(void)state;
	incremental(256, 256);
	incremental(32, 256);  /* the image holds less than the ladder */
	incremental(256, 16);  /* the reader wants less than the image */
	incremental(45, 45);   /* now less, now as much */
}

/* Two threads: each state written has numbers that follow from its id, and so must each that is read. */
struct shared {
	struct book_image *img;
	_Atomic bool done;
	u64 reads, retries;
};

static i64 qty_of(u64 id, u32 i) { return (i64)(id * 1000 + i + 1); }

static void check_read(const struct book_copy *c)
{
	for (u32 i = 0; i < c->n_bids; i++)
		if (c->bids[i].qty != qty_of(c->ladder_id, i) || c->bids[i].px != 100 + (i64)i)
			fail_msg("torn: id %llu, level %u, quantity %lld", (unsigned long long)c->ladder_id, i,
				 (long long)c->bids[i].qty);
	if (c->ladder_id && c->n_bids != 1 + c->ladder_id % LEVELS)
		fail_msg("torn: id %llu with %u levels", (unsigned long long)c->ladder_id, c->n_bids);
	if (c->top.bbo_id && (c->top.bid_qty != (i64)c->top.bbo_id || c->top.ask_qty != (i64)c->top.bbo_id))
		fail_msg("torn top: id %llu", (unsigned long long)c->top.bbo_id);
}

static void *reader(void *arg)
{
	struct shared *s = arg;
	struct book_level bids[LEVELS], asks[LEVELS];
	struct book_copy c = { .bids = bids, .asks = asks, .cap = LEVELS };
	while (!atomic_load_explicit(&s->done, memory_order_acquire) || s->reads == 0) {
		if (book_image_read(s->img, &c) != ERR_OK) {
			s->retries++;
			continue;
		}
		s->reads++;
		check_read(&c);
	}
	return NULL;
}

static void test_two_threads(void **state)
{
	u64 counters[BOOK_CNT_COUNT] = { 0 };
	struct arena a;
	pthread_t thread;
	(void)state;
	struct book *b = new_book(&a, counters);
	struct shared s = { .img = new_image(&a, LEVELS) };
	assert_int_equal(book_snapshot_begin(b, 0), ERR_OK);
	assert_int_equal(book_snapshot_end(b, 0), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, reader, &s), 0);
	for (u64 id = 1; id < 20000; id++) {
		struct book_level bids[LEVELS];
		u32 n = 1 + (u32)(id % LEVELS);
		for (u32 i = 0; i < LEVELS; i++)
			bids[i] = (struct book_level){ 100 + i, i < n ? qty_of(id, i) : 0 };
		struct book_diff d = { .first_id = id, .update_id = id, .bids = bids, .n_bids = LEVELS };
		assert_int_equal(book_on_diff(b, &d), BOOK_EV_APPLIED);
		book_image_write(s.img, b, id);
		struct book_bbo q = { .update_id = 1000000 + id,
				      .bid_px = 1,
				      .bid_qty = (i64)(1000000 + id),
				      .ask_px = 2,
				      .ask_qty = (i64)(1000000 + id) };
		assert_int_equal(book_on_bbo(b, &q), BOOK_EV_APPLIED);
		book_image_write_top(s.img, b, id);
	}
	atomic_store_explicit(&s.done, true, memory_order_release);
	pthread_join(thread, NULL);
	print_message("%llu reads, %llu given up\n", (unsigned long long)s.reads, (unsigned long long)s.retries);
	assert_true(s.reads > 0);
	arena_close(&a);
}

/* The same for the top alone, which is what changes most: every number of it is its id. */
static void *top_reader(void *arg)
{
	struct shared *s = arg;
	struct book_top top;
	while (!atomic_load_explicit(&s->done, memory_order_acquire) || s->reads == 0) {
		if (book_image_read_top(s->img, &top) != ERR_OK)
			continue;
		s->reads++;
		u64 id = top.bbo_id;
		if (top.tape_seq != id || top.rx_ns != id || (u64)top.bid_qty != id || (u64)top.ask_qty != id ||
		    top.bbo_rx_ns != id)
			fail_msg("torn: id %llu", (unsigned long long)id);
	}
	return NULL;
}

static void test_two_threads_on_the_top(void **state)
{
	u64 counters[BOOK_CNT_COUNT] = { 0 };
	struct arena a;
	pthread_t thread;
	(void)state;
	struct book *b = new_book(&a, counters);
	struct shared s = { .img = new_image(&a, 1) };
	assert_int_equal(pthread_create(&thread, NULL, top_reader, &s), 0);
	for (u64 id = 1; id < 500000; id++) {
		struct book_bbo q = { .update_id = id,
				      .bid_px = 1,
				      .bid_qty = (i64)id,
				      .ask_px = 2,
				      .ask_qty = (i64)id,
				      .rx_ns = id };
		book_on_bbo(b, &q);
		book_image_write_top(s.img, b, id);
	}
	atomic_store_explicit(&s.done, true, memory_order_release);
	pthread_join(thread, NULL);
	print_message("%llu reads\n", (unsigned long long)s.reads);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_incremental),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_two_threads_on_the_top),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
