/*
 * dies.h - does a call end the process by abort (a failed assert, a broken promise)? It runs in a
 * child, so the test goes on.
 */
#ifndef TESTS_DIES_H
#define TESTS_DIES_H

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool dies(void (*call)(void *), void *arg)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL); /* cmocka's own handler would count it as a failure */
		close(STDERR_FILENO);
		call(arg);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
