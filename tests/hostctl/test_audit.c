/* The audit log by hostctl: shown, checked, and told where it is broken. */
#include "tests/cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance/audit.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static char dir[64], path[96], head[96], words[256];

static int setup(void **state)
{
	struct arena arena;
	char error[512];
	u64 errors = 0;
	(void)state;
	strcpy(dir, "/tmp/saker-test-audit-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/audit.log", dir);
	snprintf(head, sizeof head, "%s/audit.head", dir);
	assert_int_equal(arena_open(&arena, 1 << 20), ERR_OK);
	struct audit a = { .in = ring_new(&arena, 1 << 16), .errors = &errors };
	assert_int_equal(audit_open(&a, dir, error, sizeof error), ERR_OK);
	for (u32 i = 1; i <= 30; i++) {
		struct audit_entry e = { .at_wall_ns = i * NS_PER_S, .what = "start", .result = "OK" };
		if (i % 2)
			e = (struct audit_entry){ .at_wall_ns = i * NS_PER_S,
						  .by_somebody = true,
						  .uid = 1000 + i,
						  .pid = 7,
						  .role = "risk",
						  .via = "redis:1-0",
						  .what = "command",
						  .result = "STATE",
						  .why = "why" };
		snprintf(e.text, sizeof e.text, "text %u", i);
		assert_true(ring_put(a.in, 0, 0, &e, sizeof e));
	}
	audit_close(&a);
	arena_close(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(head);
	return rmdir(dir);
}

static json_t *shown(const char *verb, int code)
{
	snprintf(words, sizeof words, "--json %s %s", verb, path);
	return json_of(NULL, words, code);
}

static void the_newest_are_shown(void **state)
{
	(void)state;
	json_t *all = shown("audit", EXIT_DONE);
	assert_int_equal(json_array_size(json_object_get(all, "audit")), 20);
	json_t *first = row_of(all, "audit", 0), *last = row_of(all, "audit", 19);
	assert_int_equal(number_of(first, "seq"), 11);
	assert_int_equal(number_of(first, "uid"), 1011);
	assert_string_equal(text_of(first, "role"), "risk");
	assert_string_equal(text_of(first, "via"), "redis:1-0");
	assert_string_equal(text_of(first, "result"), "STATE");
	assert_int_equal(number_of(last, "seq"), 30);
	assert_string_equal(text_of(last, "uid"), "null");
	assert_string_equal(text_of(last, "text"), "text 30");
	json_decref(all);
	static const struct {
		const char *verb;
		u32 n;
	} rows[] = { { "audit -n 1", 1 }, { "audit -n 29", 29 }, { "audit -n 30", 30 }, { "audit -n 31", 30 } };
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		all = shown(rows[i].verb, EXIT_DONE);
		assert_int_equal(json_array_size(json_object_get(all, "audit")), rows[i].n);
		json_decref(all);
	}
}

static void a_whole_log_is_said_to_be_whole(void **state)
{
	(void)state;
	json_t *all = shown("audit verify", EXIT_DONE), *audit = json_object_get(all, "audit");
	assert_int_equal(number_of(audit, "lines"), 30);
	assert_true(json_is_true(json_object_get(audit, "whole")));
	assert_int_equal(strlen(text_of(audit, "hash")), 64);
	json_decref(all);
}

static void a_broken_one_is_refused(void **state)
{
	(void)state;
	int fd = open(path, O_RDWR);
	char text[8192];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	text[n] = 0;
	char *seventh = strstr(text, "text 7");
	assert_non_null(seventh);
	assert_int_equal(pwrite(fd, "test", 4, seventh - text), 4);
	close(fd);
	json_t *all = shown("audit verify", EXIT_REFUSED), *audit = json_object_get(all, "audit");
	assert_int_equal(number_of(audit, "broken_line"), 7);
	assert_int_equal(number_of(audit, "lines"), 6);
	json_decref(all);
	snprintf(words, sizeof words, "audit -n 30 %s", path);
	struct ran r = run_hostctl(NULL, words);
	assert_int_equal(r.code, EXIT_REFUSED); /* shown all the same */
	assert_non_null(strstr(r.out, "test 7"));
	assert_non_null(strstr(r.err, "line 7 was changed"));
	ran_free(&r);
}

static void a_cut_one_is_refused(void **state)
{
	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	snprintf(words, sizeof words, "audit verify %s", path);
	struct ran r = run_hostctl(NULL, words);
	assert_int_equal(r.code, EXIT_REFUSED);
	assert_non_null(strstr(r.err, "line 1 is missing: the head record knows 30 lines"));
	ran_free(&r);
}

static void what_cannot_be_asked(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int code;
	} rows[] = {
		{ "audit verify /tmp/saker-no-such/audit.log", EXIT_REFUSED },
		{ "audit show x", EXIT_USAGE },
		{ "--instance saker-no-such audit", EXIT_NOT_RUNNING },
	};
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct ran r = run_hostctl(NULL, rows[i].line);
		assert_int_equal(r.code, rows[i].code);
		ran_free(&r);
	}
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_newest_are_shown),    CASE(a_whole_log_is_said_to_be_whole),
		CASE(a_broken_one_is_refused), CASE(a_cut_one_is_refused),
		CASE(what_cannot_be_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
