/*
 * json.h - a strict, bounded scanner over JSON text (RFC 8259): values are delimited and typed, never converted or
 * copied.
 *
 * Checks the whole grammar (numbers, escapes, control characters, nesting up to JSON_DEPTH_MAX) except that
 * strings are UTF-8, which is the WebSocket layer's to check (RFC 6455 section 8.1). The first failure sticks;
 * after it every function returns false.
 */
#ifndef FEED_JSON_H
#define FEED_JSON_H

#include "common/types.h"

#define JSON_DEPTH_MAX 64

enum json_fail { JSON_FINE, JSON_BAD, JSON_TRUNCATED, JSON_TOO_DEEP, JSON_DUPLICATE };

enum json_type { JSON_ABSENT, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL };

struct json {
	const char *p, *end;
	enum json_fail fail;
};

/* Where a value stands in the text: with its brackets; a string without its quotes, escapes as they are. */
struct json_value {
	enum json_type type;
	const char *p;
	size_t n;
};

struct json_key {
	const char *name;
	size_t n;
};

static inline struct json json_of(const char *p, size_t n) { return (struct json){ .p = p, .end = p + n }; }

/* The next value of any kind, with the white space before it. */
bool json_value(struct json *j, struct json_value *v);

/* Blanks, then exactly `c`. */
bool json_char(struct json *j, char c);

/* Blanks, then the end of the text. */
bool json_end(struct json *j);

/* Blanks, then `c` if it is there: consumed. Never fails. */
bool json_try(struct json *j, char c);

/*
 * An object: each member whose key is one of `keys` goes to the `vals` of the same index (the others become
 * JSON_ABSENT); other members are checked and skipped. A key of ours twice is JSON_DUPLICATE.
 */
bool json_members(struct json *j, const struct json_key *keys, u32 n, struct json_value *vals);

bool json_is(const struct json_value *v, const char *text, size_t n); /* a string with exactly this text */

#endif
