/* jitter.c - hostctl jitter: what a busy loop on these processors is held up by. */
#include <stdlib.h>
#include <string.h>

#include "common/cpus.h"
#include "hostctl/verb.h"
#include "tuning/jitter.h"

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
	err_t e = j ? jitter_run(j, n, (q->seconds ? q->seconds : SECONDS) * NS_PER_S, &bad) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		add_all(r, j, n);
	free(j);
	if (e == ERR_ARGUMENT)
		return complain(q, EXIT_REFUSED, "CPU %u: this process may not run there (taskset -p, cgroups)", bad);
	return e == ERR_OK ? EXIT_DONE : complain(q, EXIT_REFUSED, "jitter: %s", err_text(e));
}
