#include "dataplane/tcp/sndbuf.h"

#include "dataplane/net/csum.h"

/* The second piece begins at an odd place of the payload where the first is odd. */
static u64 join(u64 first, u32 first_n, u64 second)
{
	return first + (first_n & 1 ? csum_odd(second) : second);
}

u64 sndbuf_put(const struct sndbuf *b, u32 seq, const u8 *src, u32 n)
{
	assert(n <= b->size);
	u32 at = seq & (b->size - 1), first = b->size - at;
	if (n <= first)
		return csum_copy(b->p + at, src, n);
	u64 sum = csum_copy(b->p + at, src, first);
	return join(sum, first, csum_copy(b->p, src + first, n - first));
}

u64 sndbuf_get(const struct sndbuf *b, u32 seq, u8 *dst, u32 n)
{
	assert(n <= b->size);
	u32 at = seq & (b->size - 1), first = b->size - at;
	if (n <= first)
		return csum_copy(dst, b->p + at, n);
	u64 sum = csum_copy(dst, b->p + at, first);
	return join(sum, first, csum_copy(dst + first, b->p, n - first));
}
