/*
 * redis_market.h - the tape's best prices, trades and book states as messages of pub/sub, one JSON object each, on
 * saker:{<instance>}:market:<symbol>.
 *
 * The tape is the queue: who is too slow or away finds it overwritten, counts what was lost, and
 * goes on with the newest. One thread.
 */
#ifndef HOSTCTL_REDIS_MARKET_H
#define HOSTCTL_REDIS_MARKET_H

#include "common/instrument.h"
#include "common/tape.h"
#include "hostctl/redis_link.h"

#define MARKET_BATCH 1000 /* messages of one flush */

struct redis_market {
	u64 next; /* sequence on the tape, of the first not gathered; 0: begin behind the newest */
	u32 n; /* gathered since market_done */
	u32 n_instruments;
	const struct instrument *instrument;
	char channel[INSTRUMENTS_MAX][REDIS_KEY_MAX];
};

/* Instruments must outlive it. */
void market_open(struct redis_market *m, const char *instance, const struct instrument *i, u32 n);

/* Gathers up to MARKET_BATCH messages; returns how many. */
u32 market_gather(struct redis_market *m, struct redis_link *l, const struct tape *t);

/* After the flush: they were sent, or (`ok` false) are lost. */
void market_done(struct redis_market *m, struct redis_link *l, bool ok);

/* The message of one event, without a newline; 0: it makes none. */
#define MARKET_TEXT 320
u32 market_text(const struct instrument *i, const struct tape_event *e, char out[MARKET_TEXT]);

#endif
