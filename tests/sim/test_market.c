#include "tests/cmocka_all.h"

#include "sim/market.h"
#include "tests/sim/files.h"

#define T(n) "17231612539370857" #n " "
#define SNAP(id) "{\"lastUpdateId\":" #id ",\"bids\":[[\"10\",\"1\"]],\"asks\":[[\"11\",\"1\"]]}\n"
#define DEPTH(from, to, qty)                                                                       \
	"{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\","   \
	"\"U\":" #from ",\"u\":" #to ",\"b\":[[\"10\",\"" #qty "\"]],\"a\":[]}}\n"
#define TICKER(u)                                                                                  \
	"{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":" #u                                   \
	",\"s\":\"BTCUSDT\",\"b\":\"10\",\"B\":\"3\",\"a\":\"11\",\"A\":\"4\"}}\n"

static const struct {
	const char *text;
	bool opens;
	u64 stands_at;
	i64 qty;
	const char *remark;
} rows[] = {
	{ T(10) SNAP(100), true, 100, 1, "the snapshot alone" },
	{ T(10) DEPTH(90, 99, 5) T(11) SNAP(100), true, 100, 1,
	  "an update older than the snapshot is dropped" },
	{ T(10) DEPTH(90, 99, 5) T(11) DEPTH(100, 105, 6) T(12) SNAP(102), true, 105, 6,
	  "one that holds it is applied" },
	{ T(10) DEPTH(103, 105, 6) T(11) SNAP(102), true, 105, 6, "one right behind it too" },
	{ T(10) DEPTH(104, 105, 6) T(11) SNAP(102), false, 0, 0,
	  "one too far ahead cannot be spliced" },
	{ T(10) DEPTH(1, 2, 6), false, 0, 0, "no snapshot" },
};

static char dir[64], path[128];
static struct rules rules;

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/r.gz", fresh_dir(dir));
	return rules_init(&rules, "BTCUSDT");
}

static int teardown(void **state)
{
	(void)state;
	remove_dir(dir);
	return 0;
}

static err_t open_market(struct market *m)
{
	static const char *file;
	file = path;
	return sim_market_open(m, &rules, &file, 1, 0);
}

static void test_splice_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct market m;
		write_gz(path, rows[i].text);
		err_t e = open_market(&m);
		if ((e == ERR_OK) != rows[i].opens || (!rows[i].opens && !strstr(m.error, path)))
			fail_msg("%s: %s", rows[i].remark, m.error);
		if (rows[i].opens &&
		    (m.ladder.last_id != rows[i].stands_at ||
		     ladder_qty(&m.ladder, SIDE_BUY, 10 * SIM_ONE) != rows[i].qty * SIM_ONE))
			fail_msg("%s: stands at %llu", rows[i].remark,
				 (unsigned long long)m.ladder.last_id);
		market_close(&m);
	}
}

static void test_playing_on(void **state)
{
	(void)state;
	struct market m;
	write_gz(path, T(10) TICKER(99) T(11) SNAP(100) T(12) DEPTH(101, 103, 2) T(13) TICKER(104)
			       T(14) DEPTH(106, 107, 9));
	assert_int_equal(open_market(&m), ERR_OK);
	assert_int_equal(m.ticks, 2);
	assert_int_equal(m.touch.best[SIDE_BUY].qty,
			 3 * SIM_ONE); /* the ticker before the snapshot counts */
	assert_int_equal(market_peek(&m), ERR_OK);
	assert_int_equal(market_step(&m), ERR_OK);
	assert_int_equal(m.ladder.last_id, 103);
	assert_int_equal(market_peek(&m), ERR_OK);
	assert_int_equal(market_step(&m), ERR_OK);
	assert_int_equal(m.touch.id, 104);
	assert_int_equal(market_peek(&m), ERR_OK);
	assert_int_equal(market_step(&m), ERR_STATE); /* 104 and 105 are missing */
	assert_non_null(strstr(m.error, "line 5"));
	assert_int_equal(market_peek(&m), ERR_CLOSED);
	assert_int_equal(m.ladder.last_id, 103);
	market_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_splice_table),
					    cmocka_unit_test(test_playing_on) };
	return cmocka_run_group_tests(tests, setup, teardown);
}
