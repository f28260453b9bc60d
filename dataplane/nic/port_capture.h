/*
 * port_capture.h - a port that copies what passes through it into a ring, for whoever writes
 * captures.
 *
 * It stands before another port and is used in its place. Ahead of a doorbell it costs one copy of
 * the frame, since a device may take the buffer away; everything else is done after it. The ring
 * holds the frames in the order in which the core saw and sent them. Each is numbered, lost ones
 * included: a gap in the numbers is a loss, counted as well.
 */
#ifndef SAKER_PORT_CAPTURE_H
#define SAKER_PORT_CAPTURE_H

#include "common/ring.h"
#include "dataplane/nic/port.h"

#define CAPTURE_STAGED_MAX 16 /* frames sent within one burst that wait for its end */

enum capture_type { CAPTURE_RX = 1, CAPTURE_TX };

/* A message of the ring: its type is enum capture_type, its tag the frame's number. */
struct capture_rec {
	u64 tsc;   /* RX: of the burst, equal for all its frames. TX: after the doorbell */
	u32 flags; /* enum frame_flags */
	u32 n;
	u8 data[]; /* where the device fills checksums in, the frame as it was before */
};

struct capture_staged {
	u64 tsc;
	u32 n;
	u8 data[FRAME_MAX];
};

struct port_capture {
	struct port port; /* what the core uses; shares the counters of `under` */
	struct port *under;
	struct ring *to;
	u64 *lost;      /* one counter word */
	u64 number;     /* of the next frame */
	const u8 *room; /* what room() gave last */
	u32 n_rx, n_tx; /* frames not yet in the ring */
	struct frame rx[PORT_BURST_MAX];
	struct capture_staged tx[CAPTURE_STAGED_MAX];
};

/* `c` lies in the core's arena. `under` is open, and from now on only `c` uses it. */
void port_capture_init(struct port_capture *c, struct port *under, struct ring *to, u64 *lost);

#endif
