/*
 * limits.h - the venue's request limits: weight a minute per address, new orders per 10 seconds
 * and per day (web-socket-api.md, "Rate limits"). Windows start at round times. Orders are
 * counted down again when they are first filled.
 */
#ifndef SIM_LIMITS_H
#define SIM_LIMITS_H

#include "common/types.h"

#define LIMIT_WEIGHT_MINUTE 6000
#define LIMIT_ORDERS_10S 100
#define LIMIT_ORDERS_DAY 200000

struct limit_window {
	i64 length_ms, start_ms;
	u32 limit, count;
};

struct limits {
	struct limit_window weight, orders_10s, orders_day;
};

void limits_init(struct limits *l);
void limits_roll(struct limits *l, i64 now_ms); /* starts new windows where their time has come */
static inline bool limit_reached(const struct limit_window *w) { return w->count >= w->limit; }
void limits_order_placed(struct limits *l);
void limits_order_filled(struct limits *l); /* an order's first fill */

#endif
