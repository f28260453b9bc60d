/* checks.h - the parts of the doctor's table, one file a subject. */
#ifndef SAKER_CHECKS_H
#define SAKER_CHECKS_H

#include "tuning/doctor.h"

extern const struct check checks_cpu[], checks_power[], checks_kernel[], checks_irq[], checks_memory[],
	checks_nic[], checks_time[];
extern const u32 checks_cpu_n, checks_power_n, checks_kernel_n, checks_irq_n, checks_memory_n, checks_nic_n,
	checks_time_n;

#endif
