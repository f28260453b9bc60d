/*
 * row.h - one instrument as the check reads it: its rules and our limits compiled to plain
 * compares, hot first, and its exposure.
 *
 * Notionals are compared as price times quantity in ticks and quantity units, with the bounds
 * converted once, exactly: no order is divided or rounded. Prices and quantities beyond RISK_BOUND
 * are outside every bound, so that no product or sum of two overflows.
 */
#ifndef SAKER_RISK_ROW_H
#define SAKER_RISK_ROW_H

#include "risk/risk.h"

#define RISK_BOUND (INT64_MAX / 4)
#define RISK_COLLAR_MAX_BPS 1000000

/*
 * x is a multiple of the divisor iff rotr(x * inverse, shift) <= max; a product in place of a
 * division.
 */
struct divisor {
	u64 inverse, max;
	u32 shift, rsv;
};

struct divisor divisor_of(u64 d); /* d > 0 */

static inline bool divides(const struct divisor *d, u64 x)
{
	u64 y = x * d->inverse;
	return (y >> d->shift | y << (-d->shift & 63)) <= d->max;
}

enum { ROW_LIMIT, ROW_MARKET, ROW_KINDS };

struct risk_row {
	/* lines 0 and 1: the order alone */
	CACHE_ALIGNED struct divisor lot[ROW_KINDS];
	i64 max_qty[ROW_KINDS];
	i128 min_raw, max_raw; /* px * qty */
	i64 min_px, max_px;
	i64 max_through;
	i64 min_qty;
	/* line 2: against the book and what is open */
	CACHE_ALIGNED i128 max_open_raw;
	i128 open_raw;         /* px * left of all open orders */
	i64 working[2];        /* by side: what could still fill */
	ns_t max_age_ns;
	u32 open_orders, max_open_orders;
	/* line 3 */
	CACHE_ALIGNED i64 qty;       /* as position.qty */
	i64 limit[2];          /* by side: max_long, max_short */
	u32 collar_bps;
	u16 version;
	bool allowed;
	/* cold */
	CACHE_ALIGNED struct position position;
	struct instrument instrument; /* tick 0: none yet */
	struct risk_limits limits;
};

void row_compile(struct risk_row *w); /* from w->instrument and w->limits */

/* For reports: raw in 10^-NOTIONAL_SCALE quote, rounded up, INT64_MAX where it does not fit. */
i64 row_notional(const struct risk_row *w, i128 raw);

#endif
