/*
 * replay_plain.h - the texts of a replay's sessions in the clear, one a line: what each session
 * received, and the orders and cancels that were sent.
 *
 * A line is the core's time in seconds, the session (md, order, standby), `<` for received or `>` for
 * sent, and the text, in which line ends and backslashes are written as \n, \r and \\.
 */
#ifndef SAKER_REPLAY_PLAIN_H
#define SAKER_REPLAY_PLAIN_H

#include <stdio.h>

#include "appliance/app.h"

#define REPLAY_SESSIONS (1 + TRADE_SESSIONS)

/* Stands between one session and its core. */
struct replay_listener {
	const struct session_user *user;
	void *ctx;
	const char *name;
	FILE *to;
};

struct replay_plain {
	struct replay_listener at[REPLAY_SESSIONS];
};

/* Before the first turn; `p` outlives the cores. */
void replay_plain_listen(struct replay_plain *p, struct app *a, FILE *to);

/* A text that the order session sends. */
void replay_plain_sent(struct replay_plain *p, const u8 *text, u32 n, ns_t now);

#endif
