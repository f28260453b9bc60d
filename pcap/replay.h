/*
 * replay.h - runs both cores again through their recorded turns, in one thread, and compares all
 * they do with what was recorded.
 *
 * The caller makes both cores as they were made, over replay ports, with recorders, and with a tape
 * and images of the trading core's own: what it reads of the market is put there turn by turn, exactly
 * as far as it had come. The md core runs ahead as far as the trading core's next turn needs. Every
 * record a core leaves is compared with the recorded one, frames byte by byte, times of sending
 * excepted. The first difference ends it.
 */
#ifndef SAKER_REPLAY_H
#define SAKER_REPLAY_H

#include "dataplane/md_core.h"
#include "gateway/trade_core.h"
#include "pcap/replay_port.h"

/* One core's surroundings. */
struct replay_core {
	struct replay_port port;
	struct recorder *recorder;
	struct ring *records;             /* the recorder's */
	struct ring *in[RECORD_INBOXES];  /* by enum record_inbox_of */
	u64 turn;                         /* next one to run */
	u64 rx, tx;                       /* frames */
};

struct replay {
	const struct replay_stretch *stretch;
	struct md_core *md;
	struct trade_core *trade;
	struct replay_core core[RECORD_CORES];
	struct tape *md_tape, *trade_tape;
	struct book_image *image[INSTRUMENTS_MAX]; /* the trading core's own */
	struct segment_kill_page *kill;
	struct ring *journal;
	u64 tape_next; /* sequence the trading core's tape goes on with */
	const struct tape_event *event; /* of a checkpoint: those the market-data core does not publish again */
	u64 first_event, n_events;
	/* Before each turn, with the time it was run at; NULL: as fast as possible. */
	void (*before)(void *user, u64 tsc);
	/* After each turn of a core: takes away what is in the rings that lead out of it. */
	void (*after)(void *user, enum record_core core);
	void *user;
	bool differs;
	char why[REPLAY_TEXT]; /* where it differs, or why it cannot go on */
};

/*
 * Puts both cores where the stretch's checkpoint left them, `k` opened, which outlives the run; `are` is where they
 * lie here. Before replay_run. false: `why` says what is wrong, and both cores are closed already.
 */
bool replay_restore(struct replay *r, const struct checkpoint *k, const struct state_place *are, u32 n_are);

/* Runs all turns. false: `why` says where it ended early, and `differs` whether by a difference. */
bool replay_run(struct replay *r);

/* The same for the md core alone: what the trading core does meanwhile is the caller's, in `after`. */
bool replay_run_market(struct replay *r);

#endif
