#include "risk/row.h"

#include "common/decimal.h"

#define I128_MAX ((i128)(~(unsigned __int128)0 >> 1))

struct divisor divisor_of(u64 d)
{
	assert(d);
	u32 shift = (u32)__builtin_ctzll(d);
	u64 odd = d >> shift, inverse = odd; /* right to 3 bits; each step doubles them (Newton) */
	for (int i = 0; i < 5; i++)
		inverse *= 2 - odd * inverse;
	assert(odd * inverse == 1);
	return (struct divisor){ .inverse = inverse, .max = UINT64_MAX / d, .shift = shift };
}

static i128 pow10_i128(u32 k)
{
	u32 low = u32_min(k, DEC_DECIMALS_MAX);
	return (i128)dec_pow10[low] * dec_pow10[k - low];
}

/*
 * A notional as px * qty: rounded down where it bounds from above, up where from below. Saturates.
 */
static i128 raw_of(const struct instrument *i, i64 notional, bool up)
{
	int shift = i->px_scale + i->qty_scale - NOTIONAL_SCALE;
	i128 v, d = i->tick;
	if (shift < 0)
		d *= pow10_i128((u32)-shift);
	if (__builtin_mul_overflow((i128)notional, pow10_i128(shift > 0 ? (u32)shift : 0), &v))
		return I128_MAX;
	return v / d + (up && v % d);
}

static i64 i64_min(i64 a, i64 b) { return a < b ? a : b; }

/* The venue names no bound by 0. */
static i64 or_bound(i64 v) { return v > 0 ? i64_min(v, RISK_BOUND) : RISK_BOUND; }

void row_compile(struct risk_row *w)
{
	const struct instrument *i = &w->instrument;
	const struct risk_limits *l = &w->limits;
	assert(i->tick > 0 && i->lot > 0);
	i64 market_lot = i->market_lot > 0 ? i->market_lot : i->lot;
	i64 max_qty = i64_min(or_bound(i->max_qty), l->max_qty);
	i64 max_notional = i->max_notional ? i->max_notional : INT64_MAX;
	w->lot[ROW_LIMIT] = divisor_of((u64)i->lot);
	w->lot[ROW_MARKET] = divisor_of((u64)market_lot);
	w->max_qty[ROW_LIMIT] = max_qty;
	w->max_qty[ROW_MARKET] =
		i->market_max_qty > 0 ? i64_min(max_qty, i->market_max_qty) : max_qty;
	w->min_qty = i->min_qty > 0 ? i->min_qty : 1;
	w->min_px = i->min_px > 0 ? i->min_px : 1;
	w->max_px = or_bound(i->max_px);
	w->min_raw = raw_of(i, i->min_notional, true);
	w->max_raw = raw_of(i, i64_min(max_notional, l->max_notional), false);
	w->max_open_raw = raw_of(i, l->max_open_notional, false);
	w->max_through = l->max_through < 0 ? INT64_MAX : l->max_through;
	w->limit[SIDE_BUY] = l->max_long;
	w->limit[SIDE_SELL] = l->max_short;
	w->max_age_ns = l->max_book_age_ns;
	w->max_open_orders = l->max_open_orders;
	if (i->max_orders)
		w->max_open_orders = u32_min(l->max_open_orders, i->max_orders);
	w->collar_bps = l->collar_bps;
	w->version = i->version;
	w->allowed = l->allowed;
}

i64 row_notional(const struct risk_row *w, i128 raw)
{
	const struct instrument *i = &w->instrument;
	int shift = i->px_scale + i->qty_scale - NOTIONAL_SCALE;
	i128 v, d = shift > 0 ? pow10_i128((u32)shift) : 1;
	if (__builtin_mul_overflow(raw, (i128)i->tick, &v) ||
	    (shift < 0 && __builtin_mul_overflow(v, pow10_i128((u32)-shift), &v)))
		return INT64_MAX;
	v = v / d + (v % d > 0);
	return v > INT64_MAX ? INT64_MAX : (i64)v;
}
