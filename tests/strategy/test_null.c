#include "tests/strategy/fake_core.h"

static void test_256_strategies(void **state)
{
	(void)state;
	struct core c;
	struct param_error why;
	u16 id;
	core_open(&c);
	for (u32 i = 0; i < HOST_INSTANCES_MAX; i++)
		assert_int_equal(host_add(c.host, &c.arena, "null",
					  i % 2 ? "instrument=BTCUSDT" : "instrument=ETHUSDT", &id,
					  &why),
				 ERR_OK);
	assert_int_equal(host_add(c.host, &c.arena, "null", "instrument=BTCUSDT", &id, &why),
			 ERR_FULL);
	assert_string_equal(why.text, "null: at most 256 strategies");
	assert_int_equal(tick(&c, 0), 128);
	assert_int_equal(tick(&c, 1), 128);
	assert_int_equal(c.counters[HOST_CNT_calls], 256);
	core_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_256_strategies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
