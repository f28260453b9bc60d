/*
 * ladder.h - price levels of one instrument: two sorted arrays, the best price at the end, so that changes near
 * the touch move little.
 *
 * Invariant: bids ascend and asks descend strictly in price, every quantity is > 0, n <= cap. Pure; one thread;
 * memory is the caller's. `touched` lets a copy elsewhere be brought up to date by copying only what changed.
 */
#ifndef LADDER_H
#define LADDER_H

#include "common/arena.h"
#include "common/state.h"
#include "common/types.h"

/* Any pair of i64 price and quantity may be read as one: other modules have the same pair under their own name. */
struct book_level {
	i64 px, qty; /* ticks, instrument units */
} __attribute__((may_alias));

enum ladder_side { LADDER_BID, LADDER_ASK };

struct ladder_half {
	struct book_level *at; /* at[n - 1] is the best */
	u32 n;
	u32 touched; /* indices below it are as they were when it was last set to n */
};

struct ladder {
	struct ladder_half half[2]; /* by enum ladder_side */
	u32 cap;     /* levels a side */
	u64 dropped; /* deepest levels given up because a side was full */
};

/* Takes 2 * cap levels from the arena, cap > 0. ERR_NO_MEMORY. */
err_t ladder_init(struct ladder *l, struct arena *a, u32 cap);

/* Its levels; the struct itself is its owner's to put. */
void ladder_save(const struct ladder *l, struct state *s);

void ladder_clear(struct ladder *l);

/*
 * The level at `px` is now `qty` (>= 0; 0 removes it, also where there is none). A full side gives up its deepest
 * level, be it the new one, and counts it. Returns whether the ladder changed.
 */
bool ladder_apply(struct ladder *l, enum ladder_side side, i64 px, i64 qty);

/*
 * Loading a snapshot, best price first: appends out of the ladder's order. Between the first append and
 * ladder_reverse no other function may be called. False, and nothing is done, where `px` is not worse than the one
 * before, qty <= 0 or the side is full.
 */
bool ladder_append_worse(struct ladder *l, enum ladder_side side, struct book_level level);
void ladder_reverse(struct ladder *l); /* both sides: done loading */

/* The best level, NULL where the side is empty. */
static inline const struct book_level *ladder_best(const struct ladder *l, enum ladder_side side);

/* The `i`th best level, 0 the best; NULL where the side is not that deep. For walking the depth. */
static inline const struct book_level *ladder_nth(const struct ladder *l, enum ladder_side side, u32 i);

/* Quantity resting at `px`, 0 where none. */
i64 ladder_qty_at(const struct ladder *l, enum ladder_side side, i64 px);

/* Quantity that a taker finds at `limit_px` or better, at most `want`. */
i64 ladder_qty_within(const struct ladder *l, enum ladder_side side, i64 limit_px, i64 want);

/* Both sides filled and the best bid not below the best ask. */
static inline bool ladder_is_crossed(const struct ladder *l);

/* The invariant of this header holds. For tests and assertions: walks everything. */
bool ladder_is_sorted(const struct ladder *l);

/* ---- inline bodies ---- */

static inline const struct book_level *ladder_nth(const struct ladder *l, enum ladder_side side, u32 i)
{
	const struct ladder_half *h = &l->half[side];
	return i < h->n ? &h->at[h->n - 1 - i] : NULL;
}

static inline const struct book_level *ladder_best(const struct ladder *l, enum ladder_side side)
{
	return ladder_nth(l, side, 0);
}

static inline bool ladder_is_crossed(const struct ladder *l)
{
	const struct book_level *bid = ladder_best(l, LADDER_BID), *ask = ladder_best(l, LADDER_ASK);
	return bid && ask && bid->px >= ask->px;
}

#endif
