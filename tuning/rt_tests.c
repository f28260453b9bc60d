#include "tuning/rt_tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTOGRAM_US 5000 /* what takes longer is counted, and its percentiles are the worst */
#define PERIOD_US 200

/* The number in that column of the line, columns from 0. */
static bool number_at(const char *line, u32 column, u64 *v)
{
	for (u32 i = 0;; i++) {
		char *end;
		line += strspn(line, " \t");
		if (*line < '0' || *line > '9')
			return false;
		*v = strtoull(line, &end, 10);
		line = end;
		if (i == column)
			return true;
	}
}

static bool number_behind(const char *text, const char *key, u32 column, u64 *v)
{
	const char *at = strstr(text, key);
	return at && number_at(at + strlen(key), column, v);
}

/* Adds up the thread's rows, "us count count ..."; stops where `rank` is reached: at `*us`. */
static u64 count_to(const char *row, u32 thread, u64 rank, u64 *us)
{
	u64 n = 0, count;
	while (row && n < rank && number_at(row, 0, us) && number_at(row, thread + 1, &count)) {
		n += count;
		row = strchr(row, '\n');
		row += row != NULL;
	}
	return n;
}

static ns_t quantile(const char *rows, u32 thread, const struct rt_latency *l, u64 per_10k)
{
	u64 us = 0, rank = (l->samples * per_10k + 9999) / 10000;
	return count_to(rows, thread, rank, &us) < rank ? l->worst_ns : us * 1000;
}

bool rt_cyclictest_parse(const char *text, u32 thread, struct rt_latency *l)
{
	static const char head[] = "# Histogram\n";
	u64 over, worst_us, us;
	const char *rows = strstr(text, head);
	memset(l, 0, sizeof *l);
	if (!rows || !number_behind(text, "# Max Latencies:", thread, &worst_us) ||
	    !number_behind(text, "# Histogram Overflows:", thread, &over))
		return false;
	rows += strlen(head);
	l->samples = count_to(rows, thread, UINT64_MAX, &us) + over;
	l->worst_ns = worst_us * 1000;
	l->p50_ns = quantile(rows, thread, l, 5000);
	l->p99_ns = quantile(rows, thread, l, 9900);
	l->p999_ns = quantile(rows, thread, l, 9990);
	l->p9999_ns = quantile(rows, thread, l, 9999);
	return l->samples > 0;
}

bool rt_hwlatdetect_parse(const char *text, struct rt_latency *l)
{
	u64 worst_us = 0;
	memset(l, 0, sizeof *l);
	if (!number_behind(text, "Samples recorded:", 0, &l->samples))
		return false;
	if (!number_behind(text, "Max Latency:", 0, &worst_us) && !strstr(text, "Max Latency: Below threshold"))
		return false;
	l->worst_ns = worst_us * 1000;
	return true;
}

static bool installed(const struct host *h, const char *program)
{
	char line[64], path[256];
	snprintf(line, sizeof line, "command -v %s", program);
	return host_command(h, path, sizeof path, line);
}

const char *rt_cyclictest(const struct host *h, const char *cpus, u32 n, u32 seconds, struct rt_latency *l)
{
	char line[1024];
	size_t room = 65536 + (HISTOGRAM_US + 1) * (16 + 16 * (size_t)n);
	if (!installed(h, "cyclictest"))
		return "absent: cyclictest (package rt-tests)";
	snprintf(line, sizeof line, "cyclictest -q -m -p 95 -t %u -a %s -i %d -D %u -h %d", n, cpus, PERIOD_US, seconds,
		 HISTOGRAM_US);
	char *text = malloc(room);
	if (!text)
		return "no memory";
	bool good = host_command(h, text, room, line);
	for (u32 i = 0; i < n && good; i++)
		good = rt_cyclictest_parse(text, i, &l[i]);
	free(text);
	return good ? NULL : "cyclictest failed: real-time priority needs root";
}

const char *rt_hwlatdetect(const struct host *h, const char *cpus, u32 seconds, struct rt_latency *l)
{
	char line[1024], text[65536];
	if (!installed(h, "hwlatdetect"))
		return "absent: hwlatdetect (package rt-tests)";
	if (!host_exists(h, "/sys/kernel/tracing/hwlat_detector") &&
	    !host_exists(h, "/sys/kernel/debug/tracing/hwlat_detector"))
		return "absent: tracefs' hwlat tracer (CONFIG_HWLAT_TRACER, tracefs mounted, root)";
	/* It fails where a gap is over the hard limit: that is for the reader to judge. */
	snprintf(line, sizeof line, "hwlatdetect --duration=%us --threshold=1us --hardlimit=1000000000us --cpu-list=%s",
		 seconds, cpus);
	if (!host_command(h, text, sizeof text, line) || !rt_hwlatdetect_parse(text, l))
		return "hwlatdetect failed";
	return NULL;
}
