/* The capture: its status from the segment, start and stop by the socket, its warnings. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "appliance/capture_row.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	fake_healthy(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

static void show(const struct capture_row *row)
{
	row_write(&f.capture->seq, f.capture->w, row, sizeof *row);
}

static void test_status(void **state)
{
	struct capture_row row = { .state = CAPTURE_ON,
				   .secrets = CAPTURE_SECRETS_MARKET,
				   .files = 2,
				   .bytes = 1000,
				   .frames = 30,
				   .records = 40,
				   .file = "/captures/a.pcapng",
				   .why = "of an earlier one" };
	(void)state;
	show(&row);
	json_t *all = json_of(&f, "--json capture status", EXIT_DONE), *c = json_object_get(all, "capture");
	assert_string_equal(text_of(c, "state"), "on");
	assert_string_equal(text_of(c, "file"), "/captures/a.pcapng");
	assert_string_equal(text_of(c, "secrets"), "market");
	assert_string_equal(text_of(c, "alarm"), "null");
	assert_string_equal(text_of(c, "since_age_ns"), "null");
	assert_int_equal(number_of(c, "files"), 2);
	assert_int_equal(number_of(c, "bytes"), 1000);
	assert_int_equal(number_of(c, "frames"), 30);
	assert_int_equal(number_of(c, "records"), 40);
	assert_int_equal(number_of(c, "lost"), 0);
	json_decref(all);
}

/* The warning of that name; NULL: there is none. */
static const char *warning(const char *name, char out[256])
{
	json_t *all = json_of(&f, "--json status", EXIT_DONE), *w;
	size_t i;
	out[0] = 0;
	json_array_foreach(json_object_get(all, "warnings"), i, w)
		if (!strcmp(text_of(w, "warning"), name))
			snprintf(out, 256, "%s", text_of(w, "detail"));
	json_decref(all);
	return out[0] ? out : NULL;
}

static void test_warnings(void **state)
{
	struct capture_row row = { .state = CAPTURE_ON, .why = "the disk is full; do something" };
	char text[256];
	(void)state;
	show(&row);
	assert_null(warning("capture_failed", text));
	assert_null(warning("capture_lost", text));
	row.state = CAPTURE_FAILED;
	row.lost = 3;
	show(&row);
	assert_string_equal(warning("capture_failed", text), row.why);
	assert_non_null(strstr(warning("capture_lost", text), "3 records"));
	struct ran r = run_hostctl(&f, "capture status");
	assert_non_null(strstr(r.out, "failed"));
	assert_non_null(strstr(r.out, "the disk is full; do something"));
	ran_free(&r);
}

static void test_start_and_stop_by_the_socket(void **state)
{
	static const char *const lines[] = { "capture start", "capture stop" };
	char path[64];
	(void)state;
	snprintf(path, sizeof path, "/tmp/%s.sock", f.name);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct fake_door d;
		fake_door_open(&d, path, "{\"ok\":true,\"error\":\"OK\",\"text\":\"/a.pcapng\"}\n", 0);
		struct ran r = run_hostctl(&f, lines[i]);
		fake_door_close(&d);
		assert_string_equal(d.line, lines[i]);
		assert_string_equal(r.out, "/a.pcapng\n");
		assert_int_equal(r.code, EXIT_DONE);
		ran_free(&r);
	}
	struct ran r = run_hostctl(&f, "capture begin");
	assert_int_equal(r.code, EXIT_USAGE);
	assert_string_equal(r.err, "hostctl: expected hostctl capture start | stop | status\n");
	ran_free(&r);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_status),
		CASE(test_warnings),
		CASE(test_start_and_stop_by_the_socket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
