#include "tests/tuning/machine.h"

#include <ftw.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

#define CPU    "/sys/devices/system/cpu"
#define FLAGS  "fpu tsc constant_tsc nonstop_tsc aes pclmulqdq avx2 bmi2"
#define CARD_A "/sys/bus/pci/devices/0000:3b:00.0"
#define CARD_B "/sys/bus/pci/devices/0000:3b:00.1"

static void make_folders(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = 0;
		mkdir(path, 0700);
		*at = '/';
	}
}

void machine_put(const struct machine *m, const char *path, const char *text)
{
	char full[512];
	snprintf(full, sizeof full, "%s%s%s", m->root, path, text ? "" : "/");
	make_folders(full);
	if (!text)
		return;
	unlink(full);
	if (!strncmp(text, "-> ", 3)) {
		assert_int_equal(symlink(text + 3, full), 0);
		return;
	}
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void machine_drop(const struct machine *m, const char *path)
{
	char full[512];
	snprintf(full, sizeof full, "%s%s", m->root, path);
	unlink(full);
}

void machine_make(struct machine *m, const struct machine_file *files, u32 n)
{
	strcpy(m->root, "/tmp/saker-machine-XXXXXX");
	assert_non_null(mkdtemp(m->root));
	for (u32 i = 0; i < n; i++)
		machine_put(m, files[i].path, files[i].text);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

void machine_free(struct machine *m) { assert_int_equal(nftw(m->root, drop, 8, FTW_DEPTH | FTW_PHYS), 0); }

static void cpus(const struct machine *m, u32 n, const char *siblings_format, u32 sibling_step, const char *governor)
{
	char path[256], text[64];
	for (u32 i = 0; i < n; i++) {
		u32 low = sibling_step ? i % sibling_step : i;
		snprintf(path, sizeof path, CPU "/cpu%u/topology/thread_siblings_list", i);
		snprintf(text, sizeof text, siblings_format, low, low + sibling_step);
		machine_put(m, path, text);
		if (!governor)
			continue;
		snprintf(path, sizeof path, CPU "/cpu%u/cpufreq/scaling_governor", i);
		machine_put(m, path, governor);
		snprintf(path, sizeof path, CPU "/cpu%u/cpufreq/scaling_min_freq", i);
		machine_put(m, path, strcmp(governor, "performance") ? "800000" : "3600000");
		snprintf(path, sizeof path, CPU "/cpu%u/cpufreq/scaling_max_freq", i);
		machine_put(m, path, "3600000");
	}
}

/* PCI Express capability at 0x40: `payload` and `request` are the codes of its control word. */
static void card(const struct machine *m, const char *folder, u8 payload, u8 request)
{
	char full[256];
	u8 c[256] = { [0x06] = 0x10, [0x34] = 0x40, [0x40] = 0x10, [0x44] = 2 };
	c[0x48] = (u8)(payload << 5);
	c[0x49] = (u8)(request << 4);
	snprintf(full, sizeof full, "%s%s/config", m->root, folder);
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, c, sizeof c), sizeof c);
	close(fd);
}

/* One on vfio-pci, one the kernel drives as well. */
static void tuned_cards(const struct machine *m)
{
	static const struct machine_file files[] = {
		{ CARD_A "/driver", "-> ../../../../bus/pci/drivers/vfio-pci" },
		{ CARD_A "/numa_node", "0\n" },
		{ CARD_A "/current_link_speed", "8.0 GT/s PCIe\n" },
		{ CARD_A "/max_link_speed", "8.0 GT/s PCIe\n" },
		{ CARD_A "/current_link_width", "8\n" },
		{ CARD_A "/max_link_width", "8\n" },
		{ CARD_B "/driver", "-> ../../../../bus/pci/drivers/mlx5_core" },
		{ CARD_B "/numa_node", "0\n" },
		{ CARD_B "/net/ens1f1", NULL },
		{ "/commands/ethtool -c ens1f1", "Coalesce parameters for ens1f1:\nAdaptive RX: off  TX: off\nrx-usecs:\t0\nrx-frames:\t1\n" },
		{ "/commands/ethtool -g ens1f1", "Ring parameters for ens1f1:\nPre-set maximums:\nRX:\t\t8192\nTX:\t\t8192\n"
						 "Current hardware settings:\nRX:\t\t1024\nTX:\t\t1024\n" },
		{ "/commands/ethtool -k ens1f1", "Features for ens1f1:\nrx-checksumming: on\ngeneric-receive-offload: off\nlarge-receive-offload: off\n" },
		{ "/commands/ethtool -i ens1f1", "driver: mlx5_core\nversion: 6.1\nfirmware-version: 16.35.2000 (MT_0000000008)\n" },
	};
	for (u32 i = 0; i < ARRAY_LEN(files); i++)
		machine_put(m, files[i].path, files[i].text);
	card(m, CARD_A, 1, 2);
	card(m, CARD_B, 2, 5);
}

void machine_tuned(struct machine *m, struct patient *p)
{
	static const struct machine_file files[] = {
		{ CPU "/online", "0-7\n" },
		{ CPU "/isolated", "2-3\n" },
		{ CPU "/nohz_full", "2-3\n" },
		{ "/proc/cmdline", "BOOT_IMAGE=/vmlinuz isolcpus=managed_irq,domain,2-3 nohz_full=2-3 rcu_nocbs=2-3 quiet\n" },
		{ "/proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: " FLAGS " vaes vpclmulqdq\nbugs\t:\n" },
		{ "/sys/devices/system/node/node0/cpulist", "0-7\n" },
		{ CPU "/cpu2/node0", NULL },
		{ CPU "/cpu3/node0", NULL },
		{ CPU "/intel_pstate/no_turbo", "0\n" },
		{ CPU "/cpu2/cpuidle/state0/latency", "0\n" },
		{ CPU "/cpu2/cpuidle/state1/latency", "133\n" },
		{ CPU "/cpu2/cpuidle/state1/name", "C6\n" },
		{ CPU "/cpu2/cpuidle/state1/disable", "1\n" },
		{ CPU "/cpu3/cpuidle/state0/latency", "0\n" },
		{ CPU "/cpu0/cpufreq/energy_performance_preference", "performance\n" },
		{ "/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n" },
		{ "/proc/sys/kernel/nmi_watchdog", "0\n" },
		{ "/proc/sys/kernel/soft_watchdog", "1\n" },
		{ "/proc/sys/kernel/watchdog_cpumask", "0-1,4-7\n" },
		{ "/proc/sys/kernel/numa_balancing", "0\n" },
		{ "/proc/sys/kernel/sched_rt_runtime_us", "-1\n" },
		{ "/proc/sys/kernel/timer_migration", "1\n" },
		{ "/proc/sys/vm/stat_interval", "10\n" },
		{ "/proc/sys/vm/compaction_proactiveness", "0\n" },
		{ CPU "/vulnerabilities/meltdown", "Not affected\n" },
		{ "/proc/stat", "cpu  10 0 10 1000 5 0 0 0 0 0\n" },
		{ "/proc/irq/default_smp_affinity", "f3\n" },
		{ "/proc/irq/24/effective_affinity_list", "4\n" },
		{ "/proc/irq/24/smp_affinity_list", "0-7\n" },
		{ "/sys/devices/virtual/workqueue/cpumask", "f3\n" },
		{ "/sys/bus/workqueue/devices/writeback/cpumask", "00000000,000000f3\n" },
		{ "/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n" },
		{ "/sys/kernel/mm/ksm/run", "0\n" },
		{ "/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n" },
		{ "/sys/devices/system/node/node0/hugepages/hugepages-1048576kB/free_hugepages", "2\n" },
		{ "/proc/mounts", "proc /proc proc rw 0 0\nhugetlbfs /dev/hugepages hugetlbfs rw 0 0\n" },
		{ "/proc/self/limits", "Max locked memory         unlimited            unlimited            bytes\n"
				       "Max open files            65536                65536                files\n" },
		{ "/proc/1/comm", "systemd\n" },
		{ "/run/systemd/system", NULL },
		{ "/proc/700/comm", "chronyd\n" },
		{ "/proc/700/stat", MACHINE_PROCESS(4) },
		{ "/proc/12/stat", MACHINE_KERNEL_THREAD(2) }, /* one of a hot CPU's own */
		{ "/commands/chronyc -c tracking", "A9FEA97B,169.254.169.123,4,1700000000.1,-0.000012,0.0,0.0,1,1,1,0,0,16,Normal" },
		{ "/commands/phc_ctl /dev/ptp0 cmp", "phc_ctl[12.3]: offset from CLOCK_REALTIME is -36999999100ns\n" },
		{ "/sys/module/pcie_aspm/parameters/policy", "default [performance] powersave\n" },
		{ "/sys/kernel/iommu_groups/12", NULL },
		{ "/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n" },
		{ "/sys/class/ptp/ptp0/clock_name", "mlx5_ptp\n" },
	};
	machine_make(m, files, ARRAY_LEN(files));
	cpus(m, 8, "%u\n", 0, "performance");
	tuned_cards(m);
	*p = (struct patient){ .host = { m->root },
			       .profile = PROFILE_COLOCATED,
			       .n_ports = 2,
			       .port = { { "0000:3b:00.0", 2 }, { "0000:3b:00.1", 3 } },
			       .huge_mb = 2048 };
	CPU_SET(2, &p->hot), CPU_SET(3, &p->hot);
	CPU_SET(4, &p->shared), CPU_SET(5, &p->shared);
}

void machine_two_sockets(struct machine *m, struct patient *p)
{
	static const struct machine_file files[] = {
		{ CPU "/online", "0-31\n" },
		{ CPU "/isolated", "\n" },
		{ CPU "/nohz_full", "(null)\n" },
		{ "/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet\n" },
		{ "/proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD EPYC 7313\nflags\t\t: " FLAGS "\nbugs\t:\n" },
		{ "/sys/devices/system/node/node0/cpulist", "0-7,16-23\n" },
		{ "/sys/devices/system/node/node1/cpulist", "8-15,24-31\n" },
		{ CPU "/cpu2/node0", NULL },
		{ CPU "/cpu9/node1", NULL },
		{ CPU "/cpufreq/boost", "1\n" },
		{ CPU "/cpu2/cpuidle/state0/latency", "1\n" },
		{ CPU "/cpu2/cpuidle/state1/latency", "400\n" },
		{ CPU "/cpu2/cpuidle/state1/name", "C2\n" },
		{ CPU "/cpu2/cpuidle/state1/disable", "0\n" },
		{ "/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n" },
		{ "/proc/sys/kernel/nmi_watchdog", "1\n" },
		{ "/proc/sys/kernel/soft_watchdog", "1\n" },
		{ "/proc/sys/kernel/watchdog_cpumask", "0-31\n" },
		{ "/proc/sys/kernel/numa_balancing", "1\n" },
		{ "/proc/sys/kernel/sched_rt_runtime_us", "950000\n" },
		{ "/proc/sys/kernel/timer_migration", "1\n" },
		{ "/proc/sys/vm/stat_interval", "1\n" },
		{ "/proc/sys/vm/compaction_proactiveness", "20\n" },
		{ CPU "/vulnerabilities/spectre_v2", "Mitigation: Retpolines; IBPB: conditional\n" },
		{ "/proc/stat", "cpu  10 0 10 1000 5 0 0 0 0 0\n" },
		{ "/proc/irq/default_smp_affinity", "ffffffff\n" },
		{ "/proc/irq/40/effective_affinity_list", "2\n" },
		{ "/sys/devices/virtual/workqueue/cpumask", "ffffffff\n" },
		{ "/sys/bus/workqueue/devices/writeback/cpumask", "ffffffff\n" },
		{ "/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n" },
		{ "/sys/kernel/mm/ksm/run", "0\n" },
		{ "/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition\t1000\t0\t-2\n" },
		{ "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "0\n" },
		{ "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages", "0\n" },
		{ "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages", "0\n" },
		{ "/run/systemd/system", NULL },
		{ CARD_A "/net/ens1f0", NULL },
		{ "/proc/mounts", "proc /proc proc rw 0 0\n" },
		{ "/proc/self/limits", "Max locked memory         8388608              8388608              bytes\n"
				       "Max open files            1024                 65536                files\n" },
		{ "/proc/812/comm", "irqbalance\n" },
		{ CARD_A "/driver", "-> ../../../../bus/pci/drivers/ice" },
		{ CARD_A "/numa_node", "1\n" },
		{ CARD_A "/current_link_speed", "8.0 GT/s PCIe\n" },
		{ CARD_A "/max_link_speed", "16.0 GT/s PCIe\n" },
		{ CARD_A "/current_link_width", "4\n" },
		{ CARD_A "/max_link_width", "16\n" },
		{ "/sys/module/pcie_aspm/parameters/policy", "[default] performance powersave\n" },
		{ "/sys/kernel/iommu_groups", NULL },
		{ "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n" },
	};
	machine_make(m, files, ARRAY_LEN(files));
	cpus(m, 32, "%u,%u\n", 16, "schedutil");
	card(m, CARD_A, 0, 1);
	*p = (struct patient){ .host = { m->root },
			       .profile = PROFILE_COLOCATED,
			       .n_ports = 2,
			       .port = { { "0000:3b:00.0", 2 }, { "0000:3b:00.1", 9 } },
			       .huge_mb = 1024 };
	CPU_SET(2, &p->hot), CPU_SET(9, &p->hot);
	CPU_SET(0, &p->shared), CPU_SET(18, &p->shared);
}

void machine_cloud(struct machine *m, struct patient *p)
{
	static const struct machine_file files[] = {
		{ CPU "/online", "0-1\n" },
		{ CPU "/isolated", "\n" },
		{ "/proc/cmdline", "BOOT_IMAGE=/vmlinuz console=ttyS0\n" },
		{ "/proc/cpuinfo", "processor\t: 0\nflags\t\t: " FLAGS " vaes vpclmulqdq\n" },
		{ "/proc/sys/kernel/osrelease", "6.1.0-18-cloud-amd64\n" },
		{ "/proc/stat", "cpu  10 0 10 1000 5 0 0 77 0 0\n" },
		{ "/proc/self/limits", "Max open files            1048576              1048576              files\n" },
		{ "/proc/300/comm", "systemd-timesyn\n" },
		{ "/sys/devices/system/clocksource/clocksource0/current_clocksource", "kvm-clock\n" },
		{ "/sys/kernel/iommu_groups", NULL },
	};
	machine_make(m, files, ARRAY_LEN(files));
	cpus(m, 2, "%u\n", 0, NULL);
	*p = (struct patient){ .host = { m->root }, .profile = PROFILE_CLOUD };
	CPU_SET(1, &p->hot), CPU_SET(0, &p->shared);
}
