/* The audit log on disk: begun, gone on with, moved aside where it is broken, a disk that fails. */
#include "appliance/audit.h"

#include <dirent.h>
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
	char dir[64];
	struct arena arena;
	struct audit a;
	u64 errors;
};

static struct fixture *new_fixture(void)
{
	struct fixture *f = calloc(1, sizeof *f);
	strcpy(f->dir, "/tmp/saker-test-audit-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(arena_open(&f->arena, 1 << 20), ERR_OK);
	f->a = (struct audit){ .in = ring_new(&f->arena, 1 << 16), .errors = &f->errors, .fd = -1 };
	return f;
}

static void begin(struct fixture *f)
{
	char error[512] = "";
	if (audit_open(&f->a, f->dir, error, sizeof error) != ERR_OK)
		fail_msg("%s", error);
}

static void free_fixture(struct fixture *f)
{
	char line[96];
	audit_close(&f->a);
	arena_close(&f->arena);
	snprintf(line, sizeof line, "rm -rf %s", f->dir);
	assert_int_equal(system(line), 0);
	free(f);
}

static void leave(struct fixture *f, const char *text)
{
	struct audit_entry e = { .at_wall_ns = 1, .what = "command", .result = "OK" };
	snprintf(e.text, sizeof e.text, "%s", text);
	assert_true(ring_put(f->a.in, 0, 0, &e, sizeof e));
}

/* Lines of the log; fails the test unless it verifies. */
static u64 lines(const struct fixture *f)
{
	struct audit_chain c;
	char why[AUDIT_WHY] = "";
	u64 line;
	if (audit_verify_file(f->a.path, &c, &line, why, NULL) != ERR_OK)
		fail_msg("line %llu: %s", (unsigned long long)line, why);
	return c.seq;
}

static void goes_on_over_starts(void **state)
{
	struct fixture *f = new_fixture();
	struct stat st;
	(void)state;
	for (u32 i = 1; i <= 3; i++) {
		begin(f);
		leave(f, "arm");
		leave(f, "stop");
		if (i < 3)
			assert_int_equal(audit_step(&f->a), 2); /* else: closing takes them along */
		audit_close(&f->a);
		assert_int_equal(lines(f), 2 * i);
	}
	assert_int_equal(stat(f->a.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(f->a.head, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free_fixture(f);
}

static bool is_there(const struct fixture *f, const char *start)
{
	DIR *d = opendir(f->dir);
	bool found = false;
	for (struct dirent *e; (e = readdir(d));)
		found |= !strncmp(e->d_name, start, strlen(start));
	closedir(d);
	return found;
}

/* Trading does not wait for an auditor: the broken one is kept, the new one says so first. */
static void a_broken_log_is_moved_aside(void **state)
{
	struct fixture *f = new_fixture();
	struct audit_chain c;
	struct span text;
	char why[AUDIT_WHY];
	u64 line;
	(void)state;
	begin(f);
	leave(f, "arm");
	leave(f, "stop");
	audit_close(&f->a);
	assert_int_equal(truncate(f->a.path, 100), 0);
	begin(f);
	leave(f, "arm");
	audit_close(&f->a);
	assert_int_equal(lines(f), 2);
	assert_int_equal(audit_verify_file(f->a.path, &c, &line, why, &text), ERR_OK);
	assert_non_null(memmem(text.p, text.n, "line 1 is cut off in its middle", 31));
	free((void *)(uintptr_t)text.p);
	assert_true(is_there(f, "audit.log.broken."));
	assert_true(is_there(f, "audit.head.broken."));
	free_fixture(f);
}

static void tampered_with_on_disk(void **state)
{
	struct fixture *f = new_fixture();
	struct audit_chain c;
	char why[AUDIT_WHY];
	u64 line;
	(void)state;
	begin(f);
	for (u32 i = 0; i < 5; i++)
		leave(f, "arm");
	audit_close(&f->a);
	int fd = open(f->a.path, O_RDWR);
	assert_int_equal(pwrite(fd, "X", 1, 90), 1);
	close(fd);
	assert_int_equal(audit_verify_file(f->a.path, &c, &line, why, NULL), ERR_SYNTAX);
	assert_int_equal(line, 1);
	assert_int_equal(unlink(f->a.path), 0);
	assert_int_equal(audit_verify_file(f->a.path, &c, &line, why, NULL), ERR_SYNTAX); /* the head remembers */
	assert_int_equal(line, 1);
	assert_int_equal(unlink(f->a.head), 0);
	assert_int_equal(audit_verify_file(f->a.path, &c, &line, why, NULL), ERR_NOT_FOUND);
	assert_int_equal(audit_verify_file(f->dir, &c, &line, why, NULL), ERR_IO);
	free_fixture(f);
}

/* No room on the disk: no half line stays, nothing is lost, it is counted. */
static void a_full_disk(void **state)
{
	struct fixture *f = new_fixture();
	struct rlimit was, small = { 400, 0 };
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	begin(f);
	leave(f, "arm");
	assert_int_equal(audit_step(&f->a), 1);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	leave(f, "stop");
	assert_int_equal(audit_step(&f->a), 0);
	assert_int_equal(audit_step(&f->a), 0);
	assert_int_equal(f->errors, 2);
	assert_int_equal(lines(f), 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(audit_step(&f->a), 1);
	assert_int_equal(lines(f), 2);
	free_fixture(f);
}

static void a_folder_that_is_not_there(void **state)
{
	struct fixture *f = new_fixture();
	char error[512];
	(void)state;
	assert_int_equal(audit_open(&f->a, "/tmp/saker-no-such-folder", error, sizeof error), ERR_IO);
	assert_non_null(strstr(error, "files.state_dir"));
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_over_starts),
		cmocka_unit_test(a_broken_log_is_moved_aside),
		cmocka_unit_test(tampered_with_on_disk),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(a_folder_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
