#include "appliance/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appliance/log.h"
#include "common/clock.h"
#include "common/counter.h"

#define FILE_MAX (1ull << 30)

/* ---- reading ---- */

/* The whole of a plain file, malloc'ed; a file that is not there is empty. */
static err_t read_whole(const char *path, struct span *out)
{
	struct stat st;
	*out = (struct span){ 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	bool ok = !fstat(fd, &st) && S_ISREG(st.st_mode) && (u64)st.st_size < FILE_MAX;
	u8 *p = ok ? malloc((size_t)st.st_size + 1) : NULL;
	size_t n = 0;
	ssize_t got = 1;
	while (p && n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (!p || got < 0) {
		free(p);
		return ERR_IO;
	}
	*out = (struct span){ p, n };
	return ERR_OK;
}

static void name_head(const char *path, char *head, size_t n)
{
	size_t stem = strlen(path);
	if (stem > 4 && !strcmp(path + stem - 4, ".log"))
		stem -= 4;
	snprintf(head, n, "%.*s.head", (int)stem, path);
}

err_t audit_verify_file(const char *path, struct audit_chain *c, u64 *line, char *why, struct span *text)
{
	char head_path[300];
	struct span file, head;
	*line = 0;
	name_head(path, head_path, sizeof head_path);
	err_t e = read_whole(path, &file);
	err_t eh = read_whole(head_path, &head);
	if (e == ERR_IO || eh == ERR_IO || (e == ERR_NOT_FOUND && eh == ERR_NOT_FOUND)) {
		snprintf(why, AUDIT_WHY, "%s", e == ERR_NOT_FOUND ? "there is no such log" : "cannot be read");
		e = e == ERR_NOT_FOUND ? e : ERR_IO;
	} else {
		e = audit_chain_verify(c, file, head, line, why);
	}
	if (text)
		*text = file;
	else
		free((void *)file.p);
	free((void *)head.p);
	return e;
}

/* ---- writing ---- */

static bool write_whole(int fd, const char *p, u32 n)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno != EINTR)
			return false;
		p += w > 0 ? w : 0;
		n -= w > 0 ? (u32)w : 0;
	}
	return true;
}

/* Whole or not at all: beside it, then in its place. */
static bool write_head(const struct audit *a, const struct audit_chain *c)
{
	char beside[sizeof a->head + 4], text[AUDIT_HEAD];
	u32 n = audit_head_make(c, text);
	snprintf(beside, sizeof beside, "%s.new", a->head);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write_whole(fd, text, n) && !fsync(fd);
	if (fd >= 0)
		close(fd);
	return ok && !rename(beside, a->head);
}

/* A line that is not on disk whole is not in the file at all. */
static bool append(struct audit *a, const struct audit_entry *e)
{
	char line[AUDIT_LINE];
	struct audit_chain next = a->chain;
	u32 n = audit_chain_add(&next, e, line);
	if (!write_whole(a->fd, line, n) || fdatasync(a->fd) || !write_head(a, &next)) {
		int why = errno;
		if (ftruncate(a->fd, (off_t)a->size))
			log_line("audit", "%s: its last line may be cut off", a->path);
		errno = why;
		return false;
	}
	a->chain = next;
	a->size += n;
	log_line("audit", "%llu %s", (unsigned long long)next.seq, next.hash);
	return true;
}

u32 audit_step(struct audit *a)
{
	const struct ring_msg *m;
	u32 n = 0;
	while (a->fd >= 0 && (m = ring_peek(a->in))) {
		if (!append(a, (const void *)m->data)) {
			if (!a->failing)
				log_line("audit", "%s: cannot be written: %s (trying again)", a->path, strerror(errno));
			a->failing = true;
			counter_inc(a->errors);
			return 0;
		}
		a->failing = false;
		ring_release(a->in, m);
		n++;
	}
	return n;
}

static void say_broken(struct audit *a, u64 line, const char *why)
{
	struct audit_entry e = { .at_wall_ns = clock_wall_ns(), .what = "broken", .result = "SYNTAX" };
	char aside[sizeof a->path + 32], head_aside[sizeof a->path + 32];
	snprintf(aside, sizeof aside, "%s.broken.%llu", a->path, (unsigned long long)e.at_wall_ns);
	snprintf(head_aside, sizeof head_aside, "%s.broken.%llu", a->head, (unsigned long long)e.at_wall_ns);
	if (rename(a->path, aside) && errno != ENOENT)
		log_line("audit", "%s: cannot be moved aside: %s", a->path, strerror(errno));
	rename(a->head, head_aside);
	snprintf(e.text, sizeof e.text, "the log before this one: %s", strrchr(aside, '/') + 1);
	snprintf(e.why, sizeof e.why, "line %llu %s", (unsigned long long)line, why);
	log_line("audit", "%s: line %llu %s; moved to %s", a->path, (unsigned long long)line, why, aside);
	audit_chain_init(&a->chain);
	ring_put(a->in, 0, 0, &e, sizeof e);
}

err_t audit_open(struct audit *a, const char *dir, char *error, size_t n)
{
	char why[AUDIT_WHY];
	struct stat st;
	u64 line;
	snprintf(a->path, sizeof a->path, "%s/audit.log", dir);
	name_head(a->path, a->head, sizeof a->head);
	a->fd = -1;
	err_t e = audit_verify_file(a->path, &a->chain, &line, why, NULL);
	if (e == ERR_NOT_FOUND)
		audit_chain_init(&a->chain);
	else if (e == ERR_SYNTAX)
		say_broken(a, line, why);
	if (e != ERR_IO)
		a->fd = open(a->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->fd >= 0 && !fstat(a->fd, &st)) {
		a->size = (u64)st.st_size;
		return ERR_OK;
	}
	snprintf(error, n, "%s: the audit log cannot be %s (check files.state_dir)", a->path,
		 e == ERR_IO ? "read" : "written");
	return ERR_IO;
}

void audit_close(struct audit *a)
{
	if (a->fd < 0)
		return;
	audit_step(a);
	close(a->fd);
	a->fd = -1;
}
