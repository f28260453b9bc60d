/*
 * diff_buffer.h - depth diffs waiting for a snapshot: a contiguous run of update ids, in memory of fixed size.
 *
 * Pure; one thread. Invariant: each diff begins at most one after the end of the one before, and ends after it.
 */
#ifndef DIFF_BUFFER_H
#define DIFF_BUFFER_H

#include "common/arena.h"
#include "common/types.h"
#include "dataplane/book/ladder.h"

struct waiting_diff {
	u64 first_id, update_id;
	ns_t rx_ns;
	u32 at;             /* index of its first level: bids, then asks */
	u32 n_bids, n_asks;
};

struct diff_buffer {
	struct waiting_diff *diff;
	struct book_level *level;
	u32 n, cap;
	u32 n_levels, level_cap;
};

err_t diff_buffer_init(struct diff_buffer *b, struct arena *a, u32 diffs, u32 levels); /* ERR_NO_MEMORY */

/* What waits; the struct itself is its owner's to put. */
void diff_buffer_save(const struct diff_buffer *b, struct state *s);

static inline void diff_buffer_clear(struct diff_buffer *b) { b->n = b->n_levels = 0; }

/* Update id of the newest, 0 where empty. */
static inline u64 diff_buffer_last_id(const struct diff_buffer *b) { return b->n ? b->diff[b->n - 1].update_id : 0; }

/* Copies the levels; `d->at` is set here. The caller has seen to the invariant. False where there is no room. */
bool diff_buffer_push(struct diff_buffer *b, struct waiting_diff d, const struct book_level *bids,
		      const struct book_level *asks);

#endif
