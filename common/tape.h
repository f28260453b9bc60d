/*
 * tape.h - normalised market data in shared memory: one writer (an md core), any number of readers, nobody waits.
 *
 * 128-byte slots of two cache lines; line 0 is all a decision needs. Sequences count from 1. The
 * writer never waits for readers: a reader that falls a whole tape behind is told so (TAPE_LAPPED),
 * counts it, and reloads its books from the shared images.
 *
 * Memory order: tape_publish marks the slot invalid, stores the words with release (none moves
 * before the mark), then stores the sequence with release. tape_read loads the sequence with
 * acquire (pairs with that store), the words with acquire (the check after them cannot move up),
 * then the sequence again: unchanged means the words belong together.
 */
#ifndef SAKER_TAPE_H
#define SAKER_TAPE_H

#include "common/types.h"

enum tape_kind {
	TAPE_BBO = 1, /* best bid and ask of the best-price stream */
	TAPE_TRADE,
	TAPE_LEVEL,   /* one level of the ladder is now `qty` (0: gone) */
	TAPE_RESET,   /* the ladder was loaded anew: take it from the book image */
	TAPE_STATUS,  /* book state or trading status changed */
};

enum tape_flags {
	TAPE_LAST = 1 << 0,        /* closes one venue message: strategies act only then */
	TAPE_BUYER_MAKER = 1 << 1, /* TRADE: the seller was the aggressor */
	TAPE_ASK = 1 << 2,         /* LEVEL: the ask side */
};

enum book_state { BOOK_EMPTY, BOOK_VALID, BOOK_STALE, BOOK_RESYNC }; /* kept by dataplane/book, carried here */

struct tape_event {
	/* line 0, with the slot's sequence before it */
	union {
		struct { u32 instrument; u16 version; u8 kind, flags; };
		u64 head; /* the four as one word: tape_head_word */
	};
	union {
		struct { i64 bid_px, bid_qty, ask_px, ask_qty; };         /* BBO */
		struct { i64 px, qty; u64 trade_id; };                    /* TRADE; LEVEL without trade_id */
		struct { u64 book_state, instrument_status; };            /* STATUS */
	};
	ns_t rx_ns;     /* local receive time of the frame that completed the message */
	u64 update_id;  /* venue sequence: bookTicker u, depth u, trade id */
	/* line 1 */
	u64 poll_tsc;    /* the receive burst returned the frame; 0: no frame caused it */
	u64 publish_tsc;
	u64 venue_time_us; /* 0 where the stream carries none */
	u64 turn;        /* md core's turn number */
	u32 path;        /* session it came by */
	u32 rsv;
	u64 pad[3];
};
static_assert(sizeof(struct tape_event) == 2 * CACHE_LINE - 8, "slot is two lines");
static_assert(offsetof(struct tape_event, poll_tsc) == CACHE_LINE - 8, "line 0 holds what a decision needs");

#define TAPE_WORDS (sizeof(struct tape_event) / 8)
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tape_head_word puts the first field lowest");

/*
 * An event's first word from its fields. Whoever writes it so, and not field by field, spares the
 * copy into the slot the wait until four small stores have become one word.
 */
static inline u64 tape_head_word(u32 instrument, u16 version, u8 kind, u8 flags)
{
	return instrument | (u64)version << 32 | (u64)kind << 48 | (u64)flags << 56;
}

/* An event seen as the words the slots hold. */
typedef u64 tape_word __attribute__((may_alias));

struct tape_slot {
	CACHE_ALIGNED u64 seq; /* 0 while being written */
	u64 w[TAPE_WORDS];
};

struct tape {
	CACHE_ALIGNED u64 head; /* sequence of the newest event; written by the writer */
	/*
	 * The book images hold every event up to this one (tape_set_imaged): who reloads from them
	 * goes on behind it.
	 */
	CACHE_ALIGNED u64 imaged;
	CACHE_ALIGNED u32 slots; /* a power of two */
	struct tape_slot slot[];
};

enum tape_result { TAPE_EMPTY, TAPE_OK, TAPE_LAPPED };

static inline size_t tape_bytes(u32 slots) { return sizeof(struct tape) + slots * sizeof(struct tape_slot); }

/* Makes an empty tape in tape_bytes(slots) zeroed bytes, cache-line aligned. */
static inline struct tape *tape_init(void *mem, u32 slots)
{
	assert(is_pow2(slots));
	struct tape *t = mem;
	t->slots = slots;
	return t;
}

/* Writer: appends `e`, returns its sequence. */
static inline u64 tape_publish(struct tape *t, const struct tape_event *e)
{
	u64 seq = t->head + 1;
	struct tape_slot *s = &t->slot[seq & (t->slots - 1)];
	const tape_word *w = (const tape_word *)e;
	__atomic_store_n(&s->seq, 0, __ATOMIC_RELAXED);
#pragma GCC unroll 16
	for (u32 i = 0; i < TAPE_WORDS; i++)
		__atomic_store_n(&s->w[i], w[i], __ATOMIC_RELEASE);
	__atomic_store_n(&s->seq, seq, __ATOMIC_RELEASE);
	__atomic_store_n(&t->head, seq, __ATOMIC_RELEASE);
	return seq;
}

/*
 * Reader: the event of sequence `seq` (>= 1). EMPTY: not written yet; LAPPED: overwritten, go on from
 * tape_head(). Only TAPE_OK makes *e an event.
 */
static inline enum tape_result tape_read(const struct tape *t, u64 seq, struct tape_event *e)
{
	assert(seq && "sequences count from 1; 0 is the mark of a slot being written");
	const struct tape_slot *s = &t->slot[seq & (t->slots - 1)];
	tape_word *w = (tape_word *)e;
	if (__atomic_load_n(&s->seq, __ATOMIC_ACQUIRE) != seq) {
		if (__atomic_load_n(&t->head, __ATOMIC_ACQUIRE) < seq)
			return TAPE_EMPTY;
		/* head says it was written: now it must be there */
		if (__atomic_load_n(&s->seq, __ATOMIC_ACQUIRE) != seq)
			return TAPE_LAPPED;
	}
#pragma GCC unroll 16
	for (u32 i = 0; i < TAPE_WORDS; i++)
		w[i] = __atomic_load_n(&s->w[i], __ATOMIC_ACQUIRE);
	if (__atomic_load_n(&s->seq, __ATOMIC_RELAXED) != seq)
		return TAPE_LAPPED;
	return TAPE_OK;
}

/* Writer: after the images were brought up to date; reader: before it reads them. */
static inline void tape_set_imaged(struct tape *t, u64 seq)
{
	__atomic_store_n(&t->imaged, seq, __ATOMIC_RELEASE);
}

static inline u64 tape_imaged(const struct tape *t)
{
	return __atomic_load_n(&t->imaged, __ATOMIC_ACQUIRE);
}

static inline u64 tape_head(const struct tape *t) { return __atomic_load_n(&t->head, __ATOMIC_ACQUIRE); }

#endif
