/*
 * epochs.h - the configurations that have been in force, each a file of its own: an epoch.
 *
 * An epoch is a number, a time, who brought it into force and how, and the text with its SHA-256.
 * The files <folder>/000012.yaml are of mode 0600, begin with comments that say so, and are good as
 * configuration files. The one with the highest number is in force. A new one is first prepared under another
 * name, then committed by one rename: whoever dies in between leaves the old or the new one in
 * force, never a part. Blocks (disk): the io thread while trading, hostctl for reading.
 */
#ifndef SAKER_EPOCHS_H
#define SAKER_EPOCHS_H

#include "common/err.h"
#include "common/types.h"

#define EPOCHS_KEPT    100
#define EPOCH_HASH_MAX 65 /* SHA-256 in hexadecimal, with its NUL */
#define EPOCH_PATH_MAX 320
#define EPOCH_WHY_MAX  512

struct epoch {
	u32 number; /* from 1; 0: none */
	u32 uid;    /* of who asked */
	ns_t at_wall_ns;
	char role[12];
	char how[96]; /* "start", "config-apply /etc/saker/x.yaml": one line */
	char hash[EPOCH_HASH_MAX]; /* of the text */
};

/* The epoch in force as other processes see it: region "epoch" of the segment, written by ctl. */
struct epoch_row {
	struct epoch epoch;
	char dir[EPOCH_PATH_MAX];
};

struct epoch_cell {
	u64 seq, w[sizeof(struct epoch_row) / 8];
};
static_assert(sizeof(struct epoch_row) % 8 == 0, "rows are whole words");

struct epochs {
	char dir[EPOCH_PATH_MAX];
	u32 newest; /* number of the one in force; 0: none yet */
	bool prepared;
};

/* Makes the folder where it is missing, clears away what was never committed. ERR_IO: `why` says what. */
err_t epochs_open(struct epochs *s, const char *dir, char *why);

/*
 * Writes the next epoch, on the disk when this returns; it is not in force. Fills in e->number and
 * e->hash. ERR_IO.
 */
err_t epochs_prepare(struct epochs *s, struct epoch *e, const char *text, size_t n, char *why);

/* What was prepared is in force, and on the disk as that. Forgets the oldest beyond EPOCHS_KEPT. ERR_IO. */
err_t epochs_commit(struct epochs *s, char *why);

void epochs_drop(struct epochs *s); /* what was prepared; nothing where nothing was */

/*
 * One epoch; `number` 0: the newest. `text` (NULL: not wanted) is malloc'ed, with a NUL behind its
 * *n bytes. ERR_NOT_FOUND; ERR_CHECKSUM: it was changed since; ERR_SYNTAX; ERR_IO.
 */
err_t epochs_read(const char *dir, u32 number, struct epoch *e, char **text, size_t *n, char *why);

/* The newest `max` numbers, newest first; returns how many. */
u32 epochs_list(const char *dir, u32 *number, u32 max);

/* SHA-256 in hexadecimal. */
void epoch_hash(const char *text, size_t n, char out[EPOCH_HASH_MAX]);

#endif
