/* hostctl top on a terminal of its own (a pty): survives a resize, an instance that stops, and finds the next one. */
#include "tests/cmocka_all.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostctl/cli.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

#define WAIT_MS 20000

static struct fake_instance f;
static int pty_fd;
static pid_t pid;
static char seen[1 << 16];
static size_t seen_n;

static void start(const char *term)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	pid = forkpty(&pty_fd, NULL, NULL, &size);
	assert_true(pid >= 0);
	seen_n = 0;
	if (pid)
		return;
	char *argv[] = { "hostctl", "--instance", f.name, "top", NULL };
	setenv("TERM", term, 1);
	_exit(hostctl_run(4, argv, stdout, stderr));
}

/* Reads what is painted until `text` has come since the last wait. */
static void wait_for(const char *text)
{
	struct pollfd p = { .fd = pty_fd, .events = POLLIN };
	while (!memmem(seen, seen_n, text, strlen(text))) {
		if (seen_n > sizeof seen / 2) { /* the newer half stays */
			seen_n /= 2;
			memmove(seen, seen + seen_n, seen_n);
		}
		if (poll(&p, 1, WAIT_MS) <= 0)
			fail_msg("waited in vain for %s", text);
		ssize_t n = read(pty_fd, seen + seen_n, sizeof seen - seen_n);
		if (n <= 0)
			fail_msg("it ended before %s", text);
		seen_n += (size_t)n;
	}
	seen_n = 0;
}

static int ended(void)
{
	int status;
	char rest[4096];
	while (read(pty_fd, rest, sizeof rest) > 0)
		;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pty_fd);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void resize(unsigned short rows, unsigned short cols)
{
	const struct winsize size = { .ws_row = rows, .ws_col = cols };
	assert_int_equal(ioctl(pty_fd, TIOCSWINSZ, &size), 0);
}

static void press(const char *key) { assert_int_equal(write(pty_fd, key, 1), 1); }

static void test_a_day_of_it(void **state)
{
	(void)state;
	fake_open(&f);
	fake_healthy(&f);
	start("xterm");
	wait_for("BTCUSDT");
	resize(50, 160); /* wide enough for what the stages mean */
	wait_for("doorbell of the order");
	resize(2, 10);
	resize(24, 80);
	press("p");
	wait_for("held");
	press("p");
	segment_close(&f.seg);
	wait_for("stopped");
	fake_close(&f);
	wait_for("no such instance");
	fake_open(&f);
	fake_healthy(&f);
	wait_for("running");
	press("q");
	assert_int_equal(ended(), EXIT_DONE);
	fake_close(&f);
}

static void test_where_there_is_no_terminal(void **state)
{
	(void)state;
	fake_open(&f);
	struct ran ran = run_hostctl(&f, "top");
	assert_int_equal(ran.code, EXIT_REFUSED);
	assert_non_null(strstr(ran.err, "top needs a terminal"));
	ran_free(&ran);
	ran = run_hostctl(&f, "--json top");
	assert_int_equal(ran.code, EXIT_USAGE);
	ran_free(&ran);
	start("no-such-terminal");
	wait_for("top needs a terminal that TERM names");
	assert_int_equal(ended(), EXIT_REFUSED);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_day_of_it),
					    cmocka_unit_test(test_where_there_is_no_terminal) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
