/*
 * tune_apply.c - writing a plan, and taking it back.
 *
 * The state file: one record a file that was changed, in the order of changes: a line
 * "<path> <bytes>" (-1: there was none) and the old bytes. It is written and synced before the change
 * it belongs to, so that a record cut short belongs to no change. A file that is in it already
 * keeps its first record: that is what was there before all of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tuning/tune.h"

#define PATH_BYTES 512
#define STATE_MAX (1u << 20)
#define FILE_MAX (16u << 10) /* of one that is changed */

static void full_path(const struct host *h, const char *path, char *out)
{
	snprintf(out, PATH_BYTES, "%s%s", h->root, path);
}

static void make_folders(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = 0;
		mkdir(path, 0755);
		*at = '/';
	}
}

/* The bytes of a file; -1: it is not there; -2: it cannot be read, or is larger than fits. */
static ssize_t slurp(const struct host *h, const char *path, char *out, size_t n)
{
	char full[PATH_BYTES];
	size_t have = 0;
	ssize_t got = 0;
	full_path(h, path, full);
	int fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -1 : -2;
	while (have < n && (got = read(fd, out + have, n - have)) > 0)
		have += (size_t)got;
	close(fd);
	return got < 0 || have == n ? -2 : (ssize_t)have;
}

/* The kernel's files take a value in one write, and must be there already. */
static bool write_file(const struct host *h, const char *path, const char *text, size_t n, bool make)
{
	char full[PATH_BYTES];
	full_path(h, path, full);
	if (make)
		make_folders(full);
	int fd = open(full, O_WRONLY | O_TRUNC | O_CLOEXEC | (make ? O_CREAT : 0), 0644);
	if (fd < 0)
		return false;
	bool ok = write(fd, text, n) == (ssize_t)n;
	return close(fd) == 0 && ok;
}

/* ---- the state ---- */

struct state {
	char *text;
	size_t n;
};

struct record {
	char path[TUNE_PATH];
	i64 n; /* -1: there was no such file */
	const char *old;
};

/* The record at *at, which moves behind it. ERR_NOT_FOUND: the end; ERR_TRUNCATED, ERR_SYNTAX. */
static err_t state_next(const struct state *s, size_t *at, struct record *r)
{
	int used = 0;
	long long n;
	if (*at == s->n)
		return ERR_NOT_FOUND;
	if (!strchr(s->text + *at, '\n'))
		return ERR_TRUNCATED;
	if (sscanf(s->text + *at, "%159s %lld%n", r->path, &n, &used) != 2 || r->path[0] != '/' ||
	    s->text[*at + (size_t)used] != '\n')
		return ERR_SYNTAX;
	*at += (size_t)used + 1;
	r->n = n;
	r->old = s->text + *at;
	if (n < -1)
		return ERR_SYNTAX;
	if (n > 0 && (u64)n > s->n - *at)
		return ERR_TRUNCATED;
	*at += n > 0 ? (size_t)n : 0;
	return ERR_OK;
}

/* What of it is whole; the rest is cut off. */
static err_t state_read(struct state *s, const struct host *h)
{
	char full[PATH_BYTES];
	struct record r;
	size_t at = 0, whole = 0;
	err_t e;
	s->n = 0;
	s->text = malloc(STATE_MAX);
	ssize_t n = s->text ? slurp(h, TUNE_STATE, s->text, STATE_MAX - 1) : -2;
	if (n < 0)
		return n == -1 ? ERR_NOT_FOUND : ERR_IO;
	full_path(h, TUNE_STATE, full);
	struct stat st;
	if (stat(full, &st) || st.st_uid != geteuid()) /* it says what root writes, and where */
		return ERR_IO;
	s->text[s->n = (size_t)n] = 0;
	while ((e = state_next(s, &at, &r)) == ERR_OK)
		whole = at;
	if (e != ERR_TRUNCATED)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	s->text[s->n = whole] = 0;
	return truncate(full, (off_t)whole) ? ERR_IO : ERR_OK;
}

static bool state_has(const struct state *s, const char *path)
{
	struct record r;
	for (size_t at = 0; state_next(s, &at, &r) == ERR_OK;)
		if (!strcmp(r.path, path))
			return true;
	return false;
}

/* "always [madvise] never" is how the kernel shows a choice; it takes the word alone. Returns what is left. */
static ssize_t chosen(char *text, ssize_t n)
{
	char *open = n > 0 ? memchr(text, '[', (size_t)n) : NULL;
	char *close = open ? memchr(open, ']', (size_t)(text + n - open)) : NULL;
	if (!close)
		return n;
	n = close - open - 1;
	memmove(text, open + 1, (size_t)n);
	text[n] = '\n';
	return n + 1;
}

/* Onto the disk before the change is made. */
static bool state_add(const struct host *h, const char *path)
{
	static char old[FILE_MAX];
	char full[PATH_BYTES], line[TUNE_PATH + 32];
	ssize_t n = slurp(h, path, old, sizeof old);
	if (n == -2)
		return false;
	if (!strncmp(path, "/sys/", 5))
		n = chosen(old, n);
	full_path(h, TUNE_STATE, full);
	make_folders(full);
	int fd = open(full, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	int head = snprintf(line, sizeof line, "%s %zd\n", path, n);
	bool ok = write(fd, line, (size_t)head) == head && (n <= 0 || write(fd, old, (size_t)n) == n) && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

/* ---- */

err_t tune_apply(struct tune_plan *plan, const struct patient *p)
{
	struct state s;
	err_t e = state_read(&s, &p->host);
	for (u32 i = 0; i < plan->n && (e == ERR_OK || e == ERR_NOT_FOUND); i++) {
		struct tune_change *c = &plan->change[i];
		if (!c->due)
			continue;
		if (!state_has(&s, c->path) && !state_add(&p->host, c->path)) {
			e = ERR_IO;
			break;
		}
		c->failed = !write_file(&p->host, c->path, c->text, strlen(c->text), c->kind != TUNE_NOW);
		c->due = c->failed;
		plan->n_due -= !c->failed;
	}
	free(s.text);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* An interrupt that cannot be moved was not: there is nothing to write, and writing would fail again. */
static bool stands(const struct host *h, const struct record *r)
{
	static char now[FILE_MAX];
	ssize_t n = slurp(h, r->path, now, sizeof now);
	if (n >= 0 && !strncmp(r->path, "/sys/", 5))
		n = chosen(now, n);
	return n >= 0 && n == r->n && !memcmp(now, r->old, (size_t)n);
}

static bool restore(const struct host *h, const struct record *r)
{
	char full[PATH_BYTES];
	full_path(h, r->path, full);
	if (r->n < 0)
		return unlink(full) == 0 || errno == ENOENT;
	return stands(h, r) || write_file(h, r->path, r->old, (size_t)r->n, true);
}

err_t tune_revert(const struct host *h, u32 *n)
{
	struct state s;
	struct record r;
	char full[PATH_BYTES];
	bool all = true;
	*n = 0;
	err_t e = state_read(&s, h);
	if (e == ERR_OK) {
		for (size_t at = 0; state_next(&s, &at, &r) == ERR_OK; *n += 1)
			all &= restore(h, &r);
		full_path(h, TUNE_STATE, full);
		if (!all || unlink(full))
			e = ERR_IO;
	}
	free(s.text);
	return e;
}
