/*
 * due.h - who is due next: a heap of (time, number), one entry a number at most.
 *
 * Lazy: a time that moves back later leaves the entry where it is; its owner is then woken early,
 * sees that nothing is due and says anew when it will be. So the usual case, a timer restarted by
 * each acknowledgement, costs one compare.
 */
#ifndef SAKER_DUE_H
#define SAKER_DUE_H

#include "common/arena.h"

struct due_entry {
	ns_t at;
	u32 who;
};

struct due {
	struct due_entry *e; /* e[0] is the earliest */
	u32 *place;	     /* of each number: its index in e plus one; 0: none */
	u32 n, max;
};

static inline size_t due_arena_bytes(u32 max)
{
	return max * (sizeof(struct due_entry) + sizeof(u32)) + 2 * CACHE_LINE;
}

/* For the numbers 0 to max - 1. */
err_t due_init(struct due *d, struct arena *a, u32 max);

/* `who` is to be woken at `at` at the latest. */
void due_by(struct due *d, u32 who, ns_t at);

/* When the earliest is to be woken; UINT64_MAX: nobody is. */
static inline ns_t due_first(const struct due *d) { return d->n ? d->e[0].at : UINT64_MAX; }

/* Will `who` be woken at `at` at the latest? */
static inline bool due_has(const struct due *d, u32 who, ns_t at)
{
	return d->place[who] && d->e[d->place[who] - 1].at <= at;
}

/* Takes the earliest of at least one out. */
u32 due_take(struct due *d);

#endif
