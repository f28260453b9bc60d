#include "gateway/coid.h"

#include <string.h>

#define PREFIX "saker-"
#define PREFIX_LEN 6
#define BOOT_DIGITS 8
static_assert(PREFIX_LEN + BOOT_DIGITS + 1 + ORDER_ID_DIGITS == COID_LEN, "the text is as long as said");

void coid_print(char *out, u32 boot, u64 id)
{
	assert(id >= 1 && id <= ORDER_ID_MAX);
	memcpy(out, PREFIX, PREFIX_LEN);
	for (int i = 0; i < BOOT_DIGITS; i++)
		out[PREFIX_LEN + i] = "0123456789abcdef"[boot >> (28 - 4 * i) & 15];
	out[PREFIX_LEN + BOOT_DIGITS] = '-';
	for (int i = COID_LEN - 1; i > PREFIX_LEN + BOOT_DIGITS; i--, id /= 10)
		out[i] = (char)('0' + id % 10);
}

static bool parse_boot(const char *s, u32 *boot)
{
	u32 v = 0;
	for (int i = 0; i < BOOT_DIGITS; i++) {
		u32 d = s[i] >= '0' && s[i] <= '9' ? (u32)(s[i] - '0') : (u32)(s[i] - 'a') + 10;
		if (d > 15 || (d >= 10 && s[i] < 'a'))
			return false;
		v = v << 4 | d;
	}
	*boot = v;
	return true;
}

static bool parse_id(const char *s, u64 *id)
{
	u64 v = 0;
	for (int i = 0; i < ORDER_ID_DIGITS; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (u64)(s[i] - '0');
	}
	*id = v;
	return v != 0;
}

enum coid_owner coid_parse(const char *s, size_t n, u32 boot, u32 *of_boot, u64 *id)
{
	u32 b;
	u64 v;
	if (n != COID_LEN || memcmp(s, PREFIX, PREFIX_LEN) != 0 || s[PREFIX_LEN + BOOT_DIGITS] != '-')
		return COID_FOREIGN;
	if (!parse_boot(s + PREFIX_LEN, &b) || !parse_id(s + PREFIX_LEN + BOOT_DIGITS + 1, &v))
		return COID_FOREIGN;
	*of_boot = b;
	*id = v;
	return b == boot ? COID_OURS : COID_OLDER;
}
