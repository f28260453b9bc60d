/*
 * orders.h - the orders whose exposure risk counts, by order id; ended ones stay known until their
 * slot is needed.
 *
 * So a fill that comes after the end of its order still finds what was booked of it.
 */
#ifndef SAKER_RISK_ORDERS_H
#define SAKER_RISK_ORDERS_H

#include "risk/idmap.h"

struct risk_order {
	CACHE_ALIGNED u64 id; /* 0: never used */
	i64 px;      /* ticks that exposure is counted with */
	i64 left;    /* could still fill, or filled and not yet booked */
	i64 booked;  /* of its fills, in the position */
	i64 deduced; /* cumulative quantity up to which bookings were deduced */
	i64 executed; /* the most the venue has said is filled of it */
	u32 instrument;
	u16 slot;
	u8 side;
	bool open;   /* exposure is counted */
	bool ending; /* over at the venue, and `left` waits for its fills */
};

struct risk_orders {
	struct idmap map;
	struct risk_order *order;
	u16 *spare; /* ring of slots not open, longest ended first */
	u32 spare_head, spare_n, max;
};

/* `max` is a power of two, at most 65536. */
err_t orders_init(struct risk_orders *o, struct arena *a, u32 max);

/* Open or ended; NULL: not known. */
struct risk_order *orders_find(const struct risk_orders *o, u64 id);

/* A new one, id > 0 and not known yet; NULL: all slots are open. */
struct risk_order *orders_open(struct risk_orders *o, u64 id);
void orders_end(struct risk_orders *o, struct risk_order *x);

#endif
