#include "tests/cmocka_all.h"

#include <string.h>

#include "common/order.h"
#include "common/rng.h"
#include "risk/position.h"

/* Tick 0.01, quantities whole: money is easy to read. */
static const struct instrument one = { .px_scale = 2, .tick = 1, .lot = 1 };

static const struct {
	u8 side;
	i64 px, fill, qty; /* ticks, filled, and held after it */
	i64 realised;      /* 10^-8 quote, after it */
	const char *remark;
} rows[] = {
	{ SIDE_BUY, 10000, 2, 2, 0, "opens a long" },
	{ SIDE_BUY, 11000, 2, 4, 0, "adds: average 105.00" },
	{ SIDE_SELL, 11500, 1, 3, 10LL * 100000000, "closes one: 115 - 105" },
	{ SIDE_SELL, 9500, 5, -2, -20LL * 100000000,
	  "closes three at a loss of 10 each, and goes short two at 95.00" },
	{ SIDE_BUY, 9000, 1, -1, -15LL * 100000000, "covers one: 95 - 90" },
	{ SIDE_BUY, 9500, 1, 0, -15LL * 100000000, "flat at cost" },
};

static void test_average_cost(void **state)
{
	(void)state;
	struct position p = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		i64 realised;
		assert_true(position_fill(&p, &one, rows[i].side, rows[i].px, rows[i].fill));
		assert_true(position_realised(&p, &realised));
		if (p.qty != rows[i].qty || realised != rows[i].realised)
			fail_msg("%s: qty %lld realised %lld", rows[i].remark, (long long)p.qty,
				 (long long)realised);
	}
	assert_true(p.cost == 0);
	assert_int_equal(p.bought_qty, 6);
	assert_int_equal(p.sold_qty, 6);
}

static void test_unrealised_and_start(void **state)
{
	(void)state;
	struct position p;
	i64 v;
	assert_true(position_set(&p, &one, -3, 10000));
	assert_true(position_realised(&p, &v));
	assert_int_equal(v, 0);
	assert_true(position_unrealised(&p, &one, 9000, &v));
	assert_int_equal(v, 30LL * 100000000); /* short three, ten lower */
	assert_int_equal(p.start_qty, -3);
}

static void test_conserved_over_random_fills(void **state)
{
	(void)state;
	struct rng g;
	struct position p = { 0 };
	i128 cash = 0;
	i64 held = 0;
	rng_seed(&g, 21);
	for (u32 k = 0; k < 100000; k++) {
		u8 side = (u8)rng_below(&g, 2);
		i64 px = 1 + (i64)rng_below(&g, 20000), qty = 1 + (i64)rng_below(&g, 999),
		    s = side == SIDE_BUY ? 1 : -1, r, u;
		assert_true(position_fill(&p, &one, side, px, qty));
		held += s * qty;
		cash -= (i128)s * px * qty *
			10000000000000000; /* 10^16: ticks of 10^-2 in 10^-18 */
		assert_true(p.qty == held && p.cash == cash);
		assert_true(p.qty == p.start_qty + p.bought_qty - p.sold_qty);
		assert_true(held || !p.cost);
		assert_true(!held || (p.cost < 0) == (held < 0));
		assert_true(position_realised(&p, &r) && position_unrealised(&p, &one, px, &u));
		i128 total = (cash + (i128)held * px * 10000000000000000) / 10000000000;
		assert_true(total - r - u >= -1 &&
			    total - r - u <= 1); /* each of the two is rounded once */
	}
}

static void test_refuses_what_does_not_fit(void **state)
{
	(void)state;
	struct position p = { .qty = INT64_MAX - 1 }, before = p;
	assert_false(position_fill(&p, &one, SIDE_BUY, 1, 2));
	p.qty = before.qty = -INT64_MAX;
	assert_false(position_fill(&p, &one, SIDE_SELL, 1, 1)); /* INT64_MIN has no opposite */
	p.qty = before.qty = 0;
	assert_false(position_fill(&p, &one, SIDE_BUY, INT64_MAX, INT64_MAX));
	assert_memory_equal(&p, &before, sizeof p);
	struct instrument fine = { .px_scale = 10, .qty_scale = 10, .tick = 1 };
	assert_false(position_fill(&p, &fine, SIDE_BUY, 1, 1)); /* finer than cash counts */
}

static void test_fees_by_asset(void **state)
{
	(void)state;
	struct position p = { 0 };
	static const char assets[][8] = { "BNB", "USDT", "BTC", "ETH", "SOL" };
	for (u32 i = 0; i < 4; i++)
		assert_true(position_fee(&p, assets[i], 10 + i));
	assert_false(position_fee(&p, assets[4], 1));
	assert_true(position_fee(&p, assets[1], -4)); /* a rebate */
	assert_int_equal(p.fee[1].amount, 7);
	assert_false(position_fee(&p, assets[0], INT64_MAX));
	assert_int_equal(p.fee[0].amount, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_average_cost),
		cmocka_unit_test(test_unrealised_and_start),
		cmocka_unit_test(test_conserved_over_random_fills),
		cmocka_unit_test(test_refuses_what_does_not_fit),
		cmocka_unit_test(test_fees_by_asset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
