/* The command line: what is understood, what is refused and how; verbs that need no instance. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostctl/cli.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static const struct {
	const char *line;
	int code;
	const char *err; /* how it begins */
} rows[] = {
	{ "", EXIT_USAGE, "hostctl [--instance NAME]" },
	{ "--json", EXIT_USAGE, "hostctl [--instance NAME]" },
	{ "stat", EXIT_USAGE, "hostctl: no verb stat; hostctl --help\n" },
	{ "status now", EXIT_USAGE, "hostctl: status: one word too many: now; hostctl --help\n" },
	{ "--colour status", EXIT_USAGE, "hostctl: no option --colour; hostctl --help\n" },
	{ "status --all", EXIT_USAGE, "hostctl: status takes no such option: hostctl status" },
	{ "orders --cancel-only", EXIT_USAGE,
	  "hostctl: orders takes no such option: hostctl orders [--all]" },
	{ "kill -n 3", EXIT_USAGE, "hostctl: kill takes no such option" },
	{ "tape -n", EXIT_USAGE, "hostctl: -n needs a value; hostctl --help\n" },
	{ "tape -n 0", EXIT_USAGE, "hostctl: -n 0: expected a number from 1 to 1000000\n" },
	{ "tape -n -5", EXIT_USAGE, "hostctl: -n -5: expected a number from 1 to 1000000\n" },
	{ "tape -n 5x", EXIT_USAGE, "hostctl: -n 5x: expected a number from 1 to 1000000\n" },
	{ "tape -n 99999999999999999999", EXIT_USAGE,
	  "hostctl: -n 99999999999999999999: expected a number" },
	{ "status --instance", EXIT_USAGE, "hostctl: --instance needs a value" },
	{ "--instance aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa status", EXIT_USAGE,
	  "hostctl: --instance: expected a name" },
	{ "--config /nowhere.yaml status", EXIT_CONFIG,
	  "hostctl: /nowhere.yaml: cannot be read: No such file or directory\n" },
	{ "capture", EXIT_USAGE, "hostctl: expected hostctl capture start | stop | status\n" },
	{ "config", EXIT_USAGE,
	  "hostctl: expected hostctl config check FILE | show | diff [FILE|EPOCH [EPOCH]] | apply FILE|EPOCH | "
	  "history | help [PREFIX] | reference\n" },
	{ "config check", EXIT_USAGE, "hostctl: expected hostctl config check FILE\n" },
	{ "config showing", EXIT_USAGE, "hostctl: expected hostctl config check FILE" },
	{ "config reference x", EXIT_USAGE, "hostctl: expected hostctl config check FILE" },
	{ "config show x", EXIT_USAGE, "hostctl: config show takes no more words" },
	{ "config apply", EXIT_USAGE, "hostctl: expected hostctl config apply FILE|EPOCH\n" },
	{ "config history 3", EXIT_USAGE, "hostctl: expected hostctl config history [-n N]\n" },
	{ "config help nothing", EXIT_REFUSED, "hostctl: no option begins with nothing\n" },
	{ "config check /nowhere.yaml", EXIT_CONFIG, "hostctl: /nowhere.yaml: cannot be read" },
};

static void test_what_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ran r = run_hostctl(NULL, rows[i].line);
		if (r.code != rows[i].code || strncmp(r.err, rows[i].err, strlen(rows[i].err)))
			fail_msg("hostctl %s: exit %d, %s", rows[i].line, r.code, r.err);
		assert_string_equal(r.out, "");
		ran_free(&r);
	}
}

static void test_help(void **state)
{
	(void)state;
	static const char *const lines[] = { "--help", "-h", "status --help" };
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct ran r = run_hostctl(NULL, lines[i]);
		assert_int_equal(r.code, EXIT_DONE);
		assert_non_null(strstr(r.out, "cancel-all"));
		assert_non_null(strstr(r.out, "3 not running"));
		ran_free(&r);
	}
}

static void test_options_may_stand_anywhere(void **state)
{
	(void)state;
	struct fake_instance f;
	fake_open(&f);
	struct ran a = run_hostctl(&f, "--json counters app --nonzero"),
		   b = run_hostctl(&f, "counters --nonzero app --json");
	assert_int_equal(a.code, EXIT_DONE);
	assert_string_equal(a.out, b.out);
	ran_free(&a);
	ran_free(&b);
	fake_close(&f);
}

static void test_config_verbs(void **state)
{
	(void)state;
	struct ran r = run_hostctl(NULL, "config help tape");
	assert_int_equal(r.code, EXIT_DONE);
	assert_true(!strncmp(r.out, "tape.slots\n", 11));
	ran_free(&r);
	r = run_hostctl(NULL, "config reference");
	assert_int_equal(r.code, EXIT_DONE);
	assert_true(!strncmp(r.out, "### Top level\n", 14));
	ran_free(&r);
}

static void test_config_check(void **state)
{
	(void)state;
	char dir[] = "/tmp/test_cli-XXXXXX", file[64], line[128];
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof file, "%s/a.yaml", dir);
	for (int good = 0; good < 2; good++) {
		FILE *y = fopen(file, "w");
		fprintf(y,
			"instance: one\ncpus: { trade: %ld, shared: '0' }\n"
			"ports: { md: { device: a, ip: 10.0.0.1/24 }, trade: { device: %s, ip: "
			"10.0.0.2/24 } }\n"
			"venue: { stream: { host: s }, api: { host: a }, rest: { host: r } "
			"}\ninstruments: [BTCUSDT]\n"
			"files: { state_dir: %s }\n",
			sysconf(_SC_NPROCESSORS_ONLN) - 1, good ? "b" : "a", dir);
		fclose(y);
		snprintf(line, sizeof line, "config check %s", file);
		struct ran r = run_hostctl(NULL, line);
		assert_int_equal(r.code, good ? EXIT_DONE : EXIT_CONFIG);
		assert_non_null(good ? strstr(r.out, "sound     yes")
				     : strstr(r.err, "a.yaml:3: ports.trade.device: found a"));
		ran_free(&r);
	}
	unlink(file);
	rmdir(dir);
}

/* A full disk must not look like success. */
static void test_output_that_cannot_be_written(void **state)
{
	(void)state;
	char *argv[] = { "hostctl", "config", "reference", NULL };
	FILE *full = fopen("/dev/full", "w"), *err = tmpfile();
	assert_int_equal(hostctl_run(3, argv, full, err), EXIT_REFUSED);
	fclose(full);
	fclose(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_options_may_stand_anywhere),
		cmocka_unit_test(test_config_verbs),
		cmocka_unit_test(test_config_check),
		cmocka_unit_test(test_output_that_cannot_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
