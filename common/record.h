/*
 * record.h - what a hot core saw and did, turn by turn, in a ring: enough to run it again.
 *
 * A core that is recorded writes these into its own ring, after the doorbell; the io thread writes
 * them to a capture file; replay reads them back. All records of one turn precede its RECORD_TURN.
 * A turn without work is not recorded: it changes nothing but its number. The ring message's type
 * is enum record_type; its tag numbers the core's records, lost ones included, so that a gap shows.
 */
#ifndef SAKER_RECORD_H
#define SAKER_RECORD_H

#include "common/types.h"

enum record_core { RECORD_MD, RECORD_TRADE, RECORD_CORES };

enum record_type {
	RECORD_RX = 1,  /* struct record_frame: one frame of the turn's burst, in order */
	RECORD_TX,      /* struct record_frame: taken by the device */
	RECORD_REFUSED, /* struct record_refused: the device had no room, or took nothing */
	RECORD_INBOX,   /* struct record_inbox: a message taken out of an inbox */
	RECORD_IMAGE,   /* struct record_image: a book image the core read after a lap */
	RECORD_HOST,    /* struct record_host: what a strategy's measured time led to */
	RECORD_TURN,    /* struct record_turn: the turn is over */
	RECORD_START,   /* struct record_start: what follows is recorded, what was before is not */
	RECORD_LAP,     /* struct record_lap: the tape was lapped; its images come before it */
	RECORD_TYPES,
	RECORD_PAUSE = RECORD_TYPES /* empty: frames may be missing behind it. In the ring alone, in no file */
};

struct record_frame {
	u64 tsc;          /* RX: of the burst. TX: after the doorbell */
	u64 device_stamp; /* RX with FRAME_STAMPED: raw, by the device's own clock */
	u32 flags;        /* enum frame_flags */
	u32 n;
	u8 data[]; /* TX: as it was handed over, where the device fills checksums in before that */
};

struct record_refused {
	u32 pushed; /* 0: room() gave nothing; 1: push() took nothing */
	u32 nth;    /* by which room() of the turn, from 1 */
};

struct record_inbox {
	u16 inbox; /* enum record_inbox_of */
	u16 type;  /* enum msg_type */
	u32 n;
	u64 tag;
	u8 data[];
};

enum record_inbox_of { RECORD_CTL, RECORD_SLOW, RECORD_INBOXES };

struct record_image {
	u32 instrument;
	u32 n;     /* 0: the image could not be read */
	u8 data[]; /* struct book_top as it was read */
};

struct record_host {
	u32 strategy, rsv;
	u64 calls; /* it was paused by its budget after so many callbacks */
};

struct record_lap {
	u64 from; /* sequence that was no longer there */
	u64 to;   /* sequence the core goes on with */
};

struct record_start {
	u64 turn; /* turns of the core before; 0: from its very beginning */
	u64 tsc;
};

enum record_turn_flags {
	RECORD_JOURNAL_FULL = 1 << 0, /* trade: new orders were denied for want of journal room */
	RECORD_SLOW_FULL    = 1 << 1, /* a message for the slow thread did not fit */
};

struct record_turn {
	u64 turn, tsc;
	u64 tape;      /* md: next sequence to be published; trade: next to be read, both after the turn */
	u32 kill;      /* kill level the core read as the turn began */
	u16 kill_last; /* and as it ended: an arm command looks again */
	u16 flags;     /* enum record_turn_flags */
};

#endif
