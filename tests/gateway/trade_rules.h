/*
 * trade_rules.h - the instruments and limits of the worlds that tests let a trading core live in:
 * tick 0.01, lot 0.00001, quantities in 10^-8; limits wide enough for what they place.
 */
#ifndef TESTS_GATEWAY_TRADE_RULES_H
#define TESTS_GATEWAY_TRADE_RULES_H

#include <stdint.h>
#include <string.h>

#include "common/instrument.h"
#include "gateway/limits_row.h"

#define LOT 100000 /* 0.001, what they trade in */

static inline struct instrument rules_instrument(const char *symbol, u32 id)
{
	struct instrument i = { .id = id,
				.version = 1,
				.px_scale = 2,
				.qty_scale = 8,
				.symbol_n = (u8)strlen(symbol),
				.base = "B",
				.quote = "USDT",
				.tick = 1,
				.min_px = 1,
				.max_px = 100000000,
				.lot = 1000,
				.min_qty = 1000,
				.max_qty = 900000000000,
				.min_notional = 500000000 };
	memcpy(i.symbol, symbol, strlen(symbol));
	return i;
}

/* Of `instrument`, and of the account. */
static inline struct msg_limits rules_limits(u32 instrument)
{
	return (struct msg_limits){ .instrument = instrument,
				    .limits = { .max_qty = 10 * LOT,
						.max_notional = INT64_MAX,
						.max_open_notional = INT64_MAX,
						.max_long = INT64_MAX / 4,
						.max_short = INT64_MAX / 4,
						.max_through = -1,
						.max_open_orders = 1000,
						.collar_bps = 10000,
						.max_book_age_ns = 2 * NS_PER_S,
						.allowed = 1 },
				    .account = { .orders_per_s = 100000,
						 .orders_burst = 100000,
						 .cancels_per_s = 100000,
						 .cancels_burst = 100000,
						 .max_open_orders = 1000 } };
}

#endif
