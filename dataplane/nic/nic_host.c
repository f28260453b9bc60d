#include "dataplane/nic/nic_host.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
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

static err_t check_huge(const struct nic_cfg *cfg, char *error)
{
	u32 want_mb = cfg->memory_mb ? cfg->memory_mb : NIC_MEMORY_MB;
	u64 have_mb = free_huge_mb();
	if (cfg->no_huge || have_mb >= want_mb)
		return ERR_OK;
	return nic_error(error, ERR_NO_MEMORY,
		"%u MB of huge pages wanted, %llu MB are free: reserve more (sysctl vm.nr_hugepages=%u, or "
		"hugepages= on the kernel's command line), or configure no_huge",
		want_mb, (unsigned long long)have_mb, (want_mb + 1) / 2);
}

/* Tried, not looked up: isolated CPUs are not in the default set, and a cpuset may forbid others. */
static err_t check_cpu(const struct nic_cfg *cfg, char *error)
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
	return nic_error(error, ERR_ARGUMENT,
		"CPU %u cannot be used (%s): it is absent, offline, or outside this process's cpuset",
		cfg->cpu, strerror(rc));
}

static err_t check_device(const char *device, char *error)
{
	char iface[NIC_DEVICE_MAX];
	nic_device_iface(device, iface);
	if (strncmp(device, "net_tap", 7) == 0 && access("/dev/net/tun", R_OK | W_OK) != 0)
		return nic_error(error, ERR_NOT_FOUND,
			"device %s: /dev/net/tun: %s: load the module (modprobe tun) or give access",
			device, strerror(errno));
	if (strncmp(device, "net_af_", 7) == 0 && !if_nametoindex(iface))
		return nic_error(error, ERR_NOT_FOUND,
			"device %s: this network namespace has no interface \"%s\" (ip link lists them)",
			device, iface);
	return ERR_OK;
}

err_t nic_host_check(const struct nic_cfg *cfg, char error[NIC_ERROR_MAX])
{
	err_t e = check_cpu(cfg, error);
	for (u32 i = 0; !e && i < cfg->n_ports; i++)
		e = check_device(cfg->ports[i].device, error);
	return e ? e : check_huge(cfg, error);
}

static err_t explain_pci(const char *device, const char *log, char *error)
{
	char path[64 + NIC_DEVICE_MAX], target[256];
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", device);
	ssize_t k = readlink(path, target, sizeof(target) - 1);
	target[k > 0 ? k : 0] = 0;
	const char *slash = strrchr(target, '/'), *driver = slash ? slash + 1 : "no driver";
	*strrchr(path, '/') = 0;
	if (access(path, F_OK) != 0)
		return nic_error(error, ERR_NOT_FOUND,
			"device %s: the machine has no such PCI device (lspci -D lists them)", device);
	return nic_error(error, ERR_NOT_FOUND,
		"device %s: DPDK did not take it; it is bound to %s: bind it (dpdk-devbind.py -b vfio-pci "
		"%s) and install its driver's package (librte-net-*). DPDK said: %s",
		device, driver, device, log);
}

err_t nic_host_explain(const char *device, const char *log, char error[NIC_ERROR_MAX])
{
	log = *log ? log : "nothing";
	if (!nic_device_is_virtual(device))
		return explain_pci(device, log, error);
	bool tap = strncmp(device, "net_tap", 7) == 0;
	return nic_error(error, ERR_NOT_FOUND,
		"device %s: DPDK has no driver of that name (packages librte-net-*), or the driver "
		"refused%s. DPDK said: %s", device,
		tap ? "; a TAP made beforehand needs multi_queue, and all need CAP_NET_ADMIN" : "", log);
}
