/*
 * session_set.h - what the sessions of one core share: the order of their deadlines, so that a turn
 * in which none is due is one compare however many there are, and the buffers of large messages,
 * so that one costs memory once a core and not once a session.
 *
 * One core's thread. Memory from the arena at start.
 */
#ifndef SAKER_SESSION_SET_H
#define SAKER_SESSION_SET_H

#include "common/due.h"
#include "dataplane/session.h"

struct session_set {
	struct due due;
	struct session **at; /* by index */
	struct pool large;
};

/*
 * For sessions with an index below `max`, which session_init puts in; `large_n` buffers for
 * messages of up to `large_max` bytes. ERR_NO_MEMORY.
 */
err_t session_set_init(struct session_set *set, struct arena *a, u32 max, u32 large_n, u32 large_max);

/*
 * Once a turn: time-outs, idle checks, reconnects of all. Returns how many sessions were woken.
 */
static inline u32 session_set_turn(struct session_set *set, ns_t now);

/* ---- inline bodies ---- */

u32 session_set_wake(struct session_set *set, ns_t now);

static inline u32 session_set_turn(struct session_set *set, ns_t now)
{
	return now < due_first(&set->due) ? 0 : session_set_wake(set, now);
}

#endif
