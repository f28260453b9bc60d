/* Alerts: each rule by a sample that breaks it, hysteresis in virtual time, and both ways by which they are told. */
#include "tests/cmocka_all.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/alert.h"
#include "hostctl/alert_hook.h"
#include "hostctl/redis.h"
#include "tests/hostctl/fake_http.h"
#include "tests/hostctl/real_redis.h"

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
static i64 quantity, realised;

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
	metric_decimals(put(s, METRIC_position_realised, realised, "symbol", "BTCUSDT"), 8);
	metric_decimals(put(s, METRIC_position_unrealised, 0, "symbol", "BTCUSDT"), 8);
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
	snprintf(c->risk.max_loss, sizeof c->risk.max_loss, "25");
	c->telemetry = (struct config_telemetry){
		.alert_hold_ms = 2000,	   .alert_clear_ms = 5000,	.alert_disconnected = 1,
		.alert_stale_book = 1,	   .alert_drops = 1,		.alert_latency_us = 50,
		.alert_position_percent = 90, .alert_loss_percent = 80, .alert_denies = 10,
		.alert_clock_offset_ms = 500,
	};
	alerts_init(&a, c);
	drops = denies = clock_us = 0;
	quantity = realised = 0;
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
static void break_loss(void)
{
	set("position", "realised", "BTCUSDT", -2100000000);
	set("position", "unrealised", "BTCUSDT", 100000000);
}
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
	{ break_loss, "loss", "a: 80, threshold 80" },
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

/* One second of what alerts are made of. */
static u32 second(u32 at_s, void (*break_it)(void))
{
	healthy(before, (at_s - 1) * NS_PER_S);
	healthy(now, at_s * NS_PER_S);
	if (break_it)
		break_it();
	return alerts_turn(&a, now, before, out);
}

static struct alert told[2 * ARRAY_LEN(broken)];
static u32 n_told;

/* Each rule is broken until its alert is raised, then kept until that is cleared. */
static void tell_all(struct alert_hook *hook, struct redis *redis)
{
	u32 at_s = 1000;
	for (u32 i = 0; i < ARRAY_LEN(broken); i++)
		for (u32 raised = 0; raised < 2; raised++) {
			u32 n = 0, took_s = 0;
			for (; !n && took_s < 20; took_s++)
				n = second(at_s++, raised ? NULL : broken[i].break_it);
			assert_int_equal(n, 1);
			assert_int_equal(took_s, raised ? 6 : 3); /* 5 s and 2 s after the first such sample */
			hook_alert(hook, &out[0]);
			redis_alert(redis, &out[0]);
			told[n_told++] = out[0];
		}
}

static struct real_server server;
static struct fake_http *http;

static bool all_arrived(void *user)
{
	(void)user;
	return fake_http_count(http) == n_told && redis_number(&server, "XLEN saker:{a}:risk") == n_told;
}

static void assert_posted(const struct fake_request *r, const struct alert *want)
{
	json_t *j = json_loadb((const char *)r->body, r->n, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(j, "alert")), want->name);
	assert_string_equal(json_string_value(json_object_get(j, "state")), want->raised ? "raised" : "cleared");
	assert_string_equal(json_string_value(json_object_get(j, "text")), want->text);
	json_decref(j);
}

static void assert_added(const redisReply *entry, const struct alert *want)
{
	const redisReply *f = entry->element[1];
	assert_string_equal(f->element[1]->str, want->name);
	assert_string_equal(f->element[3]->str, want->raised ? "raised" : "cleared");
	assert_string_equal(f->element[5]->str, want->text);
}

static void test_each_is_raised_and_cleared_by_both_ways(void **state)
{
	struct alert_hook *hook;
	struct redis *redis;
	char url[64], why[REDIS_WHY_MAX];
	(void)state;
	struct config *to = calloc(1, sizeof *to);
	redis_server_start(&server, NULL);
	redis_server_config(&server, to);
	http = calloc(1, sizeof *http);
	fake_http_open(http);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", http->port);
	assert_int_equal(hook_open(&hook, url, 1), ERR_OK);
	assert_int_equal(redis_open(&redis, to, "a", why), ERR_OK);
	tell_all(hook, redis);
	wait_until(all_arrived, NULL, "all alerts by webhook and by Redis");
	hook_close(hook);
	redis_close(redis);
	redisReply *r = redis_say(&server, "XRANGE saker:{a}:risk - +");
	for (u32 i = 0; i < n_told; i++) {
		assert_posted(&http->request[i], &told[i]);
		assert_added(r->element[i], &told[i]);
	}
	freeReplyObject(r);
	fake_http_close(http);
	free(http);
	free(to);
	real_stop(&server);
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
		CASE(test_each_is_raised_and_cleared_by_both_ways),
		CASE(test_rates_need_two_samples_of_one_run),
		CASE(test_what_the_sample_says_of_them),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
