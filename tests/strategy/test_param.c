#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "strategy/param.h"

static const struct strategy_param table[] = {
	{ .name = "half_spread",
	  .type = PARAM_INT,
	  .def = "50",
	  .min = "1",
	  .max = "100000",
	  .unit = "ticks",
	  .help = "h" },
	{ .name = "size",
	  .type = PARAM_DECIMAL,
	  .decimals = 8,
	  .min = "0.00000001",
	  .unit = "base",
	  .help = "h" },
	{ .name = "post_only", .type = PARAM_BOOL, .def = "true", .help = "h" },
	{ .name = "instrument", .type = PARAM_STRING, .def = "BTCUSDT", .help = "h" },
	{ .name = "shift",
	  .type = PARAM_DECIMAL,
	  .decimals = 2,
	  .def = "0",
	  .min = "-5",
	  .max = "5.25",
	  .help = "h" },
	{ .name = "floor", .type = PARAM_INT, .def = "-7", .max = "-1", .help = "h" },
};
enum { N = ARRAY_LEN(table) };

static const struct {
	const char *text;
	u32 row;
	i64 i;
	const char *s;
	const char *remark;
} good[] = {
	{ "half_spread=1", 0, 1, "", "on the minimum" },
	{ "half_spread=100000", 0, 100000, "", "on the maximum" },
	{ "size=0.001", 1, 100000, "", "exact, scaled" },
	{ " \t\nsize=0.00000001,\n", 1, 1, "", "blanks, commas and newlines separate" },
	{ "post_only=false", 2, 0, "", "" },
	{ "instrument=ABCDEFGHIJKLMNOPQRSTUVW", 3, 0, "ABCDEFGHIJKLMNOPQRSTUVW", "23 characters" },
	{ "shift=-5", 4, -500, "", "" },
	{ "shift=5.250000", 4, 525, "", "zeros beyond the scale are exact" },
	{ "instrument=a=b", 3, 0, "a=b", "the first '=' divides" },
};

static const struct {
	const char *text;
	err_t err;
	const char *why;
} bad[] = {
	{ "half_spread=0", ERR_ARGUMENT,
	  "half_spread=0: expected an integer from 1 to 100000 (ticks)" },
	{ "half_spread=100001", ERR_ARGUMENT,
	  "half_spread=100001: expected an integer from 1 to 100000 (ticks)" },
	{ "half_spread=5.0", ERR_ARGUMENT,
	  "half_spread=5.0: expected an integer from 1 to 100000 (ticks)" },
	{ "half_spread=", ERR_ARGUMENT,
	  "half_spread=: expected an integer from 1 to 100000 (ticks)" },
	{ "half_spread=99999999999999999999", ERR_ARGUMENT,
	  "half_spread=99999999999999999999: expected an integer from 1 to 100000 (ticks)" },
	{ "size=0.000000001", ERR_ARGUMENT,
	  "size=0.000000001: expected a decimal number of at least 0.00000001, at most 8 decimals "
	  "(base)" },
	{ "size=0", ERR_ARGUMENT,
	  "size=0: expected a decimal number of at least 0.00000001, at most 8 decimals (base)" },
	{ "post_only=yes", ERR_ARGUMENT, "post_only=yes: expected true or false" },
	{ "instrument=", ERR_ARGUMENT, "instrument=: expected text of 1 to 23 characters" },
	{ "instrument=ABCDEFGHIJKLMNOPQRSTUVWX", ERR_ARGUMENT,
	  "instrument=ABCDEFGHIJKLMNOPQRSTUVWX: expected text of 1 to 23 characters" },
	{ "shift=5.26", ERR_ARGUMENT,
	  "shift=5.26: expected a decimal number from -5 to 5.25, at most 2 decimals" },
	{ "floor=0", ERR_ARGUMENT, "floor=0: expected an integer of at most -1" },
	{ "spread=1", ERR_NOT_FOUND,
	  "spread: no such parameter; known: half_spread size post_only instrument shift floor" },
	{ "half_spread", ERR_SYNTAX, "half_spread: expected name=value" },
	{ "=3", ERR_NOT_FOUND,
	  ": no such parameter; known: half_spread size post_only instrument shift floor" },
	{ "size=1 size=2", ERR_EXISTS, "size: given twice" },
	{ "half_spread=7 size=\x01\xff", ERR_ARGUMENT,
	  "size=??: expected a decimal number of at least 0.00000001, at most 8 decimals (base)" },
};

static void test_good_texts(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(good); k++) {
		struct strategy_value v[N], before[N];
		struct param_error why = { "" };
		u32 given;
		param_defaults(table, N, v);
		memcpy(before, v, sizeof v);
		if (param_parse(table, N, good[k].text, v, &given, &why) != ERR_OK)
			fail_msg("%s (%s): %s", good[k].text, good[k].remark, why.text);
		assert_int_equal(given, 1U << good[k].row);
		assert_int_equal(v[good[k].row].i, good[k].i);
		assert_string_equal(v[good[k].row].s, good[k].s);
		for (u32 i = 0; i < N; i++)
			if (i != good[k].row)
				assert_memory_equal(&v[i], &before[i], sizeof v[i]);
	}
}

static void test_bad_texts_say_what_is_expected(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
		struct strategy_value v[N], before[N];
		struct param_error why = { "" };
		u32 given;
		param_defaults(table, N, v);
		memcpy(before, v, sizeof v);
		assert_int_equal(param_parse(table, N, bad[k].text, v, &given, &why), bad[k].err);
		assert_string_equal(why.text, bad[k].why);
		assert_memory_equal(v, before, sizeof v);
	}
}

static void test_required(void **state)
{
	(void)state;
	struct param_error why;
	assert_int_equal(param_require(table, N, 1 << 1, &why), ERR_OK);
	assert_int_equal(param_require(table, N, 0, &why), ERR_ARGUMENT);
	assert_string_equal(
		why.text,
		"size: must be given: expected a decimal number of at least 0.00000001, at most 8 "
		"decimals (base)");
}

/* Each row must be refused for the one thing that is wrong with it. */
static void test_unsound_tables(void **state)
{
	(void)state;
	static const struct strategy_param rows[] = {
		{ .name = NULL, .type = PARAM_INT, .def = "1", .help = "no name" },
		{ .name = "Big", .type = PARAM_INT, .def = "1", .help = "upper case" },
		{ .name = "a", .type = 4, .def = "1", .help = "no such type" },
		{ .name = "a", .type = PARAM_INT, .def = "1", .help = NULL },
		{ .name = "a", .type = PARAM_INT, .def = "1", .min = "2", .help = "default below" },
		{ .name = "a",
		  .type = PARAM_INT,
		  .min = "3",
		  .max = "2",
		  .help = "bounds crossed" },
		{ .name = "a",
		  .type = PARAM_DECIMAL,
		  .decimals = 2,
		  .def = "0.001",
		  .help = "finer than its scale" },
		{ .name = "a",
		  .type = PARAM_DECIMAL,
		  .decimals = 19,
		  .def = "1",
		  .help = "too many decimals" },
		{ .name = "a", .type = PARAM_BOOL, .def = "1", .help = "not a boolean" },
		{ .name = "a", .type = PARAM_BOOL, .min = "0", .help = "bounds of a boolean" },
	};
	struct param_error why;
	assert_int_equal(param_check_table(table, N, &why), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (param_check_table(&rows[i], 1, &why) != ERR_SYNTAX)
			fail_msg("accepted: %s", rows[i].help ? rows[i].help : "no help");
	struct strategy_param twice[2] = { table[0], table[0] };
	assert_int_equal(param_check_table(twice, 2, &why), ERR_SYNTAX);
	assert_int_equal(param_check_table(table, STRATEGY_PARAMS_MAX + 1, &why), ERR_TOO_LONG);
}

static void test_printed_as_written(void **state)
{
	(void)state;
	struct strategy_value v[N];
	char text[PARAM_PRINT_MAX];
	static const char *const printed[] = { "50", "0", "true", "BTCUSDT", "0", "-7" };
	param_defaults(table, N, v);
	for (u32 i = 0; i < N; i++) {
		assert_int_equal(param_print(&table[i], &v[i], text), strlen(printed[i]));
		assert_string_equal(text, printed[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_texts),
		cmocka_unit_test(test_bad_texts_say_what_is_expected),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_unsound_tables),
		cmocka_unit_test(test_printed_as_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
