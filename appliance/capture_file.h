/*
 * capture_file.h - one capture file being written: blocks collected in memory, written out whole.
 *
 * The first error is kept, everything later does nothing, and the file then ends behind the last
 * buffer that was written whole: what is in it can be read. io thread; writes block.
 */
#ifndef SAKER_CAPTURE_FILE_H
#define SAKER_CAPTURE_FILE_H

#include "common/cursor.h"
#include "common/err.h"

#define CAPTURE_BLOCK_MAX (64u << 20) /* the longest block a file takes: a checkpoint */

struct capture_file {
	int fd;     /* -1: none is open */
	int error;  /* errno of the first failure; 0: none */
	u8 *buf;    /* CAPTURE_BLOCK_MAX bytes, of which those used are touched; secrets pass through it */
	size_t n;   /* in it */
	u64 bytes;  /* of the file, those in `buf` included */
	u64 at_ns;  /* when it was created: the clock of whoever creates it */
};

/* ERR_NO_MEMORY. */
err_t capture_file_init(struct capture_file *f);
void capture_file_free(struct capture_file *f); /* closes */

/*
 * Creates `name` in the folder `dir_fd`, mode 0600; nothing that is there is followed or written over.
 * ERR_IO: f->error says why.
 */
err_t capture_file_create(struct capture_file *f, int dir_fd, const char *name, u64 now_ns);

/* Room for a block of up to `n` <= CAPTURE_BLOCK_MAX bytes. Then capture_file_end, whatever was written. */
struct wr capture_file_begin(struct capture_file *f, size_t n);
void capture_file_end(struct capture_file *f, const struct wr *w);

/* What was collected goes to the file; the buffer is wiped. */
void capture_file_flush(struct capture_file *f);
void capture_file_close(struct capture_file *f);

#endif
