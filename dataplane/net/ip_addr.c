#include "dataplane/net/ip_addr.h"

#include <arpa/inet.h>

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

bool ip_addr_is_unicast(const struct ip_addr *a)
{
	static const u8 low[12]; /* ::, ::1 and the IPv4-compatible ones (RFC 4291 2.5.5.1) */
	if (ip_addr_is_v4(a))
		return a->b[12] != 0 && a->b[12] != 127 && a->b[12] < 0xe0;
	return a->b[0] != 0xff && memcmp(a->b, low, sizeof low);
}

bool ip_addr_is_link_local(const struct ip_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

bool ip_addr_same_prefix(const struct ip_addr *a, const struct ip_addr *b, u32 bits)
{
	assert(bits <= 128);
	u32 whole = bits / 8, rest = bits % 8;
	if (memcmp(a->b, b->b, whole))
		return false;
	return !rest || (a->b[whole] ^ b->b[whole]) >> (8 - rest) == 0;
}

err_t ip_addr_parse(const char *text, struct ip_addr *out)
{
	struct ip_addr a;
	if (strchr(text, ':')) {
		if (inet_pton(AF_INET6, text, a.b) != 1 || ip_addr_is_v4(&a))
			return ERR_SYNTAX;
		*out = a;
		return ERR_OK;
	}
	u8 v4[4];
	if (inet_pton(AF_INET, text, v4) != 1)
		return ERR_SYNTAX;
	*out = ip_addr_of(v4);
	return ERR_OK;
}

u32 ip_addr_print(const struct ip_addr *a, char out[IP_ADDR_TEXT_MAX])
{
	static_assert(IP_ADDR_TEXT_MAX >= INET6_ADDRSTRLEN, "the longest text fits");
	bool v4 = ip_addr_is_v4(a);
	const char *text = inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? a->b + 12 : a->b, out, IP_ADDR_TEXT_MAX);
	assert(text);
	return (u32)strlen(text);
}
