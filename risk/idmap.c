#include "risk/idmap.h"

static u32 home(const struct idmap *m, u64 key)
{
	return (u32)(key * 0x9e3779b97f4a7c15ULL >> m->shift);
}

/*
 * Where the key is, or the free slot at which its probe ends: there always is one, as half the
 * slots are free.
 */
static u32 probe(const struct idmap *m, u64 key)
{
	assert(key);
	u32 i = home(m, key);
	while (m->slot[i].key && m->slot[i].key != key)
		i = (i + 1) & m->mask;
	return i;
}

err_t idmap_init(struct idmap *m, struct arena *a, u32 max)
{
	assert(max && max <= 1U << 24);
	u32 bits = 1;
	while (1U << bits < 2 * max)
		bits++;
	struct idmap_slot *slot = ARENA_ARRAY(a, struct idmap_slot, 1UL << bits);
	*m = (struct idmap){ .slot = slot, .mask = (1U << bits) - 1, .shift = 64 - bits };
	m->max = max;
	return slot ? ERR_OK : ERR_NO_MEMORY;
}

u32 idmap_find(const struct idmap *m, u64 key)
{
	const struct idmap_slot *s = &m->slot[probe(m, key)];
	return s->key ? (u32)s->value : IDMAP_NONE;
}

void idmap_put(struct idmap *m, u64 key, u32 value)
{
	u32 i = probe(m, key);
	assert(!m->slot[i].key && m->n < m->max && value != IDMAP_NONE);
	m->slot[i] = (struct idmap_slot){ key, value };
	m->n++;
}

void idmap_remove(struct idmap *m, u64 key)
{
	u32 hole = probe(m, key);
	assert(m->slot[hole].key && m->n);
	for (u32 i = (hole + 1) & m->mask; m->slot[i].key; i = (i + 1) & m->mask) {
		/* How far it stands from its home. */
		u32 back = (i - home(m, m->slot[i].key)) & m->mask;
		if (back < ((i - hole) & m->mask))
			continue; /* its home lies after the hole: it must not move before it */
		m->slot[hole] = m->slot[i];
		hole = i;
	}
	m->slot[hole] = (struct idmap_slot){ 0 };
	m->n--;
}
