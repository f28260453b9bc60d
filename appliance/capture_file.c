#include "appliance/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

err_t capture_file_init(struct capture_file *f)
{
	*f = (struct capture_file){ .fd = -1, .buf = malloc(CAPTURE_BLOCK_MAX) };
	return f->buf ? ERR_OK : ERR_NO_MEMORY;
}

void capture_file_free(struct capture_file *f)
{
	capture_file_close(f);
	free(f->buf);
	f->buf = NULL;
}

err_t capture_file_create(struct capture_file *f, int dir_fd, const char *name, u64 now_ns)
{
	assert(f->fd < 0 && f->n == 0);
	f->fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	f->error = f->fd < 0 ? errno : 0;
	f->bytes = 0;
	f->at_ns = now_ns;
	return f->fd < 0 ? ERR_IO : ERR_OK;
}

struct wr capture_file_begin(struct capture_file *f, size_t n)
{
	assert(n <= CAPTURE_BLOCK_MAX);
	if (CAPTURE_BLOCK_MAX - f->n < n)
		capture_file_flush(f);
	return wr_of(f->buf + f->n, CAPTURE_BLOCK_MAX - f->n);
}

void capture_file_end(struct capture_file *f, const struct wr *w)
{
	f->n += wr_len(w);
	f->bytes += wr_len(w);
}

/* Bytes written; fewer than `n` where it failed. */
static size_t write_all(struct capture_file *f)
{
	size_t done = 0;
	while (done < f->n) {
		ssize_t w = write(f->fd, f->buf + done, f->n - done);
		if (w < 0 && errno != EINTR)
			break;
		done += w > 0 ? (size_t)w : 0;
	}
	return done;
}

void capture_file_flush(struct capture_file *f)
{
	if (f->fd >= 0 && !f->error && f->n) {
		size_t done = write_all(f);
		if (done < f->n) {
			f->error = errno;
			f->bytes -= f->n;
			if (ftruncate(f->fd, (off_t)f->bytes)) /* a block cut short is left: readers say so */
				f->bytes += done;
		}
	}
	explicit_bzero(f->buf, f->n);
	f->n = 0;
}

void capture_file_close(struct capture_file *f)
{
	if (f->fd < 0)
		return;
	capture_file_flush(f);
	if (close(f->fd) && !f->error)
		f->error = errno;
	f->fd = -1;
}
