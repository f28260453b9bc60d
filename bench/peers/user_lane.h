/*
 * user_lane.h - peer.user between two ends of its own: the memory ports, ticks, orders and answers
 * that Saker's world has.
 */
#ifndef PEERS_USER_LANE_H
#define PEERS_USER_LANE_H

#include "bench/peers/check.h"
#include "bench/peers/user.h"

struct user_lane {
	struct user user;
	struct clock clock;
	struct arena arena;
	struct port md_port, md_far, trade_port, trade_far;
	struct peer md_peer, trade_peer;
	struct instrument instrument;
	struct venue_quote quote; /* the newest tick */
	struct check check;
};

/* Exits with a sentence where something fails. */
void user_lane_open(struct user_lane *l, const struct clock *clock, const struct tls_crypto *crypto,
		    const struct instrument *i);
void user_lane_close(struct user_lane *l);

/* As world_tick. */
void user_lane_tick(struct user_lane *l, i64 bid_px, i64 bid_qty, i64 ask_qty);

/* The venue takes the order, checks and answers it; the client then acknowledges. */
void user_lane_venue_turn(struct user_lane *l);

#endif
