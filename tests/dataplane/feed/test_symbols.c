#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/rng.h"
#include "dataplane/feed/symbols.h"

static struct instrument named(u32 id, const char *symbol)
{
	struct instrument i = { .id = id, .tick = 1, .px_scale = 2, .qty_scale = 8, .symbol_n = (u8)strlen(symbol) };
	memcpy(i.symbol, symbol, strlen(symbol));
	return i;
}

/* A '#' stands for a zero byte. */
static const struct symbol *find_lower(const struct symbols *s, const char *stream, u32 *n)
{
	char room[SYMBOL_ROOM + 1];
	snprintf(room, sizeof room, "%-24s", stream);
	for (u32 i = 0; i < SYMBOL_ROOM; i++)
		room[i] = room[i] == '#' ? 0 : room[i];
	return symbols_find_lower(s, room, '@', n);
}

/*
 * A full table of symbols of all lengths, many of them beginnings of others: each is found, in both cases, and
 * nothing else is.
 */
static void test_full_table(void **state)
{
	static struct symbols s;
	char names[INSTRUMENTS_MAX][SYMBOL_MAX + 1];
	(void)state;
	memset(&s, 0, sizeof s);
	for (u32 id = 0; id < INSTRUMENTS_MAX; id++) {
		u32 len = 2 + id % (SYMBOL_MAX - 1);
		memset(names[id], 'A' + (int)(id / (SYMBOL_MAX - 1)), len);
		names[id][len] = 0;
		struct instrument i = named(id, names[id]);
		assert_int_equal(symbols_add(&s, &i), ERR_OK);
	}
	for (u32 id = 0; id < INSTRUMENTS_MAX; id++) {
		char stream[SYMBOL_ROOM + 1];
		u32 n = 0, len = (u32)strlen(names[id]);
		assert_ptr_equal(symbols_find(&s, names[id], len), &s.at[id]);
		for (u32 i = 0; i < len; i++)
			stream[i] = (char)(names[id][i] | 0x20);
		assert_ptr_equal(symbols_find(&s, stream, len), &s.at[id]);
		snprintf(stream + len, sizeof stream - len, "@x");
		assert_ptr_equal(find_lower(&s, stream, &n), &s.at[id]);
		assert_int_equal(n, len);
	}
	assert_null(symbols_find(&s, "A", 1));
	assert_null(symbols_find(&s, "Aa", 2));
	assert_null(symbols_find(&s, "", 0));
	assert_null(symbols_find(&s, "AAAAAAAAAAAAAAAAAAAAAAAAA", 25));
}

static void test_lower_only_where_a_stream_is(void **state)
{
	static const struct { const char *stream; bool found; const char *remark; } rows[] = {
		{ "btcusdt@trade", true, "as in a stream's name" },
		{ "BTCUSDT@trade", false, "upper case" },
		{ "btcusd@trade", false, "a beginning" },
		{ "btcusdtx@trade", false, "more" },
		{ "@trade", false, "none" },
		{ "btcusdt", false, "no mark" },
		{ "btcusdt##@trade", false, "zeros, which are our padding" },
		{ "btcusdt\xc0trade", false, "a byte that differs from the mark by its high bit" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaa", false, "no mark in all the room" },
	};
	static struct symbols s;
	struct instrument i = named(5, "BTCUSDT");
	u32 n;
	(void)state;
	assert_int_equal(symbols_add(&s, &i), ERR_OK);
	for (size_t k = 0; k < ARRAY_LEN(rows); k++)
		if ((find_lower(&s, rows[k].stream, &n) != NULL) != rows[k].found)
			fail_msg("%s", rows[k].remark);
}

static void test_replaced(void **state)
{
	static struct symbols s;
	struct instrument i = named(5, "BTCUSDT"), j = named(5, "BTCFDUSD"), k = named(6, "BTCFDUSD");
	(void)state;
	assert_int_equal(symbols_add(&s, &i), ERR_OK);
	assert_int_equal(symbols_add(&s, &j), ERR_OK);
	assert_null(symbols_find(&s, "BTCUSDT", 7));
	assert_non_null(symbols_find(&s, "BTCFDUSD", 8));
	assert_int_equal(symbols_add(&s, &k), ERR_EXISTS);
	j.px_scale = 12; /* beyond the venue's decimals: always read the general way */
	assert_int_equal(symbols_add(&s, &j), ERR_OK);
	assert_false(symbols_find(&s, "BTCFDUSD", 8)->has_cuts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_lower_only_where_a_stream_is),
		cmocka_unit_test(test_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
