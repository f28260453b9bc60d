/*
 * replay_file.h - what capture files say of both cores, turn by turn, ready to be run again.
 *
 * Files of one run are added in their order. Each core's turns are good from the core's beginning, or
 * a checkpoint, up to the first thing that is wrong with them: records lost, a byte changed, a turn
 * cut off. That is kept with its place, and nothing of the core is taken behind it; the other core's
 * turns stay good. Where a checkpoint holds a core that has ended, or not begun, a new stretch begins.
 * The bytes may be hostile; they outlive this.
 */
#ifndef SAKER_REPLAY_FILE_H
#define SAKER_REPLAY_FILE_H

#include "pcap/checkpoint.h"
#include "pcap/record_file.h"

#define REPLAY_TEXT 256

struct replay_item {
	struct record_item r;
	u64 packet; /* number of the frame in its file, as other tools count; else of the last one before */
};

struct replay_turn {
	u64 first, n; /* its items, RECORD_TURN itself not among them */
	u64 packet;
	struct record_turn t;
};

struct replay_core_file {
	struct replay_item *items;
	struct replay_turn *turns;
	u64 n_items, n_turns, item_cap, turn_cap;
	u64 first;            /* item the open turn begins with */
	u64 next_number;      /* of the next record */
	bool begun;           /* from the core's very beginning, or where the checkpoint left it */
	bool ended;           /* `why` says what is wrong behind the last turn */
	char why[REPLAY_TEXT];
};

struct replay_stretch {
	struct replay_core_file core[RECORD_CORES];
	struct checkpoint head;  /* what it begins with; cores 0: the start of the process */
	struct span checkpoint;  /* for checkpoint_open */
	u16 checkpoint_version;
	u64 packet;              /* it begins behind, in */
	const char *file;
};

struct replay_file {
	struct replay_stretch *stretch;
	u32 n_stretches;
	struct span config, boot; /* NULL: not there */
	u16 boot_version;
	u64 n_packets, n_foreign; /* frames; those no core has seen */
	u32 n_files;
};

/*
 * Adds one file: `name` is for messages, and outlives this. ERR_UNSUPPORTED: no capture; ERR_NO_MEMORY. What is wrong
 * further in is kept in core[].why, and ERR_OK.
 */
err_t replay_file_add(struct replay_file *f, const char *name, struct span bytes);

/* Whether anything of ours is in it; else another program made it (tap.h). */
bool replay_file_ours(const struct replay_file *f);

/* Whether a turn of it can be run: each core in it is there from its beginning. Else `why` as below. */
bool replay_stretch_usable(const struct replay_stretch *s, char *why);

/*
 * Whether any turn can be run: a usable stretch, configuration and boot record are there. Else `why`
 * (REPLAY_TEXT bytes) says what lacks.
 */
bool replay_file_usable(const struct replay_file *f, char *why);

void replay_file_free(struct replay_file *f);

#endif
