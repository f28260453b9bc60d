/*
 * rate.h - a token bucket in integers: at most `burst` messages at once, `per_s` a second in the
 * long run.
 *
 * Kept as the theoretical arrival time of the next message (GCRA), so that refilling is no division
 * and nothing drifts. Guarantee: in any window of t ns at most burst + t * per_s / 10^9 messages
 * are taken.
 */
#ifndef SAKER_RATE_H
#define SAKER_RATE_H

#include "common/types.h"

struct rate {
	ns_t due_ns;    /* when the bucket would be full again */
	ns_t period_ns; /* of one message; 0: none is ever allowed */
	ns_t slack_ns;  /* (burst - 1) periods */
};

/* per_s <= 10^9; full at `now`. */
static inline void rate_init(struct rate *r, u32 per_s, u32 burst, ns_t now);
static inline bool rate_ready(const struct rate *r, ns_t now);
static inline void rate_take(struct rate *r, ns_t now); /* only when ready */

/* ---- inline bodies ---- */

static inline void rate_init(struct rate *r, u32 per_s, u32 burst, ns_t now)
{
	assert(per_s <= NS_PER_S);
	ns_t period = per_s && burst ? (NS_PER_S + per_s - 1) / per_s
				     : 0; /* rounded up: never faster than asked */
	*r = (struct rate){ .due_ns = now,
			    .period_ns = period,
			    .slack_ns = burst ? (burst - 1) * period : 0 };
}

static inline bool rate_ready(const struct rate *r, ns_t now)
{
	return r->period_ns && r->due_ns <= now + r->slack_ns;
}

static inline void rate_take(struct rate *r, ns_t now)
{
	assert(rate_ready(r, now));
	r->due_ns = u64_max(r->due_ns, now) + r->period_ns;
}

#endif
