/*
 * place.h - where a bench runs and when it looks at the time.
 */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include "common/clock.h"

/* Once all before it is done: else the processor reads the counter while a seal is still under way. */
static inline u64 tsc_fenced(void)
{
	_mm_lfence();
	return tsc_now();
}

void pin_to(u32 cpu);

#endif
