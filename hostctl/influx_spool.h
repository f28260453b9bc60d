/*
 * influx_spool.h - batches that wait on disk until the server takes them: a folder of files, oldest
 * first, bounded in bytes.
 *
 * A file appears whole or not at all, and stays over a restart. One process, one thread.
 */
#ifndef HOSTCTL_INFLUX_SPOOL_H
#define HOSTCTL_INFLUX_SPOOL_H

#include "common/err.h"
#include "common/types.h"

#define SPOOL_DIR_MAX 256

struct influx_spool {
	char dir[SPOOL_DIR_MAX];
	u64 max_bytes, bytes; /* bytes: held now */
	u64 newest;           /* number of the newest file; numbers only grow */
};

struct spool_batch {
	u64 number;
	void *bytes; /* malloc'ed */
	size_t n;
};

/* Makes the folder, and those above it, where missing, and counts what is in it. ERR_IO. */
err_t spool_open(struct influx_spool *s, const char *dir, u64 max_bytes);

/*
 * Adds a batch; the oldest make room for it, *dropped of them. ERR_TOO_LONG: larger than all the
 * room; ERR_IO: the disk does not take it.
 */
err_t spool_put(struct influx_spool *s, const void *bytes, size_t n, u32 *dropped);

/* The oldest batch, read; false: there is none, or it could not be read and was removed. Free its bytes. */
bool spool_oldest(struct influx_spool *s, struct spool_batch *b);
void spool_remove(struct influx_spool *s, u64 number);

#endif
