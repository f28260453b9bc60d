#include "tests/cmocka_all.h"

#include <jansson.h>

#include "common/decimal.h"
#include "common/rng.h"
#include "dataplane/book/book.h"
#include "tests/dataplane/book/slow_book.h"
#include "tests/dataplane/feed/recording.h"

enum { PX_SCALE = 2, QTY_SCALE = 8, LEVELS_MAX = 5000 };

/* A recording read with jansson, fed to a book and to a slow one. The feed is not involved. */
struct replay {
	struct book *book;
	u64 counters[BOOK_CNT_COUNT];
	struct slow_book slow;
	struct book_level bids[LEVELS_MAX], asks[LEVELS_MAX];
	u32 n_bids, n_asks;
	u64 asked;        /* snapshots asked for */
	u64 matched;      /* times ladder and BBO stood at one id */
	u64 compared;     /* with the slow book */
	u32 deepest;
	struct rng rng;
};

static i64 scaled(const json_t *text, u32 decimals)
{
	i64 v = 0;
	assert_int_equal(dec_parse(json_string_value(text), json_string_length(text), decimals, &v), ERR_OK);
	return v;
}

static u64 number(const json_t *o, const char *key) { return (u64)json_integer_value(json_object_get(o, key)); }

static u32 levels(const json_t *array, struct book_level *to)
{
	u32 n = (u32)json_array_size(array);
	assert_true(n <= LEVELS_MAX);
	for (u32 i = 0; i < n; i++) {
		const json_t *l = json_array_get(array, i);
		to[i] = (struct book_level){ scaled(json_array_get(l, 0), PX_SCALE),
					     scaled(json_array_get(l, 1), QTY_SCALE) };
	}
	return n;
}

static void on_bbo(struct replay *r, const json_t *d, ns_t now)
{
	struct book_bbo q = { number(d, "u"),
			      scaled(json_object_get(d, "b"), PX_SCALE),
			      scaled(json_object_get(d, "B"), QTY_SCALE),
			      scaled(json_object_get(d, "a"), PX_SCALE),
			      scaled(json_object_get(d, "A"), QTY_SCALE),
			      now };
	r->matched += q.update_id == book_ladder_id(r->book);
	assert_int_equal(book_on_bbo(r->book, &q), BOOK_EV_APPLIED);
}

static void slow_apply(struct replay *r)
{
	for (u32 i = 0; i < r->n_bids; i++)
		slow_set(&r->slow, LADDER_BID, r->bids[i].px, r->bids[i].qty);
	for (u32 i = 0; i < r->n_asks; i++)
		slow_set(&r->slow, LADDER_ASK, r->asks[i].px, r->asks[i].qty);
}

static void compare(struct replay *r)
{
	const struct ladder *l = book_ladder(r->book);
	struct book_level bid = slow_best(&r->slow, LADDER_BID), ask = slow_best(&r->slow, LADDER_ASK);
	assert_int_equal(ladder_best(l, LADDER_BID)->px, bid.px);
	assert_int_equal(ladder_best(l, LADDER_ASK)->qty, ask.qty);
	r->deepest = u32_max(r->deepest, u32_max(l->half[0].n, l->half[1].n));
	if (rng_below(&r->rng, 100))
		return;
	r->compared++;
	assert_true(slow_equals(&r->slow, l));
}

static void on_depth(struct replay *r, const json_t *d, ns_t now)
{
	r->n_bids = levels(json_object_get(d, "b"), r->bids);
	r->n_asks = levels(json_object_get(d, "a"), r->asks);
	struct book_diff diff = { number(d, "U"), number(d, "u"), r->bids, r->asks, r->n_bids, r->n_asks, now };
	enum book_event ev = book_on_diff(r->book, &diff);
	r->asked += ev == BOOK_EV_RESYNC;
	if (ev != BOOK_EV_APPLIED)
		return;
	r->matched += book_bbo(r->book)->update_id == diff.update_id;
	slow_apply(r);
	compare(r);
}

/*
 * The snapshot goes in by slices of 100. The slow book begins as a copy of the spliced one (test_book_splice.c
 * proves the splice).
 */
static void on_snapshot(struct replay *r, const json_t *s, ns_t now)
{
	r->n_bids = levels(json_object_get(s, "bids"), r->bids);
	r->n_asks = levels(json_object_get(s, "asks"), r->asks);
	assert_int_equal(book_snapshot_begin(r->book, number(s, "lastUpdateId")), ERR_OK);
	for (u32 i = 0; i < r->n_bids; i += 100)
		assert_int_equal(book_snapshot_slice(r->book, LADDER_BID, r->bids + i, u32_min(100, r->n_bids - i)),
				 ERR_OK);
	for (u32 i = 0; i < r->n_asks; i += 100)
		assert_int_equal(book_snapshot_slice(r->book, LADDER_ASK, r->asks + i, u32_min(100, r->n_asks - i)),
				 ERR_OK);
	assert_int_equal(book_snapshot_end(r->book, now), ERR_OK);
	memset(&r->slow, 0, sizeof r->slow);
	const struct ladder *l = book_ladder(r->book);
	for (int side = 0; side < 2; side++)
		for (u32 i = 0; i < l->half[side].n; i++)
			slow_set(&r->slow, (enum ladder_side)side, l->half[side].at[i].px, l->half[side].at[i].qty);
}

static void on_line(struct replay *r, const char *text, size_t n, ns_t now)
{
	json_t *j = json_loadb(text, n, 0, NULL);
	assert_non_null(j);
	const char *stream = json_string_value(json_object_get(j, "stream"));
	const json_t *data = json_object_get(j, "data");
	if (!stream)
		on_snapshot(r, j, now);
	else if (strstr(stream, "@bookTicker"))
		on_bbo(r, data, now);
	else if (strstr(stream, "@depth"))
		on_depth(r, data, now);
	json_decref(j);
}

/*
 * Both days are one session. The first is the one with the snapshot; the second follows on, and the book with it.
 * The whole is compared at each id where ladder and best-price stream stand together (the book itself counts a
 * mismatch), and with the slow book at every diff's touch and at random whole.
 */
static void test_rebuilt_book_is_the_venues(void **state)
{
	static const char *const days[] = { "binance/btcusdt_20240808.spot.hftbacktest.gz", "binance/"
											    "btcusdt_20240809.spot."
											    "hftbacktest.gz" };
	static struct replay r;
	struct book_config c = {
		.instrument = 1, .version = 1, .levels = BOOK_LEVELS_DEFAULT, .buffer_levels = BOOK_BUFFER_DEFAULT
	};
	struct arena a;
	struct recording rec;
	(void)state;
	assert_int_equal(arena_open(&a, 8 << 20), ERR_OK);
	r.book = book_new(&a, r.counters, &c);
	assert_non_null(r.book);
	rng_seed(&r.rng, 1);
	for (u32 d = 0; d < ARRAY_LEN(days); d++) {
		if (!recording_open(&rec, days[d]))
			skip();
		while (recording_next(&rec))
			on_line(&r, rec.json, rec.n, rec.local_time);
		recording_close(&rec);
		print_message("%s: matched %llu, whole books compared %llu, deepest %u, asked %llu\n", days[d],
			      (unsigned long long)r.matched, (unsigned long long)r.compared, r.deepest,
			      (unsigned long long)r.asked);
		for (u32 i = 0; i < BOOK_CNT_COUNT; i++)
			print_message("  %-16s %llu\n", book_counter_defs[i].name, (unsigned long long)r.counters[i]);
	}
	assert_int_equal(r.asked, 1);
	assert_int_equal(book_gaps(r.book), 0);
	assert_int_equal(r.counters[BOOK_CNT_bbo_checked], r.matched);
	assert_true(r.matched > 1000);
	assert_int_equal(r.counters[BOOK_CNT_bbo], 28040 + 45134);
	assert_int_equal(
		r.counters[BOOK_CNT_bbo_mismatch] + r.counters[BOOK_CNT_gap] + r.counters[BOOK_CNT_crossed], 0);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rebuilt_book_is_the_venues) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
