/*
 * core_status.h - what a hot core says of itself, in the segment: written once a turn by the core, read by anyone.
 */
#ifndef SAKER_CORE_STATUS_H
#define SAKER_CORE_STATUS_H

#include "common/counter.h"

struct core_status {
	CACHE_ALIGNED u64 turns;
	u64 busy_turns;  /* turns that did some work */
	u64 now_ns;      /* the turn's time: a core that hangs stops here */
	u64 max_turn_ns; /* longest time between two turns */
	u64 max_turn_at_ns;
	u64 slow_turns; /* turns over CORE_SLOW_TURN_NS */
	u64 halted;     /* 1: the kill word stopped this core's trading */
	u64 kill_seen;  /* kill level this core acts on */
};

#define CORE_SLOW_TURN_NS (100 * NS_PER_US)

/* Once a turn, with the time of this turn. */
static inline void core_status_turn(struct core_status *s, ns_t now)
{
	u64 took = s->now_ns ? now - s->now_ns : 0;
	counter_inc(&s->turns);
	counter_set(&s->now_ns, now);
	if (took > CORE_SLOW_TURN_NS)
		counter_inc(&s->slow_turns);
	if (took > s->max_turn_ns) {
		counter_set(&s->max_turn_ns, took);
		counter_set(&s->max_turn_at_ns, now);
	}
}

/* One session as the operator sees it. Rewritten by its core now and then; words may be a moment apart. */
struct session_status {
	char name[16];
	u64 state; /* enum session_state */
	u64 attempts, since_ns, rx_ns;
	u64 srtt_ns, retransmits;
};

#endif
