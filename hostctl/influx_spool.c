#include "hostctl/influx_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_TEXT (SPOOL_DIR_MAX + 40)

static void path_of(const struct influx_spool *s, u64 number, const char *end, char out[PATH_TEXT])
{
	snprintf(out, PATH_TEXT, "%s/%020llu.%s", s->dir, (unsigned long long)number, end);
}

/* The number of a file of ours; 0: it is none. */
static u64 number_of(const char *name)
{
	u64 number = 0;
	int end = 0;
	if (sscanf(name, "%20llu.gz%n", (unsigned long long *)&number, &end) != 1 || name[end])
		return 0;
	return end ? number : 0;
}

static u64 size_of(const struct influx_spool *s, u64 number)
{
	char path[PATH_TEXT];
	struct stat st;
	path_of(s, number, "gz", path);
	return stat(path, &st) ? 0 : (u64)st.st_size;
}

/* One pass over the folder: the oldest number (0: none); `bytes` and `newest` made anew. */
static u64 look(struct influx_spool *s)
{
	u64 oldest = 0;
	DIR *d = opendir(s->dir);
	s->bytes = 0;
	for (struct dirent *e; d && (e = readdir(d));) {
		u64 number = number_of(e->d_name);
		if (!number)
			continue;
		s->bytes += size_of(s, number);
		s->newest = u64_max(s->newest, number);
		if (!oldest || number < oldest)
			oldest = number;
	}
	if (d)
		closedir(d);
	return oldest;
}

/* The folder and those above it, as far as they are missing. */
static bool make_dirs(const char *dir)
{
	char path[SPOOL_DIR_MAX];
	snprintf(path, sizeof path, "%s", dir);
	for (char *s = path + 1; (s = strchr(s, '/')); *s++ = '/') {
		*s = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return false;
	}
	return !mkdir(dir, 0700) || errno == EEXIST;
}

err_t spool_open(struct influx_spool *s, const char *dir, u64 max_bytes)
{
	*s = (struct influx_spool){ .max_bytes = max_bytes };
	snprintf(s->dir, sizeof s->dir, "%s", dir);
	if (!make_dirs(dir))
		return ERR_IO;
	look(s);
	return access(dir, R_OK | W_OK | X_OK) ? ERR_IO : ERR_OK;
}

static bool write_file(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fwrite(bytes, 1, n, f) == n;
	if (f && fclose(f))
		ok = false;
	return ok;
}

err_t spool_put(struct influx_spool *s, const void *bytes, size_t n, u32 *dropped)
{
	char part[PATH_TEXT], whole[PATH_TEXT];
	*dropped = 0;
	if (n > s->max_bytes)
		return ERR_TOO_LONG;
	for (u64 oldest = 0, last; s->bytes + n > s->max_bytes; ++*dropped) {
		last = oldest;
		oldest = look(s);
		if (!oldest || oldest == last) /* nothing is there, or it cannot be removed */
			break;
		spool_remove(s, oldest);
	}
	path_of(s, s->newest + 1, "part", part);
	path_of(s, s->newest + 1, "gz", whole);
	if (!write_file(part, bytes, n) || rename(part, whole)) {
		unlink(part);
		return ERR_IO;
	}
	s->newest++;
	s->bytes += n;
	return ERR_OK;
}

bool spool_oldest(struct influx_spool *s, struct spool_batch *b)
{
	char path[PATH_TEXT];
	b->number = look(s);
	if (!b->number)
		return false;
	path_of(s, b->number, "gz", path);
	b->n = size_of(s, b->number);
	b->bytes = malloc(b->n + 1);
	FILE *f = fopen(path, "re");
	bool ok = f && b->bytes && fread(b->bytes, 1, b->n, f) == b->n;
	if (f)
		fclose(f);
	if (!ok) {
		free(b->bytes);
		spool_remove(s, b->number);
	}
	return ok;
}

void spool_remove(struct influx_spool *s, u64 number)
{
	char path[PATH_TEXT];
	u64 n = size_of(s, number);
	path_of(s, number, "gz", path);
	if (!unlink(path))
		s->bytes -= u64_min(n, s->bytes);
}
