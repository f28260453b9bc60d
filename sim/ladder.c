#include "sim/ladder.h"

#include <stdlib.h>
#include <string.h>

/* The index of the first level not worse than `price`: where it is, or where it belongs. */
static size_t find(const struct levels *l, enum side s, i64 price)
{
	size_t lo = 0, hi = l->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		bool worse = s == SIDE_BUY ? l->v[mid].price < price : l->v[mid].price > price;
		if (worse)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_at(const struct levels *l, size_t i, i64 price)
{
	return i < l->n && l->v[i].price == price;
}

void ladder_set(struct ladder *ladder, enum side s, i64 price, i64 qty)
{
	struct levels *l = &ladder->side[s];
	size_t i = find(l, s, price);
	bool there = is_at(l, i, price);
	if (there && qty) {
		l->v[i].qty = qty;
	} else if (there) {
		memmove(l->v + i, l->v + i + 1, (l->n - i - 1) * sizeof *l->v);
		l->n--;
	} else if (qty) {
		levels_add(l, price, qty);
		memmove(l->v + i + 1, l->v + i, (l->n - 1 - i) * sizeof *l->v);
		l->v[i] = (struct level){ price, qty };
	}
}

i64 ladder_qty(const struct ladder *ladder, enum side s, i64 price)
{
	const struct levels *l = &ladder->side[s];
	size_t i = find(l, s, price);
	return is_at(l, i, price) ? l->v[i].qty : 0;
}

struct level ladder_at(const struct ladder *ladder, enum side s, size_t depth)
{
	const struct levels *l = &ladder->side[s];
	return depth < l->n ? l->v[l->n - 1 - depth] : (struct level){ 0 };
}

static void set_all(struct ladder *l, const struct levels *bids, const struct levels *asks)
{
	for (size_t i = 0; i < bids->n; i++)
		ladder_set(l, SIDE_BUY, bids->v[i].price, bids->v[i].qty);
	for (size_t i = 0; i < asks->n; i++)
		ladder_set(l, SIDE_SELL, asks->v[i].price, asks->v[i].qty);
}

void ladder_load(struct ladder *l, const struct levels *bids, const struct levels *asks,
		 u64 last_id)
{
	l->side[SIDE_BUY].n = l->side[SIDE_SELL].n = 0;
	set_all(l, bids, asks);
	l->last_id = last_id;
}

err_t sim_ladder_apply(struct ladder *l, const struct levels *bids, const struct levels *asks,
		   u64 first_id, u64 last_id)
{
	assert(first_id <= last_id);
	if (last_id <= l->last_id)
		return ERR_EXISTS;
	if (first_id > l->last_id + 1)
		return ERR_STATE;
	set_all(l, bids, asks);
	l->last_id = last_id;
	return ERR_OK;
}

static void levels_copy(struct levels *to, const struct levels *from)
{
	to->n = 0;
	for (size_t i = 0; i < from->n; i++)
		levels_add(to, from->v[i].price, from->v[i].qty);
}

void ladder_copy(struct ladder *to, const struct ladder *from)
{
	levels_copy(&to->side[SIDE_BUY], &from->side[SIDE_BUY]);
	levels_copy(&to->side[SIDE_SELL], &from->side[SIDE_SELL]);
	to->last_id = from->last_id;
}

void ladder_free(struct ladder *l)
{
	free(l->side[SIDE_BUY].v);
	free(l->side[SIDE_SELL].v);
	*l = (struct ladder){ 0 };
}
