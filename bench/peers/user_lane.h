/*
 * user_lane.h - peer.user between two ends of its own: the memory ports, ticks, orders and answers
 * that Saker's world has.
 */
#ifndef PEERS_USER_LANE_H
#define PEERS_USER_LANE_H

#include "bench/peers/check.h"
#include "bench/peers/user.h"
#include "bench/stock.h"
#include "bench/world.h"

struct user_lane {
	struct user user;
	struct clock clock;
	struct arena arena;
	struct port md_port, md_far, trade_port, trade_far;
	struct peer md_peer, trade_peer;
	struct instrument instrument;
	struct stock stock;       /* what the peer receives */
	struct world_quote seen;  /* the newest tick that was let in */
	u64 update_id;
	struct check check;
};

/* Exits with a sentence where something fails. */
void user_lane_open(struct user_lane *l, const struct clock *clock, const struct tls_crypto *crypto,
		    const struct instrument *i);
void user_lane_close(struct user_lane *l);

/* Into the stock. */
void user_lane_add(struct user_lane *l, const struct world_quote *q);

/* One frame of the stock may be taken: `q` is what it says. */
void user_lane_let_in(struct user_lane *l, const struct world_quote *q);

/* The venue takes the order, checks and answers it; the client then acknowledges. */
void user_lane_venue_turn(struct user_lane *l);

#endif
