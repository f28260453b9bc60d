/*
 * json_scan.h - a bounded cursor over JSON text (RFC 8259), for schema-directed decoders: no tree,
 * no allocation, no recursion.
 *
 * The decoder walks: js_enter an object or array, js_key or js_more for each member, js_value for
 * each value it wants or does not. Nothing is read outside [p, end). The first thing that is not
 * JSON sets `bad`, and every later call answers false; check it once, at the end. A skipped value
 * is checked for balanced brackets and strings, not for every rule inside. String contents are left
 * escaped; js_val.escaped says that there is something to unescape.
 */
#ifndef SAKER_JSON_SCAN_H
#define SAKER_JSON_SCAN_H

#include "common/types.h"

#define JS_DEPTH_MAX 32

struct js {
	const char *p, *end;
	bool first; /* just behind an opening bracket */
	bool bad;
};

enum js_type { JS_NONE, JS_STRING, JS_NUMBER, JS_TRUE, JS_FALSE, JS_NULL, JS_OBJECT, JS_ARRAY };

/* A value's text: without the quotes for strings, with the brackets for objects and arrays. */
struct js_val {
	const char *p;
	u32 n;
	u8 type;
	bool escaped;
};

static inline struct js js_of(const void *text, size_t n)
{
	return (struct js){ .p = text, .end = (const char *)text + n };
}

/*
 * Consumes `open` ('{' or '['); false where the next value is something else: then nothing is
 * consumed and bad is not set.
 */
bool js_enter(struct js *j, char open);
/* In an object: the next key, escapes untouched; false behind the closing brace, or bad. */
bool js_key(struct js *j, struct js_val *key);
/* In an array: whether another element follows; false behind the closing bracket, or bad. */
bool js_more(struct js *j);
/* The next value, whole. false: bad. */
bool js_value(struct js *j, struct js_val *v);
/* Nothing but white space is left; otherwise bad. */
bool js_done(struct js *j);

/* The type of the next value without consuming it; JS_NONE at the end. */
u8 js_peek(struct js *j);

/* A whole number of at most 19 digits, no sign or fraction, as JSON allows it. */
bool js_u64(const struct js_val *v, u64 *out);
bool js_i64(const struct js_val *v, i64 *out);
static inline bool js_is(const struct js_val *v, const char *s, u32 n)
{
	return v->n == n && __builtin_memcmp(v->p, s, n) == 0;
}

#endif
