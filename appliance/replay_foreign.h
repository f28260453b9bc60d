/*
 * replay_foreign.h - the verb `saker replay` for a capture that another program made: the market data
 * of one WebSocket connection goes through feed, books and tape.
 */
#ifndef SAKER_REPLAY_FOREIGN_H
#define SAKER_REPLAY_FOREIGN_H

#include "appliance/replay_paper.h"
#include "common/instrument.h"
#include "pcap/tap.h"

struct foreign_options {
	const char *keys;         /* NULL: none */
	u32 connection;           /* as they are listed, from 1; 0: the only one that could be meant */
	const char *instrument[INSTRUMENTS_MAX], *snapshot[INSTRUMENTS_MAX];
	u32 n_instruments, n_snapshots;
	struct paper_runs *runs; /* strategies on it; NULL: none */
	struct paper_way way;
};

/* Appends to one of the lists; false: it is full. */
bool foreign_option(const char **list, u32 *n, const char *text);

/*
 * Runs it and says what came of it. Exit codes: 0 all of the connection was read; 1 it ended early, or
 * something was not understood; 2 options; 3 nothing could be run.
 */
int replay_foreign_run(const struct foreign_options *opt, const struct tap_file *files, u32 n);

#endif
