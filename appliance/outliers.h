/*
 * outliers.h - freezes what surrounded a slow tick, from the trace and the tape. io thread.
 */
#ifndef SAKER_OUTLIERS_H
#define SAKER_OUTLIERS_H

#include "common/clock.h"
#include "common/outlier.h"
#include "common/tape.h"
#include "common/trace.h"

#define OUTLIER_TRACES 12 /* of the events frozen: at most so many of the trading core */

struct outliers {
	struct outlier_cell *slot; /* OUTLIERS of them, in the segment */
	u64 *seen;                 /* counter word: all, frozen or not */
	struct clock clock;
	const struct tape *tape;
	u64 total_ns, stage_ns; /* beyond which it is one; 0: none */
	u64 number;
	u64 frozen_tsc; /* when the newest ended */
	u32 n_traces;   /* ever; the newest are kept */
	struct outlier_event trace[OUTLIER_TRACES];
};

/* Each trace record, and each event of the tape that closes a message, in order. */
void outliers_trace(struct outliers *o, u16 kind, const struct trace_rec *t);
void outliers_tape(struct outliers *o, const struct tape_event *e);

#endif
