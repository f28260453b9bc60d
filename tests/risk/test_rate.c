#include "tests/cmocka_all.h"

#include <stdio.h>

#include "common/rng.h"
#include "risk/rate.h"

static const struct {
	u32 per_s, burst;
	ns_t at; /* after the start */
	bool ready;
	const char *remark;
} rows[] = {
	{ 10, 1, 0, true, "one at once" },
	{ 10, 0, 0, false, "no burst: nothing ever" },
	{ 0, 5, 0, false, "no rate: nothing ever" },
	{ 0, 5, 1000 * NS_PER_S, false, "... not even later" },
};

static void test_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rate r;
		rate_init(&r, rows[i].per_s, rows[i].burst, 5 * NS_PER_S);
		if (rate_ready(&r, 5 * NS_PER_S + rows[i].at) != rows[i].ready)
			fail_msg("%s", rows[i].remark);
	}
}

static void test_burst_then_one_a_period(void **state)
{
	(void)state;
	struct rate r;
	rate_init(&r, 10, 3, 0);
	for (int i = 0; i < 3; i++) {
		assert_true(rate_ready(&r, 0));
		rate_take(&r, 0);
	}
	assert_false(rate_ready(&r, 0));
	assert_false(rate_ready(&r, 100 * NS_PER_MS - 1));
	assert_true(rate_ready(&r, 100 * NS_PER_MS));
	rate_take(&r, 100 * NS_PER_MS);
	assert_false(rate_ready(&r, 200 * NS_PER_MS - 1));
	assert_true(rate_ready(&r, 200 * NS_PER_MS));
}

/* Slow model: every take remembered; any window holds at most burst + what the rate gives. */
static void test_no_window_holds_more(void **state)
{
	(void)state;
	enum { TAKES = 600 };
	for (u64 seed = 1; seed <= 20; seed++) {
		struct rng g;
		struct rate r;
		static ns_t at[TAKES];
		u32 n = 0;
		ns_t now = 1;
		rng_seed(&g, seed);
		u32 per_s = 1 + (u32)rng_below(&g, 2000), burst = 1 + (u32)rng_below(&g, 20);
		rate_init(&r, per_s, burst, now);
		while (n < TAKES) {
			now += rng_below(&g, 2 * NS_PER_S / per_s);
			if (!rate_ready(&r, now))
				continue;
			rate_take(&r, now);
			at[n++] = now;
		}
		for (u32 i = 0; i < n; i++)
			for (u32 j = i; j < n; j++)
				if (j - i + 1 > burst + (at[j] - at[i]) * (u64)per_s / NS_PER_S)
					fail_msg("seed %llu: %u in %llu ns",
						 (unsigned long long)seed, j - i + 1,
						 (unsigned long long)(at[j] - at[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_burst_then_one_a_period),
		cmocka_unit_test(test_no_window_holds_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
