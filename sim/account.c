#include "sim/account.h"

static i64 lock_of(const struct order *o, i64 qty)
{
	if (o->req.type == TYPE_MARKET)
		return 0;
	return o->req.side == SIDE_BUY ? notional(o->req.price, qty) : qty;
}

static struct balance *paid(struct account *a, enum side s)
{
	return s == SIDE_BUY ? &a->quote : &a->base;
}

static void move_to_locked(struct balance *b, i64 amount)
{
	b->free -= amount;
	b->locked += amount;
	assert(b->free >= 0 && b->locked >= 0);
}

i64 account_locked_by(const struct order *o)
{
	return order_is_open(o) ? lock_of(o, order_left(o)) : 0;
}

bool account_can_lock(const struct account *a, const struct order *o)
{
	return (o->req.side == SIDE_BUY ? a->quote.free : a->base.free) >=
	       lock_of(o, order_left(o));
}

void account_lock(struct account *a, const struct order *o)
{
	move_to_locked(paid(a, o->req.side), lock_of(o, order_left(o)));
}

void account_release(struct account *a, const struct order *o)
{
	move_to_locked(paid(a, o->req.side), -lock_of(o, order_left(o)));
}

void account_settle(struct account *a, const struct fees *fees, const struct order *o,
		    struct fill *f)
{
	struct balance *pays = paid(a, o->req.side);
	assert(f->qty > 0 && f->qty <= order_left(o));
	f->quote = notional(f->price, f->qty);
	i64 pay = o->req.side == SIDE_BUY ? f->quote : f->qty;
	i64 get = o->req.side == SIDE_BUY ? f->qty : f->quote;
	f->commission = (i64)((i128)get * (f->maker ? fees->maker_ppm : fees->taker_ppm) / 1000000);

	/* Unlock the share of this fill at the order's own price, then pay the price dealt: the
	 * difference stays free. */
	move_to_locked(pays, lock_of(o, order_left(o) - f->qty) - lock_of(o, order_left(o)));
	pays->free -= pay;
	(o->req.side == SIDE_BUY ? &a->base : &a->quote)->free += get - f->commission;
	a->updated_ms = f->time_ms;
	assert(pays->free >= 0);
}
