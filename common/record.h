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
	RECORD_IMAGE,   /* struct record_image: a book image the core read */
	RECORD_HOST,    /* struct record_host: what a strategy's measured time led to */
	RECORD_TURN,    /* struct record_turn: the turn is over */
};

struct record_frame {
	u64 tsc;   /* RX: of the burst. TX: after the doorbell */
	u32 flags; /* enum frame_flags */
	u32 n;
	u8 data[]; /* TX: as it was handed over, where the device fills checksums in before that */
};

struct record_refused {
	u32 pushed; /* 0: room() gave nothing; 1: push() took nothing */
	u32 rsv;
};

struct record_inbox {
	u16 inbox; /* 0: ctl, 1: slow */
	u16 type;  /* enum msg_type */
	u32 n;
	u64 tag;
	u8 data[];
};

struct record_image {
	u32 instrument, n;
	u8 data[]; /* struct book_image as it was read */
};

struct record_host {
	u32 strategy;
	u32 paused; /* 1: it overran its budget once too often in this turn, and was paused */
};

struct record_turn {
	u64 turn, tsc;
	u64 tape; /* md: next sequence to be published; trade: next to be read, both after the turn */
	u32 kill; /* kill level the core read */
	u32 rsv;
};

#endif
