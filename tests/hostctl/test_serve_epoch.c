/* The daemon follows epochs: the first changes nothing, each other is read once, a bad one is left. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/serve_epoch.h"
#include "tests/appliance/config_least.h"
#include "tests/hostctl/fake_instance.h"

static void test_follows(void **state)
{
	struct fake_instance f;
	struct serve_epoch e = { 0 };
	(void)state;
	assert_false(serve_epoch_look(&e, "nobody-here"));
	fake_open(&f);
	assert_false(serve_epoch_look(&e, f.name)); /* it says none yet */
	fake_epoch(&f, CONFIG_LEAST "telemetry: { interval_ms: 700 }\n");
	assert_false(serve_epoch_look(&e, f.name)); /* the first: its own file holds */
	assert_null(e.config);
	fake_epoch(&f, CONFIG_LEAST "telemetry: { interval_ms: 500 }\n");
	assert_true(serve_epoch_look(&e, f.name));
	assert_int_equal(e.config->telemetry.interval_ms, 500);
	assert_false(serve_epoch_look(&e, f.name));
	fake_epoch(&f, "nonsense\n");
	assert_false(serve_epoch_look(&e, f.name));
	assert_int_equal(e.config->telemetry.interval_ms, 500);
	fake_epoch(&f, CONFIG_LEAST "telemetry: { alerts: { denies: 3 } }\n");
	assert_true(serve_epoch_look(&e, f.name));
	assert_int_equal(e.config->telemetry.alert_denies, 3);
	assert_int_equal(e.number, 4);
	serve_epoch_free(&e);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_follows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
