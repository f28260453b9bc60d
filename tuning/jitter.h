/*
 * jitter.h - what holds a busy loop up: the gaps a thread sees that does nothing but read the
 * time-stamp counter.
 *
 * It is what a hot core would suffer on that processor, whoever causes it: interrupts, other
 * threads, the firmware, the hypervisor. The spinning thread allocates nothing and calls nobody; the
 * caller's thread watches the interrupt counts beside it.
 */
#ifndef SAKER_JITTER_H
#define SAKER_JITTER_H

#include "common/clock.h"
#include "common/err.h"
#include "common/hist.h"
#include "tuning/interrupts.h"

#define JITTER_GAP_NS 200 /* a loop takes some 20 ns; what is longer was held up */
#define JITTER_WATCH_NS (20 * NS_PER_MS)
#define JITTER_CORES 64

struct jitter {
	u32 cpu;
	ns_t ran_ns;
	struct hist turns;          /* every turn of the loop */
	u64 gaps, lost_ns;          /* turns over JITTER_GAP_NS: how many, and together */
	ns_t worst_ns, worst_at_ns; /* at: since the start */
	char around_worst[256];     /* interrupts of this CPU that came within JITTER_WATCH_NS around it */
	char all[512];              /* all of them, from start to end */
};

/*
 * Spins on each of the `n` processors at once for `run_ns`, then returns. ERR_ARGUMENT: a processor
 * this process may not use (`*bad` says which); ERR_IO: no thread; ERR_UNSUPPORTED: no invariant TSC.
 */
err_t jitter_run(struct jitter *j, u32 n, ns_t run_ns, u32 *bad);

#endif
