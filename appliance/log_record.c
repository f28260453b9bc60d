#include "appliance/log_record.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIELD_BYTES 256

struct out {
	char *p;
	size_t n;
};

static void put(struct out *o, const void *p, size_t n)
{
	assert(o->n + n < LOG_ROOM && "every part of a record is bounded");
	memcpy(o->p + o->n, p, n);
	o->n += n;
	o->p[o->n] = 0;
}

static void put_text(struct out *o, const char *s) { put(o, s, strlen(s)); }

const char *log_level_name(enum log_level l)
{
	return l == LOG_ERROR_LEVEL ? "error" : l == LOG_WARNING_LEVEL ? "warning" : "info";
}

static void time_text(u64 wall_ns, char out[40])
{
	char at[32];
	time_t s = (time_t)(wall_ns / NS_PER_S);
	struct tm utc;
	strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", gmtime_r(&s, &utc));
	snprintf(out, 40, "%s.%06uZ", at, (u32)(wall_ns % NS_PER_S / 1000));
}

size_t log_record_text(const struct log_record *r, char *out)
{
	struct out o = { out, 0 };
	char at[40], head[96];
	time_text(r->at_wall_ns, at);
	snprintf(head, sizeof head, "%s %-6.20s ", at, r->area);
	put_text(&o, head);
	if (r->level != LOG_INFO_LEVEL)
		put_text(&o, log_level_name(r->level)), put_text(&o, ": ");
	size_t from = o.n;
	put_text(&o, r->message);
	for (char *p = o.p + from; *p; p++) /* one line, and nothing a terminal would obey */
		if ((u8)*p < 0x20 || *p == 0x7f)
			*p = '?';
	put_text(&o, "\n");
	return o.n;
}

/* ---- JSON ---- */

/* The character at `s` (RFC 3629), of `*n` bytes; UINT32_MAX: none, of one byte. */
static u32 decode(const u8 *s, u32 *n)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	u32 len = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
	u32 c = len == 1 ? s[0] : s[0] & (0xff >> (len + 1));
	*n = 1;
	for (u32 i = 1; i < len; i++) {
		if (s[i] >> 6 != 2)
			return UINT32_MAX;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (!len || c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return UINT32_MAX;
	*n = len;
	return c;
}

static void put_char(struct out *o, u32 c)
{
	char text[16];
	if (c == UINT32_MAX)
		c = 0xfffd;
	if (c == '"' || c == '\\')
		snprintf(text, sizeof text, "\\%c", (int)c);
	else if (c >= 0x20 && c < 0x7f)
		snprintf(text, sizeof text, "%c", (int)c);
	else if (c < 0x10000)
		snprintf(text, sizeof text, "\\u%04x", c);
	else
		snprintf(text, sizeof text, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
	put_text(o, text);
}

static void put_string(struct out *o, const char *s, size_t max)
{
	const u8 *p = (const u8 *)s;
	put_text(o, "\"");
	for (u32 n; *p && (size_t)(p - (const u8 *)s) < max; p += n)
		put_char(o, decode(p, &n));
	put_text(o, "\"");
}

static void put_member(struct out *o, const char *name, const char *value, size_t max)
{
	put_text(o, ",\"");
	put_text(o, name);
	put_text(o, "\":");
	put_string(o, value, max);
}

size_t log_record_json(const struct log_record *r, char *out)
{
	struct out o = { out, 0 };
	char at[40], head[64];
	time_text(r->at_wall_ns, at);
	snprintf(head, sizeof head, "{\"time_ns\":%llu", (unsigned long long)r->at_wall_ns);
	put_text(&o, head);
	put_member(&o, "time", at, sizeof at);
	put_member(&o, "level", log_level_name(r->level), 16);
	put_member(&o, "area", r->area, 20);
	if (*r->event)
		put_member(&o, "event", r->event, 32);
	put_member(&o, "message", r->message, LOG_MESSAGE);
	for (u32 i = 0; i < r->n_fields; i++)
		put_member(&o, r->field[i].name, r->field[i].text, FIELD_BYTES / 2);
	put_text(&o, "}\n");
	return o.n;
}

/* ---- the journal ---- */

static void put_journal(struct out *o, const char *prefix, const char *name, const char *value, size_t max)
{
	size_t n = strnlen(value, max), at = o->n;
	put_text(o, prefix);
	put_text(o, name);
	for (char *p = o->p + at; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	if (memchr(value, '\n', n)) {
		u64 le = htole64((u64)n);
		put_text(o, "\n");
		put(o, &le, sizeof le);
	} else {
		put_text(o, "=");
	}
	put(o, value, n);
	put_text(o, "\n");
}

size_t log_record_journal(const struct log_record *r, const char *instance, char *out)
{
	struct out o = { out, 0 };
	char priority[4];
	snprintf(priority, sizeof priority, "%u", (u32)r->level % 8);
	put_journal(&o, "", "message", r->message, LOG_MESSAGE);
	put_journal(&o, "", "priority", priority, sizeof priority);
	put_journal(&o, "", "syslog_identifier", "saker", 8);
	put_journal(&o, "saker_", "instance", instance, 64);
	put_journal(&o, "saker_", "area", r->area, 20);
	if (*r->event)
		put_journal(&o, "saker_", "event", r->event, 32);
	for (u32 i = 0; i < r->n_fields; i++)
		put_journal(&o, "saker_", r->field[i].name, r->field[i].text, FIELD_BYTES);
	return o.n;
}
