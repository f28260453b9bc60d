/*
 * door.h - hostctl's way in: a Unix stream socket, one request line a connection, one JSON line
 * back.
 *
 * The socket is mode 0600: who may open it may command. Never blocks; ctl thread.
 */
#ifndef SAKER_DOOR_H
#define SAKER_DOOR_H

#include <poll.h>

#include "common/err.h"
#include "common/types.h"

#define DOOR_CLIENTS 8
#define DOOR_LINE 256

struct door_client {
	int fd;  /* -1: free */
	u64 nth; /* order of arrival */
	u32 id; /* of the command whose answer is due; 0: the line is still being read */
	u32 n;
	char line[DOOR_LINE];
};

struct door {
	bool open; /* door_open was here: the descriptors below are some, or -1 */
	int listener;
	char path[108];
	struct door_client client[DOOR_CLIENTS];
	u32 next_id;
	u64 arrivals;
};

/* A request: `id` is to be given to door_answer. */
typedef void (*door_request)(void *user, u32 id, char *verb, char *arg);

/* Replaces what a dead process left. ERR_IO; ERR_EXISTS: somebody listens there. */
err_t door_open(struct door *d, const char *path);
void door_close(struct door *d);

/* File descriptors to wait for; at most DOOR_CLIENTS + 1. */
u32 door_fds(const struct door *d, struct pollfd *fds);

/*
 * Accepts, reads, calls `request` for each whole line. Where all places are taken the client that
 * has been silent for longest makes room.
 */
void door_turn(struct door *d, door_request request, void *user);

/*
 * Answers and hangs up; a client that has gone is ignored, and so is id 0: a command of nobody at
 * the door.
 */
void door_answer(struct door *d, u32 id, err_t e, const char *text);

#endif
