#include "hostctl/watch.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool on_terminal(const struct request *q)
{
	int fd = fileno(q->out); /* of a stream in memory there is none */
	return !q->json && fd >= 0 && isatty(fd);
}

/* Home, clear; then when and what. */
static void heading(const struct request *q)
{
	char at[32];
	time_t now = time(NULL);
	struct tm tm;
	strftime(at, sizeof at, "%H:%M:%S", localtime_r(&now, &tm));
	fprintf(q->out, "\033[H\033[2J%s %s, every %u s: %s\n\n", q->instance, q->verb, q->watch, at);
}

/* Waits a period; true: a signal asks to end. */
static bool wait_period(const sigset_t *signals, u32 seconds)
{
	const struct timespec period = { .tv_sec = seconds };
	return sigtimedwait(signals, NULL, &period) > 0;
}

enum exit_code watch(const struct request *q, const struct verb *verb,
		     enum exit_code (*look)(const struct request *q, const struct verb *verb))
{
	enum exit_code code;
	sigset_t ends, was;
	bool terminal = on_terminal(q);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, &was);
	do {
		if (terminal)
			heading(q);
		code = look(q, verb);
	} while (code != EXIT_USAGE && !ferror(q->out) && !wait_period(&ends, q->watch));
	sigprocmask(SIG_SETMASK, &was, NULL);
	return code;
}
