/*
 * rng.h - seeded pseudo-random numbers (xoshiro256**, seeded by splitmix64). Not for keys.
 */
#ifndef SAKER_RNG_H
#define SAKER_RNG_H

#include "common/types.h"

struct rng {
	u64 s[4];
};

static inline void rng_seed(struct rng *r, u64 seed)
{
	for (int i = 0; i < 4; i++) {
		u64 z = (seed += 0x9e3779b97f4a7c15ULL);
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		r->s[i] = z ^ z >> 31;
	}
}

static inline u64 rng_rotl(u64 x, int k) { return x << k | x >> (64 - k); }

static inline u64 rng_next(struct rng *r)
{
	u64 *s = r->s, out = rng_rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rng_rotl(s[3], 45);
	return out;
}

/* Uniform in [0, n), n > 0; the bias of at most n / 2^64 does not matter to its users. */
static inline u64 rng_below(struct rng *r, u64 n) { return (u64)((unsigned __int128)rng_next(r) * n >> 64); }

#endif
