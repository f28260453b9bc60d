/*
 * state.h - what a hot core consists of, as bytes: copied between two of its turns, and put back
 * into a core that was made the same way, in a process where everything lies elsewhere.
 *
 * Both sides name the places the state lies in or points to (struct state_place). A word of the
 * state that is an address in a place of the process that was left becomes the same address of the
 * place of that name here; what is no address of any place stays as it is. Since a number might by
 * chance look like an address, places are no larger than they have to be.
 */
#ifndef SAKER_STATE_H
#define SAKER_STATE_H

#include "common/err.h"
#include "common/types.h"

#define STATE_NAME 96

/* ---- copying: the core's thread; nothing is allocated ---- */

struct state {
	u8 *to; /* `cap` bytes; NULL: nothing is to be copied */
	size_t cap, n;
	bool full; /* it did not fit: what is there is of no use */
};

/* `n` bytes at `p`, in which words may be addresses. */
void state_put(struct state *s, const void *p, size_t n);
/* The same of bytes that are none: payload. */
void state_put_plain(struct state *s, const void *p, size_t n);
/* Bytes [lo, lo + n) of a ring of `size` bytes, a power of two; n <= size. */
void state_put_ring(struct state *s, const u8 *ring, u32 size, u32 lo, u32 n);

/* ---- putting back ---- */

struct state_place {
	char name[STATE_NAME];
	u8 id[24]; /* of a program or library: its build id; else 0 */
	u64 at, n;
	bool holds; /* state lies in it; else it is only pointed to */
	u8 rsv[7];
};

/* Memory of ours, in which state lies where `holds`. */
struct state_place state_place(const char *name, const void *p, size_t n, bool holds);

/*
 * Puts `bytes` back. `were` and `are` are both sides' places; the first one an address lies in is
 * its own. ERR_UNSUPPORTED: `lacks` (STATE_NAME bytes) names a place that is not here, or not the
 * same; ERR_SYNTAX: the bytes are no state, or not of these places. Then memory may be half written,
 * but none outside places that hold state.
 */
err_t state_load(struct span bytes, const struct state_place *were, u32 n_were, const struct state_place *are,
		 u32 n_are, char *lacks);

#endif
