/*
 * The doctor on constructed machines: a tuned one is green throughout; each check turns by the one
 * thing it looks at, and by nothing else; machines as they come show what they lack.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cmocka_all.h"
#include "tests/tuning/machine.h"

#define CPU    "/sys/devices/system/cpu"
#define CARD_A "/sys/bus/pci/devices/0000:3b:00.0"
#define CHECKS_MAX 80

static enum severity severity_of(const struct patient *p, const char *id, struct finding *f)
{
	for (u32 i = 0; doctor_check(i); i++)
		if (!strcmp(doctor_check(i)->id, id)) {
			doctor_examine(doctor_check(i), p, f);
			return f->severity;
		}
	fail_msg("no check %s", id);
	return SEVERITY_NONE;
}

static void a_tuned_machine_is_green(void **state)
{
	struct machine m;
	struct patient p;
	u32 n = 0;
	(void)state;
	machine_tuned(&m, &p);
	for (const struct check *c; (c = doctor_check(n)); n++) {
		struct finding f;
		doctor_examine(c, &p, &f);
		if (f.severity != SEVERITY_GREEN)
			fail_msg("%s: %s: found %s, wanted %s", c->id, severity_names[f.severity], f.found, f.wanted);
		assert_true(f.found[0] && c->why[0] && c->remedy[0]);
	}
	assert_true(n >= 40 && n <= CHECKS_MAX);
	machine_free(&m);
}

/* One thing on the tuned machine changed: the file, and what it says then. A text of NULL: it is gone. */
static const struct {
	const char *check, *path, *text;
} rows[] = {
	{ "cpu.online", CPU "/online", "0-2,4-7" },
	{ "cpu.isolated", CPU "/isolated", "3" },
	{ "cpu.nohz_full", CPU "/nohz_full", "3" },
	{ "cpu.rcu_nocbs", "/proc/cmdline", "quiet rcu_nocbs=3 -- rcu_nocbs=2-3" },
	{ "cpu.smt", CPU "/cpu3/topology/thread_siblings_list", "3,7" },
	{ "cpu.siblings", CPU "/cpu3/topology/thread_siblings_list", "3,5" },
	{ "cpu.one_node", "/sys/devices/system/node/node1/cpulist", "3" },
	{ "cpu.instructions", "/proc/cpuinfo", "processor: 0\nflags : constant_tsc nonstop_tsc aes pclmulqdq bmi2 vaes vpclmulqdq avx\n" },
	{ "cpu.wide_crypto", "/proc/cpuinfo", "processor: 0\nflags : constant_tsc nonstop_tsc aes pclmulqdq bmi2 avx2\n" },
	{ "cpu.tsc", "/proc/cpuinfo", "processor: 0\nflags : constant_tsc aes pclmulqdq bmi2 avx2 vaes vpclmulqdq\n" },
	{ "power.governor", CPU "/cpu3/cpufreq/scaling_governor", "powersave" },
	{ "power.least_frequency", CPU "/cpu3/cpufreq/scaling_min_freq", "800000" },
	{ "power.turbo", CPU "/intel_pstate/no_turbo", "1" },
	{ "power.sleep_states", CPU "/cpu2/cpuidle/state1/disable", "0" },
	{ "power.energy_preference", CPU "/cpu0/cpufreq/energy_performance_preference", "balance_power" },
	{ "kernel.version", "/proc/sys/kernel/osrelease", "4.19.0-25-amd64" },
	{ "kernel.nmi_watchdog", "/proc/sys/kernel/nmi_watchdog", "1" },
	{ "kernel.soft_watchdog", "/proc/sys/kernel/watchdog_cpumask", "0-7" },
	{ "kernel.stat_interval", "/proc/sys/vm/stat_interval", "1" },
	{ "kernel.numa_balancing", "/proc/sys/kernel/numa_balancing", "1" },
	{ "kernel.rt_throttling", "/proc/sys/kernel/sched_rt_runtime_us", "950000" },
	{ "kernel.timer_migration", "/proc/sys/kernel/timer_migration", "0" },
	{ "kernel.mitigations", CPU "/vulnerabilities/meltdown", "Mitigation: PTI" },
	{ "kernel.steal", "/proc/stat", "cpu  1 2 3 4 5 6 7 1 0 0" },
	{ "irq.affinity", "/proc/irq/24/effective_affinity_list", "3" },
	{ "irq.new", "/proc/irq/default_smp_affinity", "ff" },
	{ "irq.balance", "/proc/900/comm", "irqbalance" },
	{ "irq.workqueues", "/sys/devices/virtual/workqueue/cpumask", "04" },
	{ "irq.writeback", "/sys/bus/workqueue/devices/writeback/cpumask", "00000000,00000008" },
	{ "memory.transparent_huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never" },
	{ "memory.same_page_merging", "/sys/kernel/mm/ksm/run", "1" },
	{ "memory.compaction", "/proc/sys/vm/compaction_proactiveness", "20" },
	{ "memory.swap", "/proc/swaps", "Filename Type\n/swapfile file 1 0 -2" },
	{ "memory.huge_pages", "/sys/devices/system/node/node0/hugepages/hugepages-1048576kB/free_hugepages", "1" },
	{ "memory.hugetlbfs", "/proc/mounts", "proc /proc proc rw 0 0" },
	{ "memory.locked", "/proc/self/limits", "Max locked memory  65536  65536 bytes\nMax open files 65536 1 files" },
	{ "memory.files", "/proc/self/limits", "Max locked memory  unlimited unlimited bytes\nMax open files 1000 1 files" },
	{ "nic.driver", CARD_A "/driver", "-> ../drivers/ice" },
	{ "nic.node", CARD_A "/numa_node", "1" },
	{ "nic.pcie_link", CARD_A "/current_link_width", "4" },
	{ "nic.power", "/sys/module/pcie_aspm/parameters/policy", "[powersave] performance" },
	{ "nic.coalescing", "/commands/ethtool -c ens1f1", "Adaptive RX: on TX: off\nrx-usecs:\t0\n" },
	{ "nic.rings", "/commands/ethtool -g ens1f1", "Pre-set maximums:\nRX:\t\t8192\nCurrent:\nRX:\t\t256\n" },
	{ "nic.offloads", "/commands/ethtool -k ens1f1", "generic-receive-offload: on\nlarge-receive-offload: off\n" },
	{ "nic.firmware", "/commands/ethtool -i ens1f1", "driver: x\nfirmware-version: N/A\n" },
	{ "time.clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet" },
	{ "time.sync", "/proc/700/comm", "cron" },
	{ "time.offset", "/commands/chronyc -c tracking", "A9FEA97B,10.0.0.1,4,1700000000.1,-0.0060,0.0" },
	{ "time.phc_offset", "/commands/phc_ctl /dev/ptp0 cmp", "phc_ctl[1.2]: offset from CLOCK_REALTIME is 1000001ns" },
	{ "cpu.neighbours", "/proc/900/stat", MACHINE_PROCESS(3) },
};

/* These look at a thing another check looks at, too: both may turn. */
static bool akin(const char *a, const char *b)
{
	static const char *const pairs[][2] = {
		{ "cpu.siblings", "cpu.smt" },     { "time.sync", "time.phc" },
		{ "time.sync", "time.offset" }, /* chronyd is asked */
		{ "nic.node", "memory.huge_pages" }, /* where the card is, the pages are wanted */
		{ "cpu.nohz_full", "cpu.rcu_nocbs" },
		{ "cpu.one_node", "nic.node" },
	};
	for (u32 i = 0; i < ARRAY_LEN(pairs); i++)
		if (!strcmp(a, pairs[i][0]) && !strcmp(b, pairs[i][1]))
			return true;
	return false;
}

static void look_at_all(const struct patient *p, enum severity *out)
{
	struct finding f;
	for (u32 i = 0; doctor_check(i); i++) {
		doctor_examine(doctor_check(i), p, &f);
		out[i] = f.severity;
	}
}

static void each_turns_by_what_it_looks_at(void **state)
{
	(void)state;
	for (u32 r = 0; r < ARRAY_LEN(rows); r++) {
		struct machine m;
		struct patient p;
		enum severity before[CHECKS_MAX], after[CHECKS_MAX];
		bool turned = false;
		machine_tuned(&m, &p);
		if (!strcmp(rows[r].check, "cpu.rcu_nocbs"))
			machine_put(&m, CPU "/nohz_full", "\n"); /* which brings rcu_nocbs with it */
		look_at_all(&p, before);
		machine_put(&m, rows[r].path, rows[r].text);
		look_at_all(&p, after);
		for (u32 i = 0; doctor_check(i); i++) {
			const struct check *c = doctor_check(i);
			if (!strcmp(c->id, rows[r].check)) {
				turned = true;
				if (after[i] != c->bad[PROFILE_COLOCATED])
					fail_msg("%s did not turn: %s", c->id, severity_names[after[i]]);
			} else if (after[i] != before[i] && !akin(rows[r].check, c->id)) {
				fail_msg("%s turned %s because of %s", c->id, severity_names[after[i]], rows[r].path);
			}
		}
		assert_true(turned);
		machine_free(&m);
	}
}

static void hot_on_cpu_0(struct machine *m, struct patient *p) { (void)m, CPU_SET(0, &p->hot); }
static void shared_and_hot(struct machine *m, struct patient *p) { (void)m, CPU_SET(2, &p->shared); }
static void no_such_card(struct machine *m, struct patient *p) { (void)m, strcpy(p->port[0].pci, "0000:99:00.0"); }

static void drop_folder(struct machine *m, const char *path)
{
	char full[128];
	snprintf(full, sizeof full, "%s%s", m->root, path);
	assert_int_equal(remove(full), 0);
}

static void no_ptp_clock(struct machine *m, struct patient *p)
{
	(void)p;
	machine_drop(m, "/sys/class/ptp/ptp0/clock_name");
	drop_folder(m, "/sys/class/ptp/ptp0");
}

static void nobody_keeps_the_clock(struct machine *m, struct patient *p)
{
	(void)p;
	machine_put(m, "/proc/700/comm", "ptp4l");
}

static void no_iommu(struct machine *m, struct patient *p) { (void)p, drop_folder(m, "/sys/kernel/iommu_groups/12"); }

/* PCI Express capability at 0x40: a control word of least payload and least read request. */
static void small_requests(struct machine *m, struct patient *p)
{
	static const u8 zero[2];
	char full[128];
	(void)p;
	snprintf(full, sizeof full, "%s" CARD_A "/config", m->root);
	int fd = open(full, O_WRONLY);
	assert_int_equal(pwrite(fd, zero, sizeof zero, 0x48), sizeof zero);
	close(fd);
}

/* What a row of files cannot turn. */
static const struct {
	const char *check;
	void (*change)(struct machine *m, struct patient *p);
} others[] = {
	{ "cpu.housekeeping", hot_on_cpu_0 },
	{ "cpu.apart", shared_and_hot },
	{ "nic.present", no_such_card },
	{ "nic.iommu", no_iommu },
	{ "nic.max_payload", small_requests },
	{ "nic.max_read_request", small_requests },
	{ "time.ptp", no_ptp_clock },
	{ "time.phc", nobody_keeps_the_clock },
};

static void the_others_turn_too(void **state)
{
	(void)state;
	for (u32 r = 0; r < ARRAY_LEN(others); r++) {
		struct machine m;
		struct patient p;
		struct finding f;
		machine_tuned(&m, &p);
		assert_int_equal(severity_of(&p, others[r].check, &f), SEVERITY_GREEN);
		others[r].change(&m, &p);
		for (u32 i = 0; doctor_check(i); i++)
			if (!strcmp(doctor_check(i)->id, others[r].check) &&
			    severity_of(&p, others[r].check, &f) != doctor_check(i)->bad[PROFILE_COLOCATED])
				fail_msg("%s did not turn: %s", others[r].check, severity_names[f.severity]);
		machine_free(&m);
	}
}

/* A check that nothing here turns is no check. (That each can be green, the tuned machine shows.) */
static void every_check_is_turned(void **state)
{
	(void)state;
	for (u32 i = 0; doctor_check(i); i++) {
		const char *id = doctor_check(i)->id;
		bool turned = false;
		for (u32 r = 0; r < ARRAY_LEN(rows); r++)
			turned |= !strcmp(rows[r].check, id);
		for (u32 r = 0; r < ARRAY_LEN(others); r++)
			turned |= !strcmp(others[r].check, id);
		if (!turned)
			fail_msg("%s: no case turns it", id);
	}
}

static void two_sockets_as_installed(void **state)
{
	static const char *const red[] = { "cpu.isolated",	 "cpu.nohz_full",      "cpu.rcu_nocbs",
					   "cpu.siblings",	 "cpu.one_node",       "power.governor",
					   "power.sleep_states", "kernel.numa_balancing", "irq.affinity",
					   "irq.balance",	 "irq.workqueues",     "memory.transparent_huge_pages",
					   "memory.swap",	 "memory.huge_pages",  "memory.hugetlbfs",
					   "memory.locked",	 "nic.present",	       "nic.driver",
					   "nic.node",		 "nic.pcie_link",      "nic.power",
					   "time.sync" };
	struct machine m;
	struct patient p;
	struct finding f;
	(void)state;
	machine_two_sockets(&m, &p);
	for (u32 i = 0; i < ARRAY_LEN(red); i++)
		if (severity_of(&p, red[i], &f) != SEVERITY_RED)
			fail_msg("%s: %s: %s", red[i], severity_names[f.severity], f.found);
	assert_int_equal(severity_of(&p, "nic.max_payload", &f), SEVERITY_YELLOW);
	assert_string_equal(f.found, "0000:3b:00.0: 128 of 512 bytes");
	assert_int_equal(severity_of(&p, "nic.max_read_request", &f), SEVERITY_YELLOW);
	assert_int_equal(severity_of(&p, "nic.iommu", &f), SEVERITY_YELLOW);
	assert_int_equal(severity_of(&p, "cpu.wide_crypto", &f), SEVERITY_NOTE);
	assert_int_equal(severity_of(&p, "power.turbo", &f), SEVERITY_GREEN);
	p.profile = PROFILE_LAB; /* the same machine under a desk */
	assert_int_equal(severity_of(&p, "cpu.isolated", &f), SEVERITY_NOTE);
	assert_int_equal(severity_of(&p, "nic.driver", &f), SEVERITY_RED);
	machine_free(&m);
}

/* What a machine does not show is said to be unknown, and what it does not have is not asked for. */
static void a_cloud_instance(void **state)
{
	struct machine m;
	struct patient p;
	struct finding f;
	(void)state;
	machine_cloud(&m, &p);
	assert_int_equal(severity_of(&p, "kernel.steal", &f), SEVERITY_YELLOW);
	assert_int_equal(severity_of(&p, "power.governor", &f), SEVERITY_UNKNOWN);
	assert_int_equal(severity_of(&p, "power.sleep_states", &f), SEVERITY_UNKNOWN);
	assert_int_equal(severity_of(&p, "cpu.nohz_full", &f), SEVERITY_YELLOW);
	assert_int_equal(severity_of(&p, "cpu.one_node", &f), SEVERITY_NONE);
	assert_int_equal(severity_of(&p, "nic.driver", &f), SEVERITY_NONE);
	assert_int_equal(severity_of(&p, "memory.huge_pages", &f), SEVERITY_NONE);
	assert_int_equal(severity_of(&p, "time.sync", &f), SEVERITY_GREEN);
	assert_int_equal(severity_of(&p, "time.clocksource", &f), SEVERITY_YELLOW);
	assert_int_equal(severity_of(&p, "memory.swap", &f), SEVERITY_GREEN); /* no /proc/swaps */
	machine_free(&m);
}

/* A machine of which nothing can be read, and nobody said what runs on it: no check falls over. */
static void nothing_at_all(void **state)
{
	struct machine m;
	(void)state;
	machine_make(&m, NULL, 0);
	struct patient p = { .host = { m.root } };
	for (u32 i = 0; doctor_check(i); i++) {
		struct finding f;
		doctor_examine(doctor_check(i), &p, &f);
		assert_true(f.found[0]);
		assert_true(f.severity >= SEVERITY_NONE && f.severity <= SEVERITY_RED);
	}
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tuned_machine_is_green), cmocka_unit_test(each_turns_by_what_it_looks_at),
		cmocka_unit_test(the_others_turn_too),	    cmocka_unit_test(every_check_is_turned),
			    cmocka_unit_test(two_sockets_as_installed),
		cmocka_unit_test(a_cloud_instance),	    cmocka_unit_test(nothing_at_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
