/* What cyclictest and hwlatdetect print is read as they mean it; what is absent is named. */
#include <stdio.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/tuning/machine.h"
#include "tuning/rt_tests.h"

/* Recorded: cyclictest 2.40 -q -m -p 95 -t 2 -a 0,1 -D 1 -h 20 -i 200. */
static const char cyclictest[] =
	"# /dev/cpu_dma_latency set to 0us\n# Histogram\n000000 000000\t000000\n000001 000000\t000000\n"
	"000002 000000\t000000\n000003 000000\t000000\n000004 000000\t000000\n000005 000000\t000000\n"
	"000006 000000\t000000\n000007 000000\t000000\n000008 000003\t000000\n000009 000005\t000000\n"
	"000010 000007\t000000\n000011 000013\t000000\n000012 000018\t000000\n000013 000036\t000170\n"
	"000014 001079\t001315\n000015 001410\t001945\n000016 000622\t000523\n000017 000281\t000143\n"
	"000018 000267\t000082\n000019 000289\t000052\n# Total: 000004030 000004230\n# Min Latencies: 00008 00013\n"
	"# Avg Latencies: 00019 00017\n# Max Latencies: 03449 03477\n# Histogram Overflows: 00927 00232\n"
	"# Histogram Overflow at cycle number:\n# Thread 0: 00001 00039 # 00925 others\n";

/* Made after what hwlatdetect 2.4 prints: no machine of ours has the tracer. */
#define HWLAT(found) \
	"hwlatdetect:  test duration 3 seconds\n   detector: tracer\n   parameters:\n        CPU list:          2,3\n" \
	"        Latency threshold: 1us\n        Sample window:     1000000us\n        Sample width:      500000us\n" \
	"     Non-sampling period:  500000us\n        Output File:       None\n\nStarting test\ntest finished\n" found
#define GAPS HWLAT("Max Latency: 17us\nSamples recorded: 2\nSamples exceeding threshold: 2\n" \
		   "ts: 1700000000.107286324, inner:12, outer:17\nts: 1700000001.107286325, inner:3, outer:0")
#define NO_GAPS HWLAT("Max Latency: Below threshold\nSamples recorded: 0\nSamples exceeding threshold: 0")

#define CYCLICTEST_LINE "cyclictest -q -m -p 95 -t 2 -a 2,3 -i 200 -D 3 -h 5000"
#define HWLAT_LINE "hwlatdetect --duration=3s --threshold=1us --hardlimit=1000000000us --cpu-list=2,3"

static void columns_are_threads(void **state)
{
	static const struct rt_latency want[] = {
		{ 4957, 15000, 3449000, 3449000, 3449000, 3449000 }, /* one in five is over */
		{ 4462, 15000, 3477000, 3477000, 3477000, 3477000 },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(want); i++) {
		struct rt_latency l;
		assert_true(rt_cyclictest_parse(cyclictest, i, &l));
		assert_memory_equal(&l, &want[i], sizeof l);
	}
}

static void quantiles_by_rank(void **state)
{
	struct rt_latency l;
	(void)state;
	assert_true(rt_cyclictest_parse("# Histogram\n000003 009899\n000004 000001\n000007 000090\n000009 000009\n"
					"# Max Latencies: 00044\n# Histogram Overflows: 00001\n", 0, &l));
	assert_int_equal(l.samples, 10000);
	assert_true(l.p50_ns == 3000 && l.p99_ns == 4000 && l.p999_ns == 7000 && l.p9999_ns == 9000);
	assert_int_equal(l.worst_ns, 44000);
}

static void what_is_cut_is_refused(void **state)
{
	char text[sizeof cyclictest];
	struct rt_latency l;
	size_t whole = (size_t)(strstr(cyclictest, "00927") - cyclictest);
	(void)state;
	for (size_t n = 0; n <= whole; n++) {
		snprintf(text, sizeof text, "%.*s", (int)n, cyclictest);
		assert_false(rt_cyclictest_parse(text, 0, &l));
	}
	assert_false(rt_cyclictest_parse(cyclictest, 2, &l));
	assert_false(rt_cyclictest_parse("# Histogram\n000000 000000\n# Max Latencies: 00000\n"
					 "# Histogram Overflows: 00000\n", 0, &l));
	assert_false(rt_hwlatdetect_parse("", &l));
	assert_false(rt_hwlatdetect_parse("Samples recorded: 2\n", &l));
	assert_false(rt_hwlatdetect_parse("Max Latency: 17us\n", &l));
}

static void gaps_or_none(void **state)
{
	struct rt_latency l;
	(void)state;
	assert_true(rt_hwlatdetect_parse(GAPS, &l));
	assert_true(l.samples == 2 && l.worst_ns == 17000 && l.p50_ns == 0);
	assert_true(rt_hwlatdetect_parse(NO_GAPS, &l));
	assert_true(l.samples == 0 && l.worst_ns == 0);
}

static void what_is_absent_is_named(void **state)
{
	struct rt_latency l[2];
	struct machine m;
	(void)state;
	machine_make(&m, NULL, 0);
	struct host h = { m.root };
	assert_non_null(strstr(rt_cyclictest(&h, "2,3", 2, 3, l), "absent: cyclictest"));
	assert_non_null(strstr(rt_hwlatdetect(&h, "2,3", 3, l), "absent: hwlatdetect"));
	machine_put(&m, "/commands/command -v cyclictest", "/usr/bin/cyclictest\n");
	machine_put(&m, "/commands/command -v hwlatdetect", "/usr/sbin/hwlatdetect\n");
	assert_non_null(strstr(rt_cyclictest(&h, "2,3", 2, 3, l), "cyclictest failed"));
	assert_non_null(strstr(rt_hwlatdetect(&h, "2,3", 3, l), "hwlat tracer"));
	machine_put(&m, "/sys/kernel/tracing/hwlat_detector", NULL);
	assert_string_equal(rt_hwlatdetect(&h, "2,3", 3, l), "hwlatdetect failed");
	machine_put(&m, "/commands/" CYCLICTEST_LINE, cyclictest);
	machine_put(&m, "/commands/" HWLAT_LINE, GAPS);
	assert_null(rt_cyclictest(&h, "2,3", 2, 3, l));
	assert_true(l[0].worst_ns == 3449000 && l[1].worst_ns == 3477000);
	assert_null(rt_hwlatdetect(&h, "2,3", 3, l));
	assert_int_equal(l[0].worst_ns, 17000);
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_threads),
		cmocka_unit_test(quantiles_by_rank),
		cmocka_unit_test(what_is_cut_is_refused),
		cmocka_unit_test(gaps_or_none),
		cmocka_unit_test(what_is_absent_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
