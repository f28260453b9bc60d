#include "risk/position.h"

#include <string.h>

#include "common/decimal.h"
#include "common/order.h"

/*
 * px * qty in 10^-CASH_SCALE quote, exactly; false: it does not fit, or the scales are finer than
 * that.
 */
static bool money(const struct instrument *i, i64 px, i64 qty, i128 *out)
{
	int k = CASH_SCALE - i->px_scale - i->qty_scale;
	i128 v = (i128)px * i->tick;
	return k >= 0 && !__builtin_mul_overflow(v, (i128)qty, &v) &&
	       !__builtin_mul_overflow(v, (i128)dec_pow10[k], out);
}

/* cost * part / whole, towards zero, without an intermediate that overflows. 0 < part <= whole. */
static i128 share(i128 cost, i64 part, i64 whole)
{
	assert(part > 0 && part <= whole);
	return cost / whole * part + cost % whole * part / whole;
}

static i64 magnitude(i64 v) { return v < 0 ? -v : v; }

/* What remains of the cost after the fill of `signed_qty`. */
static bool cost_after(const struct position *p, const struct instrument *i, i64 px, i64 signed_qty,
		       i128 *out)
{
	bool reduces = p->qty && (p->qty < 0) != (signed_qty < 0);
	i64 held = magnitude(p->qty), qty = magnitude(signed_qty);
	i64 closing = reduces ? (held < qty ? held : qty) : 0;
	i128 kept = closing ? p->cost - share(p->cost, closing, held) : p->cost, opened;
	return money(i, px, signed_qty < 0 ? closing - qty : qty - closing, &opened) &&
	       !__builtin_add_overflow(kept, opened, out);
}

bool position_set(struct position *p, const struct instrument *i, i64 qty, i64 px)
{
	struct position n = { .qty = qty, .start_qty = qty };
	if (qty == INT64_MIN || !money(i, px, qty, &n.cost))
		return false;
	n.cash = -n.cost;
	*p = n;
	return true;
}

bool position_fill(struct position *p, const struct instrument *i, u8 side, i64 px, i64 qty)
{
	assert(side <= SIDE_SELL && qty > 0);
	struct position n = *p;
	i64 signed_qty = side == SIDE_BUY ? qty : -qty;
	i64 *total = side == SIDE_BUY ? &n.bought_qty : &n.sold_qty;
	i128 value;
	if (__builtin_add_overflow(p->qty, signed_qty, &n.qty) || n.qty == INT64_MIN ||
	    __builtin_add_overflow(*total, qty, total) || !money(i, px, signed_qty, &value) ||
	    __builtin_sub_overflow(p->cash, value, &n.cash) ||
	    !cost_after(p, i, px, signed_qty, &n.cost))
		return false;
	assert(n.qty || !n.cost);
	*p = n;
	return true;
}

bool position_fee(struct position *p, const char asset[8], i64 amount)
{
	for (u32 k = 0; k < POSITION_FEES_MAX; k++) {
		struct position_fee *f = &p->fee[k];
		if (f->asset[0] && strncmp(f->asset, asset, sizeof f->asset))
			continue;
		i64 sum;
		if (__builtin_add_overflow(f->amount, amount, &sum))
			return false;
		memcpy(f->asset, asset, sizeof f->asset);
		f->amount = sum;
		return true;
	}
	return false;
}

static bool notional_from_cash(i128 v, i64 *out)
{
	v /= dec_pow10[CASH_SCALE - NOTIONAL_SCALE];
	*out = (i64)v;
	return *out == v;
}

bool position_realised(const struct position *p, i64 *out)
{
	i128 v;
	return !__builtin_add_overflow(p->cash, p->cost, &v) && notional_from_cash(v, out);
}

bool position_unrealised(const struct position *p, const struct instrument *i, i64 px, i64 *out)
{
	i128 v;
	return money(i, px, p->qty, &v) && !__builtin_sub_overflow(v, p->cost, &v) &&
	       notional_from_cash(v, out);
}
