/*
 * slow_book.h - the same book without any cleverness, for comparison: levels in no order, found by looking at all
 * of them.
 */
#ifndef TEST_SLOW_BOOK_H
#define TEST_SLOW_BOOK_H

#include <stdlib.h>
#include <string.h>

#include "dataplane/book/ladder.h"

#define SLOW_MAX 16384

struct slow_side {
	struct book_level at[SLOW_MAX];
	u32 n;
};

struct slow_book {
	struct slow_side side[2];
};

static inline void slow_set(struct slow_book *b, enum ladder_side side, i64 px, i64 qty)
{
	struct slow_side *s = &b->side[side];
	u32 i = 0;
	while (i < s->n && s->at[i].px != px)
		i++;
	if (i == s->n && qty)
		s->n++;
	if (qty)
		s->at[i] = (struct book_level){ px, qty };
	else if (i < s->n)
		s->at[i] = s->at[--s->n];
	assert(s->n < SLOW_MAX);
}

static inline i64 slow_qty(const struct slow_book *b, enum ladder_side side, i64 px)
{
	for (u32 i = 0; i < b->side[side].n; i++)
		if (b->side[side].at[i].px == px)
			return b->side[side].at[i].qty;
	return 0;
}

/* px 0 where the side is empty. */
static inline struct book_level slow_best(const struct slow_book *b, enum ladder_side side)
{
	struct book_level best = { 0, 0 };
	for (u32 i = 0; i < b->side[side].n; i++) {
		struct book_level l = b->side[side].at[i];
		if (!best.px || (side == LADDER_BID ? l.px > best.px : l.px < best.px))
			best = l;
	}
	return best;
}

static inline bool slow_equals(const struct slow_book *b, const struct ladder *l)
{
	for (int side = LADDER_BID; side <= LADDER_ASK; side++) {
		if (l->half[side].n != b->side[side].n)
			return false;
		for (u32 i = 0; i < b->side[side].n; i++)
			if (ladder_qty_at(l, (enum ladder_side)side, b->side[side].at[i].px) != b->side[side].at[i].qty)
				return false;
	}
	return ladder_is_sorted(l);
}

#endif
