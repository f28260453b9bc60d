/*
 * foreign_core.h - the market-data core without a network: fed with the texts of a connection that
 * somebody else had, at the times of the capture.
 *
 * Its session stays idle; texts are given to its user within the turn, as the session would. The
 * core's clock counts the capture's nanoseconds.
 */
#ifndef SAKER_FOREIGN_CORE_H
#define SAKER_FOREIGN_CORE_H

#include "appliance/paper.h"
#include "appliance/replay_clock.h"
#include "appliance/replay_plain.h"
#include "pcap/replay_port.h"

struct foreign_core {
	struct app app; /* instruments are set before foreign_core_open */
	struct replay_port port[RECORD_CORES];
	struct replay_plain plain;
	struct paper *paper; /* the trading core runs with it; NULL: it does not run */
	bool pace;           /* turns as far apart as they were */
	struct replay_pace pacer;
	u64 poll_tsc; /* this machine's time as the frame at hand was read */
	struct span snapshot[INSTRUMENTS_MAX]; /* REST answers; NULL: none */
	u64 unanswered;                        /* snapshots asked for that nobody has */
	ns_t now;
	u64 turns;
	char why[APP_ERROR]; /* what is wrong with a snapshot */
};

/* Zeroed; instruments, paper and pace set. `plain`: texts are written there, unless NULL. foreign_core_close is due. */
err_t foreign_core_open(struct foreign_core *c, FILE *plain, char *error);
void foreign_core_close(struct foreign_core *c);

/* A turn at `at`, and those before it that time itself makes due. */
void foreign_core_turn(struct foreign_core *c, ns_t at);
/* The connection has ended. false: c->paper says what the trading core's stand-in could not do. */
bool foreign_core_end(struct foreign_core *c);
/* Within the turn. */
void foreign_core_up(struct foreign_core *c, ns_t at);
void foreign_core_text(struct foreign_core *c, const u8 *p, u32 n, ns_t at);

/* "SYMBOL:TICK:LOT"; ERR_SYNTAX. Id and version are the caller's. */
err_t foreign_instrument(const char *text, struct instrument *out);

#endif
