/*
 * journal.h - the append-only file a venue's state is rebuilt from: lines `<crc32, 8 hex
 * digits> <record>`.
 *
 * A record is in the kernel (write(2)) before journal_add() returns, so it survives a SIGKILL
 * of this process. An incomplete last line is what a crash leaves: it is cut off. Any other
 * damage is an error that names the line.
 */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

#include <stdio.h>

#include "common/err.h"
#include "common/types.h"

#define JOURNAL_RECORD_MAX 1024

struct journal {
	int fd; /* -1: none is kept, journal_add() does nothing */
	char path[512];
	FILE *in; /* while reading */
	u64 line;
	long good; /* bytes of whole records read */
	char record[JOURNAL_RECORD_MAX];
	char error[2 * JOURNAL_RECORD_MAX + 800];
};

void journal_none(struct journal *j);

/*
 * Opens or creates the file. The first record is `header`; where the file has another,
 * ERR_STATE with j->error.
 */
err_t sim_journal_open(struct journal *j, const char *path, const char *header);

/*
 * The next record read back, in j->record; ERR_CLOSED after the last one: from then on
 * journal_add() may be called.
 */
err_t sim_journal_next(struct journal *j);

/* Appends one record (no newline in it). ERR_IO with j->error. */
err_t journal_add(struct journal *j, const char *fmt, ...) PRINTF_LIKE(2, 3);

void journal_close(struct journal *j);

#endif
