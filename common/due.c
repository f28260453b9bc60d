#include "common/due.h"

err_t due_init(struct due *d, struct arena *a, u32 max)
{
	*d = (struct due){ .max = max };
	d->e = ARENA_ARRAY(a, struct due_entry, max);
	d->place = ARENA_ARRAY(a, u32, max);
	if (!d->e || !d->place)
		return ERR_NO_MEMORY;
	for (u32 i = 0; i < max; i++)
		d->place[i] = 0;
	return ERR_OK;
}

static void put(struct due *d, u32 i, struct due_entry x)
{
	assert(i < d->n && x.who < d->max);
	d->e[i] = x;
	d->place[x.who] = i + 1;
}

static void rise(struct due *d, u32 i, struct due_entry x)
{
	for (; i && x.at < d->e[(i - 1) / 2].at; i = (i - 1) / 2)
		put(d, i, d->e[(i - 1) / 2]);
	put(d, i, x);
}

void due_by(struct due *d, u32 who, ns_t at)
{
	assert(who < d->max);
	u32 place = d->place[who];
	struct due_entry x = { at, who };
	if (!place) {
		assert(d->n < d->max && "one entry a number");
		rise(d, d->n++, x);
	} else if (at < d->e[place - 1].at) {
		rise(d, place - 1, x);
	}
}

u32 due_take(struct due *d)
{
	assert(d->n > 0);
	u32 who = d->e[0].who, i = 0, k;
	struct due_entry x = d->e[--d->n];
	d->place[who] = 0;
	if (!d->n || x.who == who)
		return who;
	for (; (k = 2 * i + 1) < d->n; i = k) {
		k += k + 1 < d->n && d->e[k + 1].at < d->e[k].at;
		if (x.at <= d->e[k].at)
			break;
		put(d, i, d->e[k]);
	}
	put(d, i, x);
	return who;
}
