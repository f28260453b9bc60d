/*
 * The log as JSON, of whatever bytes others give it, across its files: every line is read by
 * Python's json, and is what was meant by Python's idea of UTF-8.
 */
#include "appliance/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/rng.h"
#include "tests/cmocka_all.h"

#define LINES	   1000
#define TEXT_MAX   900 /* more than a message keeps */
#define FILE_BYTES 100000
#define KEEP	   50

static char dir[64], path[96];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-log-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/log", dir);
	const struct log_cfg c = {
		.path = path, .instance = "t", .json = true, .file_bytes = FILE_BYTES, .keep = KEEP
	};
	assert_true(log_open_cfg(&c));
	return 0;
}

static int teardown(void **state)
{
	char line[96];
	(void)state;
	log_open("");
	snprintf(line, sizeof line, "rm -r %s", dir);
	return system(line);
}

static const char *const pieces[] = {
	"\"", "\\", "\\u0000", "\n", "\r", "\t", "\x01", "\x1b[2J", "\x7f", "</script>", "%s%n", "{\"a\":", "}", "a", " ",
	"\xc3\xa4", "\xe2\x82\xac", "\xe2\x80\xa8", "\xf0\x9f\x98\x80", "\xef\xbf\xbf", "\xc2\x9b",
	"\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xc0\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
};

/* Pieces and bytes; one of ten is as long as it can be. */
static void hostile(struct rng *r, char *out)
{
	size_t want = rng_below(r, 10) ? rng_below(r, 60) : TEXT_MAX - 1, n = 0;
	while (n < want) {
		const char byte[2] = { (char)(1 + rng_below(r, 255)), 0 };
		const char *p = rng_below(r, 4) ? pieces[rng_below(r, ARRAY_LEN(pieces))] : byte;
		size_t len = strlen(p) < want - n ? strlen(p) : want - n;
		memcpy(out + n, p, len);
		n += len;
	}
	out[n] = 0;
}

static void put_hex(FILE *f, const char *s, char end)
{
	for (; *s; s++)
		fprintf(f, "%02x", (u8)*s);
	fputc(end, f);
}

/* Each LOG_BURST lines are of another kind: nothing is held back. */
static void write_lines(struct rng *r, const char *meant)
{
	static char formats[LINES / LOG_BURST][4];
	char message[TEXT_MAX], who[TEXT_MAX];
	FILE *f = fopen(meant, "we");
	assert_non_null(f);
	for (u32 i = 0; i < LINES; i++) {
		char *format = formats[i / LOG_BURST];
		strcpy(format, "%s");
		hostile(r, message);
		hostile(r, who);
		put_hex(f, message, ',');
		put_hex(f, who, '\n');
		log_event(&(struct log_record){ .level = LOG_WARNING_LEVEL,
						.area = "ctl",
						.event = "hostile",
						.n_fields = 1,
						.field = { { "who", who } } },
			  format, message);
	}
	assert_int_equal(fclose(f), 0);
}

static void python_reads_what_was_meant(void **state)
{
	char meant[112], line[512];
	struct rng r;
	u64 seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : (u64)time(NULL);
	(void)state;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	snprintf(meant, sizeof meant, "%s/meant", dir);
	write_lines(&r, meant);
	snprintf(line, sizeof line, "%s.1", path);
	assert_int_equal(access(line, F_OK), 0); /* more than one file, and none was dropped: python counts */
	snprintf(line, sizeof line, "/usr/bin/python3 tests/appliance/log_lines.py %s $(ls -v -r %s.*) %s", meant,
		 path, path);
	assert_int_equal(system(line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(python_reads_what_was_meant, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
