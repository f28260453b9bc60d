#include "dataplane/net/csum.h"

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

u64 csum_bytes(const u8 *p, size_t n)
{
	v4u64 acc = { 0 }, v;
	for (; n >= sizeof v; p += sizeof v, n -= sizeof v) {
		memcpy(&v, p, sizeof v);
		acc += halves(v);
	}
	u64 sum = acc[0] + acc[1] + acc[2] + acc[3], w;
	for (; n >= sizeof w; p += sizeof w, n -= sizeof w) {
		memcpy(&w, p, sizeof w);
		sum += half_sum(w);
	}
	return sum + half_sum(tail_word(p, n));
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
