/*
 * feed_binance.h - Binance spot's JSON market streams to integers (web-socket-streams.md of the venue's
 * documentation).
 *
 * Reads `bookTicker`, `trade` and `depth` (also `depth@100ms`, `depth@1000ms`), each combined
 * ({"stream":..,"data":..}) or raw, answers to requests, `serverShutdown`; everything else that is well-formed is
 * FEED_OTHER. Keys may come in any order and unknown ones are skipped; the venue's usual order is the fast one.
 * Strict: what is not JSON, a required field that is missing, twice there or of the wrong type, a price off the
 * tick, a number that does not fit: refused and counted (feed_cnt.def), never guessed.
 *
 * Pure: no allocation after feed_new, no clock, no floating point. One thread (the md core) per struct feed.
 */
#ifndef FEED_BINANCE_H
#define FEED_BINANCE_H

#include "common/arena.h"
#include "common/counter.h"
#include "common/instrument.h"
#include "dataplane/feed/feed_msg.h"

#define FEED_LEVELS_DEFAULT 5000 /* a side of one diff; a longer one is refused, and the book sees a gap */

enum feed_counter {
#define CNT(name, text) FEED_CNT_##name,
#include "dataplane/feed/feed_cnt.def"
#undef CNT
	FEED_CNT_COUNT
};

extern const struct counter_def feed_counter_defs[FEED_CNT_COUNT];

struct feed;

/*
 * `counters`: FEED_CNT_COUNT words that outlive the feed. `max_levels`: capacity of each side of a diff. NULL
 * where the arena is too small.
 */
struct feed *feed_new(struct arena *a, u64 *counters, u32 max_levels);

/*
 * Copies `i`; a known id is replaced (a new version), so that the next message is read with it. Not on the fast
 * path, but safe on the hot core. ERR_ARGUMENT: id, scale, tick or symbol out of range (symbols are ASCII letters
 * and digits); ERR_EXISTS: another id has that symbol.
 */
err_t feed_add_instrument(struct feed *f, const struct instrument *i);

/*
 * Reads one message of `n` bytes. ERR_OK: `*out` holds it. Otherwise nothing may be used of `*out`, one reason has
 * been counted, and the answer is ERR_SYNTAX (not the expected JSON, or a price off the tick), ERR_TRUNCATED,
 * ERR_OVERFLOW (a number that does not fit), ERR_TOO_LONG (too many levels, nested too deep), ERR_NOT_FOUND (no
 * such instrument here).
 */
err_t feed_parse(struct feed *f, const char *text, size_t n, struct feed_msg *out);

#endif
