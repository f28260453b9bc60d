/*
 * arena.h - all memory of a core, taken and touched at start, then sealed.
 *
 * Guarantee: memory is zeroed, already faulted in, in no core dump, and never given back before arena_close. After
 * arena_seal an allocation is a programming error and aborts. One thread at a time.
 *
 * It grows from both ends. Rings and buffers of which mostly little is in use come from the upper end: what a
 * core consists of is all of the lower part, and of the upper what their owners say (state.h).
 */
#ifndef SAKER_ARENA_H
#define SAKER_ARENA_H

#include "common/err.h"
#include "common/types.h"

struct arena {
	u8 *base;
	size_t size; /* reserved address space; pages are taken as they are allocated */
	size_t used; /* of the lower end */
	size_t bulk; /* of the upper */
	bool sealed;
};

err_t arena_open(struct arena *a, size_t size);

/* `align` is a power of two. NULL where the arena is too small: start-up code answers ERR_NO_MEMORY. */
void *arena_alloc(struct arena *a, size_t n, size_t align);

/* An arena of `n` bytes within `a`, of its upper end, faulted in; it goes with `a` and is not closed. ERR_NO_MEMORY. */
err_t arena_carve(struct arena *a, struct arena *part, size_t n);

/* The same from the upper end. */
void *arena_alloc_bulk(struct arena *a, size_t n, size_t align);

/* Where the upper part begins. */
static inline u8 *arena_bulk(const struct arena *a) { return a->base + a->size - a->bulk; }

/* Keeps what was allocated in memory. false: errno says why. */
bool arena_lock(const struct arena *a);

void arena_seal(struct arena *a);
void arena_close(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n), _Alignof(type)))

#endif
