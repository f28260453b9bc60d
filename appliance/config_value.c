#include "appliance/config_value.h"

#include <stdio.h>
#include <string.h>

#include "common/cpus.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
static bool is_name_char(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; }
static bool is_host_char(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; }
static bool is_symbol_char(char c) { return is_upper(c) || is_digit(c) || c == '-' || c == '_'; }
static bool is_text_char(char c) { return (u8)c >= ' ' && c != 0x7f; }

static bool all(const char *s, bool (*is)(char c))
{
	while (*s && is(*s))
		s++;
	return !*s;
}

bool value_is_symbol(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_symbol_char(text[i]))
			return false;
	return n && n < SYMBOL_MAX;
}

/* Decimal digits alone, at most `max`. */
static bool parse_number(const char *s, u64 max, u64 *out)
{
	u64 v = 0;
	if (!*s)
		return false;
	for (; is_digit(*s); s++)
		if ((v = v * 10 + (u64)(*s - '0')) > max)
			return false;
	*out = v;
	return !*s;
}

static bool set_number(const struct option *o, void *field, const char *s)
{
	u64 v;
	if (!parse_number(s, o->max, &v) || v < o->min ||
	    (o->type == OPTION_POWER_OF_2 && !is_pow2(v)))
		return false;
	if (o->size == sizeof(u16)) {
		u16 v16 = (u16)v;
		memcpy(field, &v16, sizeof v16);
	} else {
		u32 v32 = (u32)v;
		assert(o->size == sizeof v32);
		memcpy(field, &v32, sizeof v32);
	}
	return true;
}

static bool set_bool(void *field, const char *s)
{
	bool yes = !strcmp(s, "true");
	if (!yes && strcmp(s, "false"))
		return false;
	*(bool *)field = yes;
	return true;
}

static bool set_choice(const struct option *o, void *field, const char *s)
{
	u32 place = 0;
	size_t n = strlen(s);
	const char *p = o->allowed;
	while (strncmp(p, s, n) || (p[n] != '|' && p[n])) {
		p = strchr(p, '|');
		if (!p)
			return false;
		p++;
		place++;
	}
	memcpy(field, &place, sizeof place);
	return n != 0;
}

/* Digits, or digits and a point and digits, not all of them 0. */
static bool is_decimal(const char *s)
{
	size_t whole = strspn(s, "0123456789");
	size_t fraction = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
	if (!whole || (s[whole] == '.' && !fraction) || s[whole + fraction + (s[whole] == '.')])
		return false;
	return strpbrk(s, "123456789");
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef",
		   *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Six pairs of hexadecimal digits; not a group address, not all zero. */
static bool is_mac(const char *s)
{
	int sum = 0;
	for (int i = 0; i < 17; i++) {
		if (i % 3 == 2 ? s[i] != ':' : hex(s[i]) < 0)
			return false;
		sum += i % 3 == 2 ? 0 : hex(s[i]);
	}
	return !s[17] && sum && !(hex(s[1]) & 1);
}

bool value_ip(const char *text, u32 *ip)
{
	struct ip_addr a;
	if (ip_addr_parse(text, &a) != ERR_OK || !ip_addr_is_v4(&a))
		return false;
	*ip = ip_addr_u32(&a);
	return true;
}

bool value_ip6(const char *text, struct ip_addr *ip)
{
	return ip_addr_parse(text, ip) == ERR_OK && !ip_addr_is_v4(ip) && !ip_addr_is_none(ip);
}

/* What stands before and behind the slash. */
static bool split_network(const char *text, char address[IP_ADDR_TEXT_MAX], u32 max, u32 *prefix_len)
{
	u64 len;
	size_t n = strcspn(text, "/");
	if (n >= IP_ADDR_TEXT_MAX || text[n] != '/' || strlen(text + n + 1) > 3 ||
	    !parse_number(text + n + 1, max, &len) || !len)
		return false;
	memcpy(address, text, n);
	address[n] = 0;
	*prefix_len = (u32)len;
	return true;
}

bool value_network(const char *text, u32 *ip, u32 *prefix_len)
{
	char address[IP_ADDR_TEXT_MAX];
	return split_network(text, address, 32, prefix_len) && value_ip(address, ip);
}

bool value_network6(const char *text, struct ip_addr *ip, u32 *prefix_len)
{
	char address[IP_ADDR_TEXT_MAX];
	return split_network(text, address, 128, prefix_len) && value_ip6(address, ip);
}

/* Is it of the form its type asks for? For what is kept as text. */
static bool is_well_formed(const struct option *o, const char *s)
{
	u32 ip, len;
	struct ip_addr ip6;
	cpu_set_t set;
	switch (o->type) {
	case OPTION_TEXT:
		return all(s, is_text_char);
	case OPTION_NAME:
		return all(s, is_name_char);
	case OPTION_HOST:
		return all(s, is_host_char);
	case OPTION_DECIMAL:
		return is_decimal(s);
	case OPTION_MAC:
		return is_mac(s);
	case OPTION_IP:
		return value_ip(s, &ip) && ip;
	case OPTION_NETWORK:
		return value_network(s, &ip, &len) && ip;
	case OPTION_IP6:
		return value_ip6(s, &ip6);
	case OPTION_NETWORK6:
		return value_network6(s, &ip6, &len);
	case OPTION_ADDRESS:
		return value_ip6(s, &ip6) || (value_ip(s, &ip) && ip);
	case OPTION_CPUS:
		return cpus_parse(s, &set) == ERR_OK;
	default:
		return false;
	}
}

static bool set_text(const struct option *o, char *field, const char *s)
{
	size_t n = strlen(s);
	bool none = !n && o->def && !*o->def;
	if (!none && (n < o->min || n > o->max || n >= o->size || !is_well_formed(o, s)))
		return false;
	memcpy(field, s, n + 1);
	return true;
}

err_t value_set(const struct option *o, void *field, const char *text, size_t n)
{
	char s[CONFIG_TEXT];
	bool ok;
	assert(!option_is_list(o) && "lists are read by their elements");
	if (n >= sizeof s || memchr(text, 0, n))
		return ERR_SYNTAX;
	memcpy(s, text, n);
	s[n] = 0;
	switch (o->type) {
	case OPTION_INTEGER:
	case OPTION_POWER_OF_2:
		ok = set_number(o, field, s);
		break;
	case OPTION_BOOL:
		ok = set_bool(field, s);
		break;
	case OPTION_CHOICE:
		ok = set_choice(o, field, s);
		break;
	default:
		ok = set_text(o, field, s);
		break;
	}
	return ok ? ERR_OK : ERR_SYNTAX;
}

static void print_choice(const struct option *o, u32 place, char out[CONFIG_TEXT])
{
	const char *p = o->allowed;
	while (place-- && (p = strchr(p, '|')))
		p++;
	assert(p && "a choice is one of the table's words");
	snprintf(out, CONFIG_TEXT, "%.*s", (int)strcspn(p, "|"), p);
}

void value_print(const struct option *o, const void *field, char out[CONFIG_TEXT])
{
	u32 v = 0;
	u16 v16;
	assert(!option_is_list(o));
	switch (o->type) {
	case OPTION_INTEGER:
	case OPTION_POWER_OF_2:
		memcpy(&v16, field, sizeof v16);
		if (o->size == sizeof v)
			memcpy(&v, field, sizeof v);
		snprintf(out, CONFIG_TEXT, "%u", o->size == sizeof v ? v : v16);
		break;
	case OPTION_BOOL:
		snprintf(out, CONFIG_TEXT, "%s", *(const bool *)field ? "true" : "false");
		break;
	case OPTION_CHOICE:
		memcpy(&v, field, sizeof v);
		print_choice(o, v, out);
		break;
	default:
		snprintf(out, CONFIG_TEXT, "%s", (const char *)field);
		break;
	}
}
