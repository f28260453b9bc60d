#include "common/decimal.h"

#include <string.h>

const i64 dec_pow10[DEC_DECIMALS_MAX + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
	100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
	10000000000000000, 100000000000000000, 1000000000000000000,
};

static bool push_digit(u64 *v, char c)
{
	return !__builtin_mul_overflow(*v, 10, v) && !__builtin_add_overflow(*v, (u64)(c - '0'), v) &&
	       *v <= (u64)INT64_MAX;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The digits after the point: at most `decimals` count, the rest must be zeros; pads what is missing. */
static err_t parse_fraction(const char *s, size_t n, u32 decimals, u64 *v)
{
	u32 seen = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]) || (seen == decimals && s[i] != '0'))
			return ERR_SYNTAX;
		if (seen < decimals && !push_digit(v, s[i]))
			return ERR_OVERFLOW;
		seen += seen < decimals;
	}
	for (; seen < decimals; seen++)
		if (!push_digit(v, '0'))
			return ERR_OVERFLOW;
	return ERR_OK;
}

err_t dec_parse(const char *s, size_t n, u32 decimals, i64 *out)
{
	assert(decimals <= DEC_DECIMALS_MAX);
	bool neg = n && s[0] == '-';
	size_t i = neg;
	u64 v = 0;
	while (i < n && is_digit(s[i]))
		if (!push_digit(&v, s[i++]))
			return ERR_OVERFLOW;
	if (i == neg)
		return ERR_SYNTAX;
	size_t frac = i;
	if (i < n && (s[i] != '.' || ++frac == n))
		return ERR_SYNTAX;
	err_t e = parse_fraction(s + frac, n - frac, decimals, &v);
	if (e == ERR_OK)
		*out = neg ? -(i64)v : (i64)v;
	return e;
}

u32 dec_print(char *out, i64 v, u32 decimals)
{
	assert(decimals <= DEC_DECIMALS_MAX);
	char rev[DEC_TEXT_MAX];
	u32 n = 0, len = 0;
	u64 a = v < 0 ? 0 - (u64)v : (u64)v;
	do {
		if (n == decimals && n)
			rev[len++] = '.';
		rev[len++] = (char)('0' + a % 10);
		a /= 10;
		n++;
	} while (a || n <= decimals);
	u32 at = 0;
	if (v < 0)
		out[at++] = '-';
	while (len)
		out[at++] = rev[--len];
	out[at] = 0;
	return at;
}

u32 dec_print_short(char *out, i64 v, u32 decimals)
{
	u32 n = dec_print(out, v, decimals);
	if (!memchr(out, '.', n))
		return n;
	while (out[n - 1] == '0')
		n--;
	n -= out[n - 1] == '.';
	out[n] = 0;
	return n;
}
