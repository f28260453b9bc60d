/*
 * feed_msg.h - one market-data message in integers, whatever venue it came from.
 *
 * Prices are ticks and quantities units of the instrument version the feed was given last (common/instrument.h).
 * Plain data; the level arrays belong to the feed and the text spans to the caller's text: both are good until the
 * next parse.
 */
#ifndef FEED_MSG_H
#define FEED_MSG_H

#include "common/types.h"

struct feed_level {
	i64 px, qty; /* qty 0: the level is gone */
};

enum feed_kind {
	FEED_BBO,
	FEED_TRADE,
	FEED_DEPTH,    /* a diff of the ladder */
	FEED_REPLY,    /* the answer to a request of ours, accepted */
	FEED_ERROR,    /* the venue refused a request, or complains */
	FEED_SHUTDOWN, /* the venue is about to close: connect anew */
	FEED_OTHER,    /* well-formed, and nothing we read */
};

struct feed_msg {
	u8 kind;         /* enum feed_kind: says which fields below hold something */
	u8 buyer_maker;  /* TRADE: the seller was the aggressor */
	u16 version;     /* of the instrument the numbers are of */
	u32 instrument;  /* BBO, TRADE, DEPTH */
	u64 update_id;   /* BBO, DEPTH: the venue's book update id (DEPTH: the last in the diff); TRADE: the trade id */
	u64 first_id;    /* DEPTH: the first update id in the diff */
	u64 venue_time_us; /* since 1970; 0 where the message carries none */
	union {
		struct { i64 bid_px, bid_qty, ask_px, ask_qty; };  /* BBO; an empty side is 0, 0 */
		struct { i64 px, qty; };                           /* TRADE, both > 0 */
		struct {                                           /* DEPTH, in the venue's order */
			const struct feed_level *bids, *asks;
			u32 n_bids, n_asks;
		};
		struct {                                           /* REPLY, ERROR */
			i64 id;        /* of the request; -1 where there is none or it is no number */
			i64 code;      /* ERROR: the venue's code */
			const char *text; /* ERROR: the venue's words as they stand in the JSON, escapes included */
			u32 text_n;
		};
	};
};

#endif
