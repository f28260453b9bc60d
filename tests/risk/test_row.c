#include "tests/cmocka_all.h"

#include <stdio.h>

#include "common/decimal.h"
#include "common/rng.h"
#include "risk/duplicate.h"
#include "risk/row.h"

/* The product that stands for a division must be one. */
static void test_divides_like_modulo(void **state)
{
	(void)state;
	static const u64 ds[] = { 1,       2,     3,         5,         8,          10,       1000,
				  1 << 20, 12345, 100000000, 999999937, 1ULL << 61, INT64_MAX };
	struct rng g;
	rng_seed(&g, 3);
	for (size_t i = 0; i < ARRAY_LEN(ds); i++) {
		struct divisor d = divisor_of(ds[i]);
		for (u32 k = 0; k < 20000; k++) {
			u64 x = rng_next(&g) >> rng_below(&g, 64);
			x = k % 2 ? x : x / ds[i] * ds[i];
			if (divides(&d, x) != (x % ds[i] == 0))
				fail_msg("%llu %% %llu", (unsigned long long)x,
					 (unsigned long long)ds[i]);
		}
		assert_true(divides(&d, 0));
	}
}

static struct risk_row row_of(u8 px_scale, u8 qty_scale, i64 tick, i64 min_notional,
			      i64 max_notional)
{
	struct risk_row w = {
		.instrument = { .px_scale = px_scale,
				.qty_scale = qty_scale,
				.tick = tick,
				.lot = 1,
				.min_notional = min_notional },
		.limits = { .max_notional = max_notional, .max_qty = INT64_MAX },
	};
	row_compile(&w);
	return w;
}

/*
 * px * qty compared in ticks and units must judge as the exact notional does, wherever the venue's
 * decimals lie.
 */
static void test_notional_bounds_are_exact(void **state)
{
	(void)state;
	struct rng g;
	rng_seed(&g, 4);
	for (u32 k = 0; k < 200000; k++) {
		u8 ps = (u8)rng_below(&g, 9), qs = (u8)rng_below(&g, 9);
		i64 tick = 1 + (i64)rng_below(&g, 500), bound = (i64)rng_below(&g, 1000000),
		    notional;
		struct risk_row w = row_of(ps, qs, tick, bound, bound);
		i64 px = 1 + (i64)rng_below(&g, 100000), qty = 1 + (i64)rng_below(&g, 100000);
		i128 units = (i128)px * tick * qty,
		     at = bound; /* compare units * 10^8 with bound * 10^(ps+qs) */
		units *= dec_pow10[NOTIONAL_SCALE];
		at *= dec_pow10[ps + qs];
		i128 raw = (i128)px * qty;
		if ((raw > w.max_raw) != (units > at) || (raw < w.min_raw) != (units < at))
			fail_msg("step %u: scales %u %u tick %lld bound %lld px %lld qty %lld", k,
				 ps, qs, (long long)tick, (long long)bound, (long long)px,
				 (long long)qty);
		if (!notional_of(&w.instrument, px, qty, &notional))
			notional = INT64_MAX;
		assert_true(row_notional(&w, raw) == notional);
	}
}

static void test_bounds_saturate(void **state)
{
	(void)state;
	struct risk_row w = row_of(18, 18, 1, INT64_MAX, INT64_MAX);
	assert_true(w.max_raw >
		    (i128)RISK_BOUND * RISK_BOUND); /* beyond any order: never a false deny */
	w = row_of(0, 0, INT64_MAX, 1, INT64_MAX);
	assert_true(w.max_raw == 0); /* one tick of one unit is worth more than the bound */
	assert_true(w.min_raw == 1);
	assert_true(row_notional(&w, 2) == INT64_MAX);
}

static void test_duplicates_by_field_and_time(void **state)
{
	(void)state;
	static struct duplicate d;
	struct order_req q = { .instrument = 1, .px = 100, .qty = 5 }, other[] = { q, q, q, q, q };
	other[0].instrument = 2;
	other[1].px = 101;
	other[2].qty = 6;
	other[3].side = SIDE_SELL;
	other[4].type = ORDER_LIMIT_MAKER;
	duplicate_note(&d, duplicate_key(&q), 1000);
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		assert_false(duplicate_find(&d, duplicate_key(&other[i]), 1001, 50));
	assert_true(duplicate_find(&d, duplicate_key(&q), 1049, 50));
	assert_false(
		duplicate_find(&d, duplicate_key(&q), 1050, 50)); /* the window's end is outside */
	for (u64 k = 1; k <= 3; k++) /* same bucket, later */
		duplicate_note(&d, duplicate_key(&q) + k * DUPLICATE_BUCKETS, 1000 + k);
	assert_true(duplicate_find(&d, duplicate_key(&q), 1010, 50));
	duplicate_note(&d, duplicate_key(&q) + 4 * DUPLICATE_BUCKETS,
		       1004); /* a fifth: the oldest makes room */
	assert_false(duplicate_find(&d, duplicate_key(&q), 1010, 50));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_divides_like_modulo),
		cmocka_unit_test(test_notional_bounds_are_exact),
		cmocka_unit_test(test_bounds_saturate),
		cmocka_unit_test(test_duplicates_by_field_and_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
