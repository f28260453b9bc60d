/* checks_kernel.c - the kernel: version, watchdogs, schedulers' habits, mitigations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"

#define KERNEL_MAJOR 5
#define KERNEL_MINOR 10

static void version(const struct patient *p, struct finding *f)
{
	char text[64];
	unsigned major, minor;
	finding_want(f, "%d.%d or later", KERNEL_MAJOR, KERNEL_MINOR);
	if (!host_read(&p->host, text, sizeof text, "/proc/sys/kernel/osrelease") ||
	    sscanf(text, "%u.%u", &major, &minor) != 2)
		finding_unknown(f, "/proc/sys/kernel/osrelease");
	else
		finding_say(f, major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR), "%s", text);
}

static void nmi_watchdog(const struct patient *p, struct finding *f)
{
	finding_number(p, f, "/proc/sys/kernel/nmi_watchdog", 0);
}

/* The soft lockup watchdog is a timer on each CPU of its mask. */
static void soft_watchdog(const struct patient *p, struct finding *f)
{
	char list[CPUS_TEXT];
	cpu_set_t set;
	i64 on;
	if (finding_no_hot(p, f))
		return;
	finding_want(f, "off, or not on hot CPUs");
	if (!host_number(&p->host, &on, "/proc/sys/kernel/soft_watchdog"))
		finding_unknown(f, "/proc/sys/kernel/soft_watchdog");
	else if (!on)
		finding_say(f, true, "off");
	else if (!host_cpus(&p->host, &set, "/proc/sys/kernel/watchdog_cpumask"))
		finding_say(f, false, "on");
	else
		finding_say(f, !cpus_meet(&set, &p->hot), "on CPUs %s", cpus_print(list, &set));
}

static void stat_interval(const struct patient *p, struct finding *f)
{
	finding_at_least(p, f, "/proc/sys/vm/stat_interval", 10);
}

static void numa_balancing(const struct patient *p, struct finding *f)
{
	finding_number(p, f, "/proc/sys/kernel/numa_balancing", 0);
}

static void rt_throttling(const struct patient *p, struct finding *f)
{
	finding_number(p, f, "/proc/sys/kernel/sched_rt_runtime_us", -1);
}

static void timer_migration(const struct patient *p, struct finding *f)
{
	finding_number(p, f, "/proc/sys/kernel/timer_migration", 1);
}

struct mitigations {
	const struct patient *p;
	u32 n;
	char first[64];
};

static bool add_mitigation(void *user, const char *name)
{
	struct mitigations *m = user;
	char text[256];
	if (host_read(&m->p->host, text, sizeof text, "/sys/devices/system/cpu/vulnerabilities/%s", name) &&
	    !strncmp(text, "Mitigation", 10) && !m->n++)
		snprintf(m->first, sizeof m->first, "%s", name);
	return true;
}

static void mitigations(const struct patient *p, struct finding *f)
{
	struct mitigations m = { .p = p };
	finding_want(f, "known to the operator");
	host_list(&p->host, "/sys/devices/system/cpu/vulnerabilities", add_mitigation, &m);
	if (m.n)
		finding_say(f, false, "%u in force (%s ...)", m.n, m.first);
	else
		finding_say(f, true, "none in force");
}

static void steal(const struct patient *p, struct finding *f)
{
	char text[256];
	unsigned long long t[8];
	finding_want(f, "none");
	if (!host_read(&p->host, text, sizeof text, "/proc/stat") ||
	    sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", t, t + 1, t + 2, t + 3, t + 4, t + 5, t + 6,
		   t + 7) != 8)
		finding_unknown(f, "/proc/stat");
	else
		finding_say(f, t[7] == 0, "%llu ticks since boot", t[7]);
}

#define NOTE   SEVERITY_NOTE
#define YELLOW SEVERITY_YELLOW
#define RED    SEVERITY_RED

const struct check checks_kernel[] = {
	{ "kernel.version", "isolation, vfio and AF_XDP as used here are sound from this version on",
	  "install a kernel of Debian 12 or later", { YELLOW, YELLOW, RED }, version },
	{ "kernel.nmi_watchdog", "it takes a performance counter and interrupts every CPU each 10 s",
	  "hostctl tune apply, or sysctl kernel.nmi_watchdog=0", { NOTE, NOTE, YELLOW }, nmi_watchdog },
	{ "kernel.soft_watchdog", "its timer wakes the hot CPU every 4 s",
	  "hostctl tune apply, or sysctl kernel.watchdog_cpumask=<other CPUs>", { NOTE, NOTE, YELLOW }, soft_watchdog },
	{ "kernel.stat_interval", "memory statistics are folded on every CPU each interval",
	  "hostctl tune apply, or sysctl vm.stat_interval=10", { NOTE, NOTE, YELLOW }, stat_interval },
	{ "kernel.numa_balancing", "it unmaps pages to see who uses them: page faults on a hot core",
	  "hostctl tune apply, or sysctl kernel.numa_balancing=0", { NOTE, YELLOW, RED }, numa_balancing },
	{ "kernel.rt_throttling", "a real-time thread that polls is stopped for 50 ms of each second",
	  "hostctl tune apply, or sysctl kernel.sched_rt_runtime_us=-1", { NOTE, NOTE, YELLOW }, rt_throttling },
	{ "kernel.timer_migration", "timers otherwise stay on a CPU that is to have none",
	  "hostctl tune apply, or sysctl kernel.timer_migration=1", { NOTE, NOTE, YELLOW }, timer_migration },
	{ "kernel.mitigations", "each costs at entries to the kernel, which hot cores avoid; the choice is the operator's",
	  "on a machine that runs nothing else: boot with mitigations=off, if policy allows", { NOTE, NOTE, NOTE }, mitigations },
	{ "kernel.steal", "the hypervisor gave this machine's time to another: no tuning inside mends that",
	  "use a dedicated host, or an instance whose CPUs are not shared", { NOTE, YELLOW, RED }, steal },
};
const u32 checks_kernel_n = ARRAY_LEN(checks_kernel);
