/*
 * lane.h - the limit between two peers of its own: the same memory ports, ticks, orders and answers
 * as the product's world has. The venue compares each order, byte by byte, with what the product's
 * own templates make of the tick it has sent.
 */
#ifndef BENCH_LANE_H
#define BENCH_LANE_H

#include "bench/limit.h"
#include "bench/peer.h"
#include "bench/venue.h"

struct lane {
	struct limit limit;
	struct clock clock;
	struct arena arena;
	struct port md_port, md_far, trade_port, trade_far;
	struct peer md_peer, trade_peer;
	struct instrument instrument;
	struct binance_tmpls tmpls;
	struct venue_quote quote; /* the newest tick */
	u64 orders_seen;
};

/* Exits with a sentence where something fails. */
void lane_open(struct lane *l, const struct clock *clock, const struct tls_crypto *crypto,
	       const struct instrument *i);
void lane_close(struct lane *l);

/* As world_tick. */
void lane_tick(struct lane *l, i64 bid_px, i64 bid_qty, i64 ask_qty);

/* Looks after the connections, and prepares the next order: what a loop does between ticks. */
void lane_idle(struct lane *l);

/* The venue takes the order, and answers it; the client then acknowledges. */
void lane_venue_turn(struct lane *l);

#endif
