/*
 * rules.h - one symbol's trading rules, as the venue's exchangeInfo states them (filters.md).
 *
 * Prices, quantities and amounts are i64 in units of 1e-8 everywhere in sim/.
 */
#ifndef SIM_RULES_H
#define SIM_RULES_H

#include "common/err.h"
#include "common/types.h"

#define SIM_DECIMALS 8
#define SIM_ONE 100000000LL /* 1.0 */

enum side { SIDE_BUY, SIDE_SELL };

struct rules {
	char symbol[24], symbol_lower[24]; /* "BTCUSDT", "btcusdt" */
	char base[12], quote[12];          /* "BTC", "USDT" */
	i64 tick, price_min, price_max;    /* PRICE_FILTER */
	i64 step, qty_min, qty_max;        /* LOT_SIZE */
	i64 notional_min, notional_max;    /* NOTIONAL; the minimum binds MARKET orders too */
	u32 orders_max;                    /* MAX_NUM_ORDERS */
};

/*
 * BTCUSDT's rules under the name `symbol`, which must end in a known quote asset. ERR_SYNTAX
 * otherwise.
 */
err_t rules_init(struct rules *r, const char *symbol);

/*
 * price * qty in units of 1e-8, rounded down; exact for prices on the tick and quantities on
 * the step.
 */
static inline i64 notional(i64 price, i64 qty) { return (i64)((i128)price * qty / SIM_ONE); }

/*
 * The venue's verdict on an order's numbers: NULL, or its text. `price` 0: a MARKET order,
 * valued at market_price.
 */
const char *rules_check(const struct rules *r, i64 price, i64 qty, i64 market_price);

#endif
