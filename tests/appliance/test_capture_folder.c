/* Names in the order of time, the oldest removed, strangers' files left alone. */
#include "appliance/capture_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static const struct {
	const char *name;
	bool stays; /* where 2 are kept */
} files[] = {
	{ "demo.00000001.00000001.pcapng", false },
	{ "demo.00000001.00000010.pcapng", false },
	{ "demo.00000002.00000001.pcapng", true },
	{ "demo.00000010.00000001.pcapng", true },
	{ "demo.00000001.00000001.pcap", true },
	{ "demo.00000001.0000000X.pcapng", true },
	{ "demo.00000001.00000001.pcapng~", true },
	{ "demo2.00000001.00000001.pcapng", true },
	{ "demo", true },
};

static void make(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void the_oldest_go(void **state)
{
	char dir[] = "/tmp/saker-test-folder-XXXXXX", inner[64];
	struct stat st;
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(inner, sizeof inner, "%s/captures", dir);
	int fd = capture_folder_open(inner);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	for (u32 i = 0; i < ARRAY_LEN(files); i++)
		make(fd, files[i].name);
	assert_int_equal(capture_folder_trim(fd, "demo", 0), 0);
	assert_int_equal(capture_folder_trim(fd, "demo", 4), 0);
	assert_int_equal(capture_folder_trim(fd, "demo", 2), 2);
	for (u32 i = 0; i < ARRAY_LEN(files); i++) {
		if (files[i].stays != !faccessat(fd, files[i].name, F_OK, 0))
			fail_msg("%s", files[i].name);
		unlinkat(fd, files[i].name, 0);
	}
	close(fd);
	assert_int_equal(rmdir(inner), 0);
	assert_int_equal(symlink("/tmp", inner), 0);
	assert_int_equal(capture_folder_open(inner), -1); /* a link is not followed */
	unlink(inner);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(capture_folder_open(inner), -1); /* nor are several folders made */
	assert_int_equal(errno, ENOENT);
}

static void names_sort_by_time(void **state)
{
	char a[CAPTURE_NAME_MAX], b[CAPTURE_NAME_MAX];
	(void)state;
	capture_name(a, "demo", 9, 0xff);
	capture_name(b, "demo", 10, 1);
	assert_string_equal(a, "demo.00000009.000000ff.pcapng");
	assert_true(strcmp(a, b) < 0);
	capture_name(b, "demo", 9, 0x100);
	assert_true(strcmp(a, b) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_go),
		cmocka_unit_test(names_sort_by_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
