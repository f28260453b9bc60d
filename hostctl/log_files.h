/*
 * log_files.h - the files of Saker's own log, read while they are written and rotated: <path> is the
 * newest, <path>.1 the one before it.
 *
 * Whole lines alone. One thread; may block (disk).
 */
#ifndef HOSTCTL_LOG_FILES_H
#define HOSTCTL_LOG_FILES_H

#include "common/err.h"
#include "common/types.h"

#define LOG_TAIL_MAX (64u << 20) /* of each file as much is looked at, from its end */

struct log_files {
	const char *path;
	u32 keep; /* files there can be, the newest included */
	int fd;   /* of the newest, as it was at the open */
	u64 at;   /* behind the last line that was given */
	void (*line)(void *user, const char *line); /* without its newline */
	void *user;
};

/* Gives the newest `n` lines, oldest first. ERR_IO: the newest cannot be opened (errno). */
err_t log_files_newest(struct log_files *f, u32 n);

/* Gives what has come since, out of the next file as well. false: nothing has. */
bool log_files_more(struct log_files *f);
void log_files_close(struct log_files *f);

#endif
