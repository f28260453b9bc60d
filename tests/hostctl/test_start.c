/* hostctl start: what it begins, what it says of one that ends at once, one that never gets ready, one that runs. */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostctl/verb.h"
#include "tests/appliance/config_least.h"
#include "tests/hostctl/fake_instance.h"

static char dir[64], config[96];

/* A program called saker, first in PATH. */
static void program(const char *text)
{
	char path[96];
	snprintf(path, sizeof path, "%s/saker", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", text);
	fclose(f);
	assert_int_equal(chmod(path, 0700), 0);
}

static int setup(void **state)
{
	char path[4096];
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/saker-test-start-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s:%.4000s", dir, getenv("PATH"));
	setenv("PATH", path, 1);
	snprintf(config, sizeof config, "%s/x.yaml", dir);
	FILE *f = fopen(config, "w");
	assert_non_null(f);
	fprintf(f, CONFIG_LEAST "instance: start-%d\nfiles: { state_dir: %s/state }\n", (int)getpid(), dir);
	fclose(f);
	return 0;
}

static int teardown(void **state)
{
	char line[96];
	(void)state;
	snprintf(line, sizeof line, "rm -rf %s", dir);
	return system(line);
}

static void expect(const char *words, int code, const char *err)
{
	char line[256];
	snprintf(line, sizeof line, "--config %s %s", config, words);
	struct ran r = run_hostctl(NULL, line);
	if (r.code != code || !strstr(r.err, err))
		fail_msg("%s: exit %d\n%s%s", line, r.code, r.out, r.err);
	ran_free(&r);
}

static void test_one_that_ends(void **state)
{
	(void)state;
	program("echo earlier; echo \"saker: $2: broken\" >&2; exit 4");
	expect("start", EXIT_CONFIG, "x.yaml: broken\n");
	program("echo 'saker: no room'; exit 3");
	expect("start", EXIT_REFUSED, "did not start: saker: no room\n"); /* this run's line, not an earlier one's */
	program("exit 3");
	expect("start", EXIT_REFUSED, "did not start: it ended without a word\n");
	program("kill -9 $$");
	expect("start", EXIT_REFUSED, "it ended without a word\n");
}

static void test_what_it_is_given(void **state)
{
	char path[96], line[256] = "";
	(void)state;
	program("echo $0 $@ >>$(dirname $0)/args; ls /proc/self/fd | wc -l >>$(dirname $0)/args; exit 3");
	expect("start", EXIT_REFUSED, "it ended");
	snprintf(path, sizeof path, "%s/args", dir);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	assert_non_null(strstr(line, "saker --config /tmp/saker-test-start-"));
	fclose(f);
	struct stat st;
	snprintf(path, sizeof path, "%s/state/saker.out", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_one_that_runs(void **state)
{
	struct fake_instance f;
	char line[256];
	(void)state;
	fake_open(&f);
	fake_healthy(&f);
	FILE *out = fopen(config, "w");
	assert_non_null(out);
	fprintf(out, CONFIG_LEAST "instance: %s\nfiles: { state_dir: %s/state }\n", f.name, dir);
	fclose(out);
	program("touch $(dirname $0)/was-here");
	expect("start", EXIT_REFUSED, "runs already: hostctl status\n");
	snprintf(line, sizeof line, "%s/was-here", dir);
	assert_int_not_equal(access(line, F_OK), 0);
	fake_close(&f);
}

static void test_wrong_words(void **state)
{
	(void)state;
	struct ran r = run_hostctl(NULL, "--instance nobody-here start");
	assert_int_equal(r.code, EXIT_USAGE);
	assert_string_equal(r.err, "hostctl: start needs --config FILE: there is no /etc/saker/nobody-here.yaml\n");
	ran_free(&r);
	expect("--instance other start", EXIT_USAGE, "is of instance start-");
	FILE *f = fopen(config, "w");
	assert_non_null(f);
	fputs("mode: x\n", f);
	fclose(f);
	expect("start", EXIT_CONFIG, "x.yaml:1: mode: found \"x\"");
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(test_one_that_ends), CASE(test_what_it_is_given),
					    CASE(test_one_that_runs), CASE(test_wrong_words) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
