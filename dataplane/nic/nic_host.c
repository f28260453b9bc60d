#include "dataplane/nic/nic_host.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/nic/nic_args.h"

#define HUGE_DIR "/sys/kernel/mm/hugepages"

static u64 read_u64(const char *path)
{
	unsigned long long v = 0;
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%llu", &v) != 1)
		v = 0;
	fclose(f);
	return v;
}

static u64 free_huge_mb(void)
{
	u64 kb = 0;
	DIR *dir = opendir(HUGE_DIR);
	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir));) {
		char path[sizeof(HUGE_DIR) + sizeof(e->d_name) + 32];
		unsigned long long page_kb;
		if (sscanf(e->d_name, "hugepages-%llukB", &page_kb) != 1)
			continue;
		snprintf(path, sizeof(path), HUGE_DIR "/%s/free_hugepages", e->d_name);
		kb += page_kb * read_u64(path);
	}
	closedir(dir);
	return kb / 1024;
}

static err_t check_huge(const struct nic_cfg *cfg, char *error, size_t n)
{
	u32 want_mb = cfg->memory_mb ? cfg->memory_mb : NIC_MEMORY_MB;
	u64 have_mb = free_huge_mb();
	if (cfg->no_huge || have_mb >= want_mb)
		return ERR_OK;
	snprintf(error, n, "%u MB of huge pages wanted, %llu MB are free: reserve more (sysctl vm.nr_hugepages=%u, "
		"or hugepages= on the kernel's command line), or configure no_huge", want_mb, (unsigned long long)have_mb,
		(want_mb + 1) / 2);
	return ERR_NO_MEMORY;
}

/* Tried rather than looked up: isolated CPUs are not in a process's default set, and a cpuset may forbid others. */
static err_t check_cpu(const struct nic_cfg *cfg, char *error, size_t n)
{
	cpu_set_t before, one;
	CPU_ZERO(&one);
	if (cfg->cpu < CPU_SETSIZE)
		CPU_SET(cfg->cpu, &one);
	int rc = pthread_getaffinity_np(pthread_self(), sizeof(before), &before);
	if (rc == 0)
		rc = pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
	if (rc == 0)
		rc = pthread_setaffinity_np(pthread_self(), sizeof(before), &before);
	if (rc == 0)
		return ERR_OK;
	snprintf(error, n, "CPU %u cannot be used (%s): it is absent, offline, or outside this process's cpuset", cfg->cpu,
		strerror(rc));
	return ERR_ARGUMENT;
}

static err_t check_device(const char *device, char *error, size_t n)
{
	char iface[NIC_DEVICE_MAX];
	nic_device_iface(device, iface);
	if (strncmp(device, "net_tap", 7) == 0) {
		if (access("/dev/net/tun", R_OK | W_OK) == 0)
			return ERR_OK;
		snprintf(error, n, "device %s: /dev/net/tun: %s: load the module (modprobe tun) or give access", device,
			strerror(errno));
		return ERR_NOT_FOUND;
	}
	if (strncmp(device, "net_af_", 7) != 0 || if_nametoindex(iface))
		return ERR_OK;
	snprintf(error, n, "device %s: this network namespace has no interface \"%s\" (ip link lists them)", device, iface);
	return ERR_NOT_FOUND;
}

err_t nic_host_check(const struct nic_cfg *cfg, char *error, size_t n)
{
	err_t e = check_cpu(cfg, error, n);
	for (u32 i = 0; !e && i < cfg->n_ports; i++)
		e = check_device(cfg->ports[i].device, error, n);
	return e ? e : check_huge(cfg, error, n);
}

static void explain_pci(const char *device, const char *log, char *error, size_t n)
{
	char path[128], target[256];
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", device);
	if (access(path, F_OK) != 0) {
		snprintf(error, n, "device %s: the machine has no such PCI device (lspci -D lists them)", device);
		return;
	}
	strncat(path, "/driver", sizeof(path) - strlen(path) - 1);
	ssize_t k = readlink(path, target, sizeof(target) - 1);
	target[k > 0 ? k : 0] = 0;
	const char *slash = strrchr(target, '/'), *driver = slash ? slash + 1 : "no driver";
	snprintf(error, n, "device %s: DPDK did not take it; it is bound to %s: bind it (dpdk-devbind.py -b vfio-pci %s) and "
		"install its driver package (librte-net-*). DPDK said: %s", device, driver, device, *log ? log : "nothing");
}

void nic_host_explain(const char *device, const char *log, char *error, size_t n)
{
	if (!nic_device_is_virtual(device)) {
		explain_pci(device, log, error, n);
		return;
	}
	bool tap = strncmp(device, "net_tap", 7) == 0;
	snprintf(error, n, "device %s: DPDK has no driver of that name (packages librte-net-*), or the driver refused%s. DPDK said: %s",
		device, tap ? "; a TAP made beforehand must be made with multi_queue, and CAP_NET_ADMIN is needed" : "",
		*log ? log : "nothing");
}
