/*
 * digits.h - digits to integers, eight at a time.
 *
 * For the usual form of the venue's numbers only: each function answers false for anything else, and the caller
 * then reads it the general way (common/decimal.h). Results equal the general way's. No byte at or beyond `end` is
 * read.
 */
#ifndef FEED_DIGITS_H
#define FEED_DIGITS_H

#ifdef __SSE4_1__
#include <immintrin.h>
#endif
#include <string.h>

#include "common/decimal.h"
#include "common/types.h"

#define DIGITS_ZEROS 0x3030303030303030ULL
#define DIGITS_ONES  0x0101010101010101ULL
#define DIGITS_HIGHS 0x8080808080808080ULL
#define DIGITS_FRACTION 8 /* decimals the venue always writes */

/* How to cut the venue's eight decimals down to the `scale` of an instrument: made once by digits_cut_of. */
struct digits_cut {
	u64 drop;    /* 10^(8 - scale): what the eight decimals are divided by */
	u64 inverse; /* 2^36 / drop, rounded up */
	i64 one;     /* 10^scale */
};

/* False where scale > DIGITS_FRACTION: such an instrument is always read the general way. */
static inline bool digits_cut_of(u32 scale, struct digits_cut *c);

/* 1 to 18 digits without a leading sign; `*p` moves behind them. The scalar one without vectors; equal. */
static inline bool digits_u64_scalar(const char **p, const char *end, u64 *out);
#ifdef __SSE4_1__
static inline bool digits_u64(const char **p, const char *end, u64 *out);
#else
#define digits_u64 digits_u64_scalar
#endif

/*
 * 1 to 7 digits, a point and eight digits, in units of 10^-scale; false also where a decimal is lost. `*p` moves
 * behind them.
 */
static inline bool digits_decimal(const char **p, const char *end, const struct digits_cut *c, i64 *out);

/*
 * The same before the cut: the number before the point (its `*k` digits) and the eight decimals. Once with the
 * vector instructions of x86-64-v2, once without; equal in all they answer.
 */
struct digits_parts {
	u32 whole, fraction;
};
static inline bool digits_split_scalar(const char *p, size_t n, u32 *k, struct digits_parts *out);
#ifdef __SSE4_1__
static inline bool digits_split_vector(const char *p, size_t n, u32 *k, struct digits_parts *out);
#define digits_split digits_split_vector
#else
#define digits_split digits_split_scalar
#endif

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

#define DIGITS_INVERSE_BITS 36

static inline bool digits_cut_of(u32 scale, struct digits_cut *c)
{
	if (scale > DIGITS_FRACTION)
		return false;
	c->drop = (u64)dec_pow10[DIGITS_FRACTION - scale];
	c->inverse = ((1ULL << DIGITS_INVERSE_BITS) + c->drop - 1) / c->drop;
	c->one = dec_pow10[scale];
	assert(c->inverse <= 1ULL << DIGITS_INVERSE_BITS && "times eight decimals it fits 64 bits");
	return true;
}

static inline bool digits_u64_scalar(const char **p, const char *end, u64 *out)
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

#ifdef __SSE4_1__
/* Up to fifteen digits at once, moved to the end of sixteen; what is longer, or near the end, without vectors. */
static inline bool digits_u64(const char **p, const char *end, u64 *out)
{
#define Z -1
	static const signed char place[31] = { Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z,
					       0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };
#undef Z
	if (end - *p < 16)
		return digits_u64_scalar(p, end, out);
	__m128i d = _mm_loadu_si128((const __m128i *)(const void *)*p);
	d = _mm_xor_si128(d, _mm_set1_epi8('0'));
	__m128i is = _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
	u32 k = (u32)__builtin_ctz(~(u32)_mm_movemask_epi8(is));
	if (k - 1 > 14)
		return digits_u64_scalar(p, end, out);
	d = _mm_shuffle_epi8(d, _mm_loadu_si128((const __m128i *)(const void *)(place + k)));
	d = _mm_maddubs_epi16(d, _mm_set1_epi16(1 << 8 | 10));
	d = _mm_madd_epi16(d, _mm_set1_epi32(1 << 16 | 100));
	d = _mm_packus_epi32(d, d);
	d = _mm_madd_epi16(d, _mm_set1_epi32(1 << 16 | 10000));
	u64 both = (u64)_mm_cvtsi128_si64(d);
	*out = (u32)both * 100000000ULL + (both >> 32);
	*p += k;
	return true;
}
#endif

static inline bool digits_split_scalar(const char *p, size_t n, u32 *k, struct digits_parts *out)
{
	if (n < 1 + 1 + DIGITS_FRACTION)
		return false;
	u64 w = digits_load(p), x = w ^ '.' * DIGITS_ONES;
	u64 point = (x - DIGITS_ONES) & ~x & DIGITS_HIGHS;
	*k = point ? (u32)__builtin_ctzll(point) / 8 : 0;
	if (*k == 0 || n < *k + 1 + DIGITS_FRACTION)
		return false;
	u64 whole = digits_first(w, *k), fraction = digits_load(p + *k + 1);
	*out = (struct digits_parts){ (u32)digits_eight(whole), (u32)digits_eight(fraction) };
	return !(digits_not(whole) | digits_not(fraction));
}

#ifdef __SSE4_1__
/*
 * Sixteen bytes at `p`; where fewer than these are there (at least 10), the last ones come with the word that ends at
 * the end.
 */
static inline __m128i digits_load16(const char *p, size_t n)
{
	if (LIKELY(n >= 16))
		return _mm_loadu_si128((const __m128i *)(const void *)p);
	u64 last = digits_load(p + n - 8) >> 8 * (16 - n);
	return _mm_set_epi64x((i64)last, (i64)digits_load(p));
}

static inline bool digits_split_vector(const char *p, size_t n, u32 *k, struct digits_parts *out)
{
	/* By k: the digits before the point to the end of the low half, the decimals to the high half. */
#define Z -1
	static const signed char place[8][16] __attribute__((aligned(16))) = {
		{ Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z },
		{ Z, Z, Z, Z, Z, Z, Z, 0, 2, 3, 4, 5, 6, 7, 8, 9 },
		{ Z, Z, Z, Z, Z, Z, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10 },
		{ Z, Z, Z, Z, Z, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11 },
		{ Z, Z, Z, Z, 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12 },
		{ Z, Z, Z, 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13 },
		{ Z, Z, 0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14 },
		{ Z, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15 },
	};
#undef Z
	if (n < 1 + 1 + DIGITS_FRACTION)
		return false;
	__m128i v = digits_load16(p, n);
	u32 points = (u32)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.')));
	*k = (u32)__builtin_ctz(points | 1 << 8);
	if (*k - 1 > 6 || n < *k + 1 + DIGITS_FRACTION)
		return false;
	__m128i d = _mm_xor_si128(v, _mm_set1_epi8('0'));
	d = _mm_shuffle_epi8(d, _mm_load_si128((const __m128i *)(const void *)place[*k]));
	__m128i odd = _mm_subs_epu8(d, _mm_set1_epi8(9));
	d = _mm_maddubs_epi16(d, _mm_set1_epi16(1 << 8 | 10));
	d = _mm_madd_epi16(d, _mm_set1_epi32(1 << 16 | 100));
	d = _mm_packus_epi32(d, d);
	d = _mm_madd_epi16(d, _mm_set1_epi32(1 << 16 | 10000));
	u64 both = (u64)_mm_cvtsi128_si64(d);
	*out = (struct digits_parts){ (u32)both, (u32)(both >> 32) };
	return _mm_testz_si128(odd, odd);
}
#endif

static inline bool digits_decimal(const char **p, const char *end, const struct digits_cut *c, i64 *out)
{
	u32 k;
	struct digits_parts v;
	if (!digits_split(*p, (size_t)(end - *p), &k, &v))
		return false;
	/* exact where nothing is lost, and only there */
	u64 kept = v.fraction * c->inverse >> DIGITS_INVERSE_BITS;
	if (kept * c->drop != v.fraction)
		return false;
	*out = (i64)v.whole * c->one + (i64)kept;
	*p += k + 1 + DIGITS_FRACTION;
	return true;
}

#endif
