/*
 * ns.h - runs a scenario of a test program in user, network and process namespaces of its own, as
 * an ordinary user may.
 *
 * DPDK can be started once a process, so each scenario is the program run again with the scenario's
 * name.
 */
#ifndef TESTS_NIC_NS_H
#define TESTS_NIC_NS_H

#include "tests/cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/types.h"

struct scenario {
	const char *name;
	void (*run)(void);
};

/* What a scenario checks; cmocka's own asserts need its runner. */
#define CHECK(what) ns_check((what), #what, __FILE__, __LINE__)

static inline void ns_check(bool ok, const char *what, const char *file, int line)
{
	if (ok)
		return;
	printf("%s:%d: does not hold: %s\n", file, line, what);
	exit(1);
}

static inline void ns_shell(const char *command)
{
	if (system(command) != 0) {
		printf("failed: %s\n", command);
		exit(1);
	}
}

/* `as_root`: keeps the user's own rights, which AF_XDP needs. */
static inline int ns_run(const char *scenario, bool as_root)
{
	char dir[] = "/tmp/saker-test-XXXXXX", self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0 || !mkdtemp(dir))
		return -1;
	self[n] = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		setenv("RUNTIME_DIRECTORY", dir, 1);
		/* LeakSanitizer looks for its threads in /proc, where they have other numbers */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		execlp("unshare", "unshare", as_root ? "-npf" : "-Urnpf", "--kill-child", self, scenario,
			(char *)NULL);
		_exit(127);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	/* nic_stop removes its own folder and leaves DPDK's common parent; rmdir takes empty ones alone */
	char dpdk[64];
	snprintf(dpdk, sizeof(dpdk), "%s/dpdk", dir);
	rmdir(dpdk);
	if (rmdir(dir) != 0)
		printf("scenario %s left files in %s\n", scenario, dir);
	return status;
}

/* True where namespaces and TAP devices are permitted; else says what is missing. */
static inline bool ns_permitted(void)
{
	if (access("/dev/net/tun", R_OK | W_OK) != 0) {
		print_message("skipped: /dev/net/tun is not accessible\n");
		return false;
	}
	if (system("unshare -Urnpf --kill-child true 2>/dev/null") != 0) {
		print_message("skipped: user namespaces are not permitted\n");
		return false;
	}
	return true;
}

/* For main(): runs the scenario named on the command line, if any. false: there was none, run the tests. */
static inline bool ns_main(int argc, char **argv, const struct scenario *s, size_t n)
{
	for (size_t i = 0; argc > 1 && i < n; i++) {
		if (strcmp(argv[1], s[i].name) == 0) {
			s[i].run();
			return true;
		}
	}
	return false;
}

#endif
