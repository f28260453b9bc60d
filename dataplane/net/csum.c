#include "dataplane/net/csum.h"

#include <immintrin.h>
#include <string.h>

/* Four 64-bit words at a time; each adds its 32-bit halves, so that no carry is lost. */
typedef u64 v4u64 __attribute__((vector_size(32)));

static inline v4u64 halves(v4u64 v) { return (v & 0xffffffff) + (v >> 32); }
static inline u64 half_sum(u64 v) { return (v & 0xffffffff) + (v >> 32); }

/* The last bytes, fewer than eight, as a word filled up with zeros; no byte beyond `n` is read. */
static inline u64 tail_word(const u8 *p, size_t n)
{
	u64 v = 0;
	if (n & 4) {
		u32 w;
		memcpy(&w, p, 4);
		v = w;
		p += 4;
	}
	if (n & 2) {
		u16 w;
		memcpy(&w, p, 2);
		v += (u64)w << 32;
		p += 2;
	}
	return n & 1 ? v + ((u64)*p << 48) : v;
}

/*
 * Fewer than 32 bytes without a branch on how many, which nothing could foresee: the whole 32-bit
 * words by a masked load, which reads no other byte, and the last one to three from the word that ends
 * there. At least 4 bytes stand before p + n.
 */
static inline v4u64 tail_vec(const u8 *p, size_t n)
{
	static const int mask[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	__m256i m = _mm256_loadu_si256((const __m256i *)(const void *)(mask + 8 - n / 4));
	v4u64 v = halves((v4u64)_mm256_maskload_epi32((const int *)(const void *)p, m));
	u32 last;
	memcpy(&last, p + n - 4, 4);
	v[0] += (u64)last << 32 >> (64 - 8 * (n & 3)) % 64 & -(u64)((n & 3) != 0);
	return v;
}

u64 csum_bytes(const u8 *p, size_t n)
{
	v4u64 acc = { 0 }, v;
	if (n < 4)
		return tail_word(p, n);
	for (; n >= sizeof v; p += sizeof v, n -= sizeof v) {
		memcpy(&v, p, sizeof v);
		acc += halves(v);
	}
	acc += tail_vec(p, n);
	return acc[0] + acc[1] + acc[2] + acc[3];
}

u64 csum_copy(u8 *dst, const u8 *src, size_t n)
{
	v4u64 acc = { 0 }, v;
	for (; n >= sizeof v; src += sizeof v, dst += sizeof v, n -= sizeof v) {
		memcpy(&v, src, sizeof v);
		memcpy(dst, &v, sizeof v);
		acc += halves(v);
	}
	u64 sum = acc[0] + acc[1] + acc[2] + acc[3], w;
	for (; n >= sizeof w; src += sizeof w, dst += sizeof w, n -= sizeof w) {
		memcpy(&w, src, sizeof w);
		memcpy(dst, &w, sizeof w);
		sum += half_sum(w);
	}
	for (size_t i = 0; i < n; i++)
		dst[i] = src[i];
	return sum + half_sum(tail_word(src, n));
}
