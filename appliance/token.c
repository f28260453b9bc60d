#include "appliance/token.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_BYTES 32
#define ROW_MAX	     (TOKEN_NAME_MAX + 12 + 64 + 2)
#define FILE_ROOM    (TOKENS_MAX * ROW_MAX + 1)
#define PATH_ROOM    300

static err_t fail(char *why, err_t e, const char *path, const char *what)
{
	snprintf(why, TOKEN_WHY, "%s: %s", path, what);
	return e;
}

bool token_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
	return n && n < TOKEN_NAME_MAX && !name[n];
}

/* The purpose is the key: the same bytes hashed for something else say nothing here. */
static void hash_secret(const u8 secret[SECRET_BYTES], u8 hash[32])
{
	static const char purpose[] = "saker control token, version 1";
	crypto_generichash(hash, 32, secret, SECRET_BYTES, (const u8 *)purpose, sizeof purpose - 1);
}

/* ---- reading ---- */

static bool read_row(struct token_row *r, const char *line, size_t n)
{
	char text[ROW_MAX], name[ROW_MAX], role[ROW_MAX], hex[ROW_MAX], more;
	size_t bytes;
	if (n >= sizeof text || memchr(line, 0, n))
		return false;
	memcpy(text, line, n);
	text[n] = 0;
	if (sscanf(text, "%40s %12s %65s %c", name, role, hex, &more) != 3 || !token_name_ok(name))
		return false;
	r->role = role_named(role);
	if (r->role == ACCESS_NONE || r->role == ACCESS_ROLES || strlen(hex) != 2 * sizeof r->hash)
		return false;
	memcpy(r->name, name, strlen(name) + 1);
	return !sodium_hex2bin(r->hash, sizeof r->hash, hex, strlen(hex), NULL, &bytes, NULL) &&
	       bytes == sizeof r->hash;
}

static err_t read_rows(struct token_file *f, const char *path, const char *text, size_t n, char *why)
{
	char what[96];
	for (u32 line = 1; n; line++) {
		const char *end = memchr(text, '\n', n);
		size_t len = end ? (size_t)(end - text) : n;
		bool full = f->n == TOKENS_MAX;
		if (full || !read_row(&f->row[f->n], text, len)) {
			snprintf(what, sizeof what, "line %u: expected NAME ROLE HASH, at most %d lines", line,
				 TOKENS_MAX);
			return fail(why, ERR_SYNTAX, path, what);
		}
		f->n++;
		text += len + (end != NULL);
		n -= len + (end != NULL);
	}
	return ERR_OK;
}

err_t token_read(struct token_file *f, const char *path, char *why)
{
	struct stat st;
	f->n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : fail(why, ERR_IO, path, strerror(errno));
	char *text = malloc(FILE_ROOM);
	ssize_t n = text && !fstat(fd, &st) && S_ISREG(st.st_mode) ? read(fd, text, FILE_ROOM) : -1;
	close(fd);
	err_t e;
	if (n < 0)
		e = fail(why, ERR_IO, path, "is no plain file that can be read");
	else if (st.st_mode & 077)
		e = fail(why, ERR_IO, path, "others can reach it; chmod 600 it");
	else
		e = read_rows(f, path, text, (size_t)n, why);
	free(text);
	if (e != ERR_OK)
		f->n = 0; /* of a damaged file nothing is believed */
	return e;
}

const struct token_row *token_find(const struct token_file *f, const char *text)
{
	const char *dot = strchr(text, '.');
	const struct token_row *found = NULL;
	u8 secret[SECRET_BYTES], hash[32];
	size_t n, name_n = dot ? (size_t)(dot - text) : 0;
	if (!dot || strlen(dot + 1) != 2 * SECRET_BYTES ||
	    sodium_hex2bin(secret, sizeof secret, dot + 1, 2 * SECRET_BYTES, NULL, &n, NULL) || n != sizeof secret)
		return NULL;
	hash_secret(secret, hash);
	for (u32 i = 0; i < f->n; i++) {
		const struct token_row *r = &f->row[i];
		bool same_hash = !sodium_memcmp(r->hash, hash, sizeof hash);
		if (same_hash && strlen(r->name) == name_n && !memcmp(r->name, text, name_n))
			found = r;
	}
	sodium_memzero(secret, sizeof secret);
	return found;
}

/* ---- writing ---- */

/* Whole or not at all: beside it, then in its place. */
static err_t write_rows(const struct token_file *f, const char *path, char *why)
{
	char beside[PATH_ROOM], hex[65];
	snprintf(beside, sizeof beside, "%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = out && !fchmod(fd, 0600);
	for (u32 i = 0; ok && i < f->n; i++) {
		sodium_bin2hex(hex, sizeof hex, f->row[i].hash, sizeof f->row[i].hash);
		ok = fprintf(out, "%s %s %s\n", f->row[i].name, role_name(f->row[i].role), hex) > 0;
	}
	ok = ok && !fflush(out) && !fsync(fd);
	if (out)
		ok = !fclose(out) && ok;
	else if (fd >= 0)
		close(fd);
	if (ok && !rename(beside, path))
		return ERR_OK;
	return fail(why, ERR_IO, beside, strerror(errno));
}

/*
 * One at a time changes the file: the lock is a file of its own, since the file itself is
 * replaced.
 */
static int lock_file(const char *path, char *why)
{
	char lock[PATH_ROOM];
	snprintf(lock, sizeof lock, "%s.lock", path);
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && !flock(fd, LOCK_EX))
		return fd;
	fail(why, ERR_IO, lock, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static struct token_row *row_named(struct token_file *f, const char *name)
{
	for (u32 i = 0; i < f->n; i++)
		if (!strcmp(f->row[i].name, name))
			return &f->row[i];
	return NULL;
}

/* A row more with a token of its own, which `out` gets. */
static void draw(struct token_file *f, const char *name, enum role role, char *out)
{
	struct token_row *r = &f->row[f->n++];
	u8 secret[SECRET_BYTES];
	char hex[2 * SECRET_BYTES + 1];
	randombytes_buf(secret, sizeof secret);
	hash_secret(secret, r->hash);
	r->role = role;
	snprintf(r->name, sizeof r->name, "%s", name);
	sodium_bin2hex(hex, sizeof hex, secret, sizeof secret);
	snprintf(out, TOKEN_TEXT_MAX, "%s.%s", r->name, hex);
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(hex, sizeof hex);
}

err_t token_new(const char *path, const char *name, enum role role, char *out, char *why)
{
	assert(token_name_ok(name) && role > ACCESS_NONE && role < ACCESS_ROLES);
	struct token_file *f = malloc(sizeof *f);
	int lock = f ? lock_file(path, why) : -1;
	*out = 0;
	err_t e = lock >= 0 ? token_read(f, path, why) : ERR_IO;
	if (e == ERR_OK && row_named(f, name))
		e = fail(why, ERR_EXISTS, name, "has a token already; hostctl token revoke takes it away");
	if (e == ERR_OK && f->n == TOKENS_MAX)
		e = fail(why, ERR_FULL, path, "holds as many tokens as can be; revoke those nobody uses");
	if (e == ERR_OK) {
		draw(f, name, role, out);
		e = write_rows(f, path, why);
		if (e != ERR_OK)
			sodium_memzero(out, TOKEN_TEXT_MAX);
	}
	if (lock >= 0)
		close(lock);
	free(f);
	return e;
}

err_t token_revoke(const char *path, const char *name, char *why)
{
	struct token_file *f = malloc(sizeof *f);
	int lock = f ? lock_file(path, why) : -1;
	err_t e = lock >= 0 ? token_read(f, path, why) : ERR_IO;
	struct token_row *r = e == ERR_OK ? row_named(f, name) : NULL;
	if (e == ERR_OK && !r)
		e = fail(why, ERR_NOT_FOUND, name, "has no token; hostctl token list names those that have");
	if (r) {
		*r = f->row[--f->n];
		e = write_rows(f, path, why);
	}
	if (lock >= 0)
		close(lock);
	free(f);
	return e;
}
