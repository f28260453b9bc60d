/*
 * account.h - the one account's balances in the two assets of the symbol. Integers in units of
 * 1e-8; nothing is ever rounded but a commission, which is rounded down.
 */
#ifndef SIM_ACCOUNT_H
#define SIM_ACCOUNT_H

#include "sim/order.h"

struct balance {
	i64 free, locked;
};

struct fees {
	i64 maker_ppm, taker_ppm; /* parts per million of what is received: 1 basis point is 100 */
};

struct account {
	struct balance base, quote;
	i64 updated_ms;
};

/*
 * What order `o` holds locked: the quote asset for a buy, the base asset for a sell; 0 for
 * MARKET, which never rests.
 */
i64 account_locked_by(const struct order *o);

bool account_can_lock(const struct account *a, const struct order *o);
void account_lock(struct account *a, const struct order *o);
void account_release(struct account *a,
		     const struct order *o); /* the order ends: unlocks what it still holds */

/*
 * Moves the money of a fill of `f->qty` at `f->price` and writes f->quote and f->commission.
 * Call before o->filled is moved on. The order must hold what it sells, or for MARKET the
 * account must have it free.
 */
void account_settle(struct account *a, const struct fees *fees, const struct order *o,
		    struct fill *f);

#endif
