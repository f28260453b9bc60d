#include "risk/duplicate.h"

/*
 * Three products side by side, then one more to spread their sum over all bits: a chain of two
 * multiplications.
 */
u64 duplicate_key(const struct order_req *q)
{
	u64 rest = (u64)q->instrument << 16 | (u64)q->type << 8 | q->side;
	u64 h = (u64)q->px * 0x9e3779b97f4a7c15ULL + (u64)q->qty * 0xbf58476d1ce4e5b9ULL +
		rest * 0x94d049bb133111ebULL;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ULL;
	return h ^ h >> 32;
}

bool duplicate_find(const struct duplicate *d, u64 key, ns_t now, ns_t window_ns)
{
	const struct duplicate_entry *e = d->e[key % DUPLICATE_BUCKETS];
	bool found = false;
	for (u32 i = 0; i < DUPLICATE_WAYS; i++)
		found |= e[i].at && e[i].key == key && now - e[i].at < window_ns;
	return found;
}

void duplicate_note(struct duplicate *d, u64 key, ns_t now)
{
	struct duplicate_entry *e = d->e[key % DUPLICATE_BUCKETS];
	assert(now);
	for (u32 i = DUPLICATE_WAYS - 1; i > 0; i--)
		e[i] = e[i - 1]; /* newest first: the oldest falls out */
	e[0] = (struct duplicate_entry){ key, now };
}
