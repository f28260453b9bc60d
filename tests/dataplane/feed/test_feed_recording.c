#include "tests/cmocka_all.h"

#include <jansson.h>

#include "common/decimal.h"
#include "dataplane/feed/feed_binance.h"
#include "tests/dataplane/feed/recording.h"

enum { BTC = 3 };

static const struct instrument btc = {
	.id = BTC, .version = 1, .px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1
};

struct fixture {
	struct arena arena;
	u64 counters[FEED_CNT_COUNT];
	struct feed *feed;
};

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof f);
	assert_int_equal(arena_open(&f.arena, 1 << 20), ERR_OK);
	f.feed = feed_new(&f.arena, f.counters, FEED_LEVELS_DEFAULT);
	assert_non_null(f.feed);
	assert_int_equal(feed_add_instrument(f.feed, &btc), ERR_OK);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	arena_close(&((struct fixture *)*state)->arena);
	return 0;
}

static i64 scaled(const json_t *text, u32 decimals)
{
	i64 v = -1;
	assert_int_equal(dec_parse(json_string_value(text), json_string_length(text), decimals, &v), ERR_OK);
	return v;
}

static i64 px_of(const json_t *o, const char *key) { return scaled(json_object_get(o, key), 2); }
static i64 qty_of(const json_t *o, const char *key) { return scaled(json_object_get(o, key), 8); }
static u64 id_of(const json_t *o, const char *key) { return (u64)json_integer_value(json_object_get(o, key)); }

static void same_levels(const json_t *array, const struct feed_level *l, u32 n)
{
	assert_int_equal(json_array_size(array), n);
	for (u32 i = 0; i < n; i++) {
		const json_t *pair = json_array_get(array, i);
		assert_true(scaled(json_array_get(pair, 0), 2) == l[i].px &&
			    scaled(json_array_get(pair, 1), 8) == l[i].qty);
	}
}

/* Each number of the message is what jansson finds in the same text. */
static void same_as_model(const struct feed_msg *m, const json_t *line)
{
	const char *stream = json_string_value(json_object_get(line, "stream"));
	const json_t *d = json_object_get(line, "data");
	if (!stream) {
		assert_int_equal(m->kind, FEED_OTHER); /* the recorded snapshot */
		return;
	}
	assert_int_equal(m->instrument, BTC);
	if (strstr(stream, "@bookTicker")) {
		assert_int_equal(m->kind, FEED_BBO);
		assert_true(m->update_id == id_of(d, "u") && m->bid_px == px_of(d, "b") &&
			    m->bid_qty == qty_of(d, "B"));
		assert_true(m->ask_px == px_of(d, "a") && m->ask_qty == qty_of(d, "A") && m->venue_time_us == 0);
	} else if (strstr(stream, "@trade")) {
		assert_int_equal(m->kind, FEED_TRADE);
		assert_true(m->update_id == id_of(d, "t") && m->px == px_of(d, "p") && m->qty == qty_of(d, "q"));
		assert_true(m->venue_time_us == id_of(d, "T") * 1000 &&
			    m->buyer_maker == json_is_true(json_object_get(d, "m")));
	} else {
		assert_int_equal(m->kind, FEED_DEPTH);
		assert_true(m->first_id == id_of(d, "U") && m->update_id == id_of(d, "u") &&
			    m->venue_time_us == id_of(d, "E") * 1000);
		same_levels(json_object_get(d, "b"), m->bids, m->n_bids);
		same_levels(json_object_get(d, "a"), m->asks, m->n_asks);
	}
}

static void replay(struct fixture *f, const char *name)
{
	struct recording r;
	struct feed_msg m;
	if (!recording_open(&r, name))
		skip();
	for (u32 line = 1; recording_next(&r); line++) {
		char *exact = malloc(r.n);
		assert_non_null(exact);
		memcpy(exact, r.json, r.n);
		err_t e = feed_parse(f->feed, exact, r.n, &m);
		free(exact);
		if (e != ERR_OK)
			fail_msg("%s line %u: %s", name, line, err_name(e));
		json_t *j = json_loadb(r.json, r.n, 0, NULL);
		assert_non_null(j);
		same_as_model(&m, j);
		json_decref(j);
	}
	recording_close(&r);
}

static void expect_counts(const struct fixture *f, const u64 want[5])
{
	static const u32 which[5] = { FEED_CNT_bbo, FEED_CNT_trade, FEED_CNT_depth, FEED_CNT_other,
				      FEED_CNT_off_fast_path };
	for (u32 i = 0; i < 5; i++)
		if (f->counters[which[i]] != want[i])
			fail_msg("%s: %llu, expected %llu", feed_counter_defs[which[i]].name,
				 (unsigned long long)f->counters[which[i]], (unsigned long long)want[i]);
	for (u32 i = FEED_CNT_off_fast_path + 1; i < FEED_CNT_COUNT; i++)
		assert_int_equal(f->counters[i], 0);
}

static void test_first_day_of_2024(void **state)
{
	replay(*state, "binance/btcusdt_20240808.spot.hftbacktest.gz");
	expect_counts(*state, (const u64[]){ 28040, 9757, 3451, 1, 0 });
}

static void test_second_day_of_2024(void **state)
{
	replay(*state, "binance/btcusdt_20240809.spot.hftbacktest.gz");
	expect_counts(*state, (const u64[]){ 45134, 10147, 3044, 0, 0 });
}

/* Trades then had the order ids, which our straight line does not expect. */
static void test_2023(void **state)
{
	struct fixture *f = *state;
	replay(f, "binance/btcusdt_20230405.spot.hftbacktest.gz");
	assert_int_equal(f->counters[FEED_CNT_off_fast_path], f->counters[FEED_CNT_trade]);
	assert_int_equal(f->counters[FEED_CNT_bbo] + f->counters[FEED_CNT_trade] + f->counters[FEED_CNT_depth], 15088);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_day_of_2024, setup, teardown),
		cmocka_unit_test_setup_teardown(test_second_day_of_2024, setup, teardown),
		cmocka_unit_test_setup_teardown(test_2023, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
