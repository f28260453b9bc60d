/* Line protocol: lines and fields of a set, intervals of histograms, and what tags may hold. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/influx_line.h"

static struct metric_set *now, *before;

static int setup(void **state)
{
	(void)state;
	now = calloc(1, sizeof *now);
	before = calloc(1, sizeof *before);
	return !now || !before;
}

static int teardown(void **state)
{
	(void)state;
	free(now);
	free(before);
	return 0;
}

static char *lines(void)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	influx_lines(now, before, out);
	fclose(out);
	return text;
}

static void test_lines(void **state)
{
	(void)state;
	metric_reset(now, "a b", 1700000000123456789);
	metric_label(metric_add(now, METRIC_link_open, 1), "session", "md");
	metric_label(metric_add(now, METRIC_link_open, 0), "session", "order");
	metric_label(metric_add(now, METRIC_link_rtt_ns, 250001), "session", "md");
	struct metric *m = metric_add(now, METRIC_market_bid, -6183700);
	metric_decimals(m, 2);
	metric_label(m, "symbol", "");
	char *text = lines();
	assert_string_equal(text,
			    "saker_link,appliance=a\\ b,session=md open=1i,rtt_ns=250001i 1700000000123456789\n"
			    "saker_link,appliance=a\\ b,session=order open=0i 1700000000123456789\n"
			    "saker_market,appliance=a\\ b bid=-61837 1700000000123456789\n");
	free(text);
}

static void hist_of(struct metric_set *s, u32 n)
{
	s->n_hists = 1;
	s->hist[0] = (struct metric_hist){ .stage = "t2t" };
	for (u32 i = 0; i < n; i++)
		hist_add(&s->hist[0].h, i < 10 ? 5 : 40);
}

static void test_histograms_are_of_the_interval(void **state)
{
	static const struct {
		u32 before, now;
		const char *line;
	} rows[] = {
		{ 0, 10, "saker_latency,appliance=a,stage=t2t n=10i,count=10i,p50_ns=5i,p90_ns=5i,p99_ns=5i,p999_ns=5i,max_ns=5i 7\n" },
		{ 10, 12, "saker_latency,appliance=a,stage=t2t n=2i,count=12i,p50_ns=40i,p90_ns=40i,p99_ns=40i,p999_ns=40i,max_ns=40i 7\n" },
		{ 12, 12, "saker_latency,appliance=a,stage=t2t n=0i,count=12i 7\n" },
		/* the appliance has started anew */
		{ 12, 3, "saker_latency,appliance=a,stage=t2t n=3i,count=3i,p50_ns=5i,p90_ns=5i,p99_ns=5i,p999_ns=5i,max_ns=5i 7\n" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		metric_reset(now, "a", 7);
		hist_of(before, rows[i].before);
		hist_of(now, rows[i].now);
		char *text = lines();
		assert_string_equal(text, rows[i].line);
		free(text);
	}
}

static void test_tags(void **state)
{
	static const struct {
		const char *value, *tag, *remark;
	} rows[] = {
		{ "plain", "plain", "" },
		{ "a,b=c d", "a\\,b\\=c\\ d", "the three that have an escape" },
		{ "C:\\dir", "C:\\dir", "a backslash is itself before an ordinary character" },
		{ "end\\", "end_", "at the end it would escape what follows" },
		{ "a\\ b", "a_\\ b", "before a blank likewise" },
		{ "a\nb\tc\x7f", "a_b_c_", "lines and control characters" },
		{ "\"q\"", "\"q\"", "quotes mean nothing in a tag" },
		{ "\xe4\xb8\xad", "\xe4\xb8\xad", "UTF-8" },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = NULL;
		size_t n;
		FILE *out = open_memstream(&text, &n);
		influx_tag(rows[i].value, out);
		fclose(out);
		if (strcmp(text, rows[i].tag))
			fail_msg("%s: %s", rows[i].remark, text);
		free(text);
	}
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_lines),
		CASE(test_histograms_are_of_the_interval),
		CASE(test_tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
