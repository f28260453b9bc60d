/*
 * capture_row.h - what the capture is about, as other processes see it: one row of the segment
 * (region "capture"), written by the io thread under a sequence lock (row_write, row_read).
 */
#ifndef SAKER_CAPTURE_ROW_H
#define SAKER_CAPTURE_ROW_H

#include "common/order_row.h"

enum capture_state {
	CAPTURE_ABSENT, /* no folder is configured */
	CAPTURE_OFF,
	CAPTURE_ON,
	CAPTURE_STOPPING, /* the cores' last records are still to come */
	CAPTURE_FAILED,   /* it ended itself: `why` says */
	CAPTURE_STATES
};

enum capture_secrets { CAPTURE_SECRETS_NONE, CAPTURE_SECRETS_MARKET, CAPTURE_SECRETS_ALL };

#define CAPTURE_PATH_MAX 352
#define CAPTURE_WHY_MAX 160

struct capture_row {
	u32 state, secrets; /* enum capture_state, capture_secrets */
	u64 since_wall_ns;  /* when it was begun */
	u64 files, bytes;   /* since then; bytes of all files */
	u64 frames, records, lost;
	u64 checkpoints, checkpoint_bytes; /* in all; what both cores consisted of, the last time */
	u64 still_ns;                      /* for so long at most a core stood still for one */
	char file[CAPTURE_PATH_MAX]; /* the present one, or the last */
	char why[CAPTURE_WHY_MAX];   /* of CAPTURE_FAILED: what failed and what to do */
};

struct capture_cell {
	u64 seq, w[sizeof(struct capture_row) / 8];
};
static_assert(sizeof(struct capture_row) % 8 == 0, "rows are whole words");

#endif
