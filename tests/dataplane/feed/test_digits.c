#include "tests/cmocka_all.h"

#include <stdio.h>

#include "common/rng.h"
#include "dataplane/feed/digits.h"

/* The text and `tail` more bytes at the very end of a buffer, so that the sanitizer sees a byte read too many. */
enum { ROOM = 64 };

static const char *at_the_end(char buf[ROOM], const char *text, size_t tail, char fill)
{
	size_t n = strlen(text);
	assert_true(n + tail <= ROOM);
	memset(buf, fill, ROOM);
	return memcpy(buf + ROOM - tail - n, text, n);
}

static bool decimal(const char *text, size_t tail, u32 scale, i64 *v, size_t *used)
{
	char buf[ROOM];
	struct digits_cut c = { 0 };
	const char *from = at_the_end(buf, text, tail, '"'), *p = from;
	assert_true(digits_cut_of(scale, &c));
	bool ok = digits_decimal(&p, buf + ROOM, &c, v);
	*used = (size_t)(p - from);
	return ok;
}

static bool integer(const char *text, size_t tail, u64 *v, size_t *used)
{
	char buf[ROOM];
	const char *from = at_the_end(buf, text, tail, ','), *p = from;
	bool ok = digits_u64(&p, buf + ROOM, v);
	*used = (size_t)(p - from);
	return ok;
}

static const struct {
	const char *text;
	u32 scale;
	bool ok;
	i64 value;
	const char *remark;
} decimals[] = {
	{ "61837.63000000", 2, true, 6183763, "a price" },
	{ "61837.63000000", 8, true, 6183763000000, "all decimals" },
	{ "61837.00000000", 0, true, 61837, "no decimals" },
	{ "61837.63000000", 1, false, 0, "a decimal would be lost" },
	{ "9999999.99999999", 8, true, 999999999999999, "the largest of the usual form" },
	{ "10000000.00000000", 8, false, 0, "eight digits before the point: the general way" },
	{ "0.00000001", 8, true, 1, "the smallest" },
	{ "1.0000000", 8, false, 0, "seven decimals: the general way" },
	{ ".00000000", 8, false, 0, "no digit before the point" },
	{ "1a.00000000", 8, false, 0, "a letter" },
	{ "1/.00000000", 8, false, 0, "the character before 0" },
	{ "1:.00000000", 8, false, 0, "the character after 9" },
	{ "1.0000000:", 8, false, 0, "and in the decimals" },
	{ "1.00:00000", 2, false, 0, "and in those that do not count" },
	{ "-1.00000000", 8, false, 0, "a sign" },
	{ "1\xb1.00000000", 8, false, 0, "a digit with its high bit set" },
	{ "", 8, false, 0, "nothing" },
};

static void test_decimal_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(decimals); i++)
		for (size_t tail = 0; tail < 12; tail++) {
			i64 v = 0;
			size_t used;
			bool ok = decimal(decimals[i].text, tail, decimals[i].scale, &v, &used);
			if (ok != decimals[i].ok ||
			    (ok && (v != decimals[i].value || used != strlen(decimals[i].text))))
				fail_msg("%s, %zu bytes after it: %d, %lld", decimals[i].remark, tail, ok,
					 (long long)v);
		}
}

static const struct {
	const char *text;
	bool ok;
	u64 value;
	const char *remark;
} integers[] = {
	{ "0", true, 0, "zero" },
	{ "7", true, 7, "one digit" },
	{ "12345678", true, 12345678, "a whole word" },
	{ "50093239212", true, 50093239212, "an update id" },
	{ "1234567890123456", true, 1234567890123456, "two whole words" },
	{ "999999999999999999", true, 999999999999999999, "eighteen digits" },
	{ "1000000000000000000", false, 0, "nineteen: the general way" },
	{ "x", false, 0, "none" },
	{ "-1", false, 0, "a sign" },
};

static void test_integer_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(integers); i++)
		for (size_t tail = 8; tail < 20; tail++) {
			u64 v = 0;
			size_t used;
			bool ok = integer(integers[i].text, tail, &v, &used);
			if (ok != integers[i].ok ||
			    (ok && (v != integers[i].value || used != strlen(integers[i].text))))
				fail_msg("%s: %d, %llu", integers[i].remark, ok, (unsigned long long)v);
		}
}

/* Whatever it accepts, dec_parse accepts with the same value; what the venue writes, it accepts. */
static void test_against_dec_parse(void **state)
{
	static const char other[] = "0123456789.\"-+eE:/ ";
	struct rng r;
	(void)state;
	rng_seed(&r, 5);
	print_message("seed 5\n");
	for (u32 i = 0; i < 300000; i++) {
		char text[40];
		u32 scale = (u32)rng_below(&r, 9);
		i64 fast = 0, slow = 0;
		size_t used;
		u64 v = rng_next(&r) % 1000000000000000 >> rng_below(&r, 40);
		u32 n = dec_print(text, (i64)(v - v % (u64)dec_pow10[8 - scale]), 8);
		if (rng_below(&r, 4) == 0)
			text[rng_below(&r, n)] = other[rng_below(&r, sizeof other - 1)];
		else
			assert_true(decimal(text, 1, scale, &fast, &used));
		if (!decimal(text, 1, scale, &fast, &used))
			continue;
		assert_int_equal(dec_parse(text, used, scale, &slow), ERR_OK);
		assert_true(fast == slow);
	}
}

/* With and without vector instructions, on texts that are nearly right and cut anywhere. */
static void test_both_splits_agree(void **state)
{
	static const char other[] = "0123456789.\"/:\xb0";
	struct rng r;
	(void)state;
	rng_seed(&r, 6);
	print_message("seed 6\n");
	for (u32 i = 0; i < 500000; i++) {
		char buf[ROOM], *text = buf;
		u32 n = (u32)rng_below(&r, 24), k[2] = { 0 };
		struct digits_parts v[2] = { { 0 } };
		for (u32 at = 0; at < n; at++)
			text[at] = (char)('0' + rng_below(&r, 10));
		if (n)
			text[rng_below(&r, u32_min(n, 9))] = '.';
		if (n && rng_below(&r, 3) == 0)
			text[rng_below(&r, n)] = other[rng_below(&r, sizeof other - 1)];
		text = memmove(buf + ROOM - n, buf, n);
		bool scalar = digits_split_scalar(text, n, &k[0], &v[0]);
		assert_int_equal(digits_split(text, n, &k[1], &v[1]), scalar);
		if (!scalar)
			continue;
		assert_int_equal(k[0], k[1]);
		assert_int_equal(v[0].whole, v[1].whole);
		assert_int_equal(v[0].fraction, v[1].fraction);
	}
}

static void test_both_integers_agree(void **state)
{
	static const char other[] = "/:,\"\xb0\xff";
	struct rng r;
	(void)state;
	rng_seed(&r, 7);
	print_message("seed 7\n");
	for (u32 i = 0; i < 500000; i++) {
		char buf[ROOM];
		u32 n = (u32)rng_below(&r, 40), digits = (u32)rng_below(&r, 21);
		char *text = buf + ROOM - n;
		const char *p[2] = { text, text };
		u64 v[2] = { 0 };
		for (u32 at = 0; at < n; at++)
			text[at] = (char)('0' + rng_below(&r, 10));
		if (digits < n)
			text[digits] = other[rng_below(&r, sizeof other - 1)];
		bool ok = digits_u64_scalar(&p[0], buf + ROOM, &v[0]);
		assert_int_equal(digits_u64(&p[1], buf + ROOM, &v[1]), ok);
		if (!ok)
			continue;
		assert_ptr_equal(p[0], p[1]);
		assert_true(v[0] == v[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decimal_table),
		cmocka_unit_test(test_integer_table),
		cmocka_unit_test(test_against_dec_parse),
		cmocka_unit_test(test_both_splits_agree),
		cmocka_unit_test(test_both_integers_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
