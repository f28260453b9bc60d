#include "hostctl/log_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_ROOM 300

/* The file's end from `from` on, up to its last newline; NULL: nothing. */
static char *read_lines(int fd, u64 *from, size_t *n)
{
	struct stat st;
	if (fstat(fd, &st) || st.st_size <= 0)
		return NULL;
	if ((u64)st.st_size < *from)
		*from = 0; /* somebody has emptied it */
	size_t size = (size_t)u64_min((u64)st.st_size - *from, LOG_TAIL_MAX);
	char *text = size ? malloc(size) : NULL;
	ssize_t got = text ? pread(fd, text, size, (off_t)*from) : 0;
	const char *last = got > 0 ? memrchr(text, '\n', (size_t)got) : NULL;
	*n = last ? (size_t)(last + 1 - text) : 0;
	if (*n)
		return text;
	free(text);
	return NULL;
}

static void give(struct log_files *f, char *at, char *end)
{
	while (at < end) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		*stop = 0;
		f->line(f->user, at);
		at = stop + 1;
	}
}

static int open_older(const struct log_files *f, u32 i)
{
	char path[PATH_ROOM];
	struct stat newest, st;
	snprintf(path, sizeof path, "%s.%u", f->path, i);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || fstat(f->fd, &newest) || st.st_ino != newest.st_ino)
		return fd;
	close(fd); /* the newest has just been moved there: its lines are taken */
	return open_older(f, i + 1);
}

/* The newest `want` lines of file `i` and those before it. */
static void newest_of(struct log_files *f, int fd, u32 i, u32 want)
{
	struct stat st;
	u64 from = 0;
	size_t n = 0;
	if (!fstat(fd, &st) && st.st_size > LOG_TAIL_MAX)
		from = (u64)st.st_size - LOG_TAIL_MAX;
	char *text = read_lines(fd, &from, &n), *at = text + n;
	u32 lines = 0;
	for (; at > text; at--)
		if (at[-1] == '\n' && at != text + n && ++lines == want)
			break;
	lines += text && at == text;
	if (lines < want && i + 1 < f->keep) {
		int older = open_older(f, i + 1);
		if (older >= 0) {
			newest_of(f, older, i + 1, want - lines);
			close(older);
		}
	}
	give(f, at, text + n);
	if (!i)
		f->at = from + n;
	free(text);
}

err_t log_files_newest(struct log_files *f, u32 n)
{
	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return ERR_IO;
	newest_of(f, f->fd, 0, n);
	return ERR_OK;
}

static bool give_more(struct log_files *f)
{
	size_t n = 0;
	char *text = read_lines(f->fd, &f->at, &n);
	if (text)
		give(f, text, text + n);
	f->at += n;
	free(text);
	return n;
}

/* The file that came after the held one, which may have been moved more than once. */
static int open_next(const struct log_files *f, ino_t held)
{
	char path[PATH_ROOM];
	struct stat st;
	for (u32 i = 1; i < f->keep; i++) {
		snprintf(path, sizeof path, "%s.%u", f->path, i);
		if (stat(path, &st) || st.st_ino != held || i == 1)
			continue;
		snprintf(path, sizeof path, "%s.%u", f->path, i - 1);
		return open(path, O_RDONLY | O_CLOEXEC);
	}
	return open(f->path, O_RDONLY | O_CLOEXEC);
}

bool log_files_more(struct log_files *f)
{
	struct stat held, named;
	bool next = !fstat(f->fd, &held) && !stat(f->path, &named) && held.st_ino != named.st_ino;
	bool more = give_more(f); /* after the look: what was written before the next file began */
	if (more || !next)
		return more;
	int fd = open_next(f, held.st_ino);
	if (fd < 0)
		return false;
	close(f->fd);
	f->fd = fd;
	f->at = 0;
	return give_more(f);
}

void log_files_close(struct log_files *f) { close(f->fd); }
