/*
 * binance_int.h - what the files of the Binance dialect share. Private to them.
 *
 * Two readers give the same result for the same text (the fuzz target holds them to it): the fast one for the
 * venue's usual order and spacing, which gives up without an opinion at anything else, and the general one, which
 * knows every reason for refusing.
 */
#ifndef FEED_BINANCE_INT_H
#define FEED_BINANCE_INT_H

#include "dataplane/feed/feed_binance.h"
#include "dataplane/feed/json.h"
#include "dataplane/feed/symbols.h"

struct feed {
	u64 *counters;
	struct feed_level *bids, *asks;
	u32 max_levels;
	struct symbols symbols;
};

/* Readers answer the counter (enum feed_counter) of the reason for refusing, or this. */
#define FEED_READ_OK ((u32)FEED_CNT_COUNT)

/* Fast: a combined market message in the usual form. False: `*m` is undefined, ask the general reader. */
bool binance_read_fast(struct feed *f, const char *text, size_t n, struct feed_msg *m);

/* General: any message. */
u32 binance_read(struct feed *f, const char *text, size_t n, struct feed_msg *m);

/* General: the object of a market event of `kind`; `stream_symbol` is absent in raw streams. */
u32 binance_read_market(struct feed *f, struct json_value data, struct json_value stream_symbol, struct feed_msg *m);

u32 binance_json_reason(enum json_fail fail);

/* Milliseconds, or microseconds where the session asked for them: told apart by size (10^14 ms is the year 5138). */
static inline u64 binance_time_us(u64 t) { return t < 100000000000000ULL ? t * 1000 : t; }

#endif
