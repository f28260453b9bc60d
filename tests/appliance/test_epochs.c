/*
 * Epochs on disk: written, read, counted, forgotten; and whoever writes one may be killed at each of
 * his system calls: what is in force then is the old one or the new one, whole.
 */
#include "tests/cmocka_all.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "appliance/epochs.h"

static char dir[64], why[EPOCH_WHY_MAX];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/test_epochs.%d", (int)getpid());
	return 0;
}

static int remove_dir(void **state)
{
	char path[400];
	DIR *d = opendir(dir);
	(void)state;
	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
	return 0;
}

static void open_store(struct epochs *s)
{
	if (epochs_open(s, dir, why) != ERR_OK)
		fail_msg("%s", why);
}

static struct epoch by(const char *how)
{
	struct epoch e = { .uid = 7, .at_wall_ns = 1700000000123456789, .role = "risk" };
	snprintf(e.how, sizeof e.how, "%s", how);
	return e;
}

static void add(struct epochs *s, const char *text)
{
	struct epoch e = by("config-apply x.yaml");
	assert_int_equal(epochs_prepare(s, &e, text, strlen(text), why), ERR_OK);
	assert_int_equal(epochs_commit(s, why), ERR_OK);
	assert_int_equal(e.number, s->newest);
}

static void expect_newest(u32 number, const char *text)
{
	struct epoch e;
	char *got;
	size_t n;
	if (epochs_read(dir, 0, &e, &got, &n, why) != ERR_OK)
		fail_msg("%s", why);
	assert_int_equal(e.number, number);
	assert_string_equal(got, text);
	assert_int_equal(n, strlen(text));
	free(got);
}

static void test_what_is_kept(void **state)
{
	struct epochs s;
	struct epoch e, given = by("strategy\nset\ta");
	struct stat st;
	char path[128], hash[EPOCH_HASH_MAX];
	(void)state;
	open_store(&s);
	assert_int_equal(s.newest, 0);
	assert_int_equal(epochs_read(dir, 0, &e, NULL, NULL, why), ERR_NOT_FOUND);
	assert_int_equal(epochs_prepare(&s, &given, "a: 1\n", 5, why), ERR_OK);
	assert_int_equal(epochs_read(dir, 0, &e, NULL, NULL, why), ERR_NOT_FOUND); /* not in force */
	assert_int_equal(epochs_commit(&s, why), ERR_OK);
	assert_int_equal(epochs_read(dir, 1, &e, NULL, NULL, why), ERR_OK);
	assert_int_equal(e.number, 1);
	assert_int_equal(e.uid, 7);
	assert_true(e.at_wall_ns == 1700000000123456789);
	assert_string_equal(e.role, "risk");
	assert_string_equal(e.how, "strategy set a");
	epoch_hash("a: 1\n", 5, hash);
	assert_string_equal(e.hash, hash);
	snprintf(path, sizeof path, "%s/000001.yaml", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_numbers_go_on(void **state)
{
	struct epochs s;
	u32 number[4];
	(void)state;
	open_store(&s);
	add(&s, "a: 1\n");
	add(&s, "a: 2\n");
	open_store(&s);
	assert_int_equal(s.newest, 2);
	add(&s, "");
	expect_newest(3, "");
	assert_int_equal(epochs_list(dir, number, 2), 2);
	assert_int_equal(number[0], 3);
	assert_int_equal(number[1], 2);
}

static void test_dropped_is_gone(void **state)
{
	struct epochs s;
	struct epoch e = by("x");
	(void)state;
	open_store(&s);
	add(&s, "a: 1\n");
	assert_int_equal(epochs_prepare(&s, &e, "a: 2\n", 5, why), ERR_OK);
	epochs_drop(&s);
	epochs_drop(&s);
	expect_newest(1, "a: 1\n");
	add(&s, "a: 3\n");
	expect_newest(2, "a: 3\n");
}

static void test_only_so_many_are_kept(void **state)
{
	struct epochs s;
	u32 number[EPOCHS_KEPT + 10];
	(void)state;
	open_store(&s);
	for (u32 i = 0; i < EPOCHS_KEPT + 5; i++)
		add(&s, "a: 1\n");
	assert_int_equal(epochs_list(dir, number, ARRAY_LEN(number)), EPOCHS_KEPT);
	assert_int_equal(number[0], EPOCHS_KEPT + 5);
	assert_int_equal(number[EPOCHS_KEPT - 1], 6);
}

static void test_what_was_changed_is_refused(void **state)
{
	static const struct {
		const char *file;
		err_t e;
		const char *why;
	} rows[] = {
		{ "", ERR_SYNTAX, "no epoch's file" },
		{ "a: 1\n", ERR_SYNTAX, "no epoch's file" },
		{ "# saker epoch 9\n# at 1\n# by uid 1 role admin\n# how x\n# sha256 00\na\n", ERR_SYNTAX, "no epoch's file" },
		{ "# saker epoch 1\n# at 1\n# by uid 1 role admin\n# how x\n# sha256 00\na\n", ERR_CHECKSUM, "has changed" },
		{ "# saker epoch 1\n# at 1\n# by uid 1 role admin\n# how\n", ERR_SYNTAX, "no epoch's file" },
		{ "# saker epoch 1\n# at 1\n# by uid 1 role admin\n# how", ERR_SYNTAX, "no epoch's file" },
	};
	struct epochs s;
	char path[128];
	(void)state;
	open_store(&s);
	snprintf(path, sizeof path, "%s/000001.yaml", dir);
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct epoch e;
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(rows[i].file, f);
		fclose(f);
		assert_int_equal(epochs_read(dir, 0, &e, NULL, NULL, why), rows[i].e);
		assert_non_null(strstr(why, rows[i].why));
		assert_non_null(strstr(why, path));
	}
}

static void test_a_folder_that_cannot_be(void **state)
{
	struct epochs s;
	(void)state;
	assert_int_not_equal(epochs_open(&s, "/proc/no/epochs", why), ERR_OK);
	assert_non_null(strstr(why, "/proc/no/epochs: cannot be made"));
}

/* The child writes one epoch; it is killed as it enters or leaves its `nth` system call. true: it got to its end. */
static bool killed_at(u32 nth)
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		struct epochs s;
		struct epoch e = by("x");
		if (epochs_open(&s, dir, why) != ERR_OK || ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(2);
		raise(SIGSTOP);
		if (epochs_prepare(&s, &e, "a: new\n", 7, why) != ERR_OK || epochs_commit(&s, why) != ERR_OK)
			_exit(3);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	for (u32 i = 0; i < nth; i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return true;
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

static void test_killed_at_each_step(void **state)
{
	u32 number = 1, olds = 0, news = 0;
	struct epochs s;
	(void)state;
	open_store(&s);
	add(&s, "a: old\n");
	for (u32 nth = 0;; nth++) {
		bool ended = killed_at(nth);
		open_store(&s); /* the next start */
		bool is_new = s.newest != number;
		expect_newest(number + is_new, is_new ? "a: new\n" : "a: old\n");
		olds += !is_new;
		news += is_new;
		number += is_new;
		if (ended)
			break;
		if (is_new) {
			add(&s, "a: old\n");
			number++;
		}
	}
	print_message("killed %u times before, %u times behind the rename\n", olds, news);
	assert_true(olds > 10 && news > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_kept, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_numbers_go_on, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_dropped_is_gone, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_only_so_many_are_kept, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_what_was_changed_is_refused, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_a_folder_that_cannot_be, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_killed_at_each_step, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
