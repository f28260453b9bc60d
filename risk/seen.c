#include "risk/seen.h"

#include "common/instrument.h"

#define ID_BITS 10 /* of an instrument */

/*
 * One word for both. Trade ids count up per instrument, so their top bits are free to hold it;
 * where a venue uses them, two instruments could share a word, two trades of one instrument never.
 */
static u64 key_of(u32 instrument, u64 trade_id)
{
	static_assert(INSTRUMENTS_MAX <= 1 << ID_BITS, "they hold the instrument");
	u64 key = (trade_id << ID_BITS | trade_id >> (64 - ID_BITS)) ^ instrument;
	return key ? key : UINT64_MAX;
}

err_t seen_init(struct seen *s, struct arena *a)
{
	*s = (struct seen){ .ring = ARENA_ARRAY(a, u64, SEEN_MAX) };
	return s->ring ? idmap_init(&s->map, a, SEEN_MAX) : ERR_NO_MEMORY;
}

bool seen_add(struct seen *s, u32 instrument, u64 trade_id)
{
	assert(instrument < INSTRUMENTS_MAX);
	u64 key = key_of(instrument, trade_id), *oldest = &s->ring[s->next];
	if (idmap_find(&s->map, key) != IDMAP_NONE)
		return false;
	if (*oldest)
		idmap_remove(&s->map, *oldest);
	idmap_put(&s->map, key, s->next);
	*oldest = key;
	s->next = (s->next + 1) % SEEN_MAX;
	return true;
}
