#include "tests/cmocka_all.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/journal.h"
#include "tests/sim/files.h"

static char dir[64], path[128];

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/journal", fresh_dir(dir));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	remove_dir(dir);
	return 0;
}

static void write_three(void)
{
	struct journal j;
	remove(path);
	assert_int_equal(sim_journal_open(&j, path, "header"), ERR_OK);
	assert_int_equal(sim_journal_next(&j), ERR_CLOSED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(journal_add(&j, "record %d", i), ERR_OK);
	journal_close(&j);
}

/* How many records can be read back; *e says how reading ended. */
static int count(err_t *e, char *error)
{
	struct journal j;
	int n = 0;
	*e = sim_journal_open(&j, path, "header");
	while (*e == ERR_OK && (*e = sim_journal_next(&j)) == ERR_OK) {
		char want[32];
		snprintf(want, sizeof want, "record %d", n++);
		assert_string_equal(j.record, want);
	}
	strcpy(error, j.error);
	journal_close(&j);
	return n;
}

static void test_what_is_written_is_read(void **state)
{
	(void)state;
	err_t e;
	char error[4096];
	write_three();
	assert_int_equal(count(&e, error), 3);
	assert_int_equal(e, ERR_CLOSED);
	struct journal j;
	assert_int_equal(sim_journal_open(&j, path, "another header"), ERR_STATE);
	assert_non_null(strstr(j.error, "another header"));
	journal_close(&j);
}

/* A crash can cut the file anywhere: whole records stay, and writing goes on behind them. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	struct stat st;
	err_t e;
	char error[4096];
	write_three();
	stat(path, &st);
	for (off_t n = st.st_size; n >= 0; n--) {
		write_three();
		assert_int_equal(truncate(path, n), 0);
		int left = count(&e, error);
		assert_int_equal(e, ERR_CLOSED);
		assert_true(left <= 3 && (n < st.st_size || left == 3));
		struct journal j;
		assert_int_equal(sim_journal_open(&j, path, "header"), ERR_OK);
		while (sim_journal_next(&j) == ERR_OK)
			;
		assert_int_equal(journal_add(&j, "record %d", left), ERR_OK);
		journal_close(&j);
		assert_int_equal(count(&e, error), left + 1);
	}
}

static void test_damage_is_not_a_cut(void **state)
{
	(void)state;
	err_t e;
	char error[4096];
	struct stat st;
	write_three();
	stat(path, &st);
	for (off_t at = 0; at < st.st_size; at++) {
		write_three();
		FILE *f = fopen(path, "r+");
		fseek(f, at, SEEK_SET);
		int c = fgetc(f);
		fseek(f, at, SEEK_SET);
		fputc(c ^ 1, f);
		fclose(f);
		count(&e, error);
		bool last_newline = at ==
				    st.st_size - 1; /* looks like a cut, and is treated as one */
		if (last_newline ? e != ERR_CLOSED : e != ERR_CHECKSUM || !strstr(error, "line"))
			fail_msg("damage at byte %d: %s", (int)at, error);
	}
}

static void test_none_is_kept(void **state)
{
	(void)state;
	struct journal j;
	journal_none(&j);
	assert_int_equal(journal_add(&j, "x"), ERR_OK);
	journal_close(&j);
	assert_int_equal(sim_journal_open(&j, "/no/such/folder/journal", "h"), ERR_IO);
	assert_non_null(strstr(j.error, "/no/such/folder"));
	journal_close(&j);
}

static void test_disk_full(void **state)
{
	(void)state;
	struct rlimit old, tight = { 40, RLIM_INFINITY };
	struct journal j;
	err_t e;
	char error[4096];
	remove(path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(sim_journal_open(&j, path, "header"), ERR_OK);
	getrlimit(RLIMIT_FSIZE, &old);
	tight.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &tight);
	assert_int_equal(journal_add(&j, "record 0"), ERR_OK);
	assert_int_equal(journal_add(&j, "record 1"), ERR_IO); /* half of it fits */
	assert_non_null(strstr(j.error, path));
	setrlimit(RLIMIT_FSIZE, &old);
	journal_close(&j);
	assert_int_equal(count(&e, error), 1);
	assert_int_equal(e, ERR_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_damage_is_not_a_cut),
		cmocka_unit_test(test_none_is_kept),
		cmocka_unit_test(test_disk_full),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
