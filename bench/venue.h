/*
 * venue.h - the texts of the bench's venue: best prices, and its answers to an order.
 */
#ifndef BENCH_VENUE_H
#define BENCH_VENUE_H

#include "bench/peer.h"
#include "common/instrument.h"
#include "common/rng.h"

struct venue_quote {
	u64 update_id;
	i64 bid_px, bid_qty, ask_px, ask_qty;
};

struct venue_diff {
	u64 first_id, update_id;
	i64 bid_px;
};

#define VENUE_TEXT_MAX 4096

/* The texts of one message, as the venue writes them. They return the length. */
u32 venue_quote_text(char out[VENUE_TEXT_MAX], const struct instrument *i, const struct venue_quote *q);
u32 venue_trade_text(char out[VENUE_TEXT_MAX], const struct instrument *i, u64 id, i64 px, i64 qty);
/* Ten levels a side beside the bid, quantities by `r`. */
u32 venue_depth_text(char out[VENUE_TEXT_MAX], const struct instrument *i, const struct venue_diff *d,
		     struct rng *r);

/* The text between `before` and the next quote, cut to `room`; false: it is not there. */
bool venue_field(const char *text, const char *before, char *out, size_t room);

/* Acknowledges an order by session `i`, and expires it where `expire`, so that it does not stay open. */
void venue_answer(struct peer *p, u32 i, u64 order, const char *text, bool expire);

/* Answers an order.cancel of the order `coid` by session `i`: it is gone. */
void venue_answer_cancel(struct peer *p, u32 i, u64 order, const char *coid, const char *text);

#endif
