/*
 * rtt.h - what a round trip between two CPUs costs here and now: two threads pass one number to and
 * fro. On virtual machines it varies by a factor of five between runs, so it stands beside every
 * figure that holds such a hop.
 */
#ifndef BENCH_RTT_H
#define BENCH_RTT_H

#include "common/clock.h"

/* Once all before it is done: else the processor reads the counter while a seal is still under way. */
static inline u64 tsc_fenced(void)
{
	_mm_lfence();
	return tsc_now();
}

/* Mean of 200,000 round trips, nanoseconds. Leaves the calling thread on `cpu_a`. */
u64 core_rtt_ns(const struct clock *c, u32 cpu_a, u32 cpu_b);

void pin_to(u32 cpu);

#endif
