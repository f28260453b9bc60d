#include "risk/duplicate.h"

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0xbf58476d1ce4e5b9ULL;
	return h ^ h >> 29;
}

u64 duplicate_key(const struct order_req *q)
{
	u64 h = mix((u64)q->instrument << 16 | (u64)q->type << 8 | q->side, (u64)q->px);
	return mix(mix(h, (u64)q->qty), 0x94d049bb133111ebULL);
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
	struct duplicate_entry *e = d->e[key % DUPLICATE_BUCKETS], *oldest = e;
	assert(now);
	for (u32 i = 1; i < DUPLICATE_WAYS; i++)
		oldest = e[i].at < oldest->at ? &e[i] : oldest;
	*oldest = (struct duplicate_entry){ key, now };
}
