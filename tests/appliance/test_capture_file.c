/* A capture file: mode, never followed, never written over, whole where the disk ends. */
#include "appliance/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

struct fixture {
	struct capture_file f;
	char dir[64];
	int dir_fd;
};

static struct fixture *new_fixture(void)
{
	struct fixture *x = calloc(1, sizeof *x);
	strcpy(x->dir, "/tmp/saker-test-capture-XXXXXX");
	assert_non_null(mkdtemp(x->dir));
	x->dir_fd = open(x->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(capture_file_init(&x->f), ERR_OK);
	return x;
}

static void free_fixture(struct fixture *x)
{
	static const char *const names[] = { "a", "link" };
	for (u32 i = 0; i < ARRAY_LEN(names); i++)
		unlinkat(x->dir_fd, names[i], 0);
	capture_file_free(&x->f);
	close(x->dir_fd);
	assert_int_equal(rmdir(x->dir), 0);
	free(x);
}

static void put(struct fixture *x, u8 value, u32 n)
{
	struct wr w = capture_file_begin(&x->f, n);
	memset(wr_room(&w, n), value, n);
	capture_file_end(&x->f, &w);
}

static off_t size_of(const struct fixture *x)
{
	struct stat st;
	assert_int_equal(fstatat(x->dir_fd, "a", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	return st.st_size;
}

static void what_was_put_in_comes_out(void **state)
{
	struct fixture *x = new_fixture();
	(void)state;
	umask(0);
	assert_int_equal(capture_file_create(&x->f, x->dir_fd, "a", 7), ERR_OK);
	for (u32 i = 0; i < 5; i++)
		put(x, (u8)i, 3u << 20); /* more than is collected */
	assert_int_equal(x->f.bytes, 15u << 20);
	assert_true(size_of(x) < 15 << 20);
	capture_file_close(&x->f);
	assert_int_equal(x->f.error, 0);
	assert_int_equal(size_of(x), 15 << 20);
	int fd = openat(x->dir_fd, "a", O_RDONLY);
	for (u32 i = 0; i < 5; i++) {
		u8 b[2];
		assert_int_equal(pread(fd, &b[0], 1, (off_t)i * (3 << 20)), 1);
		assert_int_equal(pread(fd, &b[1], 1, (off_t)(i + 1) * (3 << 20) - 1), 1);
		assert_int_equal(b[0], i);
		assert_int_equal(b[1], i);
	}
	close(fd);
	free_fixture(x);
}

static void nothing_is_followed_or_written_over(void **state)
{
	struct fixture *x = new_fixture();
	(void)state;
	assert_int_equal(symlinkat("/tmp/saker-test-must-not-appear", x->dir_fd, "link"), 0);
	assert_int_equal(capture_file_create(&x->f, x->dir_fd, "link", 0), ERR_IO);
	assert_int_equal(x->f.error, EEXIST);
	assert_int_equal(access("/tmp/saker-test-must-not-appear", F_OK), -1);
	assert_int_equal(capture_file_create(&x->f, x->dir_fd, "a", 0), ERR_OK);
	capture_file_close(&x->f);
	assert_int_equal(capture_file_create(&x->f, x->dir_fd, "a", 0), ERR_IO);
	assert_int_equal(x->f.error, EEXIST);
	free_fixture(x);
}

/* A limit on file size stands for a full disk: the part of a buffer that went out is taken back. */
static void a_full_disk_leaves_whole_buffers(void **state)
{
	struct fixture *x = new_fixture();
	struct rlimit old, tight;
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = 1500;
	assert_int_equal(capture_file_create(&x->f, x->dir_fd, "a", 0), ERR_OK);
	put(x, 1, 1000);
	capture_file_flush(&x->f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	put(x, 2, 1000);
	capture_file_flush(&x->f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(x->f.error, EFBIG);
	assert_int_equal(size_of(x), 1000);
	assert_int_equal(x->f.bytes, 1000);
	put(x, 3, 1000); /* with room again: the error stays, and the file as it is */
	capture_file_close(&x->f);
	assert_int_equal(size_of(x), 1000);
	free_fixture(x);
}

static void the_buffer_is_wiped(void **state)
{
	struct fixture *x = new_fixture();
	(void)state;
	assert_int_equal(capture_file_create(&x->f, x->dir_fd, "a", 0), ERR_OK);
	put(x, 0xaa, 100);
	capture_file_flush(&x->f);
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(x->f.buf[i], 0);
	free_fixture(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_in_comes_out),
		cmocka_unit_test(nothing_is_followed_or_written_over),
		cmocka_unit_test(a_full_disk_leaves_whole_buffers),
		cmocka_unit_test(the_buffer_is_wiped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
