#include "common/json_scan.h"

#include <string.h>

static bool fail(struct js *j)
{
	j->bad = true;
	return false;
}

/* The next byte that is not white space, or 0 at the end. */
static char next(struct js *j)
{
	while (j->p < j->end) {
		char c = *j->p;
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return c;
		j->p++;
	}
	return 0;
}

bool js_enter(struct js *j, char open)
{
	assert(open == '{' || open == '[');
	if (j->bad || next(j) != open)
		return false;
	j->p++;
	j->first = true;
	return true;
}

/* Bytes of a u64 that are '"', '\\' or below 0x20 get their top bit set. */
static u64 special(u64 x)
{
	const u64 ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;
	u64 q = x ^ '"' * ones, b = x ^ '\\' * ones;
	return (((q - ones) & ~q) | ((b - ones) & ~b) | ((x - 0x20 * ones) & ~x)) & high;
}

/* The first byte from `p` on that ends a run of plain characters, or `end`. */
static const char *skip_plain(const char *p, const char *end)
{
	for (u64 x; end - p >= 8; p += 8) {
		memcpy(&x, p, 8);
		x = special(x);
		if (x)
			return p + __builtin_ctzll(x) / 8; /* the lowest mark is never a borrow's */
	}
	while (p < end && *p != '"' && *p != '\\' && (u8)*p >= 0x20)
		p++;
	return p;
}

/* From just behind the opening quote to just behind the closing one. */
static bool string_end(struct js *j, bool *escaped)
{
	const char *p = j->p, *end = j->end;
	while (p < end) {
		p = skip_plain(p, end);
		if (p == end || (u8)*p < 0x20)
			break;
		if (*p == '"') {
			j->p = p + 1;
			return true;
		}
		if (end - p < 2)
			break;
		*escaped = true;
		p += 2;
	}
	return fail(j);
}

static bool string_value(struct js *j, struct js_val *v)
{
	v->type = JS_STRING;
	v->p = ++j->p;
	if (!string_end(j, &v->escaped))
		return false;
	v->n = (u32)(j->p - 1 - v->p);
	return true;
}

static bool is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* The span of a number; its digits are checked by whoever converts it. */
static bool number_value(struct js *j, struct js_val *v)
{
	v->type = JS_NUMBER;
	v->p = j->p;
	while (j->p < j->end && is_number_char(*j->p))
		j->p++;
	v->n = (u32)(j->p - v->p);
	return true;
}

static bool word_value(struct js *j, struct js_val *v, u8 type, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return fail(j);
	*v = (struct js_val){ .p = j->p, .n = (u32)n, .type = type };
	j->p += n;
	return true;
}

/* Over a whole object or array: brackets must match, strings must end; one bit a level says which bracket. */
static bool nested_value(struct js *j, struct js_val *v)
{
	u32 depth = 0, is_object = 0;
	bool escaped;
	v->type = *j->p == '{' ? JS_OBJECT : JS_ARRAY;
	v->p = j->p;
	while (j->p < j->end) {
		char c = *j->p++;
		if (c == '"' && !string_end(j, &escaped))
			return false;
		if (c == '{' || c == '[') {
			if (depth++ == JS_DEPTH_MAX)
				return fail(j);
			is_object = is_object << 1 | (c == '{');
		}
		if (c != '}' && c != ']')
			continue;
		if ((is_object & 1) != (c == '}'))
			return fail(j);
		is_object >>= 1;
		if (--depth == 0) {
			v->n = (u32)(j->p - v->p);
			return true;
		}
	}
	return fail(j);
}

bool js_value(struct js *j, struct js_val *v)
{
	v->escaped = false;
	if (j->bad)
		return false;
	switch (next(j)) {
	case '"':
		return string_value(j, v);
	case '{':
	case '[':
		return nested_value(j, v);
	case 't':
		return word_value(j, v, JS_TRUE, "true");
	case 'f':
		return word_value(j, v, JS_FALSE, "false");
	case 'n':
		return word_value(j, v, JS_NULL, "null");
	case '-':
	case '0' ... '9':
		return number_value(j, v);
	default:
		return fail(j);
	}
}

/* In front of a member: consumes the comma it needs; false (not bad) behind `close`. */
static bool another(struct js *j, char close)
{
	if (j->bad)
		return false;
	bool first = j->first;
	char c = next(j);
	j->first = false;
	if (c == close) {
		j->p++;
		return false;
	}
	if (first)
		return c ? true : fail(j);
	if (c != ',')
		return fail(j);
	j->p++;
	c = next(j);
	return c && c != close ? true : fail(j);
}

bool js_more(struct js *j) { return another(j, ']'); }

bool js_key(struct js *j, struct js_val *key)
{
	key->escaped = false;
	if (!another(j, '}'))
		return false;
	if (*j->p != '"' || !string_value(j, key))
		return fail(j);
	if (next(j) != ':')
		return fail(j);
	j->p++;
	return true;
}

bool js_done(struct js *j) { return !j->bad && next(j) == 0 && j->p == j->end ? true : fail(j); }

u8 js_peek(struct js *j)
{
	switch (j->bad ? 0 : next(j)) {
	case 0: return JS_NONE;
	case '"': return JS_STRING;
	case '{': return JS_OBJECT;
	case '[': return JS_ARRAY;
	case 't': return JS_TRUE;
	case 'f': return JS_FALSE;
	case 'n': return JS_NULL;
	default: return JS_NUMBER;
	}
}

bool js_u64(const struct js_val *v, u64 *out)
{
	u64 n = 0;
	if (v->type != JS_NUMBER || v->n == 0 || v->n > 19 || (v->n > 1 && v->p[0] == '0'))
		return false;
	for (u32 i = 0; i < v->n; i++) {
		if (v->p[i] < '0' || v->p[i] > '9')
			return false;
		n = n * 10 + (u64)(v->p[i] - '0');
	}
	*out = n;
	return true;
}

bool js_i64(const struct js_val *v, i64 *out)
{
	struct js_val digits = *v;
	bool neg = v->n > 0 && v->p[0] == '-';
	digits.p += neg;
	digits.n -= neg;
	u64 n;
	if (!js_u64(&digits, &n) || n > (u64)INT64_MAX)
		return false;
	*out = neg ? -(i64)n : (i64)n;
	return true;
}
