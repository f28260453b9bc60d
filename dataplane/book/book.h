/*
 * book.h - one instrument's book: the best bid and ask of the best-price stream, and a ladder spliced from a
 * snapshot and diffs.
 *
 * The two have update ids of one sequence (the venue's) and arrive by different streams; the newer one answers
 * book_best. A ladder is VALID only while every diff followed the one before; otherwise it is RESYNC: diffs are
 * kept in a buffer of fixed size until a snapshot joins on ("How to manage a local order book correctly",
 * web-socket-streams.md of Binance's documentation).
 *
 * Pure; one thread (the md core); time is the local receive time handed in. Reasons are counted (book_cnt.def).
 */
#ifndef BOOK_H
#define BOOK_H

#include "common/arena.h"
#include "common/counter.h"
#include "common/tape.h" /* enum book_state */
#include "dataplane/book/ladder.h"

#define BOOK_LEVELS_DEFAULT 8192   /* a side */
#define BOOK_BUFFER_DEFAULT 65536  /* levels of diffs kept while waiting for a snapshot */
#define BOOK_DIFFS_MAX 1024        /* diffs kept while waiting: 100 s of one each 100 ms */

enum book_counter {
#define CNT(name, text) BOOK_CNT_##name,
#include "dataplane/book/book_cnt.def"
#undef CNT
	BOOK_CNT_COUNT
};

extern const struct counter_def book_counter_defs[BOOK_CNT_COUNT];

struct book_config {
	u32 instrument;
	u16 version;
	u32 levels;        /* ladder capacity a side; 0: no ladder, the book is its best-price stream alone */
	u32 buffer_levels; /* unused where levels is 0 */
};

struct book_bbo {
	u64 update_id; /* 0: none yet */
	i64 bid_px, bid_qty, ask_px, ask_qty; /* an empty side is 0, 0 */
	ns_t rx_ns;
};

struct book_trade {
	u64 trade_id; /* 0: none yet */
	i64 px, qty;
	ns_t rx_ns;
	bool buyer_maker;
};

/* A diff as the feed hands it over; the arrays are copied where the diff has to wait. */
struct book_diff {
	u64 first_id, update_id; /* Binance U and u: the update ids this diff covers, both inclusive */
	const struct book_level *bids, *asks;
	u32 n_bids, n_asks;
	ns_t rx_ns;
};

struct book;

/* What became of an input. */
enum book_event {
	BOOK_EV_OLD,      /* known already, dropped */
	BOOK_EV_REFUSED,  /* makes no sense (a crossed BBO, u < U), dropped */
	BOOK_EV_APPLIED,  /* taken. A diff: its levels are what changed, publish them */
	BOOK_EV_BUFFERED, /* a diff that waits for the snapshot */
	BOOK_EV_RESYNC,   /* the ladder has just been lost: ask for a snapshot (a BBO that showed it was taken) */
};

/* `counters`: BOOK_CNT_COUNT words, may be shared by the books of one core. NULL where the arena is too small. */
struct book *book_new(struct arena *a, u64 *counters, const struct book_config *c);

/* Between two turns: ladder and waiting diffs. All else of it is in the arena's lower part. */
void book_save(const struct book *b, struct state *s);

/* Forgets everything, EMPTY: a new session, or a new instrument version. The gap count stays. */
void book_reset(struct book *b, u16 version);

/* BBO with an update id above the last one's. A ladder that stands at the same id must agree, else RESYNC. */
enum book_event book_on_bbo(struct book *b, const struct book_bbo *bbo);

/* Trades change no level (the diff does); ids that are not new are OLD, missing ones are counted. */
enum book_event book_on_trade(struct book *b, const struct book_trade *t);

/*
 * VALID: applied where it follows on, dropped where old, RESYNC at a gap (the diff is kept as the first of the
 * buffer) or where the ladder is crossed afterwards. EMPTY: kept, RESYNC. RESYNC: kept; a gap or a full buffer
 * starts the buffer anew with this diff.
 */
enum book_event book_on_diff(struct book *b, const struct book_diff *d);

/*
 * The snapshot, in slices of any size, best price first. begin: ERR_STATE where no snapshot is waited for (the
 * ladder is VALID); begin again drops what was loaded. slice: ERR_STATE without begin, ERR_SYNTAX where prices are
 * out of order or a quantity is not positive (the load is given up: ask again), levels beyond the capacity are
 * dropped and counted. end: ERR_OK when spliced (the ladder is VALID: publish a reset), ERR_AGAIN where the
 * snapshot is older than the buffered diffs reach back or contradicts them (ask for a newer one; the buffer goes
 * on), ERR_STATE without begin.
 */
err_t book_snapshot_begin(struct book *b, u64 last_update_id);
err_t book_snapshot_slice(struct book *b, enum ladder_side side, const struct book_level *levels, u32 n);
err_t book_snapshot_end(struct book *b, ns_t now);

/* Nothing heard for too long: STALE until the next BBO or diff is taken. A session that is back is book_reset. */
void book_mark_stale(struct book *b, ns_t now);

/* The best bid and ask as far as known: of the newer of BBO and VALID ladder. False where there is neither. */
bool book_best(const struct book *b, struct book_bbo *out);

enum book_state book_state(const struct book *b);
u32 book_instrument(const struct book *b);
u16 book_version(const struct book *b);
const struct book_bbo *book_bbo(const struct book *b);
const struct book_trade *book_last_trade(const struct book *b);
u64 book_gaps(const struct book *b);          /* times the ladder was lost since book_new */
ns_t book_stale_ns(const struct book *b);      /* since when it is STALE, 0 where it is not */
ns_t book_rx_ns(const struct book *b);        /* receive time of the newest input taken, 0: none */
u64 book_lag_ids(const struct book *b);       /* update ids the VALID ladder is behind the BBO, 0 where it is not */

/*
 * The ladder, NULL where the book has none, and the update id it stands at, 0 while it is waiting for a snapshot:
 * then do not read it.
 */
struct ladder *book_ladder(struct book *b);
u64 book_ladder_id(const struct book *b);

#endif
