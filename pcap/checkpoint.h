/*
 * checkpoint.h - what both cores consisted of at one place of a capture, as the payload of a
 * PCAPNG_OWN_CHECKPOINT block: recorded turns behind it can be run again without those before.
 *
 * A core's bytes are a copy of its memory (common/state.h), which only the build that made it can
 * put back. A core whose secrets may not be kept is not in it. The trading core is saved first; the
 * events it had still to read, which the market-data core had published when it was saved itself, are there as
 * well.
 *
 * Little-endian:
 *  0 u32 CRC-32C of what follows      8 u64 bytes of the rest before it was deflated
 *  4 u32 cores in it, a bit each     16 of each core u64: number of its RECORD_START, turns before, place on the tape
 * and behind that, deflated: u32 places, u32 events, of each core u64 bytes; then these.
 */
#ifndef SAKER_CHECKPOINT_H
#define SAKER_CHECKPOINT_H

#include "common/err.h"
#include "common/record.h"
#include "common/state.h"
#include "common/tape.h"

#define CHECKPOINT_VERSION 1
#define CHECKPOINT_HEAD 64
#define CHECKPOINT_MAX (256u << 20) /* of the bytes before they are deflated */

struct checkpoint_core {
	u64 number, turn, tape; /* struct recorder_saved */
};

struct checkpoint {
	u32 cores; /* bit enum record_core */
	struct checkpoint_core core[RECORD_CORES];
	struct span state[RECORD_CORES];
	const struct state_place *place;
	u32 n_places;
	const struct tape_event *event; /* the last ones before core[RECORD_MD].tape */
	u32 n_events;
	u8 *bytes; /* of checkpoint_open */
	size_t n_bytes;
};

/*
 * The payload, in memory the caller wipes and frees; NULL: no memory.
 */
u8 *checkpoint_write(const struct checkpoint *c, size_t *n);

/* The head alone: cores and core[]. ERR_TRUNCATED, ERR_CHECKSUM, ERR_UNSUPPORTED (version), ERR_SYNTAX. */
err_t checkpoint_read(struct checkpoint *c, u16 version, struct span payload);

/* All of it; then checkpoint_close. Any bytes may be given. The same errors, and ERR_NO_MEMORY. */
err_t checkpoint_open(struct checkpoint *c, u16 version, struct span payload);
void checkpoint_close(struct checkpoint *c); /* wipes */

#endif
