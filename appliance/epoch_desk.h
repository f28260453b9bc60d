/*
 * epoch_desk.h - the io thread's part in bringing a configuration into force: it reads and checks the
 * file, and keeps the epochs (epochs.h).
 *
 * ctl asks by a ring, one thing at a time, with a pointer to its struct epoch_job; the job is the io
 * thread's until it has answered by the other ring.
 */
#ifndef SAKER_EPOCH_DESK_H
#define SAKER_EPOCH_DESK_H

#include "appliance/config.h"
#include "appliance/epochs.h"
#include "common/ring.h"

/* Type of the messages both ways; the payload is the job's address. */
enum epoch_ask {
	EPOCH_READ = 1, /* path to text and config, checked; hash must be the text's */
	EPOCH_PREPARE,  /* text to the disk */
	EPOCH_COMMIT,   /* in force */
	EPOCH_DROP,     /* it is not to be */
};

struct epoch_job {
	char path[EPOCH_PATH_MAX];
	struct epoch epoch;
	struct config *config; /* owned, as text; NULL: none yet */
	char *text;
	size_t n;
	err_t e; /* of what was asked last; `why` says what was wrong */
	char why[EPOCH_WHY_MAX];
};

struct epoch_desk {
	struct ring *asked, *answers;
	struct epochs store;
	/* what the io thread itself takes from an epoch; NULL: nothing */
	void (*take)(void *user, const struct config *c);
	void *user;
};

/* What was asked is done; returns the work done. */
u32 epoch_desk_step(struct epoch_desk *d);

/*
 * A start: the text is an epoch of its own where it differs from the newest. Fills in `e` with what is in
 * force. ERR_IO: `why`.
 */
err_t epoch_desk_start(struct epoch_desk *d, struct epoch *e, const char *text, size_t n, char *why);

/* Frees what the job has. */
void epoch_job_clear(struct epoch_job *j);

#endif
