#include "dataplane/book/ladder.h"

#include <string.h>

err_t ladder_init(struct ladder *l, struct arena *a, u32 cap)
{
	assert(cap > 0);
	*l = (struct ladder){ .cap = cap };
	for (int side = LADDER_BID; side <= LADDER_ASK; side++) {
		l->half[side].at = arena_alloc_bulk(a, sizeof(struct book_level) * cap, CACHE_LINE);
		if (!l->half[side].at)
			return ERR_NO_MEMORY;
	}
	return ERR_OK;
}

void ladder_save(const struct ladder *l, struct state *s)
{
	for (int side = LADDER_BID; side <= LADDER_ASK; side++)
		state_put_plain(s, l->half[side].at, sizeof(struct book_level) * l->half[side].n);
}

void ladder_clear(struct ladder *l)
{
	for (int side = LADDER_BID; side <= LADDER_ASK; side++)
		l->half[side].n = l->half[side].touched = 0;
}

/* `a` is worse than `b` for whoever takes from this side. */
static inline bool is_worse(enum ladder_side side, i64 a, i64 b) { return side == LADDER_BID ? a < b : a > b; }

/* Index of the first level not worse than `px`: where it is, or where it belongs. */
static u32 position(const struct ladder_half *h, enum ladder_side side, i64 px)
{
	u32 lo = 0, n = h->n;
	/* Branches, not masks: levels of a diff come in order, so most are predicted (1.45 against 1.82 us a diff). */
	while (n) {
		u32 half = n / 2;
		if (is_worse(side, h->at[lo + half].px, px)) {
			lo += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	assert(lo <= h->n);
	return lo;
}

static void touch(struct ladder_half *h, u32 i) { h->touched = u32_min(h->touched, i); }

static void remove_at(struct ladder_half *h, u32 i)
{
	assert(i < h->n);
	memmove(&h->at[i], &h->at[i + 1], (h->n - i - 1) * sizeof *h->at);
	h->n--;
	touch(h, i);
}

/* A full side gives up its deepest level, at index 0; false where that would be the new one. */
static bool make_room(struct ladder *l, struct ladder_half *h, u32 *i)
{
	if (h->n < l->cap)
		return true;
	l->dropped++;
	if (*i == 0)
		return false;
	remove_at(h, 0);
	--*i;
	return true;
}

bool ladder_apply(struct ladder *l, enum ladder_side side, i64 px, i64 qty)
{
	assert(qty >= 0 && px > 0);
	struct ladder_half *h = &l->half[side];
	u32 i = position(h, side, px);
	bool there = i < h->n && h->at[i].px == px;
	if (there && qty == 0) {
		remove_at(h, i);
		return true;
	}
	if (there) {
		bool differs = h->at[i].qty != qty;
		h->at[i].qty = qty;
		touch(h, i);
		return differs;
	}
	if (qty == 0 || !make_room(l, h, &i))
		return false;
	memmove(&h->at[i + 1], &h->at[i], (h->n - i) * sizeof *h->at);
	h->at[i] = (struct book_level){ px, qty };
	h->n++;
	touch(h, i);
	assert(h->n <= l->cap);
	return true;
}

bool ladder_append_worse(struct ladder *l, enum ladder_side side, struct book_level level)
{
	struct ladder_half *h = &l->half[side];
	if (level.qty <= 0 || h->n == l->cap || (h->n && !is_worse(side, level.px, h->at[h->n - 1].px)))
		return false;
	h->at[h->n++] = level;
	return true;
}

void ladder_reverse(struct ladder *l)
{
	for (int side = LADDER_BID; side <= LADDER_ASK; side++) {
		struct ladder_half *h = &l->half[side];
		for (u32 i = 0, k = h->n; i + 1 < k; i++) {
			struct book_level swap = h->at[--k];
			h->at[k] = h->at[i];
			h->at[i] = swap;
		}
		h->touched = 0;
	}
}

i64 ladder_qty_at(const struct ladder *l, enum ladder_side side, i64 px)
{
	const struct ladder_half *h = &l->half[side];
	u32 i = position(h, side, px);
	return i < h->n && h->at[i].px == px ? h->at[i].qty : 0;
}

i64 ladder_qty_within(const struct ladder *l, enum ladder_side side, i64 limit_px, i64 want)
{
	i64 found = 0;
	const struct book_level *at;
	for (u32 i = 0; found < want && (at = ladder_nth(l, side, i)) && !is_worse(side, at->px, limit_px); i++)
		found = at->qty > want - found ? want : found + at->qty;
	return found;
}

bool ladder_is_sorted(const struct ladder *l)
{
	for (int side = LADDER_BID; side <= LADDER_ASK; side++) {
		const struct ladder_half *h = &l->half[side];
		for (u32 i = 0; i < h->n; i++)
			if (h->at[i].qty <= 0 || (i && !is_worse((enum ladder_side)side, h->at[i - 1].px, h->at[i].px)))
				return false;
		if (h->n > l->cap)
			return false;
	}
	return true;
}
