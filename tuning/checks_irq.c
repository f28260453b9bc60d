/* checks_irq.c - interrupts and kernel work that must stay away from the hot cores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuning/checks.h"
#include "tuning/finding.h"

struct irqs {
	const struct patient *p;
	u32 n, bad;
	char first[16];
};

static bool add_irq(void *user, const char *name)
{
	struct irqs *s = user;
	cpu_set_t set;
	if (name[0] < '0' || name[0] > '9')
		return true;
	if (!host_cpus(&s->p->host, &set, "/proc/irq/%s/effective_affinity_list", name) || !CPU_COUNT(&set))
		if (!host_cpus(&s->p->host, &set, "/proc/irq/%s/smp_affinity_list", name))
			return true;
	s->n++;
	if (cpus_meet(&set, &s->p->hot) && !s->bad++)
		snprintf(s->first, sizeof s->first, "%.15s", name);
	return true;
}

static void affinity(const struct patient *p, struct finding *f)
{
	struct irqs s = { .p = p };
	if (finding_no_hot(p, f))
		return;
	finding_want(f, "no interrupt on a hot CPU");
	host_list(&p->host, "/proc/irq", add_irq, &s);
	if (!s.n)
		finding_unknown(f, "/proc/irq shows no affinities");
	else if (s.bad)
		finding_say(f, false, "%u of %u, the first is %s", s.bad, s.n, s.first);
	else
		finding_say(f, true, "none of %u", s.n);
}

/* A mask of processors that must not hold a hot one. */
static void away(const struct patient *p, struct finding *f, const char *path)
{
	char list[CPUS_TEXT];
	cpu_set_t set;
	if (finding_no_hot(p, f))
		return;
	finding_want(f, "no hot CPU in it");
	if (!host_mask(&p->host, &set, "%s", path))
		finding_unknown(f, path);
	else
		finding_say(f, !cpus_meet(&set, &p->hot), "%s", cpus_print(list, &set));
}

static void new_irqs(const struct patient *p, struct finding *f) { away(p, f, "/proc/irq/default_smp_affinity"); }

static void workqueues(const struct patient *p, struct finding *f)
{
	away(p, f, "/sys/devices/virtual/workqueue/cpumask");
}

static void writeback(const struct patient *p, struct finding *f)
{
	away(p, f, "/sys/bus/workqueue/devices/writeback/cpumask");
}

/* It moves interrupts about unless told which CPUs are not its own. */
static void irqbalance(const struct patient *p, struct finding *f)
{
	char text[HOST_TEXT];
	finding_want(f, "not running, or told to leave hot CPUs alone");
	if (!host_runs(&p->host, "irqbalance")) {
		finding_say(f, true, "not running");
		return;
	}
	host_read(&p->host, text, sizeof text, "/etc/default/irqbalance");
	char *line = strstr(text, "IRQBALANCE_BANNED_CPU");
	bool told = line && (line == text || line[-1] == '\n');
	finding_say(f, told, told ? "running, with banned CPUs" : "running");
}

const struct check checks_irq[] = {
	{ "irq.affinity", "each interrupt takes a hot core away for microseconds and pollutes its caches",
	  "hostctl tune apply, or write other CPUs to /proc/irq/<n>/smp_affinity_list",
	  { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_RED }, affinity },
	{ "irq.new", "interrupts requested later begin with this affinity",
	  "hostctl tune apply, or boot with irqaffinity=<other CPUs>",
	  { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW }, new_irqs },
	{ "irq.balance", "it moves interrupts onto the CPU that looks idle: the isolated one",
	  "systemctl disable --now irqbalance", { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_RED }, irqbalance },
	{ "irq.workqueues", "unbound kernel work runs wherever this mask allows",
	  "hostctl tune apply, or write a mask of other CPUs there", { SEVERITY_NOTE, SEVERITY_YELLOW, SEVERITY_RED },
	  workqueues },
	{ "irq.writeback", "flushing of dirty pages has a mask of its own",
	  "hostctl tune apply, or write a mask of other CPUs there", { SEVERITY_NOTE, SEVERITY_NOTE, SEVERITY_YELLOW },
	  writeback },
};
const u32 checks_irq_n = ARRAY_LEN(checks_irq);
