#include "tests/cmocka_all.h"

#include <string.h>

#include "common/decimal.h"
#include "common/instrument.h"
#include "common/rng.h"

static const struct instrument btc = { .px_scale = 2, .qty_scale = 8, .tick = 1, .lot = 1000 };
static const struct instrument es = { .px_scale = 2, .qty_scale = 0, .tick = 25, .lot = 1 };
static const struct instrument pepe = { .px_scale = 8, .qty_scale = 2, .tick = 1, .lot = 100 };
static const struct instrument wide = { .px_scale = 18, .qty_scale = 18, .tick = 1, .lot = 1 };

static const struct {
	const struct instrument *i;
	const char *text;
	err_t err;
	i64 px;
	const char *back; /* as it is printed */
	const char *remark;
} prices[] = {
	{ &btc, "61837.63000000", ERR_OK, 6183763, "61837.63", "a price of the feed, trailing zeros" },
	{ &btc, "61837.635", ERR_SYNTAX, 0, NULL, "finer than the tick" },
	{ &btc, "0", ERR_OK, 0, "0.00", "zero" },
	{ &es, "4500.25", ERR_OK, 18001, "4500.25", "a tick of 25 units" },
	{ &es, "4500.30", ERR_SYNTAX, 0, NULL, "between two ticks" },
	{ &es, "-0.75", ERR_OK, -3, "-0.75", "negative prices exist" },
	{ &pepe, "0.00000731", ERR_OK, 731, "0.00000731", "eight decimals" },
	{ &wide, "9.3", ERR_OVERFLOW, 0, NULL, "does not fit 18 decimals" },
	{ &btc, "1e3", ERR_SYNTAX, 0, NULL, "no exponent" },
};

static void test_prices(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prices); i++) {
		i64 px = -99;
		char out[DEC_TEXT_MAX];
		err_t e = px_parse(prices[i].i, prices[i].text, strlen(prices[i].text), &px);
		if (e != prices[i].err || (e == ERR_OK && px != prices[i].px))
			fail_msg("%s: %s %lld", prices[i].remark, err_name(e), (long long)px);
		if (e != ERR_OK)
			continue;
		assert_int_equal(px_print(prices[i].i, out, px), strlen(prices[i].back));
		assert_string_equal(out, prices[i].back);
	}
}

static void test_quantities_need_not_fit_the_lot(void **state)
{
	(void)state;
	i64 qty;
	char out[DEC_TEXT_MAX];
	assert_int_equal(qty_parse(&btc, "0.00010001", 10, &qty), ERR_OK);
	assert_int_equal(qty, 10001);
	qty_print(&btc, out, qty);
	assert_string_equal(out, "0.00010001");
	assert_int_equal(qty_parse(&pepe, "5.001", 5, &qty), ERR_SYNTAX);
}

static const struct {
	const struct instrument *i;
	i64 px, qty;
	bool fits;
	i64 notional;
	const char *remark;
} notionals[] = {
	{ &btc, 6183763, 100000000, true, 6183763000000, "one BTC at 61837.63" },
	{ &btc, 1, 1, true, 1, "0.01 * 10^-8 is less than a unit: away from zero" },
	{ &btc, 1, -1, true, -1, "the same, sold" },
	{ &btc, 50, 3, true, 2, "1.5 units" },
	{ &es, 18001, 2, true, 900050000000, "two contracts: scaled up" },
	{ &pepe, 731, 100, true, 731, "one PEPE" },
	{ &btc, INT64_MAX, INT64_MAX, false, 0, "deny" },
	{ &es, INT64_MAX, INT64_MAX, false, 0, "overflows 128 bits on the way" },
	{ &es, INT64_MIN, INT64_MIN, false, 0, "so does this" },
	{ &wide, INT64_MAX, INT64_MAX, true, 8507059174, "85.07059173...: 18 decimals each" },
	{ &btc, INT64_MAX / 100, 10000, true, INT64_MAX / 100 * 100, "the largest that fits" },
	{ &btc, INT64_MAX / 100 + 1, 10000, false, 0, "one tick more" },
};

static void test_notional_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(notionals); i++) {
		i64 got = 0;
		bool fits = notional_of(notionals[i].i, notionals[i].px, notionals[i].qty, &got);
		if (fits != notionals[i].fits || (fits && got != notionals[i].notional))
			fail_msg("%s: %d %lld", notionals[i].remark, fits, (long long)got);
	}
}

/* ---- the slow model: magnitudes of 288 bits, multiplied and divided by small numbers ---- */

struct big {
	u32 limb[9]; /* least significant first */
};

static void big_mul(struct big *b, u32 by)
{
	u64 carry = 0;
	for (int i = 0; i < 9; i++) {
		carry += (u64)b->limb[i] * by;
		b->limb[i] = (u32)carry;
		carry >>= 32;
	}
	assert_int_equal(carry, 0);
}

static u32 big_div10(struct big *b)
{
	u64 rest = 0;
	for (int i = 8; i >= 0; i--) {
		rest = rest << 32 | b->limb[i];
		b->limb[i] = (u32)(rest / 10);
		rest %= 10;
	}
	return (u32)rest;
}

static void big_mul64(struct big *b, u64 by)
{
	struct big high = *b;
	big_mul(b, (u32)by);
	big_mul(&high, (u32)(by >> 32));
	u64 carry = 0;
	for (int i = 1; i < 9; i++) {
		carry += (u64)b->limb[i] + high.limb[i - 1];
		b->limb[i] = (u32)carry;
		carry >>= 32;
	}
}

static u64 magnitude(i64 v) { return v < 0 ? 0 - (u64)v : (u64)v; }

/* |px * tick * qty| in 10^-8, rounded up; false where it exceeds an i64 of that sign. */
static bool model_notional(const struct instrument *in, i64 px, i64 qty, i64 *out)
{
	struct big b = { .limb = { 1 } };
	bool rest = false, neg = (px < 0) != (qty < 0);
	big_mul64(&b, magnitude(px));
	big_mul64(&b, (u64)in->tick);
	big_mul64(&b, magnitude(qty));
	for (int k = in->px_scale + in->qty_scale; k > NOTIONAL_SCALE; k--)
		rest |= big_div10(&b) != 0;
	for (int k = in->px_scale + in->qty_scale; k < NOTIONAL_SCALE; k++)
		big_mul(&b, 10);
	u64 low = (u64)b.limb[1] << 32 | b.limb[0];
	for (int i = 2; i < 9; i++)
		if (b.limb[i])
			return false;
	if (low + rest < low || low + rest > (u64)INT64_MAX + neg)
		return false;
	*out = (i64)(neg ? 0 - (low + rest) : low + rest);
	return true;
}

static i64 random_i64(struct rng *g) { return (i64)rng_next(g) >> rng_below(g, 64); }

static void test_notional_against_big_integers(void **state)
{
	(void)state;
	struct rng g;
	u32 n_fit = 0;
	rng_seed(&g, 19);
	for (int i = 0; i < 100000; i++) {
		struct instrument in = { .px_scale = (u8)rng_below(&g, 19), .qty_scale = (u8)rng_below(&g, 19) };
		in.tick = (i64)(rng_next(&g) >> (1 + rng_below(&g, 62))) | 1;
		i64 px = random_i64(&g) / in.tick, qty = random_i64(&g), want = 0, got = 0;
		bool fits = model_notional(&in, px, qty, &want);
		if (notional_of(&in, px, qty, &got) != fits || (fits && got != want))
			fail_msg("seed 19, turn %d: px %lld * %lld, qty %lld, scales %u %u: %lld, not %lld", i, (long long)px, (long long)in.tick,
				 (long long)qty, in.px_scale, in.qty_scale, (long long)got, (long long)want);
		n_fit += fits;
	}
	assert_in_range(n_fit, 20000, 99000); /* both outcomes were exercised */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prices),
		cmocka_unit_test(test_quantities_need_not_fit_the_lot),
		cmocka_unit_test(test_notional_table),
		cmocka_unit_test(test_notional_against_big_integers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
