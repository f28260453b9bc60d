/*
 * feed_binance_rest.h - the answers of Binance spot's REST interface that market data needs: exchangeInfo, depth,
 * time.
 *
 * For shared cores (the ctl thread) only: allocates, by jansson. No floating point: numbers are the venue's texts,
 * read exactly. What is wrong with an answer is said in `why` (`why_n` bytes), naming the symbol and the field. An
 * answer that is the venue's error ({"code":-1121,"msg":"Invalid symbol."}) is ERR_REFUSED with its words.
 */
#ifndef FEED_BINANCE_REST_H
#define FEED_BINANCE_REST_H

#include "common/instrument.h"
#include "dataplane/feed/feed_msg.h"

/* A depth snapshot into the caller's arrays, best price first as the venue sends it. */
struct feed_rest_depth {
	u64 last_update_id;
	struct feed_level *bids, *asks; /* `cap` levels each */
	u32 cap;
	u32 n_bids, n_asks;
};

/*
 * The instrument `symbol` out of exchangeInfo, all but `id` and `version`, which are 0. The quantity scale is the
 * finest of the asset's precision that leaves room to add up a million of the largest orders, and never coarser
 * than the lot step (BTC 8; 2 where orders of 9 * 10^10 are allowed). A status we do not know is INSTRUMENT_HALT.
 * ERR_NOT_FOUND: not listed; ERR_SYNTAX: a field is missing or malformed; ERR_OVERFLOW: a number that does not
 * fit; ERR_UNSUPPORTED: a rule we cannot keep (no tick size, no lot step, an asset's name of 8 or more
 * characters).
 */
err_t feed_rest_instrument(const char *json, size_t n, const char *symbol, struct instrument *out, char *why,
			   size_t why_n);

/*
 * ERR_TOO_LONG: more than `cap` levels a side; ERR_SYNTAX: also a price off the tick; ERR_OVERFLOW: a number that
 * does not fit.
 */
err_t feed_rest_depth(const char *json, size_t n, const struct instrument *i, struct feed_rest_depth *out, char *why,
		      size_t why_n);

/* The venue's clock, milliseconds since 1970. ERR_SYNTAX. */
err_t feed_rest_time(const char *json, size_t n, u64 *server_ms);

#endif
