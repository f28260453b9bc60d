/*
 * audit.h - the audit log on disk: files.state_dir/audit.log, appended to, and audit.head, the
 * record of where it ends.
 *
 * ctl leaves entries in a ring; audit_step, on the io thread, writes each as a line of the chain
 * (audit_chain.h), makes it durable, and only then goes on. What cannot be written is tried again; a
 * full ring loses entries, and both are counted: commands are not held up by it.
 */
#ifndef SAKER_AUDIT_H
#define SAKER_AUDIT_H

#include "appliance/audit_chain.h"
#include "common/ring.h"

struct audit {
	struct ring *in; /* struct audit_entry */
	u64 *errors;     /* counter */
	int fd;          /* -1: closed */
	u64 size;        /* of the whole lines in the file */
	bool failing;    /* the last attempt failed, and it was said */
	char path[300], head[300];
	struct audit_chain chain;
};

/*
 * Goes on with the log in `dir`. One that does not verify is moved aside, named in the first entry of a
 * new one, and told to the operator. ERR_IO: `error` says why.
 */
err_t audit_open(struct audit *a, const char *dir, char *error, size_t n);

/* Writes what has come; returns the work done. */
u32 audit_step(struct audit *a);

/* Takes the last entries along. */
void audit_close(struct audit *a);

/*
 * A log and its head record, which is the file of the same name with .head for .log, as they stand
 * on disk. As audit_chain_verify; ERR_NOT_FOUND, ERR_IO: `why`, and `line` is 0. `text` (malloc'ed, may be
 * NULL for nobody) gets the file.
 */
err_t audit_verify_file(const char *path, struct audit_chain *c, u64 *line, char *why, struct span *text);

#endif
