/*
 * world.h - one account that may trade one instrument like BTCUSDT: tick 0.01, lot 0.00001,
 * quantities in 10^-8.
 */
#ifndef TESTS_RISK_WORLD_H
#define TESTS_RISK_WORLD_H

#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "risk/risk.h"

#define BTC 3
#define LOT 1000LL
#define COIN 100000000LL /* 1 BTC in quantity units, and 1 quote in 10^-8 */
#define T0 (100 * NS_PER_S)

struct world {
	struct arena arena;
	u64 counters[RISK_COUNTERS];
	struct risk *risk;
	struct instrument btc;
	struct risk_limits limits;
	struct risk_account account;
	struct risk_view view;
	struct order_req req; /* passes as it stands */
	ns_t now;
};

static inline struct instrument world_btc(void)
{
	return (struct instrument){
		.id = BTC,
		.version = 7,
		.px_scale = 2,
		.qty_scale = 8,
		.symbol_n = 7,
		.symbol = "BTCUSDT",
		.base = "BTC",
		.quote = "USDT",
		.tick = 1,
		.min_px = 1,
		.max_px = 100000000,
		.lot = LOT,
		.min_qty = LOT,
		.max_qty = 9000 * COIN,
		.market_lot = 10 * LOT,
		.market_max_qty = 50 * COIN,
		.min_notional = 5 * COIN,
		.max_notional = 9000000 * COIN,
	};
}

/* Writes the settings above to the risk under test. */
static inline void world_apply(struct world *w)
{
	assert_int_equal(risk_set_instrument(w->risk, &w->btc), ERR_OK);
	assert_int_equal(risk_set_limits(w->risk, BTC, &w->limits), ERR_OK);
	assert_int_equal(risk_set_account(w->risk, &w->account, w->now), ERR_OK);
}

static inline void world_open(struct world *w)
{
	*w = (struct world){ .btc = world_btc(), .now = T0 };
	w->limits = (struct risk_limits){
		.max_qty = 2 * COIN,
		.max_notional = 120000 * COIN,
		.max_open_notional = 1000000 * COIN,
		.max_long = 5 * COIN,
		.max_short = 4 * COIN,
		.max_through = 100,
		.max_open_orders = 20,
		.collar_bps = 500,
		.max_book_age_ns = NS_PER_S,
		.allowed = 1,
	};
	w->account = (struct risk_account){
		.orders_per_s = 1000,
		.orders_burst = 50,
		.cancels_per_s = 1000,
		.cancels_burst = 10,
		.max_open_orders = 30,
	};
	w->view = (struct risk_view){ .bid_px = 5999990,
				      .ask_px = 6000010,
				      .book_rx_ns = T0,
				      .version = 7,
				      .book_state = BOOK_VALID };
	w->req = (struct order_req){
		.instrument = BTC, .px = 6000000, .qty = COIN, .side = SIDE_BUY
	};
	assert_int_equal(arena_open(&w->arena, 4 << 20), ERR_OK);
	w->risk = risk_new(&w->arena, w->counters);
	assert_non_null(w->risk);
	world_apply(w);
	risk_set_state(w->risk, RISK_STATE_ACTIVE);
}

static inline void world_close(struct world *w) { arena_close(&w->arena); }

static inline enum risk_code world_check(struct world *w, struct risk_passed *p)
{
	return risk_check(w->risk, &w->req, &w->view, w->now, p);
}

/* Checks and sends w->req; it must pass. */
static inline void world_send(struct world *w, u64 id)
{
	struct risk_passed p;
	enum risk_code c = world_check(w, &p);
	if (c != RISK_PASS)
		fail_msg("expected to pass, denied: %s", risk_code_name(c));
	risk_on_sent(w->risk, id, &p);
}

static inline void world_event(struct world *w, u8 kind, u64 id, i64 filled)
{
	risk_on_order_event(w->risk,
			    &(struct order_event){ .kind = kind,
						   .order_id = id,
						   .instrument = BTC,
						   .side = w->req.side,
						   .filled_qty = filled,
						   .px = w->req.px,
						   .qty = w->req.qty },
			    w->now);
}

static inline void world_fill(struct world *w, u64 id, u64 trade, i64 qty, i64 filled)
{
	risk_on_order_event(
		w->risk,
		&(struct order_event){ .kind = ORDER_EV_FILL,
				       .state = filled == w->req.qty ? ORDER_FILLED : ORDER_LIVE,
				       .order_id = id,
				       .instrument = BTC,
				       .side = w->req.side,
				       .trade_id = trade,
				       .px = w->req.px,
				       .qty = w->req.qty,
				       .fill_px = w->req.px,
				       .fill_qty = qty,
				       .filled_qty = filled },
		w->now);
}

#endif
