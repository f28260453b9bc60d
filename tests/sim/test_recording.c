#include "tests/cmocka_all.h"

#include "sim/recording.h"
#include "tests/sim/files.h"

#define SNAP "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}"
#define TICK(u)                                                                                    \
	"{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":" #u                                   \
	",\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\",\"A\":\"1\"}}"

static char dir[64], path[2][128];

static int setup(void **state)
{
	(void)state;
	fresh_dir(dir);
	for (int i = 0; i < 2; i++)
		snprintf(path[i], sizeof path[i], "%s/%d.gz", dir, i);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	remove_dir(dir);
	return 0;
}

/* Reads the `n` files to their end or first error; the times seen go to `times`. */
static err_t read_all(size_t n, ns_t *times, size_t *got, char *error)
{
	const char *files[2] = { path[0], path[1] };
	struct recording r;
	struct message m = { 0 };
	ns_t at;
	err_t e = recording_open(&r, files, n);
	*got = 0;
	while (e == ERR_OK && (e = recording_next(&r, "BTCUSDT", &m, &at)) == ERR_OK)
		times[(*got)++] = at;
	strcpy(error, r.error);
	message_free(&m);
	recording_close(&r);
	return e;
}

static const struct {
	const char *text;
	size_t good;
	const char *error, *remark;
} rows[] = {
	{ "1723161253937085768 " SNAP "\n1723161253937085769 " TICK(2) "\n", 2, NULL, "two lines" },
	{ "1723161253937085768 " SNAP, 1, NULL, "no newline at the end" },
	{ "", 0, NULL, "an empty file" },
	{ "1723161253937085768 " SNAP "\n\n", 1, "line 2", "an empty line" },
	{ SNAP "\n", 0, "line 1", "no time" },
	{ "1723161253937085768" SNAP "\n", 0, "line 1", "no blank" },
	{ "-5 " SNAP "\n", 0, "line 1", "negative time" },
	{ "0 " SNAP "\n", 0, "line 1", "time zero" },
	{ "99999999999999999999999 " SNAP "\n", 0, "line 1", "a time beyond 64 bits" },
	{ "1723161253937085768 " SNAP "\n1723161253937085769 {\"stream\":\n", 1, "line 2",
	  "half a message" },
	{ "1723161253937085768 " SNAP "\n1723161253937085769 " SNAP " x\n", 1, "line 2",
	  "something behind the JSON" },
};

static void test_error_table(void **state)
{
	(void)state;
	ns_t times[8];
	size_t got;
	char error[512];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		write_gz(path[0], rows[i].text);
		err_t e = read_all(1, times, &got, error);
		bool right = rows[i].error ? e == ERR_SYNTAX && strstr(error, rows[i].error) &&
						     strstr(error, path[0])
					   : e == ERR_CLOSED;
		if (!right || got != rows[i].good)
			fail_msg("%s: %zu lines, %s", rows[i].remark, got, error);
	}
}

static void test_files_that_cannot_be_read(void **state)
{
	(void)state;
	ns_t times[8];
	size_t got;
	char error[512];
	write_gz(path[0], "1723161253937085768 " SNAP "\n");
	remove(path[1]);
	assert_int_equal(read_all(2, times, &got, error), ERR_IO);
	assert_non_null(strstr(error, path[1]));
	assert_int_equal(got, 0); /* known before the first message is played */

	FILE *whole = fopen(path[0], "rb"), *cut = fopen(path[1], "wb");
	char bytes[256];
	size_t n = fread(bytes, 1, sizeof bytes, whole);
	fwrite(bytes, 1, n - 12, cut);
	fclose(whole);
	fclose(cut);
	memcpy(path[0], path[1], sizeof path[0]);
	assert_int_equal(read_all(1, times, &got, error), ERR_IO);
	assert_non_null(strstr(error, "too early"));
	snprintf(path[0], sizeof path[0], "%s/0.gz", dir);
}

static void test_units_and_order_of_time(void **state)
{
	(void)state;
	ns_t times[8];
	size_t got;
	char error[512];
	write_gz(path[0], "1680652800004107 " SNAP
			  "\n1680652800004231 " TICK(2) "\n1680652800004000 " TICK(3) "\n");
	write_gz(path[1], "1680652805004000000 " TICK(4) "\n1680652805004000009 " TICK(5) "\n");
	assert_int_equal(read_all(2, times, &got, error), ERR_CLOSED);
	assert_int_equal(got, 5);
	assert_int_equal(times[0], 1680652800004107000); /* microseconds */
	assert_int_equal(times[2], times[1]);            /* never back */
	assert_int_equal(times[3],
			 1680652805004000000); /* nanoseconds, five seconds on: as recorded */
	assert_int_equal(times[4] - times[3], 9);
	write_gz(path[1], "1723161253937085768 " TICK(4) "\n1723161253937085778 " TICK(5) "\n");
	assert_int_equal(read_all(2, times, &got, error), ERR_CLOSED);
	assert_int_equal(times[3], times[2]); /* a year later: closed up */
	assert_int_equal(times[4] - times[3], 10);
	write_gz(path[1], "1600000000000000000 " TICK(4) "\n");
	assert_int_equal(read_all(2, times, &got, error), ERR_CLOSED);
	assert_int_equal(times[3], times[2]); /* an older file: closed up too */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_table),
		cmocka_unit_test(test_files_that_cannot_be_read),
		cmocka_unit_test(test_units_and_order_of_time),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
