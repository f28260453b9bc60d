/* tune_plan.c - what this machine needs. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cpus.h"
#include "tuning/finding.h"
#include "tuning/tune.h"

#define CPU "/sys/devices/system/cpu"
#define SLEEP_MAX_US 2
#define STATES_MAX 16
#define HUGE_KB 2048

/* What a plan is made with: files that gather several settings grow as those are found. */
struct making {
	struct tune_plan *plan;
	const struct patient *p;
	cpu_set_t others; /* online, and not hot */
	char sysctl[TUNE_TEXT], tmpfiles[TUNE_TEXT * 8];
	bool no_memory;
};

static const struct setting {
	const char *check, *key, *value;
} sysctls[] = {
	{ "kernel.nmi_watchdog", "kernel/nmi_watchdog", "0" },
	{ "kernel.stat_interval", "vm/stat_interval", "10" },
	{ "kernel.numa_balancing", "kernel/numa_balancing", "0" },
	{ "kernel.rt_throttling", "kernel/sched_rt_runtime_us", "-1" },
	{ "kernel.timer_migration", "kernel/timer_migration", "1" },
	{ "memory.compaction", "vm/compaction_proactiveness", "0" },
};

/* Whether a file that holds `now` says `text`, which ends in a newline. Of a choice the word in brackets counts. */
static bool says(const char *now, const char *text)
{
	size_t n = strlen(text) - 1;
	const char *open = text[0] == '#' ? NULL : strchr(now, '[');
	if (open)
		return !strncmp(open + 1, text, n) && open[1 + n] == ']';
	return strlen(now) == n && !memcmp(now, text, n);
}

static void add(struct making *m, enum tune_kind kind, const char *check, const char *path, const char *text)
{
	char now[TUNE_TEXT * 8];
	struct tune_plan *plan = m->plan;
	if (plan->n == TUNE_CHANGES) {
		plan->full = true;
		return;
	}
	struct tune_change *c = &plan->change[plan->n];
	*c = (struct tune_change){ .kind = kind, .check = check, .text = strdup(text) };
	if (!c->text) {
		m->no_memory = true;
		return;
	}
	snprintf(c->path, sizeof c->path, "%s", path);
	host_read(&m->p->host, now, sizeof now, "%s", path);
	c->due = !says(now, text);
	plan->n_due += c->due;
	plan->n++;
}

static void grow(char *text, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);
static void grow(char *text, size_t size, const char *format, ...)
{
	size_t n = strlen(text);
	va_list ap;
	va_start(ap, format);
	vsnprintf(text + n, size - n, format, ap);
	va_end(ap);
}

/* A file of the kernel that is there: written now, and again at each start. */
static void set(struct making *m, const char *check, const char *path, const char *value)
{
	char text[TUNE_TEXT];
	if (!host_exists(&m->p->host, "%s", path))
		return;
	snprintf(text, sizeof text, "%s\n", value);
	add(m, TUNE_NOW, check, path, text);
	grow(m->tmpfiles, sizeof m->tmpfiles, "w %s - - - - %s\n", path, value);
}

/* As the kernel prints a mask: groups of eight digits for all the processors it knows. */
static void print_mask(const struct host *h, const char *path, const cpu_set_t *cpus, char *out, size_t n)
{
	char now[TUNE_TEXT];
	size_t digits = 0;
	host_read(h, now, sizeof now, "%s", path);
	for (const char *p = now; *p; p++)
		digits += *p != ',';
	out[0] = 0;
	for (size_t i = digits; i > 0; i--) {
		u32 v = 0;
		for (u32 k = 0; k < 4; k++)
			v |= (CPU_ISSET((i - 1) * 4 + k, cpus) ? 1u : 0u) << k;
		grow(out, n, "%x%s", v, i > 1 && (i - 1) % 8 == 0 ? "," : "");
	}
}

/* ---- subjects ---- */

static void use_sysctls(struct making *m)
{
	char path[TUNE_PATH], text[64];
	for (u32 i = 0; i < ARRAY_LEN(sysctls); i++) {
		const struct setting *s = &sysctls[i];
		snprintf(path, sizeof path, "/proc/sys/%s", s->key);
		if (!host_exists(&m->p->host, "%s", path))
			continue;
		snprintf(text, sizeof text, "%s\n", s->value);
		add(m, TUNE_NOW, s->check, path, text);
		grow(m->sysctl, sizeof m->sysctl, "%s = %s\n", s->key, s->value);
	}
}

static void use_watchdog(struct making *m)
{
	char list[CPUS_TEXT], text[CPUS_TEXT + 1];
	if (!host_exists(&m->p->host, "/proc/sys/kernel/watchdog_cpumask"))
		return;
	snprintf(text, sizeof text, "%s\n", cpus_print(list, &m->others));
	add(m, TUNE_NOW, "kernel.soft_watchdog", "/proc/sys/kernel/watchdog_cpumask", text);
	grow(m->sysctl, sizeof m->sysctl, "kernel/watchdog_cpumask = %s\n", list);
}

static void use_memory(struct making *m)
{
	char path[TUNE_PATH], value[32];
	i64 have;
	set(m, "memory.transparent_huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled", "never");
	set(m, "memory.same_page_merging", "/sys/kernel/mm/ksm/run", "0");
	i64 pages = (i64)m->p->huge_mb * 1024 / HUGE_KB;
	for (u32 i = 0; i < m->p->n_ports; i++) {
		i64 node = finding_node(m->p, i);
		bool again = i > 0 && node == finding_node(m->p, 0);
		snprintf(path, sizeof path, "/sys/devices/system/node/node%lld/hugepages/hugepages-%dkB/nr_hugepages",
			 (long long)node, HUGE_KB);
		if (!pages || again || !host_number(&m->p->host, &have, "%s", path))
			continue;
		snprintf(value, sizeof value, "%lld", (long long)(have > pages ? have : pages));
		set(m, "memory.huge_pages", path, value);
	}
}

static void use_power_of(struct making *m, u32 cpu)
{
	char path[TUNE_PATH], value[64];
	i64 latency_us;
	snprintf(path, sizeof path, CPU "/cpu%u/cpufreq/scaling_governor", cpu);
	set(m, "power.governor", path, "performance");
	if (host_read(&m->p->host, value, sizeof value, CPU "/cpu%u/cpufreq/scaling_max_freq", cpu)) {
		snprintf(path, sizeof path, CPU "/cpu%u/cpufreq/scaling_min_freq", cpu);
		set(m, "power.least_frequency", path, value);
	}
	for (u32 i = 0; i < STATES_MAX; i++) {
		if (!host_number(&m->p->host, &latency_us, CPU "/cpu%u/cpuidle/state%u/latency", cpu, i))
			break;
		snprintf(path, sizeof path, CPU "/cpu%u/cpuidle/state%u/disable", cpu, i);
		if (latency_us > SLEEP_MAX_US)
			set(m, "power.sleep_states", path, "1");
	}
}

static void use_mask(struct making *m, const char *check, const char *path)
{
	char mask[TUNE_TEXT];
	print_mask(&m->p->host, path, &m->others, mask, sizeof mask);
	if (mask[0])
		set(m, check, path, mask);
}

/* Those that stand on a hot CPU now; where they go at the next start is irqaffinity='s affair. */
static bool use_irq(void *user, const char *name)
{
	struct making *m = user;
	char path[TUNE_PATH], list[CPUS_TEXT], text[CPUS_TEXT + 1];
	cpu_set_t now;
	if (name[0] < '0' || name[0] > '9' ||
	    !host_cpus(&m->p->host, &now, "/proc/irq/%s/smp_affinity_list", name) || !cpus_meet(&now, &m->p->hot))
		return true;
	snprintf(path, sizeof path, "/proc/irq/%.15s/smp_affinity_list", name);
	snprintf(text, sizeof text, "%s\n", cpus_print(list, &m->others));
	add(m, TUNE_NOW, "irq.affinity", path, text);
	return true;
}

/* Everything systemd starts but Saker's own slice; by the next start at the latest. */
static void use_slices(struct making *m)
{
	static const char *const units[][2] = { { "system.slice", "Slice" }, { "user.slice", "Slice" }, { "init.scope", "Scope" } };
	char list[CPUS_TEXT], path[TUNE_PATH], text[TUNE_TEXT];
	if (!host_exists(&m->p->host, "/run/systemd/system"))
		return;
	for (u32 i = 0; i < ARRAY_LEN(units); i++) {
		snprintf(path, sizeof path, "/etc/systemd/system/%s.d/90-saker.conf", units[i][0]);
		snprintf(text, sizeof text, "# Written by hostctl tune.\n[%s]\nAllowedCPUs=%s\n", units[i][1],
			 cpus_print(list, &m->others));
		add(m, TUNE_KEEP, "cpu.neighbours", path, text);
	}
}

/*
 * A card the kernel drives, too: rings, coalescing, offloads, by systemd.link(5), which udev obeys when
 * it finds the card. The first file that matches is the only one: naming is said as systemd's own says it.
 */
static void use_card(struct making *m, const char *pci)
{
	char path[TUNE_PATH], text[TUNE_TEXT];
	if (!host_exists(&m->p->host, "/sys/bus/pci/devices/%s/net", pci))
		return;
	snprintf(path, sizeof path, "/etc/systemd/network/90-saker-%s.link", pci);
	snprintf(text, sizeof text,
		 "# Written by hostctl tune.\n[Match]\nPath=pci-%s\n[Link]\n"
		 "NamePolicy=keep kernel database onboard slot path\nAlternativeNamesPolicy=database onboard slot path\n"
		 "MACAddressPolicy=persistent\nRxBufferSize=max\nTxBufferSize=max\nUseAdaptiveRxCoalesce=no\n"
		 "UseAdaptiveTxCoalesce=no\nRxMaxCoalescedFrames=1\nGenericReceiveOffload=no\nLargeReceiveOffload=no\n",
		 pci);
	add(m, TUNE_START, "nic.rings", path, text);
}

static void use_boot(struct making *m)
{
	char hot[CPUS_TEXT], others[CPUS_TEXT], text[TUNE_TEXT];
	cpus_print(hot, &m->p->hot);
	cpus_print(others, &m->others);
	snprintf(text, sizeof text,
		 "# Written by hostctl tune. After a change: update-grub, then restart.\n"
		 "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX isolcpus=managed_irq,domain,%s nohz_full=%s rcu_nocbs=%s "
		 "irqaffinity=%s transparent_hugepage=never pcie_aspm.policy=performance intel_iommu=on iommu=pt\"\n",
		 hot, hot, hot, others);
	add(m, TUNE_START, "", TUNE_BOOT, text);
}

/* What is written now must be said again at the next start. */
static void use_files(struct making *m)
{
	char text[sizeof m->tmpfiles + 128];
	if (m->sysctl[0]) {
		snprintf(text, sizeof text, "# Written by hostctl tune.\n%s", m->sysctl);
		add(m, TUNE_KEEP, "", TUNE_SYSCTL, text);
	}
	if (m->tmpfiles[0]) {
		snprintf(text, sizeof text, "# Written by hostctl tune.\n%s", m->tmpfiles);
		add(m, TUNE_KEEP, "", TUNE_TMPFILES, text);
	}
}

err_t tune_make(struct tune_plan *plan, const struct patient *p)
{
	struct making *m = calloc(1, sizeof *m);
	*plan = (struct tune_plan){ 0 };
	if (!m)
		return ERR_NO_MEMORY;
	m->plan = plan, m->p = p;
	host_cpus(&p->host, &m->others, CPU "/online");
	CPU_XOR(&m->others, &m->others, &p->hot);
	use_sysctls(m);
	use_memory(m);
	if (CPU_COUNT(&p->hot) && CPU_COUNT(&m->others)) {
		use_watchdog(m);
		for (u32 cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &p->hot))
				use_power_of(m, cpu);
		use_mask(m, "irq.workqueues", "/sys/devices/virtual/workqueue/cpumask");
		use_mask(m, "irq.writeback", "/sys/bus/workqueue/devices/writeback/cpumask");
		use_mask(m, "irq.new", "/proc/irq/default_smp_affinity");
		host_list(&p->host, "/proc/irq", use_irq, m);
		use_slices(m);
		use_boot(m);
	}
	for (u32 i = 0; i < p->n_ports; i++)
		if (p->port[i].pci[0])
			use_card(m, p->port[i].pci);
	use_files(m);
	err_t e = m->no_memory ? ERR_NO_MEMORY : ERR_OK;
	free(m);
	return e;
}

void tune_free(struct tune_plan *plan)
{
	for (u32 i = 0; i < plan->n; i++)
		free(plan->change[i].text);
	plan->n = 0;
}
