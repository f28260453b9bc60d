/* Alerts: each rule by a sample that breaks it, and hysteresis in virtual time. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/alert.h"

static struct config *c;
static struct metric_set *now, *before;
static struct alerts a;
static struct alert out[ALERT_RULES];

static struct metric *put(struct metric_set *s, enum metric_id id, i64 v, const char *key, const char *label)
{
	struct metric *m = metric_add(s, id, v);
	if (key)
		metric_label(m, key, label);
	return m;
}

static void counter(struct metric_set *s, const char *region, const char *name, u64 value)
{
	struct counter_text text = { .help = "x" };
	snprintf(text.name, sizeof text.name, "%s", name);
	metric_add_counters(s, region, &value, &text, 1);
}

static u64 drops, denies, clock_us;
static i64 quantity;

/* Always of one shape. */
static void healthy(struct metric_set *s, ns_t at_ns)
{
	metric_reset(s, "a", at_ns);
	put(s, METRIC_appliance_up, 1, NULL, NULL);
	put(s, METRIC_appliance_live, 1, NULL, NULL);
	put(s, METRIC_appliance_kill_level, 0, NULL, NULL);
	put(s, METRIC_link_open, 1, "session", "md");
	put(s, METRIC_link_open, 1, "session", "order");
	put(s, METRIC_link_open, 1, "session", "standby");
	put(s, METRIC_market_valid, 1, "symbol", "BTCUSDT");
	put(s, METRIC_trading_latched, 0, NULL, NULL);
	metric_decimals(put(s, METRIC_position_quantity, quantity, "symbol", "BTCUSDT"), 5);
	counter(s, "md.port", "dev_rx_missed", drops);
	counter(s, "md.port", "rx_frames", 1000 * at_ns / NS_PER_S);
	counter(s, "trade.core", "orders_denied", denies);
	counter(s, "app", "clock_offset_us", clock_us);
	s->n_hists = 1;
	s->hist[0] = (struct metric_hist){ .stage = "t2t" };
}

static int setup(void **state)
{
	(void)state;
	c = calloc(1, sizeof *c);
	now = calloc(1, sizeof *now);
	before = calloc(1, sizeof *before);
	snprintf(c->risk.max_position, sizeof c->risk.max_position, "0.03");
	c->telemetry = (struct config_telemetry){
		.alert_hold_ms = 2000,	   .alert_clear_ms = 5000,	.alert_disconnected = 1,
		.alert_stale_book = 1,	   .alert_drops = 1,		.alert_latency_us = 50,
		.alert_position_percent = 90, .alert_denies = 10,	.alert_clock_offset_ms = 500,
	};
	alerts_init(&a, c);
	drops = denies = clock_us = 0;
	quantity = 0;
	healthy(before, 100 * NS_PER_S);
	healthy(now, 101 * NS_PER_S);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(c);
	free(now);
	free(before);
	return 0;
}

static void set(const char *group, const char *name, const char *label, i64 value)
{
	((struct metric *)metric_find(now, group, name, label))->value = value;
}

static void break_up(void) { set("appliance", "up", NULL, 0); }
static void break_link(void) { set("link", "open", "standby", 0); }
static void break_book(void) { set("market", "valid", NULL, 0); }
static void break_drops(void) { set("port", "dev_rx_missed", NULL, 1); }
static void break_latency(void)
{
	for (int i = 0; i < 100; i++)
		hist_add(&now->hist[0].h, 60000);
}
static void break_position(void) { set("position", "quantity", NULL, -2700); }
static void break_denies(void) { set("core", "orders_denied", NULL, 10); }
static void break_clock(void) { set("app", "clock_offset_us", NULL, 500000); }
static void break_kill(void) { set("appliance", "kill_level", NULL, 1); }
static void break_latch(void) { set("trading", "latched", NULL, 12); }

static const struct {
	void (*break_it)(void);
	const char *alert, *text;
} broken[] = {
	{ break_up, "disconnected", "a: 1, threshold 1" },
	{ break_link, "disconnected", "down" },
	{ break_book, "stale_book", "not valid" },
	{ break_drops, "drops", "a: 1, threshold 1" },
	{ break_latency, "latency", "threshold 50" },
	{ break_position, "position", "a: 90, threshold 90" },
	{ break_denies, "denies", "a: 10, threshold 10" },
	{ break_clock, "clock_offset", "a: 500, threshold 500" },
	{ break_kill, "kill_raised", "kill word" },
	{ break_latch, "risk_latched", "stopped trading" },
};

static void test_each_rule(void **state)
{
	c->telemetry.alert_hold_ms = 0;
	for (u32 i = 0; i < ARRAY_LEN(broken); i++) {
		healthy(now, 101 * NS_PER_S);
		alerts_init(&a, c);
		assert_int_equal(alerts_turn(&a, now, before, out), 0);
		broken[i].break_it();
		u32 n = alerts_turn(&a, now, before, out);
		if (n != 1 || strcmp(out[0].name, broken[i].alert) || !strstr(out[0].text, broken[i].text))
			fail_msg("%s: %u, %s: %s", broken[i].alert, n, out[0].name, out[0].text);
		assert_true(out[0].raised);
	}
	(void)state;
}

static void test_a_threshold_of_0_is_off(void **state)
{
	(void)state;
	c->telemetry = (struct config_telemetry){ 0 };
	for (u32 i = 0; i < ARRAY_LEN(broken); i++)
		broken[i].break_it();
	/* the kill word and a latch are always told; nothing else is left of a stopped appliance */
	assert_int_equal(alerts_turn(&a, now, before, out), 2);
}

/* One sample a second: what the clock offset is, and what is told of it. */
static const struct {
	u64 offset_ms;
	int told; /* 1: raised, -1: cleared */
	const char *remark;
} seconds[] = {
	{ 600, 0, "broken for 0 s" },
	{ 600, 0, "1 s" },
	{ 499, 0, "a break: begin anew" },
	{ 600, 0, "0 s" },
	{ 600, 0, "1 s" },
	{ 600, 1, "2 s: raised" },
	{ 600, 0, "once" },
	{ 480, 0, "below the threshold, but not a tenth below" },
	{ 450, 0, "kept for 0 s" },
	{ 450, 0, "1 s" },
	{ 470, 0, "not any more" },
	{ 400, 0, "0 s" },
	{ 400, 0, "1 s" },
	{ 400, 0, "2 s" },
	{ 400, 0, "3 s" },
	{ 400, 0, "4 s" },
	{ 400, -1, "5 s: cleared" },
	{ 400, 0, "once" },
};

static void test_hysteresis(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(seconds); i++) {
		clock_us = seconds[i].offset_ms * 1000;
		healthy(now, (200 + i) * NS_PER_S);
		u32 n = alerts_turn(&a, now, before, out);
		if (n != (seconds[i].told != 0) || (n && out[0].raised != (seconds[i].told > 0)))
			fail_msg("second %u: %s", i, seconds[i].remark);
		struct metric_set *t = before;
		before = now;
		now = t;
	}
}

static void test_rates_need_two_samples_of_one_run(void **state)
{
	(void)state;
	c->telemetry.alert_hold_ms = 0;
	denies = drops = 1000;
	healthy(now, 101 * NS_PER_S);
	metric_reset(before, "a", 0); /* none yet */
	assert_int_equal(alerts_turn(&a, now, before, out), 0);
	healthy(before, 100 * NS_PER_S);
	denies = drops = 5; /* a new start: the counters begin at 0 again */
	healthy(now, 101 * NS_PER_S);
	assert_int_equal(alerts_turn(&a, now, before, out), 0);
}

static void test_what_the_sample_says_of_them(void **state)
{
	(void)state;
	c->telemetry.alert_hold_ms = 0;
	break_kill();
	assert_int_equal(alerts_turn(&a, now, before, out), 1);
	alerts_sample(&a, now);
	assert_int_equal(metric_find(now, "alert", "raised", "kill_raised")->value, 1);
	assert_int_equal(metric_find(now, "alert", "raised", "drops")->value, 0);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_each_rule),
		CASE(test_a_threshold_of_0_is_off),
		CASE(test_hysteresis),
		CASE(test_rates_need_two_samples_of_one_run),
		CASE(test_what_the_sample_says_of_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
