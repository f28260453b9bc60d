/*
 * capture_opening.h - the first frames of each connection, in memory, for a capture that is begun later.
 *
 * A connection's frames are kept from its SYN on, without a gap, until the room is used up or its owner
 * says that frames are missing. By the index of the connection in capture_sessions.h. io thread.
 */
#ifndef SAKER_CAPTURE_OPENING_H
#define SAKER_CAPTURE_OPENING_H

#include "appliance/capture_sessions.h"
#include "common/ring.h"

#define CAPTURE_OPENING_BYTES (64u << 10) /* of one connection, records' heads included */

struct capture_opening {
	u8 *bytes; /* CAPTURE_SESSIONS times CAPTURE_OPENING_BYTES */
	struct {
		u64 nth;    /* of the connection; 0: none */
		u32 n;      /* bytes */
		u32 frames;
		bool ended; /* nothing more is taken */
	} of[CAPTURE_SESSIONS];
};

/* ERR_NO_MEMORY. */
err_t capture_opening_init(struct capture_opening *o);
void capture_opening_free(struct capture_opening *o); /* wipes */

/*
 * A frame's record of connection `nth` in place `i`; an earlier connection's are forgotten. The first
 * that does not fit ends it.
 */
void capture_opening_put(struct capture_opening *o, u32 i, u64 nth, const struct ring_msg *m);

void capture_opening_end(struct capture_opening *o, u32 i);
void capture_opening_drop(struct capture_opening *o, u32 i);

/* The records of place `i` in their order: `at` begins at 0. NULL: no more. */
const struct ring_msg *capture_opening_next(const struct capture_opening *o, u32 i, u32 *at);

#endif
