#include <string.h>

#include "gateway/journal.h"

#if defined(__SSE4_2__)

u32 crc32c(u32 crc, const void *data, size_t n)
{
	const u8 *p = data;
	u64 c = ~crc;
	for (; n >= 8; n -= 8, p += 8) {
		u64 word;
		memcpy(&word, p, 8);
		c = __builtin_ia32_crc32di(c, word);
	}
	for (; n; n--, p++)
		c = __builtin_ia32_crc32qi((u32)c, *p);
	return ~(u32)c;
}

#else

#define POLYNOMIAL 0x82f63b78u /* Castagnoli, reflected */

u32 crc32c(u32 crc, const void *data, size_t n)
{
	const u8 *p = data;
	crc = ~crc;
	for (; n; n--, p++) {
		crc ^= *p;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (POLYNOMIAL & (0u - (crc & 1)));
	}
	return ~crc;
}

#endif
