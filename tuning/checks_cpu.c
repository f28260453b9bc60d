/* checks_cpu.c - the hot cores' processors: which they are, and that nothing else runs there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cpus.h"
#include "tuning/checks.h"
#include "tuning/finding.h"

#define CPU "/sys/devices/system/cpu"

static void online(const struct patient *p, struct finding *f)
{
	char have[CPUS_TEXT], hot[CPUS_TEXT];
	cpu_set_t set;
	if (finding_no_hot(p, f))
		return;
	finding_want(f, "%s online", cpus_print(hot, &p->hot));
	if (!host_cpus(&p->host, &set, CPU "/online"))
		finding_unknown(f, CPU "/online");
	else
		finding_say(f, cpus_cover(&set, &p->hot), "%s", cpus_print(have, &set));
}

static void housekeeping(const struct patient *p, struct finding *f)
{
	if (finding_no_hot(p, f))
		return;
	finding_want(f, "CPU 0 left to the kernel");
	finding_say(f, !CPU_ISSET(0, &p->hot), "CPU 0 %s a hot core", CPU_ISSET(0, &p->hot) ? "is" : "is not");
}

static void apart(const struct patient *p, struct finding *f)
{
	char both[CPUS_TEXT];
	cpu_set_t set;
	if (finding_no_hot(p, f))
		return;
	CPU_AND(&set, &p->hot, &p->shared);
	finding_want(f, "no CPU both hot and shared");
	finding_say(f, !CPU_COUNT(&set), "both: %s", cpus_print(both, &set));
}

/* A set of processors that must hold the hot ones. */
static void covers(const struct patient *p, struct finding *f, bool told, const cpu_set_t *set)
{
	char have[CPUS_TEXT], hot[CPUS_TEXT];
	finding_want(f, "%s in it", cpus_print(hot, &p->hot));
	if (!told)
		finding_say(f, false, "none: the kernel was started without it");
	else
		finding_say(f, cpus_cover(set, &p->hot), "%s", cpus_print(have, set));
}

static void isolated(const struct patient *p, struct finding *f)
{
	cpu_set_t set;
	if (!finding_no_hot(p, f))
		covers(p, f, host_cpus(&p->host, &set, CPU "/isolated"), &set);
}

static void nohz_full(const struct patient *p, struct finding *f)
{
	cpu_set_t set;
	if (!finding_no_hot(p, f))
		covers(p, f, host_cpus(&p->host, &set, CPU "/nohz_full"), &set);
}

/* As the kernel reads it: "all" is all of them. */
static bool parse_boot_cpus(const char *list, cpu_set_t *set)
{
	if (strcmp(list, "all"))
		return cpus_parse(list, set) == ERR_OK;
	for (u32 i = 0; i < CPU_SETSIZE; i++)
		CPU_SET(i, set);
	return true;
}

/* nohz_full= brings rcu_nocbs= with it for its processors (kernel-parameters.txt). */
static void rcu_nocbs(const struct patient *p, struct finding *f)
{
	char list[CPUS_TEXT * 4];
	cpu_set_t set, full;
	if (finding_no_hot(p, f))
		return;
	CPU_ZERO(&set);
	bool told = host_boot_option(&p->host, "rcu_nocbs", list, sizeof list) && parse_boot_cpus(list, &set);
	if (host_cpus(&p->host, &full, CPU "/nohz_full") && CPU_COUNT(&full)) {
		CPU_OR(&set, &set, &full);
		told = true;
	}
	covers(p, f, told, &set);
}

/* The threads of one physical core share its execution units and caches. */
static enum answer alone_on_its_core(const struct patient *p, u32 cpu, char what[ANSWER_TEXT])
{
	char list[CPUS_TEXT];
	cpu_set_t siblings, on;
	if (!host_cpus(&p->host, &siblings, CPU "/cpu%u/topology/thread_siblings_list", cpu))
		return ANSWER_NONE;
	if (host_cpus(&p->host, &on, CPU "/online"))
		CPU_AND(&siblings, &siblings, &on);
	snprintf(what, ANSWER_TEXT, "on its core: %s", cpus_print(list, &siblings));
	return CPU_COUNT(&siblings) <= 1 ? ANSWER_GOOD : ANSWER_BAD;
}

static void smt(const struct patient *p, struct finding *f)
{
	finding_want(f, "one thread a core");
	finding_hot(p, f, alone_on_its_core);
}

static enum answer sibling_is_quiet(const struct patient *p, u32 cpu, char what[ANSWER_TEXT])
{
	char list[CPUS_TEXT];
	cpu_set_t siblings;
	if (!host_cpus(&p->host, &siblings, CPU "/cpu%u/topology/thread_siblings_list", cpu))
		return ANSWER_NONE;
	CPU_AND(&siblings, &siblings, &p->shared);
	snprintf(what, ANSWER_TEXT, "shared work beside it on %s", cpus_print(list, &siblings));
	return CPU_COUNT(&siblings) ? ANSWER_BAD : ANSWER_GOOD;
}

static void siblings(const struct patient *p, struct finding *f)
{
	finding_want(f, "no shared work on the same core");
	finding_hot(p, f, sibling_is_quiet);
}

struct neighbours {
	const struct patient *p;
	cpu_set_t cores; /* the hot CPUs, and what shares a core with them */
	u32 n, seen;
	char first[24];
};

#define KERNEL_THREAD 0x200000u

/* proc(5): behind the name, which may hold anything, field 3 begins; 9 is the flags, 39 the CPU it last ran on. */
static bool add_neighbour(void *user, const char *pid)
{
	struct neighbours *s = user;
	char text[1024], *at, *rest;
	unsigned long flags = 0, cpu = CPU_SETSIZE;
	if (pid[0] < '0' || pid[0] > '9' || !host_read(&s->p->host, text, sizeof text, "/proc/%s/stat", pid) ||
	    !(at = strrchr(text, ')')))
		return true;
	u32 field = 3;
	for (char *w = strtok_r(at + 1, " ", &rest); w && field <= 39; w = strtok_r(NULL, " ", &rest), field++) {
		if (field == 9)
			flags = strtoul(w, NULL, 10);
		else if (field == 39)
			cpu = strtoul(w, NULL, 10);
	}
	bool ourselves = !s->p->host.root[0] && strtol(pid, NULL, 10) == getpid();
	if (cpu >= CPU_SETSIZE || ourselves)
		return true;
	s->seen++;
	if (!(flags & KERNEL_THREAD) && CPU_ISSET(cpu, &s->cores) && !s->n++)
		snprintf(s->first, sizeof s->first, "%.15s on %lu", pid, cpu);
	return true;
}

static void neighbours(const struct patient *p, struct finding *f)
{
	struct neighbours s = { .p = p, .cores = p->hot };
	cpu_set_t on_core;
	if (finding_no_hot(p, f))
		return;
	for (u32 i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &p->hot) &&
		    host_cpus(&p->host, &on_core, CPU "/cpu%u/topology/thread_siblings_list", i))
			CPU_OR(&s.cores, &s.cores, &on_core);
	finding_want(f, "no process that last ran on a hot core");
	host_list(&p->host, "/proc", add_neighbour, &s);
	if (!s.seen)
		finding_unknown(f, "/proc shows no processes");
	else if (s.n)
		finding_say(f, false, "%u, the first is process %s", s.n, s.first);
	else
		finding_say(f, true, "none of %u", s.seen);
}

struct nodes {
	const struct patient *p;
	u32 n;
	char names[64];
};

static bool add_node(void *user, const char *name)
{
	struct nodes *s = user;
	cpu_set_t set;
	size_t n = strlen(s->names);
	if (strncmp(name, "node", 4) || !host_cpus(&s->p->host, &set, "/sys/devices/system/node/%s/cpulist", name) ||
	    !cpus_meet(&set, &s->p->hot))
		return true;
	snprintf(s->names + n, sizeof s->names - n, "%s%s", n ? " " : "", name);
	s->n++;
	return true;
}

static void one_node(const struct patient *p, struct finding *f)
{
	struct nodes s = { .p = p };
	if (finding_no_hot(p, f))
		return;
	finding_want(f, "one NUMA node");
	host_list(&p->host, "/sys/devices/system/node", add_node, &s);
	if (s.n)
		finding_say(f, s.n == 1, "%s", s.names);
	else
		finding_none(f, "this machine has no NUMA nodes");
}

/* Whether /proc/cpuinfo's flags of the first processor hold each word of `want`; the missing ones to `out`. */
static bool flags_missing(const struct patient *p, const char *want, char *out, size_t n, bool *told)
{
	char text[HOST_TEXT], word[32], padded[HOST_TEXT];
	out[0] = 0;
	host_read(&p->host, text, sizeof text, "/proc/cpuinfo");
	char *line = strstr(text, "\nflags");
	*told = line && (line = strchr(line, ':'));
	if (!*told)
		return false;
	line[strcspn(line, "\n")] = 0;
	snprintf(padded, sizeof padded, "%s ", line);
	for (const char *w = want; *w; w += strspn(w, " ")) {
		size_t len = strcspn(w, " ");
		snprintf(word, sizeof word, " %.*s ", (int)len, w);
		if (!strstr(padded, word))
			snprintf(out + strlen(out), n - strlen(out), "%s%.*s", out[0] ? " " : "", (int)len, w);
		w += len;
	}
	return out[0];
}

static void flags(const struct patient *p, struct finding *f, const char *want)
{
	char missing[128];
	bool told;
	finding_want(f, "%s", want);
	bool lacks = flags_missing(p, want, missing, sizeof missing, &told);
	if (!told)
		finding_unknown(f, "/proc/cpuinfo shows no flags");
	else
		finding_say(f, !lacks, lacks ? "missing: %s" : "all%s", lacks ? missing : "");
}

static void instructions(const struct patient *p, struct finding *f) { flags(p, f, "avx2 bmi2 aes pclmulqdq"); }

static void wide_crypto(const struct patient *p, struct finding *f) { flags(p, f, "vaes vpclmulqdq"); }

static void tsc(const struct patient *p, struct finding *f) { flags(p, f, "constant_tsc nonstop_tsc"); }

#define NOTE   SEVERITY_NOTE
#define YELLOW SEVERITY_YELLOW
#define RED    SEVERITY_RED

const struct check checks_cpu[] = {
	{ "cpu.online", "a hot core cannot run on a CPU that is switched off or absent",
	  "choose CPUs that are online: cpus.md, cpus.trade", { RED, RED, RED }, online },
	{ "cpu.housekeeping", "the kernel's timers and many interrupts stay on CPU 0 whatever is asked",
	  "choose other CPUs: cpus.md, cpus.trade", { NOTE, YELLOW, RED }, housekeeping },
	{ "cpu.apart", "a hot core polls: whatever shares its CPU stalls it and is stalled by it",
	  "take the hot CPUs out of cpus.shared", { YELLOW, RED, RED }, apart },
	{ "cpu.isolated", "the scheduler otherwise puts other threads on a hot CPU for milliseconds",
	  "hostctl tune apply, or boot with isolcpus=managed_irq,domain,<hot CPUs>", { NOTE, YELLOW, RED }, isolated },
	{ "cpu.nohz_full", "the scheduler tick otherwise interrupts a hot core 100 to 1000 times a second",
	  "hostctl tune apply, or boot with nohz_full=<hot CPUs>", { NOTE, YELLOW, RED }, nohz_full },
	{ "cpu.rcu_nocbs", "RCU callbacks otherwise run on the hot CPU in soft interrupts",
	  "hostctl tune apply, or boot with rcu_nocbs=<hot CPUs>", { NOTE, YELLOW, RED }, rcu_nocbs },
	{ "cpu.smt", "the other thread of a core takes half its execution units whenever it runs",
	  "switch SMT off in the BIOS, or: echo off > " CPU "/smt/control", { NOTE, NOTE, YELLOW }, smt },
	{ "cpu.siblings", "shared work beside a hot core is a noisy neighbour by our own choice",
	  "take the hot cores' siblings out of cpus.shared", { NOTE, YELLOW, RED }, siblings },
	{ "cpu.neighbours", "what ran on a hot core, or on the thread beside it, will again",
	  "move it: taskset, CPUAffinity= of its unit; or isolate the hot CPUs and their siblings",
	  { NOTE, NOTE, YELLOW }, neighbours },
	{ "cpu.one_node", "a cache line that crosses sockets takes some 100 ns more",
	  "choose both hot CPUs on the node of their NICs", { NOTE, YELLOW, RED }, one_node },
	{ "cpu.instructions", "the shipped build is x86-64-v3 with AES-NI",
	  "use a processor of 2013 or later; in a virtual machine, let it see the host's", { RED, RED, RED }, instructions },
	{ "cpu.wide_crypto", "vector AES opens and seals long records in a fraction of the time",
	  "nothing to mend: Ice Lake, Zen 3 or later have it", { NOTE, NOTE, NOTE }, wide_crypto },
	{ "cpu.tsc", "the time-stamp counter is the clock of the hot cores: it must tick evenly in all power states",
	  "use a processor with an invariant TSC; in a virtual machine, let it see the host's", { RED, RED, RED }, tsc },
};
const u32 checks_cpu_n = ARRAY_LEN(checks_cpu);
