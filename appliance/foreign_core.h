/*
 * foreign_core.h - the market-data core without a network: fed with the texts of a connection that
 * somebody else had, at the times of the capture.
 *
 * Its session stays idle; texts are given to its user within the turn, as the session would. The
 * core's clock counts the capture's nanoseconds.
 */
#ifndef SAKER_FOREIGN_CORE_H
#define SAKER_FOREIGN_CORE_H

#include "appliance/app.h"
#include "appliance/replay_plain.h"
#include "pcap/replay_port.h"

struct foreign_core {
	struct app app; /* instruments are set before foreign_core_open */
	struct replay_port port[RECORD_CORES];
	struct replay_plain plain;
	struct span snapshot[INSTRUMENTS_MAX]; /* REST answers; NULL: none */
	u64 unanswered;                        /* snapshots asked for that nobody has */
	ns_t now;
	u64 turns;
	char why[APP_ERROR]; /* what is wrong with a snapshot */
};

/* Zeroed, instruments set. `plain`: texts are written there, unless NULL. foreign_core_close is due. */
err_t foreign_core_open(struct foreign_core *c, FILE *plain, char *error);
void foreign_core_close(struct foreign_core *c);

/* A turn at `at`, and those before it that time itself makes due. */
void foreign_core_turn(struct foreign_core *c, ns_t at);
/* Within the turn. */
void foreign_core_up(struct foreign_core *c, ns_t at);
void foreign_core_text(struct foreign_core *c, const u8 *p, u32 n, ns_t at);

/* "SYMBOL:TICK:LOT"; ERR_SYNTAX. Id and version are the caller's. */
err_t foreign_instrument(const char *text, struct instrument *out);

#endif
