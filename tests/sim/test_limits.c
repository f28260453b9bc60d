#include "tests/cmocka_all.h"

#include "sim/limits.h"

static void test_windows_start_at_round_times(void **state)
{
	(void)state;
	struct limits l;
	limits_init(&l);
	limits_roll(&l, 1700000009999);
	l.weight.count = 5;
	limits_order_placed(&l);
	limits_roll(&l, 1700000009999);
	assert_int_equal(l.orders_10s.count, 1);
	limits_roll(&l, 1700000010000); /* a new ten seconds, the same minute and day */
	assert_int_equal(l.orders_10s.count, 0);
	assert_int_equal(l.weight.count, 5);
	assert_int_equal(l.orders_day.count, 1);
	limits_roll(&l, 1700000040000); /* 22:14:00 */
	assert_int_equal(l.weight.count, 0);
	limits_roll(&l, 1700006400000); /* midnight */
	assert_int_equal(l.orders_day.count, 0);
}

static void test_fills_count_down(void **state)
{
	(void)state;
	struct limits l;
	limits_init(&l);
	l.orders_10s.limit = 2;
	limits_order_placed(&l);
	assert_false(limit_reached(&l.orders_10s));
	limits_order_placed(&l);
	assert_true(limit_reached(&l.orders_10s));
	limits_order_filled(&l);
	assert_false(limit_reached(&l.orders_10s));
	for (int i = 0; i < 5; i++)
		limits_order_filled(&l);
	assert_int_equal(l.orders_10s.count, 0); /* never below zero */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows_start_at_round_times),
		cmocka_unit_test(test_fills_count_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
