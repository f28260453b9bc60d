#include "appliance/epochs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PENDING  "pending"
#define HEAD_MAX 512
#define FILE_MAX ((1u << 20) + HEAD_MAX)

static err_t failed(char *why, const char *dir, const char *what)
{
	snprintf(why, EPOCH_WHY_MAX, "%s: %s: %s", dir, what, strerror(errno));
	return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

static void path_of(char out[EPOCH_PATH_MAX + 32], const char *dir, u32 number)
{
	if (number)
		snprintf(out, EPOCH_PATH_MAX + 32, "%s/%06u.yaml", dir, number);
	else
		snprintf(out, EPOCH_PATH_MAX + 32, "%s/" PENDING, dir);
}

void epoch_hash(const char *text, size_t n, char out[EPOCH_HASH_MAX])
{
	u8 hash[crypto_hash_sha256_BYTES];
	static_assert(EPOCH_HASH_MAX == 2 * sizeof hash + 1, "two digits a byte");
	crypto_hash_sha256(hash, (const u8 *)text, n);
	sodium_bin2hex(out, EPOCH_HASH_MAX, hash, sizeof hash);
}

/* ---- the folder ---- */

/* "000012.yaml"; 0: something else. */
static u32 number_of(const char *name)
{
	u32 n = 0;
	size_t digits = strspn(name, "0123456789");
	if (digits < 6 || digits > 9 || strcmp(name + digits, ".yaml"))
		return 0;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (u32)(name[i] - '0');
	return n;
}

static int newer_first(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;
	return x < y ? 1 : x > y ? -1 : 0;
}

/* All numbers, newest first; malloc'ed. */
static u32 *all_numbers(const char *dir, u32 *n)
{
	u32 *all = NULL, cap = 0;
	DIR *d = opendir(dir);
	*n = 0;
	for (struct dirent *e; d && (e = readdir(d));) {
		u32 number = number_of(e->d_name);
		if (number && *n == cap) {
			u32 *more = realloc(all, (cap += EPOCHS_KEPT) * sizeof *all);
			if (!more)
				break;
			all = more;
		}
		if (number)
			all[(*n)++] = number;
	}
	if (d)
		closedir(d);
	if (*n)
		qsort(all, *n, sizeof *all, newer_first);
	return all;
}

u32 epochs_list(const char *dir, u32 *number, u32 max)
{
	u32 n, *all = all_numbers(dir, &n);
	n = u32_min(n, max);
	if (n)
		memcpy(number, all, n * sizeof *number);
	free(all);
	return n;
}

static bool sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

static void forget_oldest(const struct epochs *s)
{
	char path[EPOCH_PATH_MAX + 32];
	u32 n, *all = all_numbers(s->dir, &n);
	for (u32 i = EPOCHS_KEPT; i < n; i++) {
		path_of(path, s->dir, all[i]);
		unlink(path);
	}
	free(all);
}

err_t epochs_open(struct epochs *s, const char *dir, char *why)
{
	*s = (struct epochs){ 0 };
	if ((u32)snprintf(s->dir, sizeof s->dir, "%s", dir) >= sizeof s->dir) {
		errno = ENAMETOOLONG;
		return failed(why, dir, "cannot be made");
	}
	if (mkdir(dir, 0700) && errno != EEXIST)
		return failed(why, dir, "cannot be made");
	if (access(dir, R_OK | W_OK | X_OK))
		return failed(why, dir, "cannot be used");
	s->prepared = true;
	epochs_drop(s);
	epochs_list(dir, &s->newest, 1);
	return ERR_OK;
}

/* ---- writing ---- */

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno != EINTR)
			return false;
		p += w > 0 ? w : 0;
		n -= w > 0 ? (size_t)w : 0;
	}
	return true;
}

/* One line, whatever who asked has put into it. */
static void make_plain(char *s)
{
	for (; *s; s++)
		if ((u8)*s < ' ' || *s == 0x7f)
			*s = ' ';
}

static size_t make_head(char head[HEAD_MAX], const struct epoch *e)
{
	return (size_t)snprintf(head, HEAD_MAX, "# saker epoch %u\n# at %llu\n# by uid %u role %s\n# how %s\n# sha256 %s\n",
				e->number, (unsigned long long)e->at_wall_ns, e->uid, e->role, e->how, e->hash);
}

err_t epochs_prepare(struct epochs *s, struct epoch *e, const char *text, size_t n, char *why)
{
	char path[EPOCH_PATH_MAX + 32], head[HEAD_MAX];
	e->number = s->newest + 1;
	make_plain(e->how);
	epoch_hash(text, n, e->hash);
	size_t head_n = make_head(head, e);
	path_of(path, s->dir, 0);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	s->prepared = fd >= 0;
	bool ok = fd >= 0 && write_all(fd, head, head_n) && write_all(fd, text, n) && fsync(fd) == 0;
	err_t result = ok ? ERR_OK : failed(why, s->dir, "the epoch cannot be written");
	if (fd >= 0)
		close(fd);
	if (!ok)
		epochs_drop(s);
	return result == ERR_NOT_FOUND ? ERR_IO : result;
}

err_t epochs_commit(struct epochs *s, char *why)
{
	char from[EPOCH_PATH_MAX + 32], to[EPOCH_PATH_MAX + 32];
	assert(s->prepared);
	path_of(from, s->dir, 0);
	path_of(to, s->dir, s->newest + 1);
	if (rename(from, to)) {
		failed(why, s->dir, "the epoch cannot be renamed");
		return ERR_IO;
	}
	s->prepared = false;
	s->newest++;
	if (!sync_folder(s->dir)) {
		failed(why, s->dir, "the folder cannot be synchronised");
		return ERR_IO;
	}
	forget_oldest(s);
	return ERR_OK;
}

void epochs_drop(struct epochs *s)
{
	char path[EPOCH_PATH_MAX + 32];
	path_of(path, s->dir, 0);
	if (s->prepared)
		unlink(path);
	s->prepared = false;
}

/* ---- reading ---- */

/* A plain file of at most FILE_MAX bytes with a NUL behind it; NULL with errno. */
static char *read_file(const char *path, size_t *n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *p = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) ? malloc(FILE_MAX + 1) : NULL;
	ssize_t got = 1;
	for (*n = 0; p && *n < FILE_MAX && (got = read(fd, p + *n, FILE_MAX - *n)) > 0;)
		*n += (size_t)got;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	if (p && got >= 0) {
		p[*n] = 0;
		return p;
	}
	free(p);
	return NULL;
}

/* The comments at the head; where the text begins, or NULL. */
static const char *read_head(const char *p, struct epoch *e)
{
	unsigned long long at;
	int n = 0;
	if (sscanf(p, "# saker epoch %9u\n# at %llu\n# by uid %u role %11[a-z]\n# how%n", &e->number, &at, &e->uid,
		   e->role, &n) != 4 || !n)
		return NULL;
	e->at_wall_ns = at;
	p += n;
	size_t how = strcspn(p, "\n");
	snprintf(e->how, sizeof e->how, "%.*s", how ? (int)(how - 1) : 0, p + 1);
	p += how;
	if (sscanf(p, "\n# sha256 %64[0-9a-f]%n", e->hash, &n) != 1 || p[n] != '\n')
		return NULL;
	return p + n + 1;
}

err_t epochs_read(const char *dir, u32 number, struct epoch *e, char **text, size_t *n, char *why)
{
	char path[EPOCH_PATH_MAX + 32], hash[EPOCH_HASH_MAX];
	size_t all;
	*e = (struct epoch){ 0 };
	if (!number && !epochs_list(dir, &number, 1)) {
		snprintf(why, EPOCH_WHY_MAX, "%s: holds no epoch this user may read", dir);
		return ERR_NOT_FOUND;
	}
	path_of(path, dir, number);
	char *file = read_file(path, &all);
	if (!file)
		return failed(why, path, "cannot be read");
	const char *begin = read_head(file, e);
	err_t result = begin && e->number == number ? ERR_OK : ERR_SYNTAX;
	size_t left = begin ? all - (size_t)(begin - file) : 0;
	epoch_hash(begin ? begin : "", left, hash);
	if (result == ERR_OK && strcmp(hash, e->hash))
		result = ERR_CHECKSUM;
	if (result != ERR_OK)
		snprintf(why, EPOCH_WHY_MAX, "%s: %s", path,
			 result == ERR_CHECKSUM ? "has changed since it was in force" : "is no epoch's file");
	if (result == ERR_OK && text) {
		memmove(file, begin, left + 1);
		*text = file;
		*n = left;
		return ERR_OK;
	}
	free(file);
	return result;
}
