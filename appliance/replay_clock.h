/*
 * replay_clock.h - this machine's time in a replay: turns as far apart as they were, and the stages'
 * histograms as they are now.
 */
#ifndef SAKER_REPLAY_CLOCK_H
#define SAKER_REPLAY_CLOCK_H

#include "appliance/app.h"

struct replay_pace {
	u64 begun_tsc, began_ns; /* the first turn's, as recorded, and as it was run again */
};

/* Returns when a turn recorded at `tsc` by the clock `then` is due by the clock `here`; the first is due at once. */
void replay_pace_wait(struct replay_pace *p, const struct clock *then, const struct clock *here, u64 tsc);

/*
 * a->io makes histograms of trace and tape, without journal and disk. After app_make_cores.
 * ERR_UNSUPPORTED: `error` (APP_ERROR bytes) says why.
 */
err_t replay_measure(struct app *a, char *error);

/* The table of stages, to standard output. */
void replay_print_latency(const struct app *a);

#endif
