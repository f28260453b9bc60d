#include "tuning/doctor.h"

#include <string.h>

#include "tuning/checks.h"

const char *const profile_names[PROFILES] = { "lab", "cloud", "colocated" };
const char *const severity_names[] = { "-", "green", "unknown", "note", "yellow", "red" };

const struct check *doctor_check(u32 i)
{
	static const struct {
		const struct check *first;
		const u32 *n;
	} parts[] = {
		{ checks_cpu, &checks_cpu_n },       { checks_power, &checks_power_n },
		{ checks_kernel, &checks_kernel_n }, { checks_irq, &checks_irq_n },
		{ checks_memory, &checks_memory_n }, { checks_nic, &checks_nic_n },
		{ checks_time, &checks_time_n },
	};
	for (u32 k = 0; k < ARRAY_LEN(parts); k++) {
		if (i < *parts[k].n)
			return &parts[k].first[i];
		i -= *parts[k].n;
	}
	return NULL;
}

void doctor_examine(const struct check *c, const struct patient *p, struct finding *f)
{
	memset(f, 0, sizeof *f);
	c->run(p, f);
	if (f->severity == SEVERITY_RED)
		f->severity = c->bad[p->profile];
}
