#include "tests/strategy/fake_core.h"

static const struct {
	const char *name, *params;
	err_t err;
	const char *why;
} bad_adds[] = {
	{ "prober", "", ERR_NOT_FOUND, "prober: no such strategy" },
	{ "probe", "", ERR_ARGUMENT,
	  "instrument: must be given: expected text of 1 to 23 characters" },
	{ "probe", "instrument=BTCUSDT depth=10", ERR_ARGUMENT,
	  "depth=10: expected an integer from 1 to 9 (levels)" },
	{ "probe", "instrument=XRPUSDT", ERR_NOT_FOUND,
	  "probe: does not start with these parameters: no such thing" },
	{ "maker", "instrument=BTCUSDT size=1", ERR_ARGUMENT,
	  "max_position: must be given: expected a decimal number from 0.00000001 to 1000000, at "
	  "most 8 decimals (base asset)" },
};

static void test_bad_instances(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	for (size_t i = 0; i < ARRAY_LEN(bad_adds); i++) {
		struct param_error why = { "" };
		u16 id;
		assert_int_equal(
			host_add(c.host, &c.arena, bad_adds[i].name, bad_adds[i].params, &id, &why),
			bad_adds[i].err);
		assert_string_equal(why.text, bad_adds[i].why);
	}
	assert_int_equal(host_count(c.host), 0);
	assert_int_equal(tick(&c, 0), 0); /* one that did not start is not subscribed */
	core_close(&c);
}

static const struct {
	struct strategy_desc d;
	err_t err;
	const char *why;
} bad_descs[] = {
	{ { .abi_major = 2 }, ERR_UNSUPPORTED, "made for strategy ABI 2, this is 1" },
	{ { STRATEGY_ABI, .name = "", .init = probe_init },
	  ERR_SYNTAX,
	  "a strategy's name has 1 to 23 characters" },
	{ { STRATEGY_ABI, .name = "x" }, ERR_SYNTAX, "x: no init" },
	{ { STRATEGY_ABI, .name = "maker", .init = probe_init },
	  ERR_EXISTS,
	  "maker: a strategy of that name is registered already" },
	{ { STRATEGY_ABI, .name = "x", .init = probe_init, .n_params = 1 },
	  ERR_TOO_LONG,
	  "parameter table: at most 32 rows" },
};

static void test_bad_descriptors(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	for (size_t i = 0; i < ARRAY_LEN(bad_descs); i++) {
		struct param_error why = { "" };
		assert_int_equal(host_register(c.host, &bad_descs[i].d, &why), bad_descs[i].err);
		assert_string_equal(why.text, bad_descs[i].why);
	}
	core_close(&c);
}

/* A plug-in of another minor version, or made with other headers than its major promises. */
static void test_other_versions(void **state)
{
	(void)state;
	struct core c;
	struct param_error why;
	struct strategy_desc d = probe_desc;
	core_open(&c);
	d.name = "newer";
	d.abi_minor = STRATEGY_ABI_MINOR + 1;
	assert_int_equal(host_register(c.host, &d, &why), ERR_UNSUPPORTED);
	assert_string_equal(why.text, "made for strategy ABI 1.1, this is 1.0");
	d.abi_minor = STRATEGY_ABI_MINOR;
	d.api_size = sizeof(struct strategy_api) + 8;
	assert_int_equal(host_register(c.host, &d, &why), ERR_UNSUPPORTED);
	assert_non_null(strstr(why.text, "sizes"));
	d.api_size = sizeof(struct strategy_api) - 8; /* uses fewer functions than there are */
	d.event_size--;
	assert_int_equal(host_register(c.host, &d, &why), ERR_UNSUPPORTED);
	assert_non_null(strstr(why.text, "sizes"));
	d.event_size++;
	assert_int_equal(host_register(c.host, &d, &why), ERR_OK);
	core_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_instances),
		cmocka_unit_test(test_bad_descriptors),
		cmocka_unit_test(test_other_versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
