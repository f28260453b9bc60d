/* checks_memory.c - pages: huge ones reserved, none moved, merged or swapped; limits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"

#define MM "/sys/kernel/mm"
#define FILES_MIN 1024

static void thp(const struct patient *p, struct finding *f)
{
	char text[128];
	finding_want(f, "never or madvise");
	if (!host_read(&p->host, text, sizeof text, MM "/transparent_hugepage/enabled"))
		finding_unknown(f, MM "/transparent_hugepage/enabled");
	else
		finding_say(f, !strstr(text, "[always]"), "%s", text);
}

static void ksm(const struct patient *p, struct finding *f) { finding_number(p, f, MM "/ksm/run", 0); }

static void compaction(const struct patient *p, struct finding *f)
{
	finding_number(p, f, "/proc/sys/vm/compaction_proactiveness", 0);
}

/* Beyond its heading each line of /proc/swaps is a device. */
static void swap(const struct patient *p, struct finding *f)
{
	char text[HOST_TEXT];
	finding_want(f, "none");
	if (!host_read(&p->host, text, sizeof text, "/proc/swaps")) {
		finding_say(f, true, "none: the kernel has no swap");
		return;
	}
	const char *device = strchr(text, '\n');
	device = device ? device + 1 : "";
	if (*device)
		finding_say(f, false, "%.*s", (int)strcspn(device, " \t\n"), device);
	else
		finding_say(f, true, "none");
}

/* Free pages of all sizes on the NUMA node `node`, in megabytes; -1: it is not told. */
static i64 free_huge_mb(const struct patient *p, i64 node)
{
	static const i64 sizes_kb[] = { 2048, 1048576 };
	i64 mb = -1, n;
	for (u32 i = 0; i < ARRAY_LEN(sizes_kb); i++)
		if (host_number(&p->host, &n, "/sys/devices/system/node/node%lld/hugepages/hugepages-%lldkB/free_hugepages",
				(long long)node, (long long)sizes_kb[i]))
			mb = (mb < 0 ? 0 : mb) + n * sizes_kb[i] / 1024;
	return mb;
}


static void huge_pages(const struct patient *p, struct finding *f)
{
	i64 node = finding_node(p, 0), mb = free_huge_mb(p, node);
	for (u32 i = 1; i < p->n_ports; i++) { /* each port's buffers lie with its card */
		i64 other = finding_node(p, i), other_mb = free_huge_mb(p, other);
		if (other_mb >= 0 && other_mb < mb)
			node = other, mb = other_mb;
	}
	if (!p->huge_mb) {
		finding_none(f, "nic.no_huge is set, or no configuration is given");
		return;
	}
	finding_want(f, "%u MB free on node %lld", p->huge_mb, (long long)node);
	if (mb < 0)
		finding_unknown(f, "the kernel shows no huge pages of that node");
	else
		finding_say(f, mb >= (i64)p->huge_mb, "%lld MB", (long long)mb);
}

static void hugetlbfs(const struct patient *p, struct finding *f)
{
	char text[8 * HOST_TEXT];
	if (!p->huge_mb) {
		finding_none(f, "nic.no_huge is set, or no configuration is given");
		return;
	}
	finding_want(f, "mounted");
	if (!host_read(&p->host, text, sizeof text, "/proc/mounts"))
		finding_unknown(f, "/proc/mounts");
	else
		finding_say(f, strstr(text, " hugetlbfs "), strstr(text, " hugetlbfs ") ? "mounted" : "not mounted");
}

/* The first number behind `name` in /proc/self/limits: the soft limit; -1: unlimited. */
static bool limit(const struct patient *p, const char *name, i64 *v)
{
	char text[HOST_TEXT];
	host_read(&p->host, text, sizeof text, "/proc/self/limits");
	const char *at = strstr(text, name);
	if (!at)
		return false;
	at += strlen(name);
	at += strspn(at, " ");
	*v = strncmp(at, "unlimited", 9) ? atoll(at) : -1;
	return true;
}

static void locked(const struct patient *p, struct finding *f)
{
	i64 v;
	finding_want(f, "unlimited");
	if (!limit(p, "Max locked memory", &v))
		finding_unknown(f, "/proc/self/limits");
	else if (v < 0)
		finding_say(f, true, "unlimited");
	else
		finding_say(f, false, "%lld kB", (long long)v / 1024);
}

static void files(const struct patient *p, struct finding *f)
{
	i64 v;
	finding_want(f, "%d or more", FILES_MIN);
	if (!limit(p, "Max open files", &v))
		finding_unknown(f, "/proc/self/limits");
	else
		finding_say(f, v < 0 || v >= FILES_MIN, "%lld", (long long)v);
}

#define NOTE   SEVERITY_NOTE
#define YELLOW SEVERITY_YELLOW
#define RED    SEVERITY_RED

const struct check checks_memory[] = {
	{ "memory.transparent_huge_pages", "khugepaged moves pages under a running core: a fault and a TLB flush",
	  "hostctl tune apply, or boot with transparent_hugepage=never", { NOTE, YELLOW, RED }, thp },
	{ "memory.same_page_merging", "merged pages are copied at the next write: a page fault",
	  "hostctl tune apply, or echo 0 > " MM "/ksm/run", { NOTE, YELLOW, RED }, ksm },
	{ "memory.compaction", "proactive compaction moves pages and flushes TLBs in the background",
	  "hostctl tune apply, or sysctl vm.compaction_proactiveness=0", { NOTE, NOTE, YELLOW }, compaction },
	{ "memory.swap", "a page that was swapped out stalls a hot core for milliseconds",
	  "swapoff -a, and out of /etc/fstab", { NOTE, YELLOW, RED }, swap },
	{ "memory.huge_pages", "packet buffers on ordinary pages cost TLB misses, and drivers need them contiguous",
	  "hostctl tune apply, or boot with hugepagesz=1G hugepages=<n>", { RED, RED, RED }, huge_pages },
	{ "memory.hugetlbfs", "DPDK takes huge pages through this file system",
	  "mount -t hugetlbfs none /dev/hugepages", { RED, RED, RED }, hugetlbfs },
	{ "memory.locked", "memory that is not locked can be taken away",
	  "LimitMEMLOCK=infinity in the unit, or ulimit -l unlimited", { NOTE, YELLOW, RED }, locked },
	{ "memory.files", "each queue, region and session takes a descriptor",
	  "LimitNOFILE=65536 in the unit, or ulimit -n 65536", { YELLOW, YELLOW, RED }, files },
};
const u32 checks_memory_n = ARRAY_LEN(checks_memory);
