/*
 * lane.h - the limit between two peers of its own: the same memory ports, ticks, orders and answers
 * as the product's world has. The venue compares each order, byte by byte, with what the product's
 * own templates make of the tick it has sent.
 */
#ifndef BENCH_LANE_H
#define BENCH_LANE_H

#include "bench/limit.h"
#include "bench/stock.h"
#include "bench/venue.h"
#include "bench/world.h"

struct lane {
	struct limit limit;
	struct clock clock;
	struct arena arena;
	struct port md_port, md_far, trade_port, trade_far;
	struct peer md_peer, trade_peer;
	struct instrument instrument;
	struct binance_tmpls tmpls;
	struct stock stock;         /* what the receiving half takes */
	u64 taken;                /* data frames of the venue's answers; the trading thread's */
	struct world_quote seen;  /* the newest tick that was let in */
	u64 update_id, orders_seen;
};

/* Exits with a sentence where something fails. */
void lane_open(struct lane *l, const struct clock *clock, const struct tls_crypto *crypto,
	       const struct instrument *i);
void lane_close(struct lane *l);

/* Into the stock. */
void lane_add(struct lane *l, const struct world_quote *q);

/* One frame of the stock may be taken: `q` is what it says. */
void lane_let_in(struct lane *l, const struct world_quote *q);

/* Looks after the connections, and prepares the next order: what a loop does between ticks. */
void lane_idle_receiving(struct lane *l);
void lane_idle_trading(struct lane *l);

/* The venue takes the order, and answers it. The trading half must then be idle for a turn. */
void lane_venue_turn(struct lane *l);

#endif
