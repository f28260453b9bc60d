#include "bench/place.h"

#include <sched.h>
#include <stdio.h>

void pin_to(u32 cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof one, &one))
		perror("bench: sched_setaffinity");
}
