/*
 * A segment that a group may read, seen by somebody of that group who is not its owner: looks
 * work, the kill word goes by the socket; without the group nothing is seen. As root alone.
 */
#include "tests/cmocka_all.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostctl/verb.h"
#include "tests/hostctl/fake_door.h"
#include "tests/hostctl/fake_instance.h"

#define DESK 54321 /* a group, */
#define ANNA 54322 /* a user of it */

static struct fake_instance f;

/* Exit code of `line` run by ANNA, in the group DESK or not; what it printed to `said`. */
static int run_as_anna(bool in_group, const char *line, char *said, size_t n)
{
	int fds[2], status = 0;
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (!pid) {
		gid_t desk = DESK;
		if (setgroups(in_group, &desk) || setresgid(ANNA, ANNA, ANNA) || setresuid(ANNA, ANNA, ANNA))
			_exit(99);
		struct ran r = run_hostctl(&f, line);
		dprintf(fds[1], "%s%s", r.out, r.err);
		_exit(r.code);
	}
	close(fds[1]);
	ssize_t got = read(fds[0], said, n - 1);
	said[got > 0 ? got : 0] = 0;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void who_may_look(void **state)
{
	char said[4096];
	(void)state;
	assert_int_equal(run_as_anna(true, "whoami", said, sizeof said), EXIT_REFUSED); /* 0600: not even a look */
	assert_int_equal(segment_share(&f.seg, DESK), ERR_OK);
	assert_int_equal(run_as_anna(true, "--json status", said, sizeof said), EXIT_DONE);
	assert_non_null(strstr(said, "\"running\""));
	assert_int_equal(run_as_anna(true, "position", said, sizeof said), EXIT_DONE);
	assert_int_equal(run_as_anna(false, "position", said, sizeof said), EXIT_REFUSED);
}

static void the_kill_word_is_not_theirs_to_write(void **state)
{
	struct fake_door d;
	char said[4096], path[64];
	(void)state;
	assert_int_equal(segment_share(&f.seg, DESK), ERR_OK);
	snprintf(path, sizeof path, "/tmp/%s.sock", f.name);
	fake_door_open(&d, path, "{\"ok\":true,\"error\":\"OK\",\"text\":\"the kill word is raised\"}\n", 0);
	chmod(path, 0666);
	assert_int_equal(run_as_anna(true, "kill --cancel-only", said, sizeof said), EXIT_DONE);
	fake_door_close(&d);
	assert_string_equal(d.line, "kill cancel-only");
	assert_string_equal(said, "the kill word is raised\n");
	assert_int_equal(kill_level(f.seg.kill), KILL_NONE);
	assert_int_equal(run_as_anna(true, "kill", said, sizeof said), EXIT_NOT_RUNNING);
	assert_non_null(strstr(said, "nobody listens here"));
	assert_int_equal(kill_level(f.seg.kill), KILL_NONE);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_may_look, setup, teardown),
		cmocka_unit_test_setup_teardown(the_kill_word_is_not_theirs_to_write, setup, teardown),
	};
	if (geteuid()) {
		puts("skipped: needs root, to be somebody else");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
