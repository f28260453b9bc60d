/*
 * recording.h - recorded market data: gzip (or plain) files of lines `<local time> <raw JSON>`,
 * one after another.
 *
 * Local times are microseconds or nanoseconds, told apart by their magnitude. The times handed
 * out never go back, and a jump of more than RECORDING_JUMP_MAX between two files is closed up:
 * the second goes on where the first ended.
 */
#ifndef SIM_RECORDING_H
#define SIM_RECORDING_H

#include <zlib.h>

#include "common/err.h"
#include "sim/buf.h"
#include "sim/message.h"

#define RECORDING_JUMP_MAX (10 * NS_PER_S)
#define RECORDING_LINE_MAX (4u << 20)

struct recording {
	const char *const *files; /* the caller's; must outlive this */
	size_t files_n, file;     /* `file`: the one being read */
	gzFile gz;
	u64 line;        /* of that file, from 1 */
	struct buf text; /* the current line */
	ns_t at_ns;      /* time of the last message handed out */
	i64 shift_ns;    /* added to the file's own times */
	bool fresh;      /* nothing read from this file yet */
	char error[512]; /* "FILE line N: what; remedy" after an error */
};

/* Opens the first file, and checks that the others can be read. ERR_IO, with r->error. */
err_t recording_open(struct recording *r, const char *const *files, size_t n);

/*
 * The next message and its time; valid until the next call. ERR_CLOSED at the end of the last
 * file; else an error, r->error.
 */
err_t recording_next(struct recording *r, const char *symbol, struct message *m, ns_t *at_ns);

void recording_close(struct recording *r);

#endif
