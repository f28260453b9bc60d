/*
 * alert.h - rules over samples: what is wrong long enough is raised, what is well long enough is cleared.
 *
 * A rule makes one number of a sample (and of the one before it). It is broken where the number
 * reaches the threshold; it is kept where the number is a tenth of the threshold or more below.
 * In between nothing changes: the hysteresis, together with telemetry.alerts.hold_ms and clear_ms.
 * Pure: time is that of the samples.
 */
#ifndef HOSTCTL_ALERT_H
#define HOSTCTL_ALERT_H

#include "appliance/config.h"
#include "hostctl/metric.h"

#define ALERT_NAME 32
#define ALERT_TEXT 160
#define ALERT_RULES 10

struct alert {
	char name[ALERT_NAME], text[ALERT_TEXT];
	bool raised; /* else cleared */
	ns_t wall_ns;
};

struct alert_state {
	bool raised;
	ns_t since_ns; /* broken (or, where raised, kept) without a break since; 0: it is not */
};

struct alerts {
	const struct config *c; /* its thresholds */
	struct alert_state state[ALERT_RULES];
};

void alerts_init(struct alerts *a, const struct config *c);

/* What was raised or cleared by this sample, to `out`; returns how many. */
u32 alerts_turn(struct alerts *a, const struct metric_set *now, const struct metric_set *before,
		struct alert out[ALERT_RULES]);

/* alert.raised of each rule, by the label `alert`. */
void alerts_sample(const struct alerts *a, struct metric_set *s);

#endif
