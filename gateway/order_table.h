/*
 * order_table.h - the orders of one account: those that may be open, and the last ones that ended.
 *
 * Guarantees
 *  - an order's slot is not reused while it may be open; ids grow from 1 within a boot (an id whose
 *    slot is still held is skipped);
 *  - a fill counts once per (order, trade id), whatever order reports come in and however often;
 *  - filled_qty is the sum of the fills applied and never exceeds qty; a position is nothing but
 *    fills;
 *  - an end (filled, canceled, expired) that counts more than the fills seen is held: the order
 *    stays open, and exposure with it, until those fills are in (order_missing_qty > 0 says which
 *    orders to ask myTrades about);
 *  - an end is final.
 *
 * Thread: the trade core. Memory: the arena, once. No clock: `now` is an argument. Facts about an
 * order come in as `order_report`.
 */
#ifndef ORDER_TABLE_H
#define ORDER_TABLE_H

#include "common/arena.h"
#include "gateway/coid.h"
#include "gateway/gateway_cnt.h"
#include "gateway/order_fsm.h"

#define ORDER_SLOTS 8192        /* open orders and history together */
#define ORDER_OPEN_MAX 4096
#define ORDER_FILLS_KEPT 32768  /* trade ids remembered */
#define ORDER_EVENTS_MAX 2      /* from one report: a fill, and the end it was waiting for */
static_assert(ORDER_SLOTS >= 2 * ORDER_OPEN_MAX, "a free slot is always near");

struct risk_passed; /* risk/risk.h: an order that risk has passed */

struct order {
	u64 id;               /* 0: the slot was never used */
	u64 venue_id;         /* 0: not known yet */
	u32 instrument;
	u16 strategy;
	u8 state;             /* enum order_state */
	u8 held_state;        /* end proven but waiting for fills; ORDER_FREE: none */
	u8 side, type, tif;
	bool acked;           /* the venue has once confirmed it */
	bool unconfirmed;     /* LIVE when the session was lost and not seen since */
	bool cancel_wanted;   /* a cancel was asked for and the order has not ended */
	u16 cause_tape;
	u32 open_at, next;    /* the table's own: place in `open`, hash chain */
	u64 cause_seq, tag;
	i64 px, qty;          /* ticks, instrument units */
	i64 filled_qty;       /* sum of fills applied */
	i64 venue_filled_qty; /* the largest cumulative quantity the venue named */
	u64 trade_floor;      /* trade ids below are taken as applied: their memory was given up */
	u64 last_trade_id;
	ns_t sent_ns, cancel_ns;
	u64 venue_time_us;    /* of the newest report */
	int32_t code;         /* venue error of the last refusal */
	u32 rsv;
};

/*
 * One fact about an order, from whatever message. Quantities in instrument units, -1 where the
 * message does not say.
 */
struct order_report {
	u8 input;             /* enum order_input */
	bool maker;
	u16 rsv;
	int32_t code;         /* the venue's error code or 0 */
	u64 venue_id;         /* 0: not told */
	u64 trade_id;         /* for fills */
	i64 fill_px, fill_qty; /* fill_qty 0 with FILL_LAST: proof without the trade itself */
	i64 cum_qty;
	i64 fee;              /* 10^-8 of fee_asset */
	char fee_asset[8];
	u64 venue_time_us;
};

struct order_fill_key {
	u64 order_id, trade_id;
	u32 next; /* in its hash chain, index + 1 */
};

struct order_table {
	u32 boot;
	u32 n_open;
	u64 next_id;
	u64 *cnt;
	struct order *slot;          /* [ORDER_SLOTS], by id */
	u32 *open;                   /* [ORDER_OPEN_MAX], slots of open orders, no order among them */
	u32 *by_venue;               /* hash heads: slot + 1 */
	struct order_fill_key *fill; /* ring of the last ORDER_FILLS_KEPT */
	u32 *fill_hash;
	u64 n_fills;
};

/* `boot`: unique per start. `cnt`: GATEWAY_CNT_COUNT words. ERR_NO_MEMORY. */
err_t order_table_init(struct order_table *t, struct arena *a, u32 boot, u64 *cnt);

/*
 * The id the next order_table_sent gives, so that its template can be prepared; 0 where none can be
 * sent (table full).
 */
u64 order_table_next_id(struct order_table *t);

/* While idle: brings that order's slot nearer. */
void order_table_warm(const struct order_table *t);

/*
 * Takes that id for an order that risk has passed and that is on the wire: SENT. NULL where the
 * table is full: do not send.
 */
struct order *order_table_sent(struct order_table *t, const struct risk_passed *p, ns_t now);

/* By id of this boot; NULL where it is not (or no longer) known. */
struct order *order_table_find(const struct order_table *t, u64 id);
/* By the venue's number, which is unique per instrument; needed for myTrades alone. */
struct order *order_table_find_venue(const struct order_table *t, u32 instrument, u64 venue_id);

/*
 * Applies one fact to `o`; `now` stamps cancels. Fills ev[0..n) with what strategy, risk and
 * journal must learn and returns n (0: nothing new). Never fails: what makes no sense is counted
 * and changes nothing.
 */
u32 order_table_apply(struct order_table *t, struct order *o, const struct order_report *r, ns_t now,
		      struct order_event ev[ORDER_EVENTS_MAX]);

/*
 * Open orders in no particular order, 0 <= i < n_open. Applying a report may move them: walk from
 * the end down.
 */
static inline struct order *order_table_open(const struct order_table *t, u32 i)
{
	assert(i < t->n_open);
	return &t->slot[t->open[i]];
}

/* What of the order may still trade. */
static inline i64 order_open_qty(const struct order *o)
{
	return order_state_is_open(o->state) ? o->qty - o->filled_qty : 0;
}

/* Fills the venue counted and we have not seen. */
static inline i64 order_missing_qty(const struct order *o)
{
	return o->venue_filled_qty > o->filled_qty ? o->venue_filled_qty - o->filled_qty : 0;
}

#endif
