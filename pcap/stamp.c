#include "pcap/stamp.h"

enum { BINARY = 0x80, DIGITS_MAX = 19 /* 10^19 is the last power that 64 bits hold */ };

static u64 pow10_of(u32 n)
{
	u64 v = 1;
	assert(n <= DIGITS_MAX);
	while (n--)
		v *= 10;
	return v;
}

bool stamp_ns(u64 ticks, u8 tsresol, i64 offset_s, u64 *at_ns)
{
	u32 n = tsresol & 0x7f;
	i128 ns; /* below 2^94 each: 2^64 by 10^9 < 2^30 */
	if (tsresol & BINARY)
		ns = (i128)ticks * (i128)NS_PER_S >> n;
	else if (n <= STAMP_NANOSECONDS)
		ns = (i128)ticks * pow10_of(STAMP_NANOSECONDS - n);
	else
		ns = n - STAMP_NANOSECONDS > DIGITS_MAX ? 0 : ticks / pow10_of(n - STAMP_NANOSECONDS);
	ns += (i128)offset_s * (i128)NS_PER_S;
	bool fits = ns >= 0 && ns <= (i128)UINT64_MAX;
	*at_ns = fits ? (u64)ns : 0;
	return fits;
}
