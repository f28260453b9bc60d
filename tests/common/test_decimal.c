#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"

static const struct {
	const char *text;
	u32 decimals;
	err_t err;
	i64 value;
	const char *remark;
} rows[] = {
	{ "61837.63000000", 2, ERR_OK, 6183763, "trailing zeros beyond the scale are exact" },
	{ "61837.63", 8, ERR_OK, 6183763000000, "missing digits are zeros" },
	{ "0.00000001", 8, ERR_OK, 1, "the smallest unit" },
	{ "0.000000001", 8, ERR_SYNTAX, 0, "never rounded" },
	{ "9223372036854775807", 0, ERR_OK, INT64_MAX, "the largest value" },
	{ "9223372036854775808", 0, ERR_OVERFLOW, 0, "one more" },
	{ "92233720368.54775808", 8, ERR_OVERFLOW, 0, "one more, scaled" },
	{ "-9223372036854775807", 0, ERR_OK, -INT64_MAX, "the smallest value" },
	{ "-9223372036854775808", 0, ERR_OVERFLOW, 0, "the range is symmetric" },
	{ "-0.0", 1, ERR_OK, 0, "minus zero is zero" },
	{ "-12.5", 1, ERR_OK, -125, "negative" },
	{ "", 2, ERR_SYNTAX, 0, "empty" },
	{ "-", 2, ERR_SYNTAX, 0, "sign alone" },
	{ ".5", 2, ERR_SYNTAX, 0, "no digit before the point" },
	{ "5.", 2, ERR_SYNTAX, 0, "no digit after the point" },
	{ "1e5", 2, ERR_SYNTAX, 0, "no exponent" },
	{ "+1", 2, ERR_SYNTAX, 0, "no plus" },
	{ "1 ", 2, ERR_SYNTAX, 0, "no blanks" },
	{ "1.2.3", 2, ERR_SYNTAX, 0, "one point" },
};

static void test_parse_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		i64 v = 0;
		err_t e = dec_parse(rows[i].text, strlen(rows[i].text), rows[i].decimals, &v);
		if (e != rows[i].err || (e == ERR_OK && v != rows[i].value))
			fail_msg("\"%s\" (%s): %s %lld", rows[i].text, rows[i].remark, err_name(e), (long long)v);
	}
}

static void test_print_then_parse_is_identity(void **state)
{
	(void)state;
	srandom(7);
	for (int i = 0; i < 20000; i++) {
		i64 v = (i64)((u64)random() << 33 ^ (u64)random() << 11 ^ (u64)random()) >> (random() % 63), back;
		u32 k = (u32)random() % (DEC_DECIMALS_MAX + 1);
		char text[DEC_TEXT_MAX], brief[DEC_TEXT_MAX];
		u32 n = dec_print(text, v, k), m = dec_print_short(brief, v, k);
		assert_int_equal(dec_parse(text, n, k, &back), ERR_OK);
		assert_true(back == v);
		assert_int_equal(dec_parse(brief, m, k, &back), ERR_OK);
		assert_true(back == v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_table),
		cmocka_unit_test(test_print_then_parse_is_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
