#include "tests/cmocka_all.h"

#include "common/order.h"

static const struct {
	const char *(*name)(u8);
	u8 value;
	const char *want;
} rows[] = {
	{ side_name, SIDE_BUY, "BUY" },
	{ side_name, SIDE_SELL, "SELL" },
	{ side_name, 2, "?" },
	{ order_type_name, ORDER_LIMIT, "LIMIT" },
	{ order_type_name, ORDER_LIMIT_MAKER, "LIMIT_MAKER" },
	{ order_type_name, ORDER_MARKET, "MARKET" },
	{ order_type_name, 255, "?" },
	{ tif_name, TIF_GTC, "GTC" },
	{ tif_name, TIF_IOC, "IOC" },
	{ tif_name, TIF_FOK, "FOK" },
	{ tif_name, 3, "?" },
	{ order_state_name, ORDER_FREE, "FREE" },
	{ order_state_name, ORDER_SENT, "SENT" },
	{ order_state_name, ORDER_LIVE, "LIVE" },
	{ order_state_name, ORDER_CANCELLING, "CANCELLING" },
	{ order_state_name, ORDER_UNKNOWN, "UNKNOWN" },
	{ order_state_name, ORDER_FILLED, "FILLED" },
	{ order_state_name, ORDER_CANCELED, "CANCELED" },
	{ order_state_name, ORDER_REJECTED, "REJECTED" },
	{ order_state_name, ORDER_EXPIRED, "EXPIRED" },
	{ order_state_name, ORDER_STATES, "?" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(rows[i].name(rows[i].value), rows[i].want);
}

/* Exposure counts exactly these; UNKNOWN is one of them. */
static void test_open_states(void **state)
{
	(void)state;
	static const bool open[ORDER_STATES] = {
		[ORDER_SENT] = true, [ORDER_LIVE] = true, [ORDER_CANCELLING] = true, [ORDER_UNKNOWN] = true,
	};
	for (u8 s = 0; s < ORDER_STATES; s++)
		assert_int_equal(order_state_is_open(s), open[s]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names), cmocka_unit_test(test_open_states) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
