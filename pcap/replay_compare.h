/*
 * replay_compare.h - what a core has left in its recorder's ring beside what it had left when it was
 * recorded.
 */
#ifndef SAKER_REPLAY_COMPARE_H
#define SAKER_REPLAY_COMPARE_H

#include "pcap/replay_file.h"

struct replay_difference {
	u64 rx, tx;     /* frames of the turn */
	u64 packet;     /* where it differs */
	char what[160]; /* and how */
};

/* Empties the ring. The records of turn `t` and nothing else must be in it; else false, and *d says what differs. */
bool replay_compare(const struct replay_core_file *f, const struct replay_turn *t, struct ring *records,
		    struct replay_difference *d);

#endif
