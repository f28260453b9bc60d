#include "dataplane/feed/json.h"

#include <string.h>

/* The containers around the place we are at: bit 0 of `objects` is the innermost. */
struct nest {
	u64 objects;
	u32 depth;
};

static bool fail(struct json *j, enum json_fail why)
{
	assert(why != JSON_FINE && j->p <= j->end);
	if (j->fail == JSON_FINE)
		j->fail = j->p == j->end && why == JSON_BAD ? JSON_TRUNCATED : why;
	return false;
}

static void skip_space(struct json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
		j->p++;
}

bool json_try(struct json *j, char c)
{
	skip_space(j);
	if (j->fail || j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

bool json_char(struct json *j, char c) { return json_try(j, c) || fail(j, JSON_BAD); }

bool json_end(struct json *j)
{
	skip_space(j);
	if (j->p == j->end)
		return j->fail == JSON_FINE;
	return fail(j, JSON_BAD);
}

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/* After the backslash. */
static bool escape(struct json *j)
{
	if (j->p == j->end)
		return fail(j, JSON_BAD);
	char c = *j->p++;
	if (c == 'u') {
		for (u32 i = 0; i < 4; i++, j->p++)
			if (j->p == j->end || !is_hex(*j->p))
				return fail(j, JSON_BAD);
		return true;
	}
	return (c && strchr("\"\\/bfnrt", c)) || fail(j, JSON_BAD);
}

/* At the opening quote. */
static bool string(struct json *j, struct json_value *v)
{
	if (!json_char(j, '"'))
		return false;
	v->type = JSON_STRING;
	v->p = j->p;
	while (j->p < j->end && *j->p != '"') {
		u8 c = (u8)*j->p++;
		if (c < 0x20)
			return fail(j, JSON_BAD);
		if (c == '\\' && !escape(j))
			return false;
	}
	v->n = (size_t)(j->p - v->p);
	return json_char(j, '"');
}

static bool digits(struct json *j)
{
	const char *from = j->p;
	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > from || fail(j, JSON_BAD);
}

static bool at_one_of(const struct json *j, char a, char b) { return j->p < j->end && (*j->p == a || *j->p == b); }

static bool number(struct json *j)
{
	j->p += at_one_of(j, '-', '-');
	if (at_one_of(j, '0', '0'))
		j->p++; /* no digit may follow: the caller's next token refuses it */
	else if (!digits(j))
		return false;
	if (at_one_of(j, '.', '.')) {
		j->p++;
		if (!digits(j))
			return false;
	}
	if (!at_one_of(j, 'e', 'E'))
		return true;
	j->p++;
	j->p += at_one_of(j, '+', '-');
	return digits(j);
}

static bool word(struct json *j, const char *w)
{
	for (; *w; w++, j->p++)
		if (j->p == j->end || *j->p != *w)
			return fail(j, JSON_BAD);
	return true;
}

static enum json_type type_at(const struct json *j)
{
	switch (j->p < j->end ? *j->p : 0) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't': return JSON_TRUE;
	case 'f': return JSON_FALSE;
	case 'n': return JSON_NULL;
	default: return JSON_NUMBER;
	}
}

static bool member_key(struct json *j)
{
	struct json_value key;
	return string(j, &key) && json_char(j, ':');
}

/*
 * At a value: consumes a whole scalar or empty container (false), or the opening of one with something in it
 * (true: a value is next).
 */
static bool value_begins(struct json *j, struct nest *nest)
{
	skip_space(j);
	enum json_type t = type_at(j);
	struct json_value v;
	switch (t) {
	case JSON_STRING: string(j, &v); return false;
	case JSON_NUMBER: number(j); return false;
	case JSON_TRUE: word(j, "true"); return false;
	case JSON_FALSE: word(j, "false"); return false;
	case JSON_NULL: word(j, "null"); return false;
	default: break;
	}
	j->p++;
	if (json_try(j, t == JSON_OBJECT ? '}' : ']'))
		return false;
	if (nest->depth == JSON_DEPTH_MAX) {
		fail(j, JSON_TOO_DEEP);
		return false;
	}
	nest->objects = nest->objects << 1 | (t == JSON_OBJECT);
	nest->depth++;
	return t == JSON_ARRAY || member_key(j);
}

/* After a value inside a container: a comma (true: a value is next) or the closing bracket (false). */
static bool value_follows(struct json *j, struct nest *nest)
{
	assert(nest->depth > 0 && nest->depth <= JSON_DEPTH_MAX);
	bool in_object = nest->objects & 1;
	if (json_try(j, ','))
		return !in_object || member_key(j);
	json_char(j, in_object ? '}' : ']');
	nest->objects >>= 1;
	nest->depth--;
	return false;
}

bool json_value(struct json *j, struct json_value *v)
{
	struct nest nest = { 0 };
	skip_space(j);
	*v = (struct json_value){ .type = type_at(j), .p = j->p };
	bool next = value_begins(j, &nest);
	while (!j->fail && (next || nest.depth))
		next = next ? value_begins(j, &nest) : value_follows(j, &nest);
	assert(j->p <= j->end);
	v->n = (size_t)(j->p - v->p);
	if (v->type == JSON_STRING && !j->fail) {
		v->p++;
		v->n -= 2;
	}
	return !j->fail;
}

bool json_is(const struct json_value *v, const char *text, size_t n)
{
	return v->type == JSON_STRING && v->n == n && !memcmp(v->p, text, n);
}

static bool member(struct json *j, const struct json_key *keys, u32 n, struct json_value *vals)
{
	struct json_value key, v;
	if (!string(j, &key) || !json_char(j, ':') || !json_value(j, &v))
		return false;
	for (u32 i = 0; i < n; i++) {
		if (!json_is(&key, keys[i].name, keys[i].n))
			continue;
		if (vals[i].type != JSON_ABSENT)
			return fail(j, JSON_DUPLICATE);
		vals[i] = v;
	}
	return true;
}

bool json_members(struct json *j, const struct json_key *keys, u32 n, struct json_value *vals)
{
	for (u32 i = 0; i < n; i++)
		vals[i] = (struct json_value){ .type = JSON_ABSENT };
	if (!json_char(j, '{'))
		return false;
	if (json_try(j, '}'))
		return true;
	do {
		if (!member(j, keys, n, vals))
			return false;
	} while (json_try(j, ','));
	return json_char(j, '}');
}
