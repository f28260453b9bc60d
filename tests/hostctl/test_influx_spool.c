/* The spool: order, bound, restart, and what does not belong there. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostctl/influx_spool.h"
#include "tests/hostctl/real_server.h"

static struct real_server scratch; /* its folder alone */
static struct influx_spool s;

static int setup(void **state)
{
	(void)state;
	real_dir(&scratch, "spool");
	return spool_open(&s, scratch.dir, 100);
}

static int teardown(void **state)
{
	(void)state;
	real_stop(&scratch);
	return 0;
}

static void assert_oldest(const char *text)
{
	struct spool_batch b;
	assert_true(spool_oldest(&s, &b));
	assert_int_equal(b.n, strlen(text));
	assert_memory_equal(b.bytes, text, b.n);
	free(b.bytes);
	spool_remove(&s, b.number);
}

static void test_first_in_first_out_over_a_restart(void **state)
{
	struct spool_batch b;
	u32 dropped;
	(void)state;
	assert_false(spool_oldest(&s, &b));
	assert_int_equal(spool_put(&s, "first", 5, &dropped), ERR_OK);
	assert_int_equal(spool_put(&s, "second", 6, &dropped), ERR_OK);
	assert_int_equal(s.bytes, 11);
	assert_oldest("first");
	assert_int_equal(spool_open(&s, scratch.dir, 100), ERR_OK);
	assert_int_equal(s.bytes, 6);
	assert_int_equal(spool_put(&s, "third", 5, &dropped), ERR_OK);
	assert_oldest("second");
	assert_oldest("third");
	assert_false(spool_oldest(&s, &b));
	assert_int_equal(s.bytes, 0);
}

static void test_the_oldest_make_room(void **state)
{
	char text[16];
	u32 dropped, all = 0;
	(void)state;
	for (int i = 0; i < 40; i++) { /* 5 bytes each: 20 have room */
		snprintf(text, sizeof text, "n=%03d", i);
		assert_int_equal(spool_put(&s, text, 5, &dropped), ERR_OK);
		all += dropped;
		assert_true(s.bytes <= 100);
	}
	assert_int_equal(all, 20);
	assert_oldest("n=020");
	assert_int_equal(spool_put(&s, text, 101, &dropped), ERR_TOO_LONG);
	assert_oldest("n=021");
}

static void test_foreign_files_are_left_alone(void **state)
{
	char path[128];
	struct spool_batch b;
	(void)state;
	real_file(&scratch, "00000000000000000007.part", "torn");
	real_file(&scratch, "readme.gz", "not ours");
	assert_int_equal(spool_open(&s, scratch.dir, 100), ERR_OK);
	assert_int_equal(s.bytes, 0);
	assert_false(spool_oldest(&s, &b));
	snprintf(path, sizeof path, "%s/readme.gz", scratch.dir);
	assert_int_equal(access(path, F_OK), 0);
}

static void test_a_folder_that_cannot_be(void **state)
{
	struct influx_spool bad;
	(void)state;
	assert_int_equal(spool_open(&bad, "/proc/no/such", 100), ERR_IO);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_first_in_first_out_over_a_restart),
		CASE(test_the_oldest_make_room),
		CASE(test_foreign_files_are_left_alone),
		CASE(test_a_folder_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
