/* Commands by the socket, against a fake door. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostctl/door_client.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;
static char path[64];

static int setup(void **state)
{
	(void)state;
	fake_open(&f);
	snprintf(path, sizeof path, "/tmp/%s.sock", f.name); /* as the segment says */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_close(&f);
	return 0;
}

static const struct {
	const char *line, *answer;
	u32 piece;
	const char *sent;
	int code;
	const char *out, *err;
} rows[] = {
	{ "arm", "{\"ok\":true,\"error\":\"OK\",\"text\":\"armed\"}\n", 0, "arm", EXIT_DONE,
	  "armed\n", "" },
	{ "pause quotes", "{\"ok\":true,\"error\":\"OK\",\"text\":\"paused\"}\n", 1, "pause quotes",
	  EXIT_DONE, "paused\n", "" },
	{ "arm", "{\"ok\":true,\"error\":\"OK\",\"text\":\"a\\u001b[2J\"}\n", 0, "arm", EXIT_DONE,
	  "a?[2J\n", "" },
	{ "arm --override swap-is-off", "{\"ok\":true,\"error\":\"OK\",\"text\":\"armed\"}\n", 0,
	  "arm override=swap-is-off", EXIT_DONE, "armed\n", "" },
	{ "resume", "{\"ok\":true,\"error\":\"OK\",\"text\":\"\"}\n", 0, "resume", EXIT_DONE, "\n",
	  "" },
	{ "arm", "{\"ok\":false,\"error\":\"STATE\",\"text\":\"the kill word is raised\"}\n", 7,
	  "arm", EXIT_REFUSED, "", "hostctl: arm refused: the kill word is raised\n" },
	{ "stop", "{\"ok\":false,\"error\":\"TIMEOUT\",\"text\":\"orders are still open\"}\n", 0,
	  "stop", EXIT_TIMEOUT, "", "hostctl: stop refused: orders are still open\n" },
	{ "--json cancel-all", "{\"ok\":true,\"error\":\"OK\",\"text\":\"under way\"}\nmore\n", 0,
	  "cancel-all", EXIT_DONE,
	  "{\n  \"command\": {\n    \"ok\": true,\n    \"error\": \"OK\",\n    \"text\": \"under "
	  "way\"\n  }\n}\n",
	  "" },
	/* answers that are not as agreed */
	{ "flatten", "{\"ok\":true}\n", 0, "flatten", EXIT_REFUSED, "",
	  "hostctl: the answer is not as agreed: {\"ok\":true}\n" },
	{ "flatten", "{\"ok\":\"yes\",\"error\":\"\",\"text\":\"\"}\n", 0, "flatten", EXIT_REFUSED,
	  "",
	  "hostctl: the answer is not as agreed: {\"ok\":\"yes\",\"error\":\"\",\"text\":\"\"}\n" },
	{ "flatten", "[]\n", 0, "flatten", EXIT_REFUSED, "",
	  "hostctl: the answer is not as agreed: []\n" },
	{ "flatten", "{\n", 0, "flatten", EXIT_REFUSED, "",
	  "hostctl: the answer is not as agreed: string or '}' expected near end of file\n" },
};

static void test_one_line_there_one_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_door d;
		fake_door_open(&d, path, rows[i].answer, rows[i].piece);
		struct ran r = run_hostctl(&f, rows[i].line);
		fake_door_close(&d);
		assert_string_equal(d.line, rows[i].sent);
		assert_string_equal(r.err, rows[i].err);
		assert_string_equal(r.out, rows[i].out);
		assert_int_equal(r.code, rows[i].code);
		ran_free(&r);
	}
}

static void test_hangs_up_without_an_answer(void **state)
{
	(void)state;
	static const char *const answers[] = { NULL, "{\"ok\":tr" };
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct fake_door d;
		fake_door_open(&d, path, answers[i], 0);
		struct ran r = run_hostctl(&f, "arm");
		fake_door_close(&d);
		assert_int_equal(r.code, EXIT_REFUSED);
		assert_non_null(strstr(r.err, "hung up without an answer; look at hostctl status"));
		ran_free(&r);
	}
}

static void test_nobody_listens(void **state)
{
	(void)state;
	struct ran r = run_hostctl(&f, "arm");
	assert_int_equal(r.code, EXIT_NOT_RUNNING);
	assert_non_null(strstr(r.err, ".sock: nobody listens here"));
	ran_free(&r);
}

static void test_never_answers(void **state)
{
	(void)state;
	struct fake_door d;
	char line[DOOR_LINE_MAX] = "arm", why[DOOR_WHY_MAX];
	fake_door_open(&d, path, "", 0);
	assert_int_equal(door_ask(path, line, 20, why), ERR_TIMEOUT);
	fake_door_close(&d);
	assert_non_null(strstr(why, "no answer in time; what was asked for may still happen"));
}

static void test_answers_without_end_are_refused(void **state)
{
	(void)state;
	static char endless[3 * DOOR_LINE_MAX];
	struct fake_door d;
	char line[DOOR_LINE_MAX] = "arm", why[DOOR_WHY_MAX];
	memset(endless, 'x', sizeof endless - 1);
	fake_door_open(&d, path, endless, 0);
	assert_int_equal(door_ask(path, line, 10000, why), ERR_TOO_LONG);
	fake_door_close(&d);
}

static void test_what_cannot_be_asked(void **state)
{
	(void)state;
	char line[DOOR_LINE_MAX] = "arm\nstop", why[DOOR_WHY_MAX], far[200];
	assert_int_equal(door_ask(path, line, 10, why), ERR_ARGUMENT); /* would be two commands */
	memset(far, 'a', sizeof far - 1);
	far[sizeof far - 1] = 0;
	strcpy(line, "arm");
	assert_int_equal(door_ask(far, line, 10, why), ERR_ARGUMENT);
}

static void test_the_configuration_names_the_socket(void **state)
{
	(void)state;
	char file[64], line[256], other[96];
	snprintf(file, sizeof file, "/tmp/%s.yaml", f.name);
	snprintf(other, sizeof other, "/tmp/%s-other.sock", f.name);
	FILE *y = fopen(file, "w");
	fprintf(y,
		"instance: %s\ncpus: { trade: 1, shared: '0' }\n"
		"ports: { md: { device: a, ip: 10.0.0.1/24 }, trade: { device: b, ip: 10.0.0.2/24 "
		"} }\n"
		"venue: { stream: { host: s }, api: { host: a }, rest: { host: r } }\ninstruments: "
		"[BTCUSDT]\n"
		"files: { socket: %s }\n",
		f.name, other);
	fclose(y);
	struct fake_door d;
	fake_door_open(&d, other, "{\"ok\":true,\"error\":\"OK\",\"text\":\"armed\"}\n", 0);
	snprintf(line, sizeof line, "--config %s arm", file);
	struct ran r = run_hostctl(NULL, line); /* and the instance */
	fake_door_close(&d);
	assert_string_equal(r.err, "");
	assert_int_equal(r.code, EXIT_DONE);
	ran_free(&r);
	unlink(file);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one_line_there_one_back),
		CASE(test_hangs_up_without_an_answer),
		CASE(test_nobody_listens),
		CASE(test_never_answers),
		CASE(test_answers_without_end_are_refused),
		CASE(test_what_cannot_be_asked),
		CASE(test_the_configuration_names_the_socket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
