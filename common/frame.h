/*
 * frame.h - an Ethernet frame on its way in, and the door frames leave by.
 *
 * The protocol code sees the hardware only through these two structs, so that tests and replay can stand in its place.
 */
#ifndef SAKER_FRAME_H
#define SAKER_FRAME_H

#include "common/types.h"

#define FRAME_MAX 1518 /* Ethernet header, one VLAN tag, 1500 bytes; no FCS */

enum frame_flags {
	FRAME_CSUM_GOOD = 1 << 0, /* the device has verified the IP and TCP checksums */
	FRAME_CSUM_BAD  = 1 << 1, /* the device has found one of them wrong */
	FRAME_STAMPED   = 1 << 2, /* device_stamp is set */
};

/* A received frame. The bytes are read-only and live until the burst is given back. */
struct frame {
	const u8 *p;
	u32 n;
	u32 flags;
	u64 rx_tsc; /* when the receive burst returned it */
	u64 device_stamp; /* when the device received it, raw, by its own clock */
};

/*
 * Where frames go. room() gives FRAME_MAX writable bytes (NULL: no buffer now); push() hands the
 * first `n` of them to the device at once (the doorbell). false from push(): the device took
 * nothing, the buffer is still the caller's and the same bytes are offered again later by a new
 * room() and push(). At most one room() is outstanding. After push() the buffer must not be read.
 */
struct frame_out {
	u8 *(*room)(struct frame_out *o);
	bool (*push)(struct frame_out *o, u32 n);
	bool tx_csum; /* the device fills the IP and TCP checksums in; TCP then carries the pseudo-header sum */
};

#endif
