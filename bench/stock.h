/*
 * stock.h - what the venue sends, sealed and framed before the clock runs: a port in front of a
 * core's own that gives out frames of a stock.
 *
 * Laying down frames takes longer than a tick, and leaves them in the cache. So a block's messages
 * are put into the stock first, and 4 MB are swept behind it: whoever takes a frame finds it in the
 * last-level cache, where a device with cache injection leaves it, and never nearer. Frames are
 * given out when they are released, and not before the time they are due.
 *
 * Takes the session over from the peer that made it: numbers and keys go on where the peer stood,
 * and the peer must not send on it any more. What the core sends leaves by the port it had.
 */
#ifndef BENCH_STOCK_H
#define BENCH_STOCK_H

#include "bench/peer.h"
#include "common/clock.h"
#include "dataplane/tcp/conn.h"

#define STOCK_SWEEP_BYTES (4u << 20)

struct stock_frame {
	u64 due_tsc; /* 0: at once */
	u32 at, n;
};

struct stock {
	struct port port; /* receives alone: rx and rx_done */
	/* receiving side */
	u32 next, released; /* of `frame` */
	u64 rx_tsc;         /* of the newest burst */
	/* laying down */
	struct stock_frame *frame;
	u8 *mem;
	u32 n, cap, used, bytes;
	struct tls_dir *tx;
	struct hdr_sums sums;
	u32 seq, ack, ports;
	u16 ip_id;
	u8 hdr[64];
	u8 *stream; /* one message as records */
	u32 stream_bytes;
};

/* Room for `cap` frames of together `bytes`; messages of at most `message_max`. Exits on failure. */
struct stock_room {
	u32 cap, bytes, message_max;
};
void stock_open(struct stock *p, struct arena *a, const struct stock_room *room, struct peer *peer, u32 session);

/* Forgets the frames; all must have been taken. */
void stock_empty(struct stock *p);

/*
 * One text message in records of 16 KB, segments of 1,460 bytes; its frames are due at `due_tsc`.
 * Exits where the stock is full.
 */
void stock_add(struct stock *p, const char *text, u32 n, u64 due_tsc);

/* Frames up to the one numbered `upto` may be taken: stock_add's newest is p->n. */
static inline void stock_release(struct stock *p, u32 upto) { p->released = upto; }

static inline bool stock_is_taken(const struct stock *p) { return p->next == p->n; }

/* Evicts the caller's caches: reads and writes 4 MB of its own. */
struct sweeper {
	u8 *junk;
};
void sweeper_open(struct sweeper *s);
void sweep(struct sweeper *s);
void sweeper_close(struct sweeper *s);

#endif
