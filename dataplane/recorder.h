/*
 * recorder.h - copies what one core sees and does into a ring (common/record.h), so that it can be
 * written to a capture and run again.
 *
 * It stands before the core's port: the core is given `port` in place of the real one. Off, `port`
 * is the same functions on the same device, and a turn costs one look at `want`. On, a frame that is
 * sent is copied once ahead of its doorbell, since a device may take the buffer away; everything
 * else is written after it. The ring holds the frames in the order in which the core saw and sent
 * them. Records are numbered, lost ones included: a gap in the numbers is a loss, counted as well.
 *
 * In between stands RECORDER_OPENING: frames alone, and only from where one of the core's sessions
 * begins to connect until so many bytes have passed, whichever session they belong to; then it is
 * as off. A capture begun later has the handshakes from there.
 *
 * With RECORDER_SAVE the core, between two turns, copies what it consists of into memory given to
 * it, and is on from there: recorded turns can be run again from that state (common/state.h).
 *
 * The core's thread calls all of it. Another thread switches it by recorder_want, and learns by
 * recorder_obeyed when the core, between two turns, has done so.
 */
#ifndef SAKER_RECORDER_H
#define SAKER_RECORDER_H

#include "common/record.h"
#include "common/ring.h"
#include "common/state.h"
#include "dataplane/nic/port.h"

#define RECORDER_STAGED_MAX 16 /* frames sent within one burst that wait for its end */
#define RECORDER_OPENING_BYTES (64u << 10) /* of frames, from a session's beginning */

enum recorder_level { RECORDER_OFF, RECORDER_OPENING, RECORDER_ON, RECORDER_SAVE };
#define RECORDER_LEVEL 3u           /* of a want: its level; above it, a number */
#define RECORDER_LOOK_AGAIN UINT32_MAX /* no want */

/* Of a core as it was when it obeyed RECORDER_SAVE. */
struct recorder_saved {
	struct state state; /* `to` and `cap` are the other thread's to give before it wants it */
	u64 number; /* of its RECORD_START */
	u64 turn;   /* turns before */
	u64 tape;   /* md: next sequence to be published; trade: next to be read */
	u64 took_tsc;
};

struct recorder_staged {
	u64 tsc;
	u32 n;
	u8 data[FRAME_MAX];
};

struct recorder {
	CACHE_ALIGNED u32 want; /* relaxed; the other thread's */
	CACHE_ALIGNED u32 done; /* the want last obeyed; stored with release, behind its last record */
	u32 at;                 /* the same, for the core's own look; RECORDER_LOOK_AGAIN: it may have to switch */
	u32 opening_left;       /* bytes of frames */
	u8 level;               /* enum recorder_level: what is done */
	bool dirty;             /* the turn has left a record */
	/* The core's: copies it, and says where on the tape it stands. Set by the core's init. */
	u64 (*save)(void *core, struct state *s);
	void *core;
	struct recorder_saved saved; /* the core's from the want to its being obeyed */
	struct port port;        /* what the core uses; shares the counters of `under` */
	struct port *under;
	struct ring *to;
	u64 *lost;      /* one counter word */
	u64 number;     /* of the next record */
	const u8 *room; /* what room() gave last */
	u32 n_rooms;    /* calls of room() in this turn */
	u32 n_rx, n_tx; /* frames not yet in the ring */
	/*
	 * Replay alone: the text of each order and cancel as it stands before it is masked and
	 * sealed. NULL: none.
	 * Called only while on.
	 */
	void (*text)(void *user, const u8 *p, u32 n);
	void *text_user;
	struct frame rx[PORT_BURST_MAX];
	struct recorder_staged tx[RECORDER_STAGED_MAX];
};

/* `r` lies in the core's arena, off. `under` is open, and from now on only `r` uses it. */
void recorder_init(struct recorder *r, struct port *under, struct ring *to, u64 *lost);

/* Any one other thread. No two wants in a row are the same: each is obeyed, and seen to be. */
static inline void recorder_want(struct recorder *r, enum recorder_level level)
{
	u32 next = (__atomic_load_n(&r->want, __ATOMIC_RELAXED) | RECORDER_LEVEL) + 1;
	__atomic_store_n(&r->want, next | level, __ATOMIC_RELAXED);
}

/* That thread: all records from before the newest want are in the ring. Pairs with recorder_switch. */
static inline bool recorder_obeyed(const struct recorder *r)
{
	return __atomic_load_n(&r->done, __ATOMIC_ACQUIRE) == __atomic_load_n(&r->want, __ATOMIC_RELAXED);
}

/* The core's init: how it is saved. `r` may be NULL. */
static inline void recorder_saves(struct recorder *r, u64 (*save)(void *core, struct state *s), void *core)
{
	if (r)
		r->save = save, r->core = core;
}

/* The core, or whoever runs in its place. */
static inline bool recorder_is_on(const struct recorder *r) { return r->level == RECORDER_ON; }

/* A session of the core begins to connect: frames from the next turn on. `r` may be NULL. */
static inline void recorder_opening(struct recorder *r)
{
	if (!r)
		return;
	r->opening_left = RECORDER_OPENING_BYTES;
	r->at = RECORDER_LOOK_AGAIN;
}

/* Between two turns: does what is wanted; `turn` counts those that were. */
void recorder_switch(struct recorder *r, u64 turn, u64 tsc);

/* As a turn begins: `r`, where the turn is to be recorded, else NULL. `r` may be NULL. */
static inline struct recorder *recorder_turn(struct recorder *r, u64 turn, u64 tsc)
{
	if (!r)
		return NULL;
	if (__atomic_load_n(&r->want, __ATOMIC_RELAXED) != r->at)
		recorder_switch(r, turn, tsc);
	return r->level == RECORDER_ON ? r : NULL;
}

/* A message as it is taken out of an inbox (enum record_inbox_of). */
void recorder_inbox(struct recorder *r, u16 inbox, const struct ring_msg *m);

/* Any other record of fixed size. */
void recorder_put(struct recorder *r, enum record_type type, const void *p, u32 n);

/* An image as it was read: `n` bytes, 0 where it could not be. */
void recorder_image(struct recorder *r, u32 instrument, const void *p, u32 n);

/* Ends the turn: written where `work` says so or where the turn has left a record. */
void recorder_end(struct recorder *r, const struct record_turn *t, u32 work);

#endif
