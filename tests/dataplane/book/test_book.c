#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/book/book.h"

struct fixture {
	struct arena arena;
	u64 counters[BOOK_CNT_COUNT];
	struct book *book;
};

static int setup(void **state)
{
	static struct fixture f;
	struct book_config c = { .instrument = 3, .version = 1, .levels = 4, .buffer_levels = 8 };
	memset(&f, 0, sizeof f);
	assert_int_equal(arena_open(&f.arena, 1 << 20), ERR_OK);
	f.book = book_new(&f.arena, f.counters, &c);
	assert_non_null(f.book);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	arena_close(&((struct fixture *)*state)->arena);
	return 0;
}

enum op { BBO, BID, ASK, TWO_BIDS, BEGIN, SLICE_BID, SLICE_ASK, END, TRADE, STALE, RESET };

/*
 * One input. BBO: id, bid a, ask b (quantity 1 each). BID, ASK: a diff of ids `first` to `id` that sets price a to
 * quantity b. TWO_BIDS: a diff of two bids a and b, quantity 1. BEGIN: a snapshot of `id`. SLICE: one level of
 * price a, quantity b.
 */
struct step {
	enum op op;
	u64 first, id;
	i64 a, b;
	int answer;           /* enum book_event or err_t */
	enum book_state state;
	const char *remark;
};

static int do_step(struct book *b, const struct step *s, ns_t now)
{
	struct book_level one = { s->a, s->b }, two[2] = { { s->a, 1 }, { s->b, 1 } };
	struct book_diff d = { .first_id = s->first, .update_id = s->id, .bids = &one, .asks = &one, .rx_ns = now };
	struct book_bbo bbo = { s->id, s->a, s->a ? 1 : 0, s->b, s->b ? 1 : 0, now };
	struct book_trade t = { .trade_id = s->id, .px = s->a, .qty = s->b, .rx_ns = now };
	switch (s->op) {
	case BBO: return (int)book_on_bbo(b, &bbo);
	case BID: d.n_bids = 1; return (int)book_on_diff(b, &d);
	case ASK: d.n_asks = 1; return (int)book_on_diff(b, &d);
	case TWO_BIDS: d.bids = two; d.n_bids = 2; return (int)book_on_diff(b, &d);
	case BEGIN: return (int)book_snapshot_begin(b, s->id);
	case SLICE_BID: return (int)book_snapshot_slice(b, LADDER_BID, &one, 1);
	case SLICE_ASK: return (int)book_snapshot_slice(b, LADDER_ASK, &one, 1);
	case END: return (int)book_snapshot_end(b, now);
	case TRADE: return (int)book_on_trade(b, &t);
	case STALE: book_mark_stale(b, now); return 0;
	case RESET: book_reset(b, 2); return 0;
	}
	return -1;
}

static void run(struct fixture *f, const struct step *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int answer = do_step(f->book, &s[i], 1000 + i);
		if (answer != s[i].answer || book_state(f->book) != s[i].state)
			fail_msg("row %zu, %s: answer %d, state %d", i, s[i].remark, answer, (int)book_state(f->book));
	}
}

static void expect_best(const struct book *b, u64 id, i64 bid, i64 ask)
{
	struct book_bbo q;
	assert_true(book_best(b, &q));
	assert_true(q.update_id == id && q.bid_px == bid && q.ask_px == ask);
}

static void test_splice(void **state)
{
	static const struct step steps[] = {
		{ BBO, 0, 9, 100, 102, BOOK_EV_APPLIED, BOOK_EMPTY, "the best prices come first" },
		{ BID, 10, 11, 100, 5, BOOK_EV_RESYNC, BOOK_RESYNC, "the first diff asks for a snapshot and waits" },
		{ BID, 12, 13, 99, 6, BOOK_EV_BUFFERED, BOOK_RESYNC, "waits" },
		{ BID, 12, 13, 99, 6, BOOK_EV_OLD, BOOK_RESYNC, "the same again" },
		{ BEGIN, 0, 8, 0, 0, ERR_OK, BOOK_RESYNC, "a snapshot from before" },
		{ SLICE_BID, 0, 0, 100, 1, ERR_OK, BOOK_RESYNC, "its only level" },
		{ END, 0, 0, 0, 0, ERR_AGAIN, BOOK_RESYNC, "id 9 is missing" },
		{ END, 0, 0, 0, 0, ERR_STATE, BOOK_RESYNC, "it is over" },
		{ BEGIN, 0, 11, 0, 0, ERR_OK, BOOK_RESYNC, "another one" },
		{ SLICE_BID, 0, 0, 100, 5, ERR_OK, BOOK_RESYNC, "bid" },
		{ ASK, 14, 15, 101, 3, BOOK_EV_BUFFERED, BOOK_RESYNC, "a diff between two slices waits, too" },
		{ SLICE_ASK, 0, 0, 102, 1, ERR_OK, BOOK_RESYNC, "ask" },
		{ END, 0, 0, 0, 0, ERR_OK, BOOK_VALID, "spliced: 13 and 15 were applied" },
		{ ASK, 14, 15, 101, 9, BOOK_EV_OLD, BOOK_VALID, "known" },
		{ ASK, 15, 16, 101, 4, BOOK_EV_APPLIED, BOOK_VALID, "begins before, ends after: harmless" },
		{ BID, 17, 17, 99, 0, BOOK_EV_APPLIED, BOOK_VALID, "follows on" },
		{ BID, 19, 20, 98, 1, BOOK_EV_RESYNC, BOOK_RESYNC, "18 never came" },
		{ BEGIN, 0, 18, 0, 0, ERR_OK, BOOK_RESYNC, "just old enough" },
		{ SLICE_BID, 0, 0, 97, 1, ERR_OK, BOOK_RESYNC, "bid" },
		{ END, 0, 0, 0, 0, ERR_OK, BOOK_VALID, "the waiting diff follows on directly" },
		{ BEGIN, 0, 30, 0, 0, ERR_STATE, BOOK_VALID, "nobody waits for a snapshot" },
		{ SLICE_BID, 0, 0, 97, 1, ERR_STATE, BOOK_VALID, "nor for its levels" },
	};
	struct fixture *f = *state;
	run(f, steps, 13);
	expect_best(f->book, 15, 100, 101);
	assert_int_equal(ladder_qty_at(book_ladder(f->book), LADDER_BID, 99), 6);
	assert_int_equal(book_ladder_id(f->book), 15);
	run(f, steps + 13, 4);
	assert_int_equal(f->counters[BOOK_CNT_diff_overlap], 1);
	expect_best(f->book, 9, 100, 102);
	assert_int_equal(book_ladder_id(f->book), 0);
	run(f, steps + 17, ARRAY_LEN(steps) - 17);
	expect_best(f->book, 20, 98, 0);
	assert_int_equal(book_gaps(f->book), 1);
	assert_int_equal(f->counters[BOOK_CNT_gap], 1);
	assert_int_equal(f->counters[BOOK_CNT_snapshot_old], 1);
	assert_int_equal(f->counters[BOOK_CNT_snapshot], 2);
}

static void test_waiting_room(void **state)
{
	static const struct step steps[] = {
		{ TWO_BIDS, 1, 1, 100, 99, BOOK_EV_RESYNC, BOOK_RESYNC, "two of eight levels" },
		{ TWO_BIDS, 2, 2, 100, 99, BOOK_EV_BUFFERED, BOOK_RESYNC, "four" },
		{ TWO_BIDS, 3, 3, 100, 99, BOOK_EV_BUFFERED, BOOK_RESYNC, "six" },
		{ TWO_BIDS, 4, 4, 100, 99, BOOK_EV_BUFFERED, BOOK_RESYNC, "eight" },
		{ TWO_BIDS, 5, 5, 100, 98, BOOK_EV_BUFFERED, BOOK_RESYNC, "too many: only this one is kept" },
		{ BEGIN, 0, 3, 0, 0, ERR_OK, BOOK_RESYNC, "the snapshot that was on its way" },
		{ END, 0, 0, 0, 0, ERR_AGAIN, BOOK_RESYNC, "is too old now" },
		{ TWO_BIDS, 7, 7, 100, 97, BOOK_EV_BUFFERED, BOOK_RESYNC, "6 is missing: only this one is kept" },
		{ BEGIN, 0, 5, 0, 0, ERR_OK, BOOK_RESYNC, "a snapshot of 5" },
		{ END, 0, 0, 0, 0, ERR_AGAIN, BOOK_RESYNC, "is too old now" },
		{ BEGIN, 0, 9, 0, 0, ERR_OK, BOOK_RESYNC, "one newer than all that waits" },
		{ SLICE_BID, 0, 0, 96, 1, ERR_OK, BOOK_RESYNC, "bid" },
		{ END, 0, 0, 0, 0, ERR_OK, BOOK_VALID, "stands alone" },
		{ BID, 8, 9, 95, 1, BOOK_EV_OLD, BOOK_VALID, "in the snapshot already" },
		{ BID, 10, 10, 95, 1, BOOK_EV_APPLIED, BOOK_VALID, "follows on" },
	};
	struct fixture *f = *state;
	run(f, steps, ARRAY_LEN(steps));
	expect_best(f->book, 10, 96, 0);
	assert_int_equal(f->counters[BOOK_CNT_buffer_overflow], 1);
	assert_int_equal(f->counters[BOOK_CNT_buffer_gap], 1);
	assert_int_equal(f->counters[BOOK_CNT_snapshot_old], 2);
	assert_int_equal(book_gaps(f->book), 0);
}

#define VALID_AT_10 \
	{ BEGIN, 0, 10, 0, 0, ERR_OK, BOOK_RESYNC, "a snapshot of 10" }, \
	{ SLICE_BID, 0, 0, 100, 1, ERR_OK, BOOK_RESYNC, "bid" }, \
	{ SLICE_ASK, 0, 0, 102, 1, ERR_OK, BOOK_RESYNC, "ask" }, \
	{ END, 0, 0, 0, 0, ERR_OK, BOOK_VALID, "spliced" }

static void test_what_contradicts(void **state)
{
	static const struct step steps[] = {
		VALID_AT_10,
		{ BBO, 0, 10, 100, 102, BOOK_EV_APPLIED, BOOK_VALID, "agrees at 10" },
		{ BBO, 0, 11, 100, 103, BOOK_EV_APPLIED, BOOK_VALID, "newer: nothing to compare" },
		{ ASK, 11, 11, 102, 0, BOOK_EV_RESYNC, BOOK_RESYNC, "the ladder has no 103 at the same id" },
		VALID_AT_10,
		{ BID, 11, 12, 102, 1, BOOK_EV_RESYNC, BOOK_RESYNC, "a bid at the best ask" },
		VALID_AT_10,
		{ BID, 11, 12, 101, 1, BOOK_EV_APPLIED, BOOK_VALID, "a better bid" },
		{ BBO, 0, 12, 100, 102, BOOK_EV_RESYNC, BOOK_RESYNC, "which the best-price stream does not know" },
		{ BEGIN, 0, 20, 0, 0, ERR_OK, BOOK_RESYNC, "a snapshot" },
		{ SLICE_BID, 0, 0, 102, 1, ERR_OK, BOOK_RESYNC, "bid" },
		{ SLICE_ASK, 0, 0, 102, 1, ERR_OK, BOOK_RESYNC, "ask" },
		{ END, 0, 0, 0, 0, ERR_AGAIN, BOOK_RESYNC, "that is crossed" },
		{ BEGIN, 0, 20, 0, 0, ERR_OK, BOOK_RESYNC, "a snapshot" },
		{ SLICE_BID, 0, 0, 102, 1, ERR_OK, BOOK_RESYNC, "bid" },
		{ SLICE_BID, 0, 0, 103, 1, ERR_SYNTAX, BOOK_RESYNC, "out of order" },
		{ END, 0, 0, 0, 0, ERR_STATE, BOOK_RESYNC, "given up" },
		{ BEGIN, 0, 12, 0, 0, ERR_OK, BOOK_RESYNC, "a snapshot" },
		{ SLICE_BID, 0, 0, 99, 1, ERR_OK, BOOK_RESYNC, "bid" },
		{ END, 0, 0, 0, 0, ERR_AGAIN, BOOK_RESYNC, "that is not the best-price stream's book" },
	};
	struct fixture *f = *state;
	run(f, steps, ARRAY_LEN(steps));
	assert_int_equal(f->counters[BOOK_CNT_bbo_mismatch], 3);
	assert_int_equal(f->counters[BOOK_CNT_bbo_checked], 4);
	assert_int_equal(f->counters[BOOK_CNT_crossed], 1);
	assert_int_equal(f->counters[BOOK_CNT_snapshot_bad], 2);
	assert_int_equal(book_gaps(f->book), 4);
}

static void test_what_makes_no_sense(void **state)
{
	static const struct step steps[] = {
		{ BBO, 0, 1, 102, 102, BOOK_EV_REFUSED, BOOK_EMPTY, "a locked best price" },
		{ BBO, 0, 1, 103, 102, BOOK_EV_REFUSED, BOOK_EMPTY, "a crossed one" },
		{ BBO, 0, 1, -1, 102, BOOK_EV_REFUSED, BOOK_EMPTY, "a negative one" },
		{ BBO, 0, 1, 0, 102, BOOK_EV_APPLIED, BOOK_EMPTY, "no bids" },
		{ BBO, 0, 1, 100, 102, BOOK_EV_OLD, BOOK_EMPTY, "the same id" },
		{ BID, 5, 4, 100, 1, BOOK_EV_REFUSED, BOOK_EMPTY, "ends before it begins" },
		{ BID, 0, 4, 100, 1, BOOK_EV_REFUSED, BOOK_EMPTY, "begins at nothing" },
		{ BID, 4, 4, 0, 1, BOOK_EV_REFUSED, BOOK_EMPTY, "no price" },
		{ BID, 4, 4, 100, -1, BOOK_EV_REFUSED, BOOK_EMPTY, "less than nothing" },
		{ TRADE, 0, 7, 100, 1, BOOK_EV_APPLIED, BOOK_EMPTY, "the first trade" },
		{ TRADE, 0, 7, 100, 1, BOOK_EV_OLD, BOOK_EMPTY, "again" },
		{ TRADE, 0, 10, 100, 1, BOOK_EV_APPLIED, BOOK_EMPTY, "8 and 9 never came" },
	};
	struct fixture *f = *state;
	run(f, steps, ARRAY_LEN(steps));
	assert_int_equal(f->counters[BOOK_CNT_bbo_crossed], 3);
	assert_int_equal(f->counters[BOOK_CNT_diff_refused], 4);
	assert_int_equal(f->counters[BOOK_CNT_trade_missing], 2);
	assert_int_equal(book_last_trade(f->book)->trade_id, 10);
}

static void test_stale_and_reset(void **state)
{
	static const struct step steps[] = {
		VALID_AT_10,
		{ STALE, 0, 0, 0, 0, 0, BOOK_STALE, "silence" },
		{ TRADE, 0, 1, 100, 1, BOOK_EV_APPLIED, BOOK_STALE, "a trade says nothing of the book" },
		{ BBO, 0, 10, 100, 102, BOOK_EV_APPLIED, BOOK_VALID, "heard again" },
		{ STALE, 0, 0, 0, 0, 0, BOOK_STALE, "silence" },
		{ BID, 9, 9, 100, 1, BOOK_EV_OLD, BOOK_STALE, "nothing new" },
		{ BID, 11, 11, 99, 1, BOOK_EV_APPLIED, BOOK_VALID, "heard again" },
		{ STALE, 0, 0, 0, 0, 0, BOOK_STALE, "silence" },
		{ BID, 13, 13, 99, 1, BOOK_EV_RESYNC, BOOK_RESYNC, "heard again, but too late" },
		{ RESET, 0, 0, 0, 0, 0, BOOK_EMPTY, "a new session" },
		{ BBO, 0, 2, 100, 102, BOOK_EV_APPLIED, BOOK_EMPTY, "whose ids may begin anywhere" },
		{ END, 0, 0, 0, 0, ERR_STATE, BOOK_EMPTY, "nothing is being loaded" },
	};
	struct fixture *f = *state;
	run(f, steps, 5);
	assert_int_equal(book_stale_ns(f->book), 1004);
	run(f, steps + 5, ARRAY_LEN(steps) - 5);
	assert_int_equal(book_gaps(f->book), 1);
	assert_int_equal(book_version(f->book), 2);
	assert_int_equal(book_stale_ns(f->book), 0);
}

static void test_lag_and_best(void **state)
{
	static const struct step steps[] = {
		VALID_AT_10, { BBO, 0, 17, 100, 103, BOOK_EV_APPLIED, BOOK_VALID, "ahead of the ladder" }
	};
	struct fixture *f = *state;
	struct book_bbo q;
	assert_false(book_best(f->book, &q));
	run(f, steps, ARRAY_LEN(steps));
	assert_int_equal(book_lag_ids(f->book), 7);
	expect_best(f->book, 17, 100, 103);
}

static void test_without_ladder(void **state)
{
	struct fixture *f = *state;
	struct book_config c = { .instrument = 4, .version = 1 };
	struct book *b = book_new(&f->arena, f->counters, &c);
	const struct step bbo = { BBO, 0, 1, 100, 102, BOOK_EV_APPLIED, BOOK_VALID, "" },
			  bid = { BID, 2, 2, 100, 1, 0, 0, "" };
	assert_non_null(b);
	assert_int_equal(book_state(b), BOOK_EMPTY);
	assert_int_equal(do_step(b, &bbo, 1), BOOK_EV_APPLIED);
	assert_int_equal(book_state(b), BOOK_VALID);
	assert_int_equal(do_step(b, &bid, 2), BOOK_EV_REFUSED);
	assert_null(book_ladder(b));
	assert_int_equal(book_snapshot_begin(b, 1), ERR_STATE);
	book_reset(b, 2);
	assert_int_equal(book_state(b), BOOK_EMPTY);
}

/* More levels than there is room for: the best ones stay. */
static void test_deep_snapshot(void **state)
{
	struct fixture *f = *state;
	struct book_level bids[6] = { { 100, 1 }, { 99, 1 }, { 98, 1 }, { 97, 1 }, { 96, 1 }, { 95, 1 } };
	assert_int_equal(book_snapshot_begin(f->book, 1), ERR_OK);
	assert_int_equal(book_snapshot_slice(f->book, LADDER_BID, bids, 3), ERR_OK);
	assert_int_equal(book_snapshot_slice(f->book, LADDER_BID, bids + 3, 3), ERR_OK);
	assert_int_equal(book_snapshot_end(f->book, 1), ERR_OK);
	assert_int_equal(f->counters[BOOK_CNT_level_dropped], 2);
	assert_int_equal(ladder_nth(book_ladder(f->book), LADDER_BID, 3)->px, 97);
	struct book_level better = { 101, 1 };
	struct book_diff d = { .first_id = 2, .update_id = 2, .bids = &better, .n_bids = 1 };
	assert_int_equal(book_on_diff(f->book, &d), BOOK_EV_APPLIED);
	assert_int_equal(f->counters[BOOK_CNT_level_dropped], 3);
	assert_int_equal(ladder_nth(book_ladder(f->book), LADDER_BID, 3)->px, 98);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_splice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_waiting_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_contradicts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_makes_no_sense, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale_and_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lag_and_best, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_ladder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deep_snapshot, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
