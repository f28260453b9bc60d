/* Differences by value, option by option; and what each takes: when it can be in force, whose right it is. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "appliance/config_diff.h"
#include "tests/appliance/config_least.h"

static struct config a, b;
static char text[4096]; /* "path from>to word; " for each */

static void add(void *user, const struct config_change *c)
{
	(void)user;
	size_t n = strlen(text);
	snprintf(text + n, sizeof text - n, "%s%s %s>%s %s", n ? "; " : "", c->path, c->from, c->to,
		 config_change_word(c));
}

static void parse(struct config *c, const char *more)
{
	char all[2048], error[CONFIG_ERROR];
	snprintf(all, sizeof all, "%s%s", CONFIG_LEAST, more);
	if (config_parse(c, "t.yaml", all, strlen(all), error) != ERR_OK)
		fail_msg("%s", error);
}

static void test_changes(void **state)
{
	static const struct {
		const char *from, *to, *changes, *remark;
	} rows[] = {
		{ "", "mode: observe\n", "", "the default, given" },
		{ "", "mode: live\n", "mode observe>live start", "" },
		{ "risk: { max_loss: 10 }\n", "risk: { max_loss: 010.00 }\n", "risk.max_loss 10>010.00 live",
		  "another text, the same worth" },
		{ "risk: { max_loss: 10 }\n", "risk: { max_loss: 10.5 }\n",
		  "risk.max_loss 10>10.5 live, role risk", "more" },
		{ "risk: { max_loss: 10 }\n", "risk: { max_loss: 9.99999999999 }\n",
		  "risk.max_loss 10>9.99999999999 live", "less" },
		{ "risk: { max_loss: 10 }\n", "", "risk.max_loss 10> live, role risk", "no limit any more" },
		{ "", "risk: { max_loss: 10 }\n", "risk.max_loss >10 live", "a limit where there was none" },
		{ "risk: { max_fills: 3 }\n", "risk: { max_fills: 0 }\n", "risk.max_fills 3>0 live, role risk",
		  "0 is none" },
		{ "risk: { max_fills: 0 }\n", "risk: { max_fills: 3 }\n", "risk.max_fills 0>3 live", "" },
		{ "risk: { max_through_ticks: 0 }\n", "risk: { max_through_ticks: 3 }\n",
		  "risk.max_through_ticks 0>3 live, role risk", "0 is the tightest" },
		{ "risk: { duplicate_window_ms: 50 }\n", "risk: { duplicate_window_ms: 9 }\n",
		  "risk.duplicate_window_ms 50>9 live, role risk", "a shorter window refuses less" },
		{ "risk: { duplicate_window_ms: 9 }\n", "risk: { duplicate_window_ms: 50 }\n",
		  "risk.duplicate_window_ms 9>50 live", "" },
		{ "", "safety: { on_stale: hold }\n", "safety.on_stale cancel>hold live, role risk", "" },
		{ "safety: { on_stale: hold }\n", "", "safety.on_stale hold>cancel live", "" },
		{ "", "telemetry: { interval_ms: 500 }\n", "telemetry.interval_ms 1000>500 serve", "" },
		{ "strategies: [{ name: a, type: null }]\n", "strategies: [{ name: a, type: null, enabled: false }]\n",
		  "strategies[a].enabled true>false live", "" },
		{ "strategies: [{ name: a, type: null, params: { x: 1, z: 3 } }]\n",
		  "strategies: [{ name: a, type: maker, params: { x: 2, y: 1 } }]\n",
		  "strategies[a].type null>maker start; strategies[a].params.x 1>2 live; "
		  "strategies[a].params.y >1 live; strategies[a].params.z 3> live",
		  "changed, come, gone" },
		{ "", "strategies: [{ name: a, type: null }]\n", "strategies[a] >null live", "one more, at the end" },
		{ "strategies: [{ name: a, type: null }]\n", "", "strategies[a] null> start", "one less" },
		{ "strategies: [{ name: a, type: null }]\n",
		  "strategies: [{ name: b, type: null }, { name: a, type: null }]\n",
		  "strategies in this order>in another order start; strategies[b] >null live",
		  "not behind the others" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		parse(&a, rows[i].from);
		parse(&b, rows[i].to);
		*text = 0;
		u32 n = config_diff(&a, &b, add, NULL);
		if (strcmp(text, rows[i].changes))
			print_message("row %u: %s\n", i, rows[i].remark);
		assert_string_equal(text, rows[i].changes);
		assert_int_equal(n, config_diff(&a, &b, NULL, NULL));
		assert_int_equal(!n, !*text);
	}
}

static void test_instruments(void **state)
{
	(void)state;
	parse(&a, "");
	parse(&b, "");
	memcpy(b.instrument[1], "SOLUSDT", 8);
	*text = 0;
	assert_int_equal(config_diff(&a, &b, add, NULL), 1);
	assert_string_equal(text, "instruments BTCUSDT, ETHUSDT>BTCUSDT, SOLUSDT start");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_instruments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
