/* Metrics: regions to names and labels, the set's bounds, and a whole sample of an instance. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/trade_core.h"
#include "hostctl/metric_sample.h"
#include "tests/hostctl/fake_instance.h"

static struct metric_set *s;

static int setup(void **state)
{
	(void)state;
	s = calloc(1, sizeof *s);
	return !s;
}

static int teardown(void **state)
{
	(void)state;
	free(s);
	return 0;
}

static const struct {
	const char *region, *group, *core, *session;
} regions[] = {
	{ "app", "app", NULL, NULL },
	{ "md.tcp", "tcp", "md", NULL },
	{ "trade.standby.ws", "ws", "trade", "standby" },
};

static const char *label_of(const struct metric *m, const char *key)
{
	for (u32 i = 0; i < m->n_labels; i++)
		if (!strcmp(m->label[i].key, key))
			return m->label[i].value;
	return NULL;
}

static void assert_label(const struct metric *m, const char *key, const char *value)
{
	const char *got = label_of(m, key);
	if (value)
		assert_string_equal(got ? got : "(none)", value);
	else
		assert_null(got);
}

static void test_regions_become_groups_and_labels(void **state)
{
	static const struct counter_text text[] = {
		{ "rx", "frames" }, { "offset_us", "gauge: how far, microseconds" }
	};
	static const u64 words[] = { 7, UINT64_MAX };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(regions); i++) {
		metric_reset(s, "a", 1);
		metric_add_counters(s, regions[i].region, words, text, 2);
		assert_int_equal(s->n, 2);
		const struct metric *m = metric_find(s, regions[i].group, "rx", NULL);
		assert_non_null(m);
		assert_int_equal(m->value, 7);
		assert_int_equal(m->kind, METRIC_COUNTER);
		assert_label(m, "core", regions[i].core);
		assert_label(m, "session", regions[i].session);
		m = metric_find(s, regions[i].group, "offset_us", NULL);
		assert_int_equal(m->kind, METRIC_GAUGE);
		assert_string_equal(m->help, "how far, microseconds");
		assert_int_equal(m->value, INT64_MAX);
	}
}

static void test_a_full_set_counts_what_it_drops(void **state)
{
	(void)state;
	metric_reset(s, "a", 1);
	for (u32 i = 0; i < METRICS_MAX + 3; i++)
		metric_label(metric_add(s, METRIC_link_open, i), "session", "md");
	assert_int_equal(s->n, METRICS_MAX);
	assert_int_equal(s->dropped, 3);
}

static void test_units(void **state)
{
	(void)state;
	assert_int_equal(metric_time_decimals("rtt_ns"), 9);
	assert_int_equal(metric_time_decimals("clock_offset_us"), 6);
	assert_int_equal(metric_time_decimals("window_ms"), 3);
	assert_int_equal(metric_time_decimals("columns"), 0);
	assert_int_equal(metric_time_decimals("ns"), 0);
}

static i64 value_of(const char *group, const char *name, const char *label)
{
	const struct metric *m = metric_find(s, group, name, label);
	if (!m)
		fail_msg("no metric %s.%s", group, name);
	return m->value;
}

static void fill(struct fake_instance *f)
{
	struct position_row p = { .instrument = 0, .qty = -12000, .realised = -5, .fills = 3 };
	fake_healthy(f);
	counter_add(&f->md_port[0], 41);
	hist_add(f->t2t, 900);
	hist_add(f->t2t, 1100);
	p.fee[0].amount = 25;
	snprintf(p.fee[0].asset, sizeof p.fee[0].asset, "BNB");
	fake_position(f, &p);
}

static void test_a_sample_of_an_instance(void **state)
{
	struct fake_instance f;
	(void)state;
	fake_open(&f);
	fill(&f);
	metric_sample(s, f.name, 77);
	assert_int_equal(s->wall_ns, 77);
	assert_int_equal(s->dropped, 0);
	assert_int_equal(value_of("appliance", "up", NULL), 1);
	assert_int_equal(value_of("appliance", "live", NULL), 1);
	assert_int_equal(value_of("loop", "turns", "trade"), 1);
	assert_int_equal(value_of("link", "open", "standby"), 1);
	assert_int_equal(value_of("link", "rtt_ns", "md"), 250000);
	assert_int_equal(value_of("market", "bid", "BTCUSDT"), 6183763);
	assert_int_equal(metric_find(s, "market", "bid", "BTCUSDT")->decimals, 2);
	assert_int_equal(value_of("market", "valid", "BTCUSDT"), 1);
	assert_int_equal(value_of("trading", "armed", NULL), 1);
	assert_int_equal(value_of("position", "quantity", "BTCUSDT"), -12000);
	assert_int_equal(metric_find(s, "position", "quantity", "BTCUSDT")->decimals, 5);
	assert_int_equal(metric_find(s, "position", "quantity", "PEPEUSDT")->value, 0);
	assert_int_equal(value_of("position", "fees", "BTCUSDT"), 25);
	assert_label(metric_find(s, "position", "fees", NULL), "asset", "BNB");
	assert_int_equal(value_of("port", "rx_frames", "md"), 41);
	assert_int_equal(s->n_hists, 2);
	assert_string_equal(s->hist[0].stage, "t2t");
	assert_int_equal(s->hist[0].h.n, 2);
	fake_close(&f);
}

static void test_no_instance_and_its_restart(void **state)
{
	struct fake_instance f;
	(void)state;
	metric_sample(s, "no-such-instance", 1);
	assert_int_equal(s->n, 1);
	assert_int_equal(value_of("appliance", "up", NULL), 0);
	for (int start = 0; start < 2; start++) {
		fake_open(&f);
		fill(&f);
		metric_sample(s, f.name, 2);
		assert_int_equal(value_of("appliance", "up", NULL), 1);
		segment_close(&f.seg);
		metric_sample(s, f.name, 3);
		assert_int_equal(value_of("appliance", "up", NULL), 0);
		assert_int_equal(value_of("market", "valid", "BTCUSDT"), 0);
		assert_int_equal(value_of("link", "open", "md"), 0);
		arena_close(&f.arena);
		segment_unlink(&f.seg);
	}
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_regions_become_groups_and_labels),
		CASE(test_a_full_set_counts_what_it_drops),
		CASE(test_units),
		CASE(test_a_sample_of_an_instance),
		CASE(test_no_instance_and_its_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
