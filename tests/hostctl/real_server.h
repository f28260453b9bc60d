/*
 * real_server.h - a server of Debian's (redis-server, influxd, prometheus) run by a test on a port
 * and in a folder of its own; and what it says over HTTP.
 */
#ifndef TESTS_REAL_SERVER_H
#define TESTS_REAL_SERVER_H

#include <jansson.h>
#include <sys/types.h>

#include "common/types.h"

struct real_server {
	char dir[64]; /* scratch; removed by real_stop */
	u16 port;
	pid_t pid;
};

/* A port nobody listens on at the moment. */
u16 free_port(void);

/* Skips the test by name where PATH has no such program. */
void need_program(const char *name);

/* Makes the folder and chooses the port. */
void real_dir(struct real_server *s, const char *name);

/* A file of the folder. */
void real_file(const struct real_server *s, const char *name, const char *text);

/* Runs argv (NULL at its end) in the folder; returns once the port is listened on; fails the test otherwise. */
void real_start(struct real_server *s, const char *const *argv);
void real_kill(struct real_server *s); /* the process alone */
void real_stop(struct real_server *s); /* and the folder */

/* Waits until `true_now(user)`, 20 s at most; fails the test as `what` otherwise. */
void wait_until(bool (*true_now)(void *user), void *user, const char *what);

/* The body of a GET, or of a POST where `post` is given; *code 0: no answer. Free it. */
char *http_text(const char *url, const char *post, long *code);
json_t *http_json(const char *url);

#endif
