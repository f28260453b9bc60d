#include "tests/cmocka_all.h"

#include <string.h>

#include "common/rng.h"
#include "gateway/gateway_cnt.h"
#include "gateway/rate.h"

#define T0 1660801710000ULL /* at :10 of a minute, and not at midnight */
#define S  1000ULL

static u64 cnt[GATEWAY_CNT_COUNT];
static struct rate r;

static int setup(void **state)
{
	(void)state;
	memset(cnt, 0, sizeof cnt);
	rate_init(&r, 100, cnt);
	return rate_limit(&r, RATE_REQUEST_WEIGHT, 60, 1000) || rate_limit(&r, RATE_ORDERS, 10, 5) ||
	       rate_limit(&r, RATE_ORDERS, 86400, 8);
}

static bool may(u8 use, u32 weight, u64 at) { return rate_check(&r, use, weight, at) == ERR_OK; }

static void place(u64 at)
{
	rate_sent(&r, RATE_USE_PLACE, 1, at);
	rate_answered(&r, RATE_USE_PLACE, 1, true, at);
}

static void test_orders(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_true(may(RATE_USE_PLACE, 1, T0));
		place(T0);
	}
	assert_false(may(RATE_USE_PLACE, 1, T0 + 9999));
	assert_int_equal(rate_free_at(&r, RATE_USE_PLACE, 1, T0 + 5), T0 + 10 * S);
	assert_true(may(RATE_USE_CANCEL, 1, T0)); /* a cancel is no order */
	assert_true(may(RATE_USE_QUERY, 20, T0));
	rate_filled(&r, T0); /* the venue counts unfilled orders */
	assert_true(may(RATE_USE_PLACE, 1, T0));
	assert_int_equal(rate_free_at(&r, RATE_USE_PLACE, 1, T0), T0);
	assert_true(may(RATE_USE_PLACE, 1, T0 + 10 * S)); /* the next ten seconds */
	for (int i = 0; i < 4; i++)
		place(T0 + 10 * S);
	assert_false(may(RATE_USE_PLACE, 1, T0 + 10 * S)); /* eight a day */
	assert_false(may(RATE_USE_PLACE, 1, T0 + 3600 * S));
	u64 midnight = (T0 / 86400000 + 1) * 86400000;
	assert_int_equal(rate_free_at(&r, RATE_USE_PLACE, 1, T0 + 10 * S), midnight);
	assert_true(may(RATE_USE_PLACE, 1, midnight));
	assert_int_equal(cnt[GATEWAY_CNT_rate_refused], 3);
}

static void test_cancels_are_reserved(void **state)
{
	(void)state;
	rate_sent(&r, RATE_USE_QUERY, 899, T0);
	assert_false(may(RATE_USE_QUERY, 2, T0));
	assert_true(may(RATE_USE_QUERY, 1, T0));
	assert_true(may(RATE_USE_CANCEL, 101, T0));
	assert_false(may(RATE_USE_CANCEL, 102, T0));
	rate_sent(&r, RATE_USE_CANCEL, 50, T0);
	assert_false(may(RATE_USE_PLACE, 1, T0));         /* what is in flight counts */
	rate_answered(&r, RATE_USE_CANCEL, 50, true, T0); /* weighed nothing, as it succeeded */
	assert_true(may(RATE_USE_PLACE, 1, T0));
	rate_sent(&r, RATE_USE_CANCEL, 50, T0);
	rate_answered(&r, RATE_USE_CANCEL, 50, false, T0); /* a failed one weighs */
	assert_false(may(RATE_USE_PLACE, 1, T0));
	assert_true(may(RATE_USE_PLACE, 1, T0 + 60 * S));
}

static void test_told(void **state)
{
	(void)state;
	rate_sent(&r, RATE_USE_QUERY, 10, T0);
	rate_told(&r, RATE_REQUEST_WEIGHT, 60, 6000, 5890,
		  T0); /* others use this address too; the limit is the venue's */
	assert_false(may(RATE_USE_QUERY, 1, T0));
	assert_true(may(RATE_USE_CANCEL, 100, T0));
	rate_answered(&r, RATE_USE_QUERY, 10, true, T0);
	rate_told(&r, RATE_REQUEST_WEIGHT, 60, 6000, 5, T0 + 60 * S);
	assert_true(may(RATE_USE_QUERY, 5895, T0 + 60 * S));
	assert_false(may(RATE_USE_QUERY, 5896, T0 + 60 * S));
	rate_told(&r, RATE_RAW_REQUESTS, 300, 1, 1, T0 + 60 * S); /* a window it had not named before */
	assert_false(may(RATE_USE_CANCEL, 1, T0 + 60 * S));
	rate_told(&r, RATE_OTHER, 60, 1, 1, T0);
	rate_told(&r, RATE_ORDERS, 0, 1, 1, T0);
	assert_int_equal(r.n, 4);
}

static void test_stop(void **state)
{
	(void)state;
	rate_stop(&r, T0 + 120 * S, T0);
	assert_false(may(RATE_USE_CANCEL, 1, T0 + 119 * S)); /* even a cancel would prolong a ban */
	rate_stop(&r, 0, T0);                                /* an earlier end does not shorten it */
	assert_int_equal(rate_free_at(&r, RATE_USE_CANCEL, 1, T0), T0 + 120 * S);
	assert_true(may(RATE_USE_CANCEL, 1, T0 + 120 * S));
	rate_stop(&r, 0, T0 + 120 * S);
	assert_int_equal(rate_free_at(&r, RATE_USE_CANCEL, 1, T0), T0 + 120 * S + RATE_BACKOFF_MS);
	assert_int_equal(cnt[GATEWAY_CNT_rate_stops], 3);
}

static void test_arguments(void **state)
{
	(void)state;
	assert_int_equal(rate_limit(&r, RATE_OTHER, 1, 1), ERR_ARGUMENT);
	assert_int_equal(rate_limit(&r, RATE_ORDERS, 0, 1), ERR_ARGUMENT);
	assert_int_equal(rate_limit(&r, RATE_ORDERS, 1, 0), ERR_ARGUMENT);
	for (u32 i = 3; i < RATE_WINDOWS_MAX; i++)
		assert_int_equal(rate_limit(&r, RATE_ORDERS, i, 1), ERR_OK);
	assert_int_equal(rate_limit(&r, RATE_ORDERS, 1000, 1), ERR_FULL);
}

/* The venue's own rule, counted the slow way, is never broken, whatever is asked for and when it is answered. */
static void test_never_over(void **state)
{
	(void)state;
	struct rng g;
	rng_seed(&g, 11);
	u64 at = T0, window = 0;
	u32 orders = 0, in_flight = 0;
	for (int i = 0; i < 100000; i++) {
		at += rng_below(&g, 900);
		if (at / 10000 != window) {
			window = at / 10000;
			orders = in_flight = 0;
		}
		if (may(RATE_USE_PLACE, 1, at)) {
			rate_sent(&r, RATE_USE_PLACE, 1, at);
			in_flight++;
			assert_true(++orders <= 5);
		}
		if (in_flight && rng_below(&g, 2)) {
			rate_answered(&r, RATE_USE_PLACE, 1, rng_below(&g, 4), at);
			in_flight--;
		}
		if (i % 1000 == 0)
			rate_told(&r, RATE_ORDERS, 86400, 100000, 0, at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_orders, setup),    cmocka_unit_test_setup(test_cancels_are_reserved, setup),
		cmocka_unit_test_setup(test_told, setup),      cmocka_unit_test_setup(test_stop, setup),
		cmocka_unit_test_setup(test_arguments, setup), cmocka_unit_test_setup(test_never_over, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
