#include "tests/cmocka_all.h"

#include <stdio.h>

#include "common/rng.h"
#include "dataplane/book/ladder.h"
#include "tests/dataplane/book/slow_book.h"

enum { CAP = 4 };

static const struct {
	enum ladder_side side;
	i64 px, qty;
	bool changed;
	i64 best_px;
	u32 n;
	const char *remark;
} steps[] = {
	{ LADDER_BID, 100, 5, true, 100, 1, "the first bid" },
	{ LADDER_BID, 101, 6, true, 101, 2, "a better one" },
	{ LADDER_BID, 99, 7, true, 101, 3, "a worse one" },
	{ LADDER_BID, 100, 5, false, 101, 3, "the same again changes nothing" },
	{ LADDER_BID, 100, 8, true, 101, 3, "another quantity" },
	{ LADDER_BID, 50, 0, false, 101, 3, "one that is not there goes" },
	{ LADDER_BID, 98, 1, true, 101, 4, "full" },
	{ LADDER_BID, 97, 1, false, 101, 4, "too deep for a full side" },
	{ LADDER_BID, 102, 1, true, 102, 4, "a full side gives up its deepest" },
	{ LADDER_BID, 98, 0, false, 102, 4, "which is no longer there" },
	{ LADDER_BID, 102, 0, true, 101, 3, "the best goes" },
	{ LADDER_ASK, 110, 1, true, 110, 1, "the first ask" },
	{ LADDER_ASK, 111, 2, true, 110, 2, "a worse one" },
	{ LADDER_ASK, 109, 3, true, 109, 3, "a better one" },
	{ LADDER_ASK, 109, 0, true, 110, 2, "the best goes" },
};

static void test_steps(void **state)
{
	struct arena a;
	struct ladder l;
	(void)state;
	assert_int_equal(arena_open(&a, 1 << 16), ERR_OK);
	assert_int_equal(ladder_init(&l, &a, CAP), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		bool changed = ladder_apply(&l, steps[i].side, steps[i].px, steps[i].qty);
		if (changed != steps[i].changed || ladder_best(&l, steps[i].side)->px != steps[i].best_px ||
		    l.half[steps[i].side].n != steps[i].n || !ladder_is_sorted(&l))
			fail_msg("%s", steps[i].remark);
	}
	assert_int_equal(l.dropped, 2);
	assert_false(ladder_is_crossed(&l));
	ladder_apply(&l, LADDER_ASK, 101, 1);
	assert_true(ladder_is_crossed(&l));
	ladder_clear(&l);
	assert_null(ladder_best(&l, LADDER_BID));
	arena_close(&a);
}

static void test_depth_within_a_price(void **state)
{
	static const struct { i64 limit, want, bid, ask; const char *remark; } rows[] = {
		{ 100, 1000, 10, 7 + 8 + 9, "all asks reach down to nothing, bids only the best" },
		{ 98, 1000, 10 + 20 + 30, 0, "no ask so low" },
		{ 98, 25, 25, 0, "no more than is wanted" },
		{ 101, 1000, 0, 7 + 8 + 9, "no bid so high" },
		{ 99, 0, 0, 0, "nothing wanted" },
	};
	struct arena a;
	struct ladder l;
	(void)state;
	assert_int_equal(arena_open(&a, 1 << 16), ERR_OK);
	assert_int_equal(ladder_init(&l, &a, CAP), ERR_OK);
	for (int i = 0; i < 3; i++) {
		ladder_apply(&l, LADDER_BID, 100 - i, 10 * (i + 1));
		ladder_apply(&l, LADDER_ASK, 100 - i, 7 + i);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (ladder_qty_within(&l, LADDER_BID, rows[i].limit, rows[i].want) != rows[i].bid)
			fail_msg("%s", rows[i].remark);
	assert_int_equal(ladder_qty_within(&l, LADDER_ASK, 98, 1000), 9);
	assert_int_equal(ladder_qty_within(&l, LADDER_ASK, 99, 1000), 17);
	assert_int_equal(ladder_qty_within(&l, LADDER_ASK, 100, 1000), 24);
	assert_int_equal(ladder_nth(&l, LADDER_BID, 2)->px, 98);
	assert_null(ladder_nth(&l, LADDER_BID, 3));
	arena_close(&a);
}

static void test_snapshot_order(void **state)
{
	struct arena a;
	struct ladder l;
	(void)state;
	assert_int_equal(arena_open(&a, 1 << 16), ERR_OK);
	assert_int_equal(ladder_init(&l, &a, CAP), ERR_OK);
	assert_true(ladder_append_worse(&l, LADDER_BID, (struct book_level){ 100, 1 }));
	assert_true(ladder_append_worse(&l, LADDER_BID, (struct book_level){ 99, 2 }));
	assert_false(ladder_append_worse(&l, LADDER_BID, (struct book_level){ 99, 2 }));
	assert_false(ladder_append_worse(&l, LADDER_BID, (struct book_level){ 101, 2 }));
	assert_false(ladder_append_worse(&l, LADDER_BID, (struct book_level){ 98, 0 }));
	for (int i = 0; i < 3; i++)
		assert_true(ladder_append_worse(&l, LADDER_ASK, (struct book_level){ 101 + i, 1 }));
	ladder_reverse(&l);
	assert_true(ladder_is_sorted(&l));
	assert_int_equal(ladder_best(&l, LADDER_BID)->px, 100);
	assert_int_equal(ladder_best(&l, LADDER_ASK)->px, 101);
	arena_close(&a);
}

/*
 * Random changes around a moving price: always equal to the slow book, and a copy kept up by `touched` alone
 * equals the ladder.
 */
static void test_against_slow_book(void **state)
{
	enum { BIG = 512, COPY = BIG };
	static struct slow_book slow;
	static struct book_level copy[2][COPY];
	struct arena a;
	struct ladder l;
	struct rng r;
	u64 seed = 20240808;
	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	assert_int_equal(arena_open(&a, 1 << 20), ERR_OK);
	assert_int_equal(ladder_init(&l, &a, BIG), ERR_OK);
	for (u32 i = 0; i < 50000; i++) {
		enum ladder_side side = (enum ladder_side)rng_below(&r, 2);
		i64 px = (i64)(1000 + i / 200 + rng_below(&r, 200));
		i64 qty = rng_below(&r, 3) ? (i64)rng_below(&r, 1000) : 0;
		ladder_apply(&l, side, px, qty);
		slow_set(&slow, side, px, qty);
		if (rng_below(&r, 50))
			continue;
		for (int s = 0; s < 2; s++) {
			struct ladder_half *h = &l.half[s];
			for (u32 k = h->touched; k < h->n; k++)
				copy[s][k] = h->at[k];
			h->touched = h->n;
			assert_memory_equal(copy[s], h->at, h->n * sizeof *h->at);
		}
		assert_true(slow_equals(&slow, &l));
	}
	assert_int_equal(l.dropped, 0);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_depth_within_a_price),
		cmocka_unit_test(test_snapshot_order),
		cmocka_unit_test(test_against_slow_book),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
