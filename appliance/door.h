/*
 * door.h - hostctl's way in: a Unix stream socket, one request line a connection, one JSON line
 * back.
 *
 * Who is at the other end is what the kernel says (SO_PEERCRED, SO_PEERGROUPS) and goes along
 * with each request, and so do the words `via=WHO` and `as=ROLE` where a line begins with them:
 * whose request it is that a program passes on, and with which role (role.h says whom that is
 * believed of). The socket is mode 0600, or 0666 where others than the owner have a role. Never
 * blocks; ctl thread.
 */
#ifndef SAKER_DOOR_H
#define SAKER_DOOR_H

#include <poll.h>

#include "common/err.h"
#include "common/types.h"

#define DOOR_CLIENTS 8
#define DOOR_LINE 256  /* a command with its end */
#define DOOR_ORIGIN 160 /* the words before it, and the blanks behind them */
#define DOOR_VIA 112
#define DOOR_AS 12

#define DOOR_GROUPS 64 /* of one peer; those beyond are not looked at */

struct door_peer {
	bool known; /* the kernel has told */
	u32 uid, pid;
	u32 n_gids, gid[DOOR_GROUPS];
	char via[DOOR_VIA]; /* what it says of whom it asks for; "": itself */
	char as[DOOR_AS];   /* likewise; "": with its own role */
};

struct door_client {
	int fd;  /* -1: free */
	struct door_peer peer;
	u64 nth; /* order of arrival */
	u32 id; /* of the command whose answer is due; 0: the line is still being read */
	u32 n;
	char line[DOOR_ORIGIN + DOOR_LINE]; /* once `id` is given: the command alone */
};

struct door {
	bool open; /* door_open was here: the descriptors below are some, or -1 */
	int listener;
	char path[108];
	struct door_client client[DOOR_CLIENTS];
	u32 next_id;
	u64 arrivals;
	/*
	 * who keeps the audit; NULL: nobody. Called for each request of a client, once, before
	 * its answer leaves
	 */
	void (*answered)(void *user, const struct door_client *c, err_t e, const char *text);
	void *answered_user;
};

/* A request: `id` is to be given to door_answer. */
typedef void (*door_request)(void *user, u32 id, const struct door_peer *peer, char *verb, char *arg);

/*
 * Replaces what a dead process left. `others`: who is not the owner may ask, too. ERR_IO;
 * ERR_EXISTS: somebody listens there.
 */
err_t door_open(struct door *d, const char *path, bool others);

/* Answers whoever still waits for one with `text`, and closes. */
void door_abandon(struct door *d, const char *text);
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
