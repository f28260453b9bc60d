/*
 * order_row.h - orders, positions and the trading state as other processes see them: tables in the
 * segment, written by the trade core.
 *
 * Each row is under a sequence lock of its own (odd while written); words are stored with release
 * and read with acquire, as in tape.h. Rows of orders are a ring by order id: the newest
 * ROWS_ORDERS of them.
 */
#ifndef SAKER_ORDER_ROW_H
#define SAKER_ORDER_ROW_H

#include <string.h>

#include "common/order.h"

#define ROWS_ORDERS 1024

struct order_row {
	u64 id;
	u64 venue_id;
	u32 instrument;
	u16 strategy;
	u8 state, side, type, tif, unconfirmed, rsv;
	int32_t code;
	i64 px, qty, filled_qty;
	u64 cause_seq;
	ns_t sent_ns;
	u64 venue_time_us;
};

#define ROW_FEES 4

struct position_row {
	u32 instrument, open_orders;
	i64 qty, start_qty, bought_qty, sold_qty;
	i64 realised, unrealised; /* 10^-NOTIONAL_SCALE quote; fees apart */
	i64 buy_exposure, sell_exposure;
	i64 bid_px, ask_px;
	u64 fills;
	struct {
		char asset[8];
		i64 amount; /* 10^-8 */
	} fee[ROW_FEES];
};

struct trade_row {
	u32 boot, mode; /* mode: 0 observe, 1 live */
	u64 risk_state, latched;
	u64 link[2]; /* of each order session: enum link_state */
	u64 recon_state, doubtful, foreign_orders;
	u64 orders_open, strategies_paused;
	u64 venue_ms;
};

/* A row of `n` words, n = sizeof row / 8. */
static inline void row_write(u64 *seq, u64 *to, const void *row, size_t bytes)
{
	const u8 *from = row;
	__atomic_store_n(seq, *seq + 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < bytes / 8; i++) {
		u64 w;
		memcpy(&w, from + 8 * i, 8);
		__atomic_store_n(&to[i], w, __ATOMIC_RELEASE);
	}
	__atomic_store_n(seq, *seq + 1, __ATOMIC_RELEASE);
}

/* false: the writer got in the way each time; look again later. */
static inline bool row_read(const u64 *seq, const u64 *from, void *row, size_t bytes)
{
	for (int tries = 0; tries < 64; tries++) {
		u64 before = __atomic_load_n(seq, __ATOMIC_ACQUIRE);
		for (size_t i = 0; i < bytes / 8; i++) {
			u64 w = __atomic_load_n(&from[i], __ATOMIC_ACQUIRE);
			memcpy((u8 *)row + 8 * i, &w, 8);
		}
		if (!(before & 1) && __atomic_load_n(seq, __ATOMIC_RELAXED) == before)
			return true;
	}
	return false;
}

/* The three kinds of row as they lie in the segment. */
struct order_cell {
	u64 seq, w[sizeof(struct order_row) / 8];
};
struct position_cell {
	u64 seq, w[sizeof(struct position_row) / 8];
};
struct trade_cell {
	u64 seq, w[sizeof(struct trade_row) / 8];
};
static_assert(sizeof(struct order_row) % 8 == 0, "rows are whole words");
static_assert(sizeof(struct position_row) % 8 == 0, "rows are whole words");
static_assert(sizeof(struct trade_row) % 8 == 0, "rows are whole words");

#endif
