#include "dataplane/ws/ws.h"

/* Bytes of the character that `lead` starts; 0: it starts none. */
static u32 utf8_len(u8 lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if ((lead & 0xf0) == 0xe0)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* The second byte's range is narrower behind four leads (RFC 3629 section 4). */
static bool second_ok(u8 lead, u8 second)
{
	u8 lo = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	u8 hi = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

	return second >= lo && second <= hi;
}

bool ws_utf8_ok(const u8 *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		u32 len = utf8_len(p[i]);
		if (!len || len > n - i)
			return false;
		if (len > 1 && !second_ok(p[i], p[i + 1]))
			return false;
		for (u32 k = 2; k < len; k++)
			if ((p[i + k] & 0xc0) != 0x80)
				return false;
		i += len;
	}
	return true;
}
