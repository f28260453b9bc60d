#include "sim/recording.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NS_STAMP_MIN                                                                               \
	100000000000000000ULL /* 1e17: above it nanoseconds (1973), below it microseconds (until   \
				 year 5138) */

static err_t fail(struct recording *r, err_t e, const char *what)
{
	snprintf(r->error, sizeof r->error, "%s line %llu: %s", r->files[r->file],
		 (unsigned long long)r->line, what);
	return e;
}

static err_t open_file(struct recording *r)
{
	errno = 0;
	r->gz = gzopen(r->files[r->file], "rb");
	r->line = 0;
	r->fresh = true;
	if (r->gz)
		return ERR_OK;
	snprintf(r->error, sizeof r->error, "cannot open recording %s: %s", r->files[r->file],
		 errno ? strerror(errno) : "out of memory");
	return ERR_IO;
}

err_t recording_open(struct recording *r, const char *const *files, size_t n)
{
	assert(n > 0);
	*r = (struct recording){ .files = files, .files_n = n };
	for (size_t i = n; i-- > 0;) {
		r->file = i;
		if (r->gz)
			gzclose(r->gz);
		if (open_file(r) != ERR_OK)
			return ERR_IO;
	}
	return ERR_OK;
}

/*
 * One line into r->text, without its end and with a NUL behind it. ERR_CLOSED at the end of
 * this file.
 */
static err_t read_line(struct recording *r)
{
	buf_clear(&r->text);
	r->line++;
	for (;;) {
		char *at = (char *)buf_room(&r->text, 65536);
		if (!gzgets(r->gz, at, 65536)) {
			int zerr = Z_OK;
			const char *text = gzerror(r->gz, &zerr);
			if (zerr != Z_OK && zerr != Z_STREAM_END)
				return fail(r, ERR_IO,
					    zerr == Z_BUF_ERROR ? "the gzip data ends too early"
								: text);
			return buf_n(&r->text) ? ERR_OK : ERR_CLOSED;
		}
		size_t n = strlen(at);
		bool whole = n && at[n - 1] == '\n';
		buf_fill(&r->text, n - whole);
		if (whole)
			return ERR_OK;
		if (buf_n(&r->text) > RECORDING_LINE_MAX)
			return fail(r, ERR_TOO_LONG, "the line is longer than 4 MB");
	}
}

/* The leading stamp in nanoseconds; *at is moved behind it and its blank. */
static bool parse_stamp(const char **at, const char *end, ns_t *out)
{
	const char *p = *at;
	u64 v = 0;
	while (p < end && *p >= '0' && *p <= '9')
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (u64)(*p++ - '0'), &v))
			return false;
	if (p == *at || p == end || *p != ' ' || !v)
		return false;
	*out = v < NS_STAMP_MIN ? v * NS_PER_US : v;
	*at = p + 1;
	return true;
}

/* The file's own time to ours: never back, and no long pause where one file follows another. */
static ns_t smooth(struct recording *r, ns_t own_ns)
{
	ns_t at = own_ns + (u64)r->shift_ns;
	bool jump = r->fresh && r->at_ns && (at < r->at_ns || at - r->at_ns > RECORDING_JUMP_MAX);
	if (jump)
		r->shift_ns = (i64)(r->at_ns - own_ns);
	at = own_ns + (u64)r->shift_ns;
	r->fresh = false;
	return r->at_ns = u64_max(at, r->at_ns);
}

err_t recording_next(struct recording *r, const char *symbol, struct message *m, ns_t *at_ns)
{
	err_t e = read_line(r);
	while (e == ERR_CLOSED) {
		if (r->file + 1 == r->files_n)
			return ERR_CLOSED;
		gzclose(r->gz);
		r->file++;
		if (open_file(r) != ERR_OK)
			return ERR_IO;
		e = read_line(r);
	}
	if (e != ERR_OK)
		return e;
	const char *p = (const char *)buf_p(&r->text), *end = p + buf_n(&r->text), *why;
	ns_t own;
	if (!parse_stamp(&p, end, &own))
		return fail(
			r, ERR_SYNTAX,
			"expected `<local time> <JSON>`, the time in microseconds or nanoseconds");
	if (message_parse(m, p, (size_t)(end - p), symbol, &why) != ERR_OK)
		return fail(r, ERR_SYNTAX, why);
	*at_ns = smooth(r, own);
	return ERR_OK;
}

void recording_close(struct recording *r)
{
	if (r->gz)
		gzclose(r->gz);
	buf_free(&r->text);
	*r = (struct recording){ 0 };
}
