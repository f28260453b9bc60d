/*
 * check.h - a peer's orders against Saker's: for each tick the venue compares the whole text, value
 * by value, with the one that Saker's gateway makes of it. Nothing is left out but the time stamp,
 * which is taken from the order and must be within a minute of now, and blanks between the tokens.
 */
#ifndef PEERS_CHECK_H
#define PEERS_CHECK_H

#include "bench/venue.h"
#include "gateway/binance_order.h"

struct check {
	struct binance_tmpls tmpls;
	u64 orders; /* seen so far */
};

/* Exits on failure. */
void check_open(struct check *c, const struct instrument *i);

/* The next order, for a tick whose ask was `ask_px`. Exits with both texts where they differ. */
void check_order(struct check *c, const char *who, i64 ask_px, const u8 *text, u32 n);

#endif
