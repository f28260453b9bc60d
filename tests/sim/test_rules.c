#include "tests/cmocka_all.h"

#include <string.h>

#include "sim/order.h"

static const struct {
	const char *symbol, *base, *quote;
	const char *remark;
} names[] = {
	{ "BTCUSDT", "BTC", "USDT", "the usual one" },
	{ "ETHBTC", "ETH", "BTC", "quoted in another coin" },
	{ "1000SATSUSDT", "1000SATS", "USDT", "digits" },
	{ "USDT", NULL, NULL, "no base asset" },
	{ "BTCXYZ", NULL, NULL, "an unknown quote asset" },
	{ "btcusdt", NULL, NULL, "small letters" },
	{ "BTC-USDT", NULL, NULL, "a dash" },
	{ "", NULL, NULL, "nothing" },
	{ "AAAAAAAAAAAAAAAAAAAAUSDT", NULL, NULL, "too long" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct rules r;
		err_t e = rules_init(&r, names[i].symbol);
		if ((e == ERR_OK) != (names[i].base != NULL))
			fail_msg("%s", names[i].remark);
		if (e != ERR_OK)
			continue;
		assert_string_equal(r.base, names[i].base);
		assert_string_equal(r.quote, names[i].quote);
	}
}

#define PF "Filter failure: PRICE_FILTER"
#define LS "Filter failure: LOT_SIZE"
#define NO "Filter failure: NOTIONAL"

/* price and quantity in units of 1e-8; the market stands at 60000 */
static const struct {
	i64 price, qty;
	const char *want, *remark;
} numbers[] = {
	{ 60000 * SIM_ONE, 100000, NULL, "60 USDT" },
	{ 1000000, 9000 * SIM_ONE, NULL, "the lowest price" },
	{ 999999, 9000 * SIM_ONE, PF, "below it" },
	{ 60000 * SIM_ONE + 500000, 100000, PF, "half a tick" },
	{ 1000000 * SIM_ONE, 1000, NULL, "the highest price" },
	{ 1000000 * SIM_ONE + 1000000, 1000, PF, "above it" },
	{ 60000 * SIM_ONE, 999, LS, "below the least quantity" },
	{ 60000 * SIM_ONE, 1500, LS, "off the step" },
	{ 100 * SIM_ONE, 9000 * SIM_ONE, NULL, "the largest quantity" },
	{ 100 * SIM_ONE, 9000 * SIM_ONE + 1000, LS, "above it" },
	{ 500000 * SIM_ONE, 1000, NULL, "exactly 5 USDT" },
	{ 499999 * SIM_ONE, 1000, NO, "less" },
	{ 9000 * SIM_ONE, 1000 * SIM_ONE, NULL, "exactly nine millions" },
	{ 9000 * SIM_ONE, 1000 * SIM_ONE + 1000, NO, "more" },
	{ 0, 9000, NULL, "MARKET: valued at the market, 5.40" },
	{ 0, 8000, NO, "MARKET: 4.80" },
	{ 0, 9000 * SIM_ONE, NULL, "MARKET: no maximum of value" },
};

static void test_filters(void **state)
{
	(void)state;
	struct rules r;
	rules_init(&r, "BTCUSDT");
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const char *got = rules_check(&r, numbers[i].price, numbers[i].qty,
					      60000 * SIM_ONE);
		if (!got != !numbers[i].want || (got && strcmp(got, numbers[i].want)))
			fail_msg("%s: %s", numbers[i].remark, got ? got : "accepted");
	}
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(sim_side_of(sim_side_name((enum side)i)), i);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sim_type_of(sim_type_name((enum order_type)i)), i);
		assert_int_equal(sim_tif_of(sim_tif_name((enum tif)i)), i);
	}
	assert_int_equal(sim_side_of("buy"), -1);
	assert_int_equal(sim_type_of("STOP_LOSS"), -1);
	assert_int_equal(sim_tif_of(""), -1);
	assert_string_equal(sim_status_name(STATUS_PARTIALLY_FILLED), "PARTIALLY_FILLED");
	assert_string_equal(sim_expiry_name(EXPIRY_LIQUIDITY), "INSUFFICIENT_LIQUIDITY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
