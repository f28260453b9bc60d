/*
 * ring.h - single-producer, single-consumer ring of messages of varying length, contiguous in
 * memory, usable across processes.
 *
 * Every inbox of a core, every way out of one, the journal and the trace are such rings. The
 * producer never waits: where there is no room ring_reserve says so and the caller counts it. Each
 * side caches the other's index, so that an idle poll touches one line.
 *
 * Memory order: ring_commit stores `head` with release, ring_peek loads it with acquire: the
 * message is visible before its index. ring_release stores `tail` with release, ring_reserve loads
 * it with acquire: the consumer is done before its bytes are reused.
 */
#ifndef SAKER_RING_H
#define SAKER_RING_H

#include "common/arena.h"

#define RING_ALIGN 16

struct ring_msg {
	u32 n;    /* payload bytes */
	u16 type; /* RING_WRAP: nothing here, go on at the start */
	u16 rsv;
	u64 tag;  /* for the user: a session id, a sequence number */
	u8 data[];
};
static_assert(sizeof(struct ring_msg) == RING_ALIGN, "payload is aligned like the header");

#define RING_WRAP 0xffff

struct ring {
	CACHE_ALIGNED u64 head; /* bytes ever committed; written by the producer */
	u64 tail_seen;          /* producer's copy of tail */
	u64 reserved;           /* head after the open reservation is committed */
	CACHE_ALIGNED u64 tail; /* bytes ever released; written by the consumer */
	u64 head_seen;          /* consumer's copy of head */
	CACHE_ALIGNED u32 size; /* bytes of data, a power of two */
	CACHE_ALIGNED u8 data[];
};

/* Bytes a ring of `size` data bytes occupies, for whoever places it in shared memory. */
static inline size_t ring_bytes(u32 size) { return sizeof(struct ring) + size; }

/* Makes an empty ring in ring_bytes(size) zeroed bytes, cache-line aligned. `size` is a power of two. */
struct ring *ring_init(void *mem, u32 size);
struct ring *ring_new(struct arena *a, u32 size); /* NULL: the arena is too small */

/* The largest payload. An empty ring has room for it wherever its index stands; anything larger is always refused. */
static inline u32 ring_payload_max(u32 size) { return size / 2 - (u32)sizeof(struct ring_msg); }

/*
 * Producer: room for a payload of `n` bytes, 16-byte aligned; NULL where there is none. Then fill
 * it and ring_commit.
 */
void *ring_reserve(struct ring *r, u16 type, u64 tag, u32 n);

/* Producer: whether `n` bytes are free, messages' heads included. */
static inline bool ring_has_room(struct ring *r, u32 n)
{
	if (r->size - (r->head - r->tail_seen) >= n)
		return true;
	r->tail_seen = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE);
	return r->size - (r->head - r->tail_seen) >= n;
}

static inline void ring_commit(struct ring *r) { __atomic_store_n(&r->head, r->reserved, __ATOMIC_RELEASE); }

/* Reserve, copy, commit. false: no room. */
bool ring_put(struct ring *r, u16 type, u64 tag, const void *data, u32 n);

/* Consumer: the oldest message, or NULL; it stays valid until ring_release, which must be given the same message. */
const struct ring_msg *ring_peek(struct ring *r);
void ring_release(struct ring *r, const struct ring_msg *m);

/* Consumer: overwrites the payload of that message, for secrets; before its release. */
void ring_wipe(struct ring *r, const struct ring_msg *m);

#endif
