/* hostctl strategy: what the segment says of them, and what goes to the door. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "hostctl/verb.h"
#include "strategy/host.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	fake_healthy(&f);
	struct strategy_row row = { .pause = HOST_PAUSED_BY_BUDGET, .calls = 12, .overruns_all = 3, .max_ns = 777 };
	struct strategy_values_row v = { .value = { { .i = 25 }, { .i = 150 }, { .s = "BTCUSDT" } } };
	row_write(&f.strategies[0].seq, f.strategies[0].w, &row, sizeof row);
	row_write(&f.values[0].seq, f.values[0].w, &v, sizeof v);
	fake_order(&f, &(struct order_row){ .id = 1, .strategy = 0, .state = ORDER_LIVE });
	fake_order(&f, &(struct order_row){ .id = 2, .strategy = 0, .state = ORDER_FILLED });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

static void test_list(void **state)
{
	(void)state;
	static const char *const lines[] = { "strategy", "strategy list" };
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		json_t *all = json_of(&f, lines[i], EXIT_DONE), *first = row_of(all, "strategies", 0);
		assert_int_equal(json_array_size(json_object_get(all, "strategies")), 2);
		assert_string_equal(text_of(first, "name"), "quotes");
		assert_string_equal(text_of(first, "state"), "over_budget");
		assert_int_equal(number_of(first, "open_orders"), 1);
		assert_int_equal(number_of(first, "max_call_ns"), 777);
		/* never written: not known */
		assert_string_equal(text_of(row_of(all, "strategies", 1), "state"), "null");
		json_decref(all);
	}
}

static void test_show(void **state)
{
	(void)state;
	static const char *const expected[][3] = { { "half_spread", "25", "ticks" },
						   { "quantity", "0.0015", "BTC" },
						   { "symbol", "BTCUSDT", "null" } };
	json_t *all = json_of(&f, "strategy show quotes", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "strategies")), 1);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		json_t *row = row_of(all, "parameters", i);
		assert_string_equal(text_of(row, "parameter"), expected[i][0]);
		assert_string_equal(text_of(row, "value"), expected[i][1]);
		assert_string_equal(text_of(row, "unit"), expected[i][2]);
	}
	assert_string_equal(text_of(row_of(all, "parameters", 0), "max"), "100000");
	json_decref(all);
}

static void test_set_goes_to_the_door_and_shows_the_answer(void **state)
{
	(void)state;
	static const struct {
		const char *line, *sent, *answer;
		int code;
		const char *out, *err;
	} rows[] = {
		{ "strategy set quotes half_spread=30 quantity=1", "set quotes half_spread=30 quantity=1",
		  "{\"ok\":true,\"error\":\"OK\",\"text\":\"parameters changed\"}\n", EXIT_DONE,
		  "parameters changed\n", "" },
		{ "strategy set quotes half_spread=0", "set quotes half_spread=0",
		  "{\"ok\":false,\"error\":\"ARGUMENT\",\"text\":\"half_spread=0: expected an integer\"}\n",
		  EXIT_REFUSED, "", "hostctl: strategy refused: half_spread=0: expected an integer\n" },
		{ "strategy pause second", "pause second",
		  "{\"ok\":true,\"error\":\"OK\",\"text\":\"paused\"}\n", EXIT_DONE, "paused\n", "" },
		{ "strategy start second", "enable second",
		  "{\"ok\":true,\"error\":\"OK\",\"text\":\"epoch 2 is in force\"}\n", EXIT_DONE, "epoch 2 is in force\n", "" },
		{ "strategy stop second", "disable second",
		  "{\"ok\":true,\"error\":\"OK\",\"text\":\"epoch 3 is in force\"}\n", EXIT_DONE, "epoch 3 is in force\n", "" },
		{ "strategy add third maker size=1", "add third maker size=1",
		  "{\"ok\":true,\"error\":\"OK\",\"text\":\"epoch 4 is in force\"}\n", EXIT_DONE, "epoch 4 is in force\n", "" },
	};
	char path[64];
	snprintf(path, sizeof path, "/tmp/%s.sock", f.name);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_door d;
		fake_door_open(&d, path, rows[i].answer, 0);
		struct ran r = run_hostctl(&f, rows[i].line);
		fake_door_close(&d);
		assert_string_equal(d.line, rows[i].sent);
		assert_string_equal(r.out, rows[i].out);
		assert_string_equal(r.err, rows[i].err);
		assert_int_equal(r.code, rows[i].code);
		ran_free(&r);
	}
}

static void test_what_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int code;
		const char *err;
	} rows[] = {
		{ "strategy begin quotes", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy start", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy stop quotes second", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy add third", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy stop nobody", EXIT_REFUSED,
		  "hostctl: no strategy nobody; hostctl strategy list names them\n" },
		{ "strategy set quotes", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy list quotes", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy show", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy pause", EXIT_USAGE, "hostctl: expected hostctl strategy" },
		{ "strategy set nobody a=1", EXIT_REFUSED,
		  "hostctl: no strategy nobody; hostctl strategy list names them\n" },
		{ "strategy pause quotes --watch", EXIT_USAGE, "hostctl: --watch only looks" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ran r = run_hostctl(&f, rows[i].line);
		if (r.code != rows[i].code || strncmp(r.err, rows[i].err, strlen(rows[i].err)))
			fail_msg("hostctl %s: exit %d, %s", rows[i].line, r.code, r.err);
		ran_free(&r);
	}
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(test_list), CASE(test_show),
					    CASE(test_set_goes_to_the_door_and_shows_the_answer),
					    CASE(test_what_is_refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
