#include "sim/history.h"

#include <stdlib.h>
#include <string.h>

#include "sim/buf.h"

static void copy(struct levels *to, const struct levels *from)
{
	for (size_t i = 0; i < from->n; i++)
		levels_add(to, from->v[i].price, from->v[i].qty);
}

static void drop_oldest(struct history *h, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(h->v[i].bids.v);
		free(h->v[i].asks.v);
	}
	h->n -= n;
	if (h->n)
		memmove(h->v, h->v + n, h->n * sizeof *h->v);
}

static void apply(struct ladder *l, const struct history_entry *e)
{
	sim_ladder_apply(l, &e->bids, &e->asks, e->first_id, e->last_id);
}

void history_start(struct history *h, const struct ladder *base) { ladder_copy(&h->base, base); }

void history_add(struct history *h, const struct message *depth)
{
	if (h->n == HISTORY_MAX) {
		for (size_t i = 0; i < HISTORY_MAX / 2; i++)
			apply(&h->base, &h->v[i]);
		drop_oldest(h, HISTORY_MAX / 2);
	}
	h->v = vec_grow(h->v, h->n, &h->cap, sizeof *h->v);
	struct history_entry *e = &h->v[h->n++];
	*e = (struct history_entry){ .first_id = depth->first_id, .last_id = depth->last_id };
	copy(&e->bids, &depth->bids);
	copy(&e->asks, &depth->asks);
}

err_t history_at(const struct history *h, u64 id, struct ladder *out)
{
	ladder_copy(out, &h->base);
	for (size_t i = 0; i < h->n && h->v[i].last_id <= id; i++)
		apply(out, &h->v[i]);
	return out->last_id == id ? ERR_OK : ERR_NOT_FOUND;
}

void history_free(struct history *h)
{
	drop_oldest(h, h->n);
	free(h->v);
	ladder_free(&h->base);
	*h = (struct history){ 0 };
}
