/*
 * capture_save.h - checkpoints of a capture: both cores are asked for what they consist of, and it is put
 * into the file at one place, so that what stands behind it can be replayed alone.
 *
 * First the trading core is asked, then the market-data core. Each goes on at once; what it records from
 * then on waits in its ring until the other has answered, too, and the checkpoint is written: the place where
 * a file ends and the next begins, or where a loss is over. What was saved of a core whose secrets may not
 * be kept is nothing. The capture's thread.
 */
#ifndef SAKER_CAPTURE_SAVE_H
#define SAKER_CAPTURE_SAVE_H

#include "common/ring.h"
#include "common/tape.h"
#include "dataplane/recorder.h"

enum capture_save_phase { SAVE_NONE, SAVE_TRADE, SAVE_MD };

struct capture_save_core {
	struct recorder *recorder;
	struct ring *from;
	u8 *memory;   /* what it is saved to; NULL: it is not to be kept */
	size_t bytes; /* of it */
};

struct capture_save {
	/* given; nothing of it: there are no checkpoints */
	struct capture_save_core core[RECORD_CORES];
	const struct state_place *place;
	u32 n_places;
	const struct tape *tape; /* the market-data core's */
	/* its own */
	enum capture_save_phase phase;
	struct tape_event *event; /* those between the two cores' places on the tape */
};

/*
 * Memory to save a core to: `bytes` of it, touched, locked if that is allowed, in no core dump. NULL: none.
 */
u8 *capture_save_memory(size_t bytes);
void capture_save_close(struct capture_save *s); /* wipes and frees */

static inline bool capture_save_may(const struct capture_save *s) { return s->core[RECORD_MD].memory; }

/* Asks; both recorders have obeyed what was wanted of them before. */
void capture_save_begin(struct capture_save *s);
/* No more of it: something else is wanted of the recorders now. */
static inline void capture_save_end(struct capture_save *s) { s->phase = SAVE_NONE; }

/* Whether `m`, the core's oldest record, waits for the checkpoint. */
bool capture_save_holds(const struct capture_save *s, u32 core, const struct ring_msg *m);

/* Asks on. True: both cores are saved, and all records from before are taken; then capture_save_write. */
bool capture_save_step(struct capture_save *s);

/*
 * The payload of the checkpoint's block, in memory the caller wipes and frees, and its length; what was saved is wiped.
 * NULL: it was too much, or there is no memory: there is none at this place.
 */
u8 *capture_save_write(struct capture_save *s, size_t *n);

/* The longer of both cores' standing still, in counts of the time stamp, and what both consisted of, bytes. */
void capture_save_cost(const struct capture_save *s, u64 *tsc, u64 *bytes);

#endif
