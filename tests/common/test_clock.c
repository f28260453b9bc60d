#include "tests/cmocka_all.h"

#include <time.h>

#include "common/clock.h"

static struct clock clk;

static int setup(void **state)
{
	(void)state;
	return clock_calibrate(&clk); /* ERR_UNSUPPORTED: this machine cannot run the product at all */
}

static ns_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

static void test_never_goes_back(void **state)
{
	(void)state;
	ns_t last = 0;
	for (int i = 0; i < 200000; i++) {
		ns_t t = clock_ns(&clk, tsc_now());
		assert_true(t >= last);
		last = t;
	}
}

/* Read between two readings of the kernel's clock it lies between them, give or take a millisecond. */
static void test_follows_the_kernel(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		ns_t a = monotonic_ns(), t = clock_ns(&clk, tsc_now()), b = monotonic_ns();
		assert_true(t + NS_PER_MS >= a && t <= b + NS_PER_MS);
	}
}

static void test_arithmetic(void **state)
{
	(void)state;
	struct clock c = { .tsc_base = 1000000, .ns_base = 5 * NS_PER_S, .tsc_hz = 2500000000 };
	c.mult = (u64)(0.4 * 4294967296.0);
	static const struct {
		u64 tsc;
		ns_t ns;
		const char *remark;
	} rows[] = {
		{ 1000000, 5 * NS_PER_S, "at the base" },
		{ 1000000 + 2500, 5 * NS_PER_S + 999, "a microsecond later, rounded down" },
		{ 1000000 - 2500, 5 * NS_PER_S - 1000, "a stamp from before the calibration" },
		{ 1000000 + 2500000000ULL * 86400 * 365, 5 * NS_PER_S + 31535999997062400ULL, "a year later" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ns_t got = clock_ns(&c, rows[i].tsc);
		ns_t off = got > rows[i].ns ? got - rows[i].ns : rows[i].ns - got;
		if (off > rows[i].ns / 100000000) /* mult is a rounded figure */
			fail_msg("%s: %llu, not %llu", rows[i].remark, (unsigned long long)got, (unsigned long long)rows[i].ns);
	}
}

static void test_calibration_is_plausible(void **state)
{
	(void)state;
	assert_in_range(clk.tsc_hz, 500000000ULL, 10000000000ULL);
	ns_t second = tsc_to_ns(&clk, clk.tsc_hz);
	assert_in_range(second, NS_PER_S - 10, NS_PER_S + 10);
	assert_true(clock_wall_ns() > 1577836800ULL * NS_PER_S); /* after 2020 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_goes_back),
		cmocka_unit_test(test_follows_the_kernel),
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_calibration_is_plausible),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
