/*
 * The log: its three forms as others read them, bounds, rotation, a journal that is a socket of
 * the test's own.
 */
#include "appliance/log.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static char dir[64], path[96];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-log-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/log", dir);
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

static char *file_text(const char *name)
{
	char *text = calloc(1, 1 << 20);
	FILE *f = fopen(name, "re");
	if (f) {
		size_t n = fread(text, 1, (1 << 20) - 1, f);
		text[n] = 0;
		fclose(f);
	}
	return text;
}

static u32 lines_of(const char *text)
{
	u32 n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static struct log_record record(const char *message)
{
	struct log_record r = { .at_wall_ns = 1786000000123456789ull,
				.level = LOG_WARNING_LEVEL,
				.area = "ctl",
				.event = "command",
				.n_fields = 1,
				.field = { { "who", message } } };
	snprintf(r.message, sizeof r.message, "%s", message);
	return r;
}

/* Whatever stands in a message comes out of jansson as it was, or, where it is no UTF-8, marked. */
static void json_as_others_read_it(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "armed", "armed" },
		{ "a \"b\" \\ c\n\t\x01\x1f\x7f", "a \"b\" \\ c\n\t\x01\x1f\x7f" },
		{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xff", "\xef\xbf\xbd" },
		{ "a\xc3", "a\xef\xbf\xbd" },
		{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },		 /* longer than it need be */
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* half of a pair */
		{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};
	char out[LOG_ROOM];
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct log_record r = record(rows[i].in);
		size_t n = log_record_json(&r, out);
		assert_int_equal(strcspn(out, "\n"), n - 1);
		json_t *j = json_loadb(out, n, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(j);
		assert_string_equal(json_string_value(json_object_get(j, "message")), rows[i].out);
		assert_string_equal(json_string_value(json_object_get(j, "who")), rows[i].out);
		assert_string_equal(json_string_value(json_object_get(j, "level")), "warning");
		assert_string_equal(json_string_value(json_object_get(j, "event")), "command");
		assert_int_equal(json_integer_value(json_object_get(j, "time_ns")), 1786000000123456789ll);
		json_decref(j);
	}
}

/* The longest of everything, every byte of it escaped, fits, in each form. */
static void nothing_is_too_long(void **state)
{
	char longest[LOG_MESSAGE], out[LOG_ROOM];
	struct log_record r = record("");
	(void)state;
	memset(longest, 1, sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	memcpy(r.message, longest, sizeof longest);
	r.n_fields = LOG_FIELDS;
	for (u32 i = 0; i < LOG_FIELDS; i++)
		r.field[i] = (struct log_field){ "field", longest };
	assert_true(log_record_json(&r, out) < LOG_ROOM);
	assert_true(log_record_text(&r, out) < LOG_ROOM);
	assert_true(log_record_journal(&r, longest, out) < LOG_ROOM);
}

static void text_is_one_line(void **state)
{
	char out[LOG_ROOM];
	struct log_record r = record("a\nb\x1b[2J");
	(void)state;
	log_record_text(&r, out);
	assert_string_equal(out, "2026-08-06T07:06:40.123456Z ctl    warning: a?b?[2J\n");
}

static void open_as(bool json, u64 bytes, u32 keep)
{
	const struct log_cfg c = { .path = path, .instance = "t", .json = json, .file_bytes = bytes, .keep = keep };
	assert_true(log_open_cfg(&c));
}

static void so_many_of_a_kind(void **state)
{
	(void)state;
	open_as(true, 0, 0);
	for (u32 i = 0; i < 3 * LOG_BURST; i++)
		log_line("ctl", "flood %u", i);
	log_line("ctl", "another kind");
	char *text = file_text(path);
	assert_in_range(lines_of(text), LOG_BURST + 1, 3 * LOG_BURST); /* more where a second has passed meanwhile */
	assert_non_null(strstr(text, "another kind"));
	free(text);
	/* what was left out is said with the next that leaves */
	for (u32 tries = 0; tries < 100; tries++) {
		usleep(50000);
		log_line("ctl", "flood %u", 0);
		for (u32 i = 0; i < 2; i++)
			log_line("ctl", "other %u", i);
		text = file_text(path);
		bool said = strstr(text, "lines like the next") != NULL;
		free(text);
		if (said)
			return;
	}
	fail_msg("nobody said that lines were left out");
}

static void files_are_rotated_by_size(void **state)
{
	static const char *const formats[] = { "a%03u", "b%03u", "c%03u", "d%03u", "e%03u", "f%03u" };
	char name[128];
	u32 all = 0;
	(void)state;
	open_as(true, 4000, 3);
	for (u32 k = 0; k < ARRAY_LEN(formats); k++)
		for (u32 i = 0; i < LOG_BURST - 5; i++)
			log_event(&(struct log_record){ .level = LOG_INFO_LEVEL, .area = "x", .event = "e" },
				  formats[k], i);
	for (u32 i = 0; i < 3; i++) {
		snprintf(name, sizeof name, i ? "%s.%u" : "%s", path, i);
		char *text = file_text(name);
		assert_in_range(strlen(text), 1, 4000);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), all++) {
			json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
			assert_non_null(j);
			json_decref(j);
		}
		free(text);
	}
	snprintf(name, sizeof name, "%s.3", path);
	assert_int_equal(access(name, F_OK), -1);
	char *newest = file_text(path);
	assert_non_null(strstr(newest, "f044"));
	free(newest);
	assert_true(all > 60);
	/* goes on where it ended */
	open_as(true, 4000, 3);
	log_line("x", "again");
	newest = file_text(path);
	assert_non_null(strstr(newest, "again"));
	assert_true(strlen(newest) <= 4000);
	free(newest);
}

static void the_journal_gets_fields(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char got[LOG_ROOM];
	(void)state;
	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	const struct log_cfg c = { .path = "", .journal = path, .instance = "t" };
	assert_true(log_open_cfg(&c));
	const struct log_record what = {
		.level = LOG_ERROR_LEVEL, .area = "ctl", .event = "command", .n_fields = 1, .field = { { "uid", "7" } }
	};
	log_event(&what, "arm %s", "now");
	ssize_t n = recv(fd, got, sizeof got - 1, 0);
	assert_true(n > 0);
	got[n] = 0;
	assert_string_equal(got, "MESSAGE=arm now\nPRIORITY=3\nSYSLOG_IDENTIFIER=saker\nSAKER_INSTANCE=t\nSAKER_AREA=ctl\n"
				 "SAKER_EVENT=command\nSAKER_UID=7\n");
	log_line("ctl", "two\nlines");
	n = recv(fd, got, sizeof got, 0);
	static const char form[] = "MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\nPRIORITY=6\n";
	assert_true(n > (ssize_t)sizeof form);
	assert_memory_equal(got, form, sizeof form - 1);
	close(fd); /* the journal has gone: nobody waits, and it is counted */
	log_line("ctl", "to nobody");
	unlink(path);
	assert_false(log_open_cfg(&c));
}

static void *flood(void *arg)
{
	for (u32 i = 0; i < 40; i++)
		log_event(&(struct log_record){ .level = LOG_INFO_LEVEL, .area = arg, .event = "e" }, "line %u", i);
	return NULL;
}

/* Lines of several threads never mix, also where files change meanwhile. */
static void threads_write_whole_lines(void **state)
{
	static char names[4][8] = { "a", "b", "c", "d" };
	pthread_t thread[4];
	(void)state;
	open_as(true, 1000, 50);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, flood, names[i]), 0);
	for (u32 i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (u32 i = 0; i < 50; i++) {
		char name[128];
		snprintf(name, sizeof name, i ? "%s.%u" : "%s", path, i);
		char *text = file_text(name);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
			assert_non_null(j);
			json_decref(j);
		}
		free(text);
	}
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(json_as_others_read_it),
		CASE(nothing_is_too_long),
		CASE(text_is_one_line),
		CASE(so_many_of_a_kind),
		CASE(files_are_rotated_by_size),
		CASE(the_journal_gets_fields),
		CASE(threads_write_whole_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
