/*
 * venue.h - the texts of the bench's venue: best prices, and its answers to an order.
 */
#ifndef BENCH_VENUE_H
#define BENCH_VENUE_H

#include "bench/peer.h"
#include "common/instrument.h"

struct venue_quote {
	u64 update_id;
	i64 bid_px, bid_qty, ask_qty; /* the ask is one tick above the bid */
};

/* One bookTicker by session 0 of `p`; it waits in the client's receive ring when this returns. */
void venue_tick(struct peer *p, const struct instrument *i, const struct venue_quote *q);

/* The text between `before` and the next quote, cut to `room`; false: it is not there. */
bool venue_field(const char *text, const char *before, char *out, size_t room);

/* Acknowledges an order by session `i`, and expires it where `expire`, so that it does not stay open. */
void venue_answer(struct peer *p, u32 i, u64 order, const char *text, bool expire);

#endif
