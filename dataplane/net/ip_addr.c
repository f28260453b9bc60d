#include "dataplane/net/ip_addr.h"

bool ip_addr_is_v4(const struct ip_addr *a)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	return !memcmp(a->b, mapped, sizeof mapped);
}

bool ip_addr_is_none(const struct ip_addr *a)
{
	static const struct ip_addr none;
	return ip_addr_eq(a, &none);
}

/* One decimal number of at most 255 without leading zeros; NULL where there is none. */
static const char *octet(const char *s, u8 *out)
{
	u32 v = 0, digits = 0;
	for (; *s >= '0' && *s <= '9' && digits < 3; s++, digits++)
		v = v * 10 + (u32)(*s - '0');
	if (digits == 0 || v > 255 || (digits > 1 && s[-(int)digits] == '0'))
		return NULL;
	*out = (u8)v;
	return s;
}

err_t ip_addr_parse(const char *text, struct ip_addr *out)
{
	u8 v4[4];
	for (int i = 0; i < 4; i++) {
		if (i && *text++ != '.')
			return ERR_SYNTAX;
		text = octet(text, &v4[i]);
		if (!text)
			return ERR_SYNTAX;
	}
	if (*text)
		return ERR_SYNTAX;
	*out = ip_addr_of(v4);
	return ERR_OK;
}

u32 ip_addr_print(const struct ip_addr *a, char out[IP_ADDR_TEXT_MAX])
{
	assert(ip_addr_is_v4(a));
	char *p = out;
	for (int i = 12; i < 16; i++) {
		u8 v = a->b[i];
		if (v >= 100)
			*p++ = (char)('0' + v / 100);
		if (v >= 10)
			*p++ = (char)('0' + v / 10 % 10);
		*p++ = (char)('0' + v % 10);
		*p++ = i < 15 ? '.' : '\0';
	}
	return (u32)(p - out - 1);
}
