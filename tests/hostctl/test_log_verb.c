/* hostctl log on files the real writer wrote and rotated, as text and JSON; and where there are none. */
#include "tests/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/log.h"
#include "hostctl/verb.h"
#include "tests/appliance/config_least.h"
#include "tests/hostctl/fake_instance.h"

#define LINES 40

static struct fake_instance f;
static char dir[64], path[96];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/saker-test-logs-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/log", dir);
	fake_open(&f);
	fake_healthy(&f);
	return 0;
}

static int teardown(void **state)
{
	char line[96];
	(void)state;
	log_open("");
	fake_close(&f);
	snprintf(line, sizeof line, "rm -r %s", dir);
	return system(line);
}

static void configured(const char *more)
{
	char text[2048];
	snprintf(text, sizeof text, CONFIG_LEAST "files: { log: %s }\n%s", path, more);
	fake_epoch(&f, text);
}

static void write_lines(bool json, u32 from, u32 to)
{
	const struct log_cfg c = {
		.path = path, .instance = "t", .json = json, .file_bytes = 1000, .keep = 20
	};
	assert_true(log_open_cfg(&c));
	for (u32 i = from; i < to; i++)
		log_event(&(struct log_record){ .level = LOG_WARNING_LEVEL, .area = "ctl", .event = "e" },
			  "line %u of some length, so that files are rotated", i);
}

/* The rows are the lines up to `end`, in order. */
static void rows_are(json_t *rows, u32 n, u32 end, const char *event)
{
	char want[80];
	assert_int_equal(json_array_size(rows), n);
	for (u32 i = 0; i < n; i++) {
		json_t *row = json_array_get(rows, i);
		snprintf(want, sizeof want, "line %u of some length, so that files are rotated", end - n + i);
		assert_string_equal(text_of(row, "message"), want);
		assert_string_equal(text_of(row, "level"), "warning");
		assert_string_equal(text_of(row, "area"), "ctl");
		assert_string_equal(text_of(row, "event"), event);
		assert_int_equal(strlen(text_of(row, "time")), 27);
	}
}

static void shows(bool json)
{
	static const u32 wants[] = { 1, 7, 20, 39, LINES };
	char line[112];
	configured("log: { keep: 20 }\n");
	write_lines(json, 0, LINES);
	snprintf(line, sizeof line, "%s.3", path);
	assert_int_equal(access(line, F_OK), 0);
	for (u32 i = 0; i < ARRAY_LEN(wants); i++) {
		snprintf(line, sizeof line, "log -n %u", wants[i]);
		json_t *all = json_of(&f, line, EXIT_DONE);
		rows_are(json_object_get(all, "log"), wants[i], LINES, json ? "e" : "null");
		assert_string_equal(text_of(json_object_get(all, "source"), "path"), path);
		json_decref(all);
	}
	json_t *all = json_of(&f, "log -n 1000", EXIT_DONE);
	rows_are(json_object_get(all, "log"), LINES, LINES, json ? "e" : "null");
	json_decref(all);
	struct ran r = run_hostctl(&f, "log -n 2");
	assert_int_equal(r.code, EXIT_DONE);
	assert_null(strstr(r.out, "line 37"));
	assert_true(strstr(r.out, "line 38 of") < strstr(r.out, "line 39 of"));
	ran_free(&r);
}

static void test_text_across_files(void **state) { (void)state, shows(false); }
static void test_json_across_files(void **state) { (void)state, shows(true); }

static void *write_on(void *arg)
{
	(void)arg;
	for (u32 i = LINES; i < LINES + 8; i++) {
		usleep(60000);
		write_lines(true, i, i + 1);
	}
	usleep(150000);
	f.seg.h->closed = 1;
	return NULL;
}

static void test_follow_goes_on_in_the_next_file(void **state)
{
	pthread_t thread;
	(void)state;
	configured("log: { keep: 20 }\n");
	write_lines(true, 0, LINES);
	assert_int_equal(pthread_create(&thread, NULL, write_on, NULL), 0);
	struct ran r = run_hostctl(&f, "--json log -n 1000 --follow");
	pthread_join(thread, NULL);
	assert_int_equal(r.code, EXIT_DONE);
	json_t *rows = json_array();
	for (char *save, *line = strtok_r(r.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		json_array_append_new(rows, json_loads(line, JSON_REJECT_DUPLICATES, NULL));
	rows_are(rows, LINES + 8, LINES + 8, "e");
	json_decref(rows);
	ran_free(&r);
}

static void expect(const char *to, const char *command)
{
	struct ran r = run_hostctl(&f, "log");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, to));
	assert_non_null(strstr(r.err, command));
	ran_free(&r);
	json_t *all = json_of(&f, "log", EXIT_REFUSED);
	assert_int_equal(strncmp(text_of(json_object_get(all, "source"), "command"), command, strlen(command)), 0);
	assert_int_equal(json_array_size(json_object_get(all, "log")), 0);
	json_decref(all);
}

static void test_where_else(void **state)
{
	(void)state;
	configured("log: { to: journald }\n");
	expect("systemd's journal", "journalctl SAKER_INSTANCE=");
	fake_epoch(&f, CONFIG_LEAST);
	expect("standard error", "journalctl -u saker@");
	configured("");
	struct ran r = run_hostctl(&f, "log");
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, "/log: No such file"));
	ran_free(&r);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_text_across_files),
		CASE(test_json_across_files),
		CASE(test_follow_goes_on_in_the_next_file),
		CASE(test_where_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
