/* --watch: looks again and again, in a process of its own, until a signal ends it. */
#include "tests/cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostctl/cli.h"
#include "hostctl/verb.h"
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

/* Runs hostctl into a pipe until `text` has come `times`, then ends it; its exit code. */
static int watched(char **argv, int argc, const char *text, u32 times)
{
	int pipe_fd[2], status = 0;
	assert_int_equal(pipe(pipe_fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		FILE *out = fdopen(pipe_fd[1], "w");
		close(pipe_fd[0]);
		_exit(hostctl_run(argc, argv, out, out));
	}
	close(pipe_fd[1]);
	FILE *in = fdopen(pipe_fd[0], "r");
	char line[512];
	u32 seen = 0;
	while (seen < times && fgets(line, sizeof line, in))
		seen += strstr(line, text) != NULL;
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fclose(in);
	assert_int_equal(seen, times);
	assert_true(WIFEXITED(status)); /* ended by itself, not by the signal */
	return WEXITSTATUS(status);
}

static void test_again_and_again(void **state)
{
	(void)state;
	char *argv[] = { "hostctl", "--instance", f.name, "instrument", "BTCUSDT", "--watch", "1", NULL };
	assert_int_equal(watched(argv, 7, "BTCUSDT", 2), EXIT_DONE);
}

static void test_json_objects_follow_each_other(void **state)
{
	(void)state;
	char *argv[] = { "hostctl", "--instance", f.name, "--json", "pnl", "--watch", "1", NULL };
	assert_int_equal(watched(argv, 7, "\"total\"", 2), EXIT_DONE);
}

static void test_an_instance_that_is_not_there_is_looked_for(void **state)
{
	(void)state;
	char *argv[] = { "hostctl", "--instance", "nobody", "status", "--watch", "1", NULL };
	assert_int_equal(watched(argv, 6, "no such instance", 2), EXIT_NOT_RUNNING);
}

static void test_what_only_looks_takes_it(void **state)
{
	(void)state;
	static const char *const lines[] = { "arm --watch", "kill --watch 3", "tape --follow --watch" };
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct ran r = run_hostctl(&f, lines[i]);
		assert_int_equal(r.code, EXIT_USAGE);
		ran_free(&r);
	}
	assert_int_equal(kill_level(f.seg.kill), KILL_NONE);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { CASE(test_again_and_again), CASE(test_json_objects_follow_each_other),
					    CASE(test_an_instance_that_is_not_there_is_looked_for),
					    CASE(test_what_only_looks_takes_it) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
