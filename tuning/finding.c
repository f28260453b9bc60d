#include "tuning/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void finding_say(struct finding *f, bool good, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(f->found, sizeof f->found, format, ap);
	va_end(ap);
	f->severity = good ? SEVERITY_GREEN : SEVERITY_RED;
}

void finding_want(struct finding *f, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(f->wanted, sizeof f->wanted, format, ap);
	va_end(ap);
}

void finding_unknown(struct finding *f, const char *why)
{
	snprintf(f->found, sizeof f->found, "%s", why);
	f->severity = SEVERITY_UNKNOWN;
}

void finding_none(struct finding *f, const char *why)
{
	snprintf(f->found, sizeof f->found, "%s", why);
	f->severity = SEVERITY_NONE;
}

i64 finding_node(const struct patient *p, u32 port)
{
	i64 node;
	bool told = port < p->n_ports && p->port[port].pci[0] &&
		    host_number(&p->host, &node, "/sys/bus/pci/devices/%s/numa_node", p->port[port].pci);
	return told && node > 0 ? node : 0;
}

bool cpus_cover(const cpu_set_t *a, const cpu_set_t *b)
{
	cpu_set_t both;
	CPU_AND(&both, a, b);
	return CPU_EQUAL(&both, b);
}

bool cpus_meet(const cpu_set_t *a, const cpu_set_t *b)
{
	cpu_set_t both;
	CPU_AND(&both, a, b);
	return CPU_COUNT(&both) > 0;
}

bool finding_no_hot(const struct patient *p, struct finding *f)
{
	if (CPU_COUNT(&p->hot))
		return false;
	finding_none(f, "no hot core is known: give --config or --cores");
	return true;
}

void finding_hot(const struct patient *p, struct finding *f, finding_one one)
{
	char what[ANSWER_TEXT];
	u32 told = 0;
	if (finding_no_hot(p, f))
		return;
	for (u32 cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &p->hot))
			continue;
		enum answer a = one(p, cpu, what);
		if (a == ANSWER_NONE)
			continue;
		told++;
		finding_say(f, a == ANSWER_GOOD, "CPU %u: %s", cpu, what);
		if (a == ANSWER_BAD)
			return;
	}
	if (!told)
		finding_unknown(f, "the kernel shows none of this here");
}

static bool number(const struct patient *p, struct finding *f, const char *path, i64 *v)
{
	if (host_number(&p->host, v, "%s", path))
		return true;
	finding_unknown(f, path);
	return false;
}

void finding_number(const struct patient *p, struct finding *f, const char *path, i64 want)
{
	i64 v;
	finding_want(f, "%lld", (long long)want);
	if (number(p, f, path, &v))
		finding_say(f, v == want, "%lld", (long long)v);
}

void finding_at_least(const struct patient *p, struct finding *f, const char *path, i64 want)
{
	i64 v;
	finding_want(f, "%lld or more", (long long)want);
	if (number(p, f, path, &v))
		finding_say(f, v >= want, "%lld", (long long)v);
}
