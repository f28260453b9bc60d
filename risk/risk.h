/*
 * risk.h - nothing is sent that has not passed here: checks before the order, exposure and position
 * after it.
 *
 * One struct risk an account, on its trade core; pure and single-threaded. Exposure counts an order
 * from the moment it is sent until the venue proves its end: SENT, LIVE, CANCELLING and UNKNOWN
 * alike. Fills move the position once per (instrument, trade id). The state is NOT ARMED until
 * risk_set_state(RISK_STATE_ACTIVE). Any sum that does not fit is a deny. Cancels have a budget of
 * their own that no order can spend.
 */
#ifndef SAKER_RISK_H
#define SAKER_RISK_H

#include "common/arena.h"
#include "common/counter.h"
#include "common/instrument.h"
#include "common/order.h"
#include "common/segment.h"
#include "common/tape.h"
#include "risk/position.h"

#define RISK_ORDERS_MAX 1024 /* tracked at once, ended ones included while there is room */

enum risk_code {
	RISK_PASS,
#define CHECK(code, name, reason) RISK_##code,
#include "risk/checks.def"
#undef CHECK
	RISK_CODES
};

/* Counters: word RISK_<code> counts that deny (word 0 stays 0), the others follow. */
enum risk_counter {
	RISK_CNT_BASE = RISK_CODES - 1,
#define CNT(name, help) RISK_CNT_##name,
#include "risk/counters.def"
#undef CNT
	RISK_COUNTERS
};
extern const struct counter_def risk_counter_defs[RISK_COUNTERS];

const char *risk_code_name(enum risk_code c);   /* "collar"; "pass"; "?" outside the list */
const char *risk_code_reason(enum risk_code c); /* the line of checks.def */

/*
 * Limits of one instrument. Exact: quantities in its units, prices in ticks, money in
 * 10^-NOTIONAL_SCALE of its quote asset.
 */
struct risk_limits {
	i64 max_qty;             /* of one order */
	i64 max_notional;        /* of one order */
	i64 max_open_notional;   /* of all open orders */
	i64 max_long, max_short; /* position with all that could still fill, each side apart */
	i64 max_through;         /* ticks through the other side of the book; -1: no limit */
	i64 max_loss;            /* all in since position_set, quote fees included; 0: no limit */
	u32 max_open_orders;
	u32 collar_bps;          /* from the middle of the book; 10000 is 100 % */
	ns_t max_book_age_ns;    /* by local receive time */
	u32 allowed;             /* 0: no order at all */
	u32 rsv;
};

/* Limits of the account. */
struct risk_account {
	u32 orders_per_s, orders_burst;   /* 0: none may leave */
	u32 cancels_per_s, cancels_burst; /* reserved for cancels */
	u32 max_open_orders;
	u32 max_rejects; /* in a row; 0: no limit */
	u32 max_fills;   /* within fills_window_ns (RTS 6 article 15(3)); 0: no limit */
	u32 rsv;
	ns_t fills_window_ns; /* counted from its first fill, then anew */
	ns_t duplicate_ns;    /* same instrument, side, type, price, quantity; 0: off */
};

/*
 * REDUCE_ONLY is the operator's way out: the latches of LOSS, REJECTS and REPEATS do not forbid
 * what reduces.
 */
enum risk_state {
	RISK_STATE_NOT_ARMED,
	RISK_STATE_ACTIVE,
	RISK_STATE_REDUCE_ONLY,
	RISK_STATE_CANCEL_ONLY,
};

/* Why nothing can leave now: bits of risk_view.down. */
enum risk_down {
	RISK_DOWN_SESSION = 1 << 0, /* not logged on */
	RISK_DOWN_PRIVATE = 1 << 1, /* private stream down or not reconciled */
	RISK_DOWN_WINDOW = 1 << 2,  /* TCP window, ring or device full */
	RISK_DOWN_JOURNAL = 1 << 3, /* journal ring full */
	RISK_DOWN_BUDGET = 1 << 4,  /* the venue's budget spent */
};

/* What the caller knows this turn; the book as the strategy saw it. */
struct risk_view {
	i64 bid_px, ask_px; /* ticks */
	ns_t book_rx_ns;
	u16 version;        /* of the instrument the prices are counted in */
	u8 status;          /* enum instrument_status, as the tape says */
	u8 book_state;      /* enum book_state */
	u8 kill;            /* enum kill_level */
	u8 down;            /* enum risk_down bits */
	u8 rsv[2];
};

/*
 * An order that risk has passed. Only risk_check makes one; read only. Good for one risk_on_sent,
 * before the next risk_check, and as long as the request, which it points to.
 */
struct risk_passed {
	const struct order_req *req;
	i64 px;     /* counted with; of MARKET the dearest: the bid, or the ask plus the collar */
	u64 serial; /* risk's own count of passes */
};

struct risk; /* opaque; from the arena */

/*
 * `counters`: RISK_COUNTERS words. Allows nothing until instruments, limits, account and state are
 * set. NULL: the arena is too small.
 */
struct risk *risk_new(struct arena *a, u64 *counters);

/*
 * Set-up and inbox messages; slow-path, though on the hot core. ERR_ARGUMENT: an id or a value out
 * of range (negative limits, a version that changes the quantity scale while something is held or
 * open); then nothing changed.
 */
err_t risk_set_instrument(struct risk *r, const struct instrument *i); /* copied */
err_t risk_set_limits(struct risk *r, u32 instrument, const struct risk_limits *l);
err_t risk_set_account(struct risk *r, const struct risk_account *l, ns_t now);

/* Whether they would be set. */
bool risk_takes_limits(const struct risk *r, u32 instrument, const struct risk_limits *l);
bool risk_takes_account(const struct risk_account *l);

/* ACTIVE is arming: it also clears the latches and their counts. */
void risk_set_state(struct risk *r, enum risk_state s);

/*
 * The position as the account's status says: profit and loss begin anew, and ended orders that
 * waited for their fills are settled by it. `px` as position_set. Trades from outside our orders
 * are no status: hand them to risk_on_order_event with order id 0.
 */
err_t risk_set_position(struct risk *r, u32 instrument, i64 qty, i64 px);

/*
 * The whole list. RISK_PASS: *out is filled, and the order has taken its share of the message rate.
 * Else the deny, counted.
 */
enum risk_code risk_check(struct risk *r, const struct order_req *q, const struct risk_view *v,
			  ns_t now, struct risk_passed *out);

/*
 * Takes one message of the cancels' budget; false: it is spent, try later. No kill state forbids a
 * cancel.
 */
bool risk_cancel_allowed(struct risk *r, ns_t now);

/* The order has left under this id. */
void risk_on_sent(struct risk *r, u64 order_id, const struct risk_passed *p);

/*
 * Any order in any sequence, duplicates included. A fill with trade id 0 is one deduced from
 * order.status: it counts as far as its cumulative quantity passes what is known. An order that
 * ends with fills not yet seen keeps their exposure until they come.
 */
void risk_on_order_event(struct risk *r, const struct order_event *e, ns_t now);

/*
 * Values what is held at `px` (ticks, the middle of the book), so that the loss limit sees losses
 * between fills. A few times a second is enough: it divides.
 */
void risk_mark(struct risk *r, u32 instrument, i64 px);

/* ---- what is known ---- */

struct risk_exposure {
	i64 buy_qty, sell_qty;      /* that could still fill */
	i64 open_notional;          /* 10^-NOTIONAL_SCALE quote, INT64_MAX where it does not fit */
	u32 open_orders, all_orders; /* of this instrument, of the account */
};

/* instrument < INSTRUMENTS_MAX for these two. */
const struct position *risk_position(const struct risk *r, u32 instrument);
struct risk_exposure risk_exposure(const struct risk *r, u32 instrument);
enum risk_state risk_state(const struct risk *r);
u32 risk_latched(const struct risk *r); /* 0, or the deny code that is latched */

#endif
