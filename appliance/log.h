/*
 * log.h - lines for the operator, from the ctl, slow and io threads alone, never from a hot
 * core: to standard error, a file that is rotated by size, or systemd's journal.
 *
 * Of lines of one kind, those of one format, LOG_BURST leave in a second; what is beyond is
 * counted and said with the next that leaves. The journal is never waited for: what it does not
 * take is counted and said likewise. One log a process; any thread.
 */
#ifndef SAKER_LOG_H
#define SAKER_LOG_H

#include "appliance/log_record.h"

#define LOG_BURST   50
#define LOG_JOURNAL "/run/systemd/journal/socket"

struct log_cfg {
	const char *path;    /* of the file; "": standard error */
	const char *journal; /* its socket, LOG_JOURNAL; NULL: no journal, `path` then */
	const char *instance;
	bool json;
	u64 file_bytes; /* size at which the next file begins, as <path>.1, .2 ...; 0: never */
	u32 keep;       /* files, the present one included */
};

/* false: it cannot be opened; lines then go to standard error. Closes what was open. */
bool log_open_cfg(const struct log_cfg *c);

/* As text to `path`, or to standard error where it is "". */
bool log_open(const char *path);

/* A sentence, of level info. */
void log_line(const char *area, const char *format, ...) PRINTF_LIKE(2, 3);

/* With more: level, event and fields of `what` (its message and time are not looked at). */
void log_event(const struct log_record *what, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
