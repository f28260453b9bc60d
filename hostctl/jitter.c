/* jitter.c - hostctl jitter: what a busy loop on these processors is held up by, and what others find there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cpus.h"
#include "hostctl/verb.h"
#include "tuning/jitter.h"
#include "tuning/rt_tests.h"

#define SECONDS 10 /* where none are asked for */

static const struct column columns[] = {
	{ "cpu", "CPU", SHOW_COUNT },
	{ "ran_ns", "RAN", SHOW_NS },
	{ "turns", "TURNS", SHOW_COUNT },
	{ "p50_ns", "P50", SHOW_NS },
	{ "p99_ns", "P99", SHOW_NS },
	{ "p999_ns", "P99.9", SHOW_NS },
	{ "p9999_ns", "P99.99", SHOW_NS },
	{ "worst_ns", "WORST", SHOW_NS },
	{ "worst_at_ns", "AT", SHOW_NS },
	{ "gaps", "OVER 200 NS", SHOW_COUNT },
	{ "lost_ppm", "LOST PPM", SHOW_COUNT },
	{ "isolated", "ISOLATED", SHOW_FLAG },
	{ "nohz_full", "NOHZ_FULL", SHOW_FLAG },
};

static const struct column interrupt_columns[] = {
	{ "cpu", "CPU", SHOW_COUNT },
	{ "around_worst", "INTERRUPTS AROUND THE WORST GAP", SHOW_TEXT },
	{ "all", "ALL", SHOW_TEXT },
};

static const struct column gap_columns[] = {
	{ "cpu", "CPU", SHOW_COUNT },
	{ "from_ns", "FROM", SHOW_NS },
	{ "to_ns", "TO", SHOW_NS },
	{ "turns", "TURNS", SHOW_COUNT },
	{ "bar", "", SHOW_TEXT }, /* two signs a doubling of the count */
};

static const struct column compare_columns[] = {
	{ "tool", "TOOL", SHOW_TEXT },
	{ "cpus", "CPUS", SHOW_TEXT },
	{ "samples", "SAMPLES", SHOW_COUNT },
	{ "p50_ns", "P50", SHOW_NS },
	{ "p99_ns", "P99", SHOW_NS },
	{ "p999_ns", "P99.9", SHOW_NS },
	{ "p9999_ns", "P99.99", SHOW_NS },
	{ "worst_ns", "WORST", SHOW_NS },
	{ "note", "", SHOW_TEXT },
};

static bool in_list(u32 cpu, const char *path)
{
	const struct host here = { "" };
	cpu_set_t set;
	return host_cpus(&here, &set, "%s", path) && CPU_ISSET(cpu, &set);
}

static void add_core(struct table *t, const struct jitter *j)
{
	static const u32 per_10k[] = { 5000, 9900, 9990, 9999 };
	table_number(t, j->cpu);
	table_number(t, (i64)j->ran_ns);
	table_number(t, (i64)j->turns.n);
	for (u32 i = 0; i < ARRAY_LEN(per_10k); i++)
		table_number(t, (i64)hist_quantile(&j->turns, per_10k[i]));
	table_number(t, (i64)j->worst_ns);
	table_number(t, (i64)j->worst_at_ns);
	table_number(t, (i64)j->gaps);
	table_number(t, j->ran_ns ? (i64)(j->lost_ns * 1000000 / j->ran_ns) : 0);
	table_flag(t, in_list(j->cpu, "/sys/devices/system/cpu/isolated"));
	table_flag(t, in_list(j->cpu, "/sys/devices/system/cpu/nohz_full"));
}

/* One row a power of two, from the least gap on. */
static void add_gaps(struct table *t, const struct jitter *j)
{
	static const char bar[] = "########################################################################";
	u32 i = hist_index(JITTER_GAP_NS);
	for (u64 to = 256; i < HIST_BUCKETS; to *= 2) {
		u64 n = 0;
		for (; i < HIST_BUCKETS && hist_upper(i) < to; i++)
			n += j->turns.bucket[i];
		if (!n)
			continue;
		table_number(t, j->cpu);
		table_number(t, (i64)u64_max(to / 2, JITTER_GAP_NS));
		table_number(t, (i64)to);
		table_number(t, (i64)n);
		u32 bits = 64 - (u32)__builtin_clzll(n);
		table_text(t, bar + sizeof bar - 1 - u32_min(2 * bits, sizeof bar - 1));
	}
}

static void add_all(struct report *r, const struct jitter *j, u32 n)
{
	struct table *t = report_table(r, "cores", columns, ARRAY_LEN(columns));
	for (u32 i = 0; i < n; i++)
		add_core(t, &j[i]);
	t = report_table(r, "gaps", gap_columns, ARRAY_LEN(gap_columns));
	for (u32 i = 0; i < n; i++)
		add_gaps(t, &j[i]);
	t = report_table(r, "interrupts", interrupt_columns, ARRAY_LEN(interrupt_columns));
	for (u32 i = 0; i < n; i++) {
		table_number(t, j[i].cpu);
		table_text(t, j[i].around_worst);
		table_text(t, j[i].all);
	}
}

/* `why`: there are no figures. */
static void add_found(struct table *t, const char *tool, const char *cpus, const struct rt_latency *l, const char *why)
{
	const ns_t p[] = { l->p50_ns, l->p99_ns, l->p999_ns, l->p9999_ns };
	table_text(t, tool);
	table_text(t, cpus);
	why ? table_none(t) : table_number(t, (i64)l->samples);
	for (u32 i = 0; i < ARRAY_LEN(p); i++)
		p[i] ? table_number(t, (i64)p[i]) : table_none(t);
	why ? table_none(t) : table_number(t, (i64)l->worst_ns);
	table_text(t, why ? why : "");
}

static struct rt_latency our_own(const struct jitter *j)
{
	return (struct rt_latency){
		.samples = j->turns.n,
		.p50_ns = hist_quantile(&j->turns, 5000),
		.p99_ns = hist_quantile(&j->turns, 9900),
		.p999_ns = hist_quantile(&j->turns, 9990),
		.p9999_ns = hist_quantile(&j->turns, 9999),
		.worst_ns = j->worst_ns,
	};
}

/* One after the other: each would be a disturbance to the others. */
static void add_others(struct report *r, const struct jitter *j, u32 n, u32 seconds)
{
	const struct host here = { "" };
	struct rt_latency l[JITTER_CORES] = { 0 };
	char all[JITTER_CORES * 8], cpu[JITTER_CORES][8];
	size_t at = 0;
	struct table *t = report_table(r, "compare", compare_columns, ARRAY_LEN(compare_columns));
	for (u32 i = 0; i < n; i++) {
		struct rt_latency ours = our_own(&j[i]);
		snprintf(cpu[i], sizeof cpu[i], "%u", j[i].cpu % CPU_SETSIZE);
		at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", i ? "," : "", cpu[i]);
		add_found(t, "jitter", cpu[i], &ours, NULL);
	}
	const char *why = rt_cyclictest(&here, all, n, seconds, l);
	for (u32 i = 0; i < n && !why; i++)
		add_found(t, "cyclictest", cpu[i], &l[i], NULL);
	if (why)
		add_found(t, "cyclictest", all, &(struct rt_latency){ 0 }, why);
	memset(l, 0, sizeof l);
	why = rt_hwlatdetect(&here, all, seconds, l);
	add_found(t, "hwlatdetect", all, l, why);
}

static u32 choose(struct jitter *j, const cpu_set_t *set)
{
	u32 n = 0;
	for (u32 cpu = 0; cpu < CPU_SETSIZE && n < JITTER_CORES; cpu++)
		if (CPU_ISSET(cpu, set))
			j[n++].cpu = cpu;
	return n;
}

enum exit_code verb_jitter(const struct request *q, const struct view *v, struct report *r)
{
	cpu_set_t set;
	u32 bad = 0;
	(void)v;
	if (!q->cores || cpus_parse(q->cores, &set) != ERR_OK)
		return complain(q, EXIT_USAGE, "expected hostctl jitter --cores LIST, a list of CPUs like 2,4-5");
	struct jitter *j = calloc(JITTER_CORES, sizeof *j);
	u32 n = j ? choose(j, &set) : 0;
	u32 seconds = q->seconds ? q->seconds : SECONDS;
	err_t e = j ? jitter_run(j, n, seconds * NS_PER_S, &bad) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		add_all(r, j, n);
	if (e == ERR_OK && q->compare)
		add_others(r, j, n, seconds);
	free(j);
	if (e == ERR_ARGUMENT)
		return complain(q, EXIT_REFUSED, "CPU %u: this process may not run there (taskset -p, cgroups)", bad);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_REFUSED, "jitter: %s", err_text(e));
}
