/*
 * record_file.h - a core's records (common/record.h) as blocks of a capture file, and back.
 *
 * Frames are packets of four interfaces: the md core's received and sent ones, then the trade
 * core's. Every other record is a block of our own that tools pass over. Frames carry no record
 * number: the next block of our own of that core does, and counts them with it, so that a loss
 * shows. One file holds both cores, each core's records in their order.
 *
 * Pure; the bytes that are read may be hostile.
 */
#ifndef SAKER_RECORD_FILE_H
#define SAKER_RECORD_FILE_H

#include "common/record.h"
#include "common/ring.h"
#include "pcap/pcapng_read.h"
#include "pcap/pcapng_write.h"

#define RECORD_FILE_VERSION 1
#define RECORD_IFS (2 * RECORD_CORES)
/* Beyond the payload of the ring message a block needs so many bytes at most. */
#define RECORD_FILE_EXTRA 256

/* The interface of a core's frames. */
static inline u32 record_if(enum record_core core, bool tx) { return 2 * (u32)core + tx; }

/* The four interfaces, in their order: the first ones of the file. ERR_FULL. */
err_t record_write_ifs(struct wr *w);

struct record_stamp {
	u64 at_ns;   /* of a frame: nanoseconds since 1970 */
	u64 dropped; /* records lost since the one before: shown with the next frame */
	bool tx_csum; /* of the core's port: what is sent gets its checksums from the device */
	const char *clock; /* whose stamps its frames carry: the device; may be NULL where none do */
};

/* One message of the core's record ring. ERR_FULL; ERR_ARGUMENT: it is no record. */
err_t record_write(struct wr *w, enum record_core core, const struct ring_msg *m,
		   const struct record_stamp *at);

/* One record as it is read: what a ring message held, `data` its payload. */
struct record_item {
	enum record_core core;
	enum record_type type;
	bool numbered; /* false: a frame */
	u64 number;
	u32 flags;        /* frame: enum frame_flags */
	struct span data; /* frame: its bytes; else the record of its type, of any alignment */
};

/*
 * ERR_NOT_FOUND: the block is something else. ERR_CHECKSUM: a byte of it has changed; ERR_SYNTAX: it
 * makes no sense; ERR_UNSUPPORTED: of a version not known; ERR_TRUNCATED: a frame that is not whole.
 */
err_t record_read(const struct pcapng_block *b, struct record_item *out);

#endif
