#include "appliance/audit_chain.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEQ_START  "{\"seq\":"
#define PREV_START ",\"prev\":\""
#define HASH_START "\",\"hash\":\""
#define LINE_END   "\"}"
#define DIGITS     (AUDIT_HASH - 1)
/* What each line ends with: both hashes and the names before them. */
#define TAIL (sizeof PREV_START - 1 + DIGITS + sizeof HASH_START - 1 + DIGITS + sizeof LINE_END - 1)
#define HASHED_TAIL (sizeof PREV_START - 1 + DIGITS + 1) /* the part of it that is hashed: with the quote */

void audit_chain_init(struct audit_chain *c)
{
	c->seq = 0;
	memset(c->hash, '0', DIGITS);
	c->hash[DIGITS] = 0;
}

static void hash_text(const char *p, size_t n, char out[AUDIT_HASH])
{
	u8 h[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(h, (const u8 *)p, n);
	sodium_bin2hex(out, AUDIT_HASH, h, sizeof h);
}

/* ---- writing ---- */

struct line {
	char *out;
	u32 n;
};

static void put(struct line *l, const char *s)
{
	size_t n = strlen(s);
	assert(l->n + n < AUDIT_LINE && "an entry's texts are bounded");
	memcpy(l->out + l->n, s, n + 1);
	l->n += (u32)n;
}

/* Printable ASCII, quotes and backslashes escaped. */
static void put_text(struct line *l, const char *name, const char *text)
{
	char safe[2 * 256 + 1];
	u32 n = 0;
	for (; *text && n + 2 < sizeof safe; text++) {
		if (*text == '"' || *text == '\\')
			safe[n++] = '\\';
		safe[n++] = (u8)*text < 0x20 || (u8)*text > 0x7e ? '?' : *text;
	}
	safe[n] = 0;
	put(l, ",\"");
	put(l, name);
	put(l, "\":\"");
	put(l, safe);
	put(l, "\"");
}

static void put_head(struct line *l, u64 seq, const struct audit_entry *e)
{
	char text[96], at[32];
	time_t s = (time_t)(e->at_wall_ns / NS_PER_S);
	struct tm utc;
	gmtime_r(&s, &utc);
	strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof text, SEQ_START "%llu,\"at\":\"%s.%06uZ\"", (unsigned long long)seq, at,
		 (u32)(e->at_wall_ns % NS_PER_S / 1000));
	put(l, text);
	put_text(l, "what", e->what);
	if (!e->by_somebody)
		return;
	snprintf(text, sizeof text, ",\"uid\":%u,\"pid\":%u", e->uid, e->pid);
	put(l, text);
	put_text(l, "role", e->role);
	if (*e->via)
		put_text(l, "via", e->via);
}

u32 audit_chain_add(struct audit_chain *c, const struct audit_entry *e, char *out)
{
	struct line l = { .out = out };
	put_head(&l, ++c->seq, e);
	put_text(&l, "text", e->text);
	put_text(&l, "result", e->result);
	put_text(&l, "why", e->why);
	put(&l, PREV_START);
	put(&l, c->hash);
	put(&l, "\"");
	hash_text(out, l.n, c->hash);
	put(&l, &HASH_START[1]);
	put(&l, c->hash);
	put(&l, LINE_END "\n");
	return l.n;
}

u32 audit_head_make(const struct audit_chain *c, char *out)
{
	return (u32)snprintf(out, AUDIT_HEAD, "%llu %s\n", (unsigned long long)c->seq, c->hash);
}

/* ---- checking ---- */

static err_t broken(char *why, const char *what)
{
	snprintf(why, AUDIT_WHY, "%s", what);
	return ERR_SYNTAX;
}

/* Digits up to `end`; false: none, too many, or something else. `*at` moves behind `end`. */
static bool read_seq(const char **at, const char *limit, char end, u64 *seq)
{
	const char *s = *at;
	u64 v = 0;
	for (; s < limit && *s >= '0' && *s <= '9' && s - *at < 19; s++)
		v = v * 10 + (u64)(*s - '0');
	if (s == *at || s == limit || *s != end)
		return false;
	*seq = v;
	*at = s + 1;
	return true;
}

static bool same(const char *p, const char *text) { return !memcmp(p, text, strlen(text)); }

/* Its form alone: where its hashes stand, and its number. */
static bool read_line(const char *line, size_t n, u64 *seq, const char **prev, const char **hash)
{
	if (n < sizeof SEQ_START - 1 + 2 + TAIL || n >= AUDIT_LINE || !same(line, SEQ_START))
		return false;
	const char *at = line + sizeof SEQ_START - 1, *tail = line + n - TAIL;
	*prev = tail + sizeof PREV_START - 1;
	*hash = tail + HASHED_TAIL - 1 + sizeof HASH_START - 1;
	return read_seq(&at, tail, ',', seq) && same(tail, PREV_START) &&
	       same(*prev + DIGITS, HASH_START) && same(*hash + DIGITS, LINE_END);
}

err_t audit_chain_check(struct audit_chain *c, const char *line, size_t n, char *why)
{
	const char *prev, *hash;
	char own[AUDIT_HASH];
	u64 seq;
	if (!read_line(line, n, &seq, &prev, &hash))
		return broken(why, "is no line of an audit log");
	hash_text(line, n - TAIL + HASHED_TAIL, own);
	if (memcmp(own, hash, DIGITS))
		return broken(why, "was changed: its hash is not that of its text");
	if (seq > c->seq + 1) {
		snprintf(why, AUDIT_WHY, "is number %llu, expected %llu: lines before it were removed, or moved",
			 (unsigned long long)seq, (unsigned long long)c->seq + 1);
		return ERR_SYNTAX;
	}
	if (seq <= c->seq) {
		snprintf(why, AUDIT_WHY, "is number %llu behind number %llu: it was moved, or stands here twice",
			 (unsigned long long)seq, (unsigned long long)c->seq);
		return ERR_SYNTAX;
	}
	if (memcmp(prev, c->hash, DIGITS))
		return broken(why, "does not follow the line before it: that one is not the one it was written after");
	c->seq = seq;
	memcpy(c->hash, own, sizeof own);
	return ERR_OK;
}

/* ---- a whole file ---- */

static bool read_head(struct span head, struct audit_chain *h)
{
	const char *at = (const char *)head.p, *end = at + head.n;
	if (!head.n || !read_seq(&at, end, ' ', &h->seq) || end - at != DIGITS + 1 || at[DIGITS] != '\n')
		return false;
	memcpy(h->hash, at, DIGITS);
	h->hash[DIGITS] = 0;
	return true;
}

/* What the head record knows of the line the chain has come to. */
static err_t check_head(const struct audit_chain *c, const struct audit_chain *h, char *why)
{
	if (c->seq == h->seq && memcmp(c->hash, h->hash, DIGITS))
		return broken(why, "is not the line of that number that the head record knows: the log was written anew");
	/* one line may be ahead: a process that died between the two */
	if (c->seq > h->seq + 1)
		return broken(why, "is ahead of the head record by more than one: one of the two was replaced");
	return ERR_OK;
}

err_t audit_chain_verify(struct audit_chain *c, struct span file, struct span head, u64 *line, char *why)
{
	struct audit_chain h;
	const char *at = (const char *)file.p, *end = at + file.n;
	audit_chain_init(c);
	audit_chain_init(&h);
	*line = 1;
	if (!file.n && !head.n)
		return ERR_OK;
	if (!read_head(head, &h))
		return broken(why, "cannot be told from another: the head record is missing, or is none");
	for (; at < end; *line += 1) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			return broken(why, "is cut off in its middle");
		err_t e = audit_chain_check(c, at, (size_t)(stop - at), why);
		if (e == ERR_OK)
			e = check_head(c, &h, why);
		if (e != ERR_OK)
			return e;
		at = stop + 1;
	}
	if (c->seq >= h.seq)
		return ERR_OK;
	snprintf(why, AUDIT_WHY, "is missing: the head record knows %llu lines, the log ends after %llu",
		 (unsigned long long)h.seq, (unsigned long long)c->seq);
	return ERR_SYNTAX;
}
