/*
 * digits.h - digits to integers, eight at a time.
 *
 * For the usual form of the venue's numbers only: each function answers false for anything else, and the caller
 * then reads it the general way (common/decimal.h). Results equal the general way's. No byte at or beyond `end` is
 * read.
 */
#ifndef FEED_DIGITS_H
#define FEED_DIGITS_H

#include <string.h>

#include "common/decimal.h"
#include "common/types.h"

#define DIGITS_ZEROS 0x3030303030303030ULL
#define DIGITS_ONES  0x0101010101010101ULL
#define DIGITS_HIGHS 0x8080808080808080ULL
#define DIGITS_FRACTION 8 /* decimals the venue always writes */

/* How to cut the venue's eight decimals down to the `scale` of an instrument: made once by digits_cut_of. */
struct digits_cut {
	u64 keep, fill; /* masks: the decimals that count, and the zeros put before them */
	u32 shift;
	i64 one;        /* 10^scale */
};

/* False where scale > DIGITS_FRACTION: such an instrument is always read the general way. */
static inline bool digits_cut_of(u32 scale, struct digits_cut *c);

/* 1 to 18 digits without a leading sign; `*p` moves behind them. */
static inline bool digits_u64(const char **p, const char *end, u64 *out);

/*
 * 1 to 7 digits, a point and eight digits, in units of 10^-scale; false also where a decimal is lost. `*p` moves
 * behind them.
 */
static inline bool digits_decimal(const char **p, const char *end, const struct digits_cut *c, i64 *out);

/* ---- inline bodies ---- */

static inline u64 digits_load(const char *p)
{
	u64 w;
	memcpy(&w, p, sizeof w);
	return w;
}

/* High bit of each byte that is no digit. */
static inline u64 digits_not(u64 w)
{
	u64 d = w ^ DIGITS_ZEROS;
	return (((d & ~DIGITS_HIGHS) + 0x76 * DIGITS_ONES) | d) & DIGITS_HIGHS;
}

/* Eight digits, the first in the lowest byte. */
static inline u64 digits_eight(u64 w)
{
	w -= DIGITS_ZEROS;
	w = w * 10 + (w >> 8);
	return ((w & 0x000000FF000000FFULL) * (100 + (1000000ULL << 32)) +
		(w >> 16 & 0x000000FF000000FFULL) * (1 + (10000ULL << 32))) >> 32;
}

/* The first k digits of `w` (1 to 7), as eight with zeros before them. */
static inline u64 digits_first(u64 w, u32 k) { return w << (64 - 8 * k) | DIGITS_ZEROS >> 8 * k; }

static inline bool digits_cut_of(u32 scale, struct digits_cut *c)
{
	if (scale > DIGITS_FRACTION)
		return false;
	bool all = scale == DIGITS_FRACTION;
	c->keep = all ? ~0ULL : (1ULL << 8 * scale) - 1;
	c->fill = all ? 0 : DIGITS_ZEROS >> 8 * scale;
	c->shift = scale ? 64 - 8 * scale : 0;
	c->one = dec_pow10[scale];
	return true;
}

static inline bool digits_u64(const char **p, const char *end, u64 *out)
{
	u64 v = 0;
	for (u32 i = 0; i < 3; i++) {
		if (end - *p < 8)
			return false;
		u64 w = digits_load(*p), stop = digits_not(w);
		if (!stop) {
			v = v * 100000000 + digits_eight(w);
			*p += 8;
			continue;
		}
		u32 k = (u32)__builtin_ctzll(stop) / 8;
		if (i * 8 + k == 0 || i * 8 + k > 18)
			return false;
		*out = k ? v * (u64)dec_pow10[k] + digits_eight(digits_first(w, k)) : v;
		*p += k;
		return true;
	}
	return false;
}

static inline bool digits_decimal(const char **p, const char *end, const struct digits_cut *c, i64 *out)
{
	if (end - *p < 8)
		return false;
	u64 w = digits_load(*p), x = w ^ '.' * DIGITS_ONES;
	u64 point = (x - DIGITS_ONES) & ~x & DIGITS_HIGHS;
	u32 k = point ? (u32)__builtin_ctzll(point) / 8 : 0;
	if (k == 0 || end - *p < (ptrdiff_t)k + 1 + 8)
		return false;
	u64 whole = digits_first(w, k), fraction = digits_load(*p + k + 1);
	u64 kept = (fraction & c->keep) << c->shift | c->fill;
	if (digits_not(whole) | digits_not(kept) | ((fraction ^ DIGITS_ZEROS) & ~c->keep))
		return false;
	*out = (i64)digits_eight(whole) * c->one + (i64)digits_eight(kept);
	*p += k + 1 + 8;
	return true;
}

#endif
