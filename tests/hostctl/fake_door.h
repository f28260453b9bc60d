/*
 * fake_door.h - a fake of the appliance's command socket: a thread that takes one connection, keeps
 * the line, answers as told.
 */
#ifndef TESTS_FAKE_DOOR_H
#define TESTS_FAKE_DOOR_H

#include <pthread.h>
#include <sys/un.h>

#include "common/types.h"

struct fake_door {
	const char *answer; /* sent as it is; NULL: hangs up; "": never answers */
	u32 piece;          /* bytes sent at once; 0: all */
	char line[256];     /* what came, without the newline */
	int listener, release[2];
	struct sockaddr_un at;
	pthread_t thread;
};

void fake_door_open(struct fake_door *d, const char *path, const char *answer, u32 piece);
void fake_door_close(struct fake_door *d); /* after the client has gone: `line` is valid then */

#endif
