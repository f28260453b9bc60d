/*
 * clock.h - the time-stamp counter as a monotonic nanosecond clock.
 *
 * Only the loops of the cores and threads read it, once a turn; everything below them takes `ns_t
 * now`. All cores of one process share one calibration, so that their times compare.
 */
#ifndef SAKER_CLOCK_H
#define SAKER_CLOCK_H

#include <x86intrin.h>

#include "common/err.h"
#include "common/types.h"

struct clock {
	u64 tsc_base;
	ns_t ns_base; /* CLOCK_MONOTONIC at tsc_base */
	u64 mult;     /* nanoseconds per tick, times 2^32 */
	u64 tsc_hz;
};

/*
 * Compares the counter with CLOCK_MONOTONIC for about 20 ms. ERR_UNSUPPORTED where the processor does not promise
 * that the counter is invariant, and the kernel does not keep its own time by it either.
 */
err_t clock_calibrate(struct clock *c);

/* CLOCK_REALTIME in nanoseconds: never on a hot core. */
ns_t clock_wall_ns(void);

static inline u64 tsc_now(void) { return __rdtsc(); }

static inline ns_t tsc_to_ns(const struct clock *c, u64 ticks)
{
	return (ns_t)((unsigned __int128)ticks * c->mult >> 32);
}

/* Good for stamps from before the calibration, too. */
static inline ns_t clock_ns(const struct clock *c, u64 tsc)
{
	return c->ns_base + (ns_t)((i128)(i64)(tsc - c->tsc_base) * c->mult >> 32);
}

#endif
