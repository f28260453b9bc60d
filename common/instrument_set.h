/*
 * instrument_set.h - which of a core's instruments: one bit each, by dense id. Zeroed it is empty. Plain
 * data of one thread.
 */
#ifndef SAKER_INSTRUMENT_SET_H
#define SAKER_INSTRUMENT_SET_H

#include "common/instrument.h"

#define INSTRUMENT_SET_WORDS ((INSTRUMENTS_MAX + 63) / 64)

struct instrument_set {
	u64 w[INSTRUMENT_SET_WORDS];
};

static inline void instrument_set_add(struct instrument_set *s, u32 id)
{
	assert(id < INSTRUMENTS_MAX);
	s->w[id / 64] |= 1ull << id % 64;
}

static inline void instrument_set_remove(struct instrument_set *s, u32 id)
{
	assert(id < INSTRUMENTS_MAX);
	s->w[id / 64] &= ~(1ull << id % 64);
}

static inline bool instrument_set_has(const struct instrument_set *s, u32 id)
{
	assert(id < INSTRUMENTS_MAX);
	return s->w[id / 64] >> id % 64 & 1;
}

static inline bool instrument_set_any(const struct instrument_set *s)
{
	u64 any = 0;
	for (u32 k = 0; k < INSTRUMENT_SET_WORDS; k++)
		any |= s->w[k];
	return any;
}

#endif
