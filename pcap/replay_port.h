/*
 * replay_port.h - a port that gives a core the frames of a recorded turn and takes what it sends.
 *
 * Where the recorded device had no room, or took nothing, this one has none and takes nothing. What
 * is sent goes nowhere: the core's own recorder has a copy. One thread.
 */
#ifndef SAKER_REPLAY_PORT_H
#define SAKER_REPLAY_PORT_H

#include "dataplane/nic/port.h"
#include "pcap/replay_file.h"

struct replay_port {
	const struct replay_item *items; /* of the turn */
	u64 n_items, at_refused;
	u32 n_rooms; /* calls of room() in this turn */
	/* The kill word as the core sees it from its receive burst on. */
	u32 *kill;
	u32 kill_last;
	u8 room[FRAME_MAX];
};

/* Fills `p`'s functions and leaves its addresses, counters and capabilities as they are. */
void replay_port_init(struct replay_port *r, struct port *p);

/* The turn to come. The items outlive it. */
void replay_port_turn(struct replay_port *r, const struct replay_item *items, u64 n);

#endif
