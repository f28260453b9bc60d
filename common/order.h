/*
 * order.h - the words strategy, risk, gateway, journal and operator share about an order. Plain data.
 *
 * Prices are ticks, quantities the instrument's units (instrument.h). An order id is dense and
 * counts from 1 within one boot; the venue sees it as client order id `saker-<boot>-<id>`.
 */
#ifndef SAKER_ORDER_H
#define SAKER_ORDER_H

#include "common/types.h"

enum side { SIDE_BUY, SIDE_SELL };
enum order_type { ORDER_LIMIT, ORDER_LIMIT_MAKER, ORDER_MARKET };
enum time_in_force { TIF_GTC, TIF_IOC, TIF_FOK };

/*
 * What is known of an order. Exposure counts every state before FILLED. UNKNOWN: sent, and the
 * answer lost; it ends only by proof from the venue (a report, order.status), never by a guess.
 */
enum order_state {
	ORDER_FREE,        /* the slot holds no order */
	ORDER_SENT,        /* on the wire, not yet acknowledged */
	ORDER_LIVE,        /* NEW or PARTIALLY_FILLED at the venue */
	ORDER_CANCELLING,  /* a cancel is on the wire */
	ORDER_UNKNOWN,
	ORDER_FILLED,
	ORDER_CANCELED,
	ORDER_REJECTED,
	ORDER_EXPIRED,
	ORDER_STATES
};

static inline bool order_state_is_open(u8 s) { return s >= ORDER_SENT && s <= ORDER_UNKNOWN; }

/* What a strategy asks for, and the event that made it ask. */
struct order_req {
	u32 instrument;
	u16 strategy;
	u16 cause_tape;
	u64 cause_seq; /* tape sequence of the causing event; 0: a timer or a command */
	u64 tag;       /* the strategy's own, given back with each event */
	i64 px;        /* ticks; ignored for ORDER_MARKET */
	i64 qty;       /* instrument units, > 0 */
	u8 side, type, tif, rsv[5];
};
static_assert(sizeof(struct order_req) == 48, "copied into journal records");

enum order_event_kind {
	ORDER_EV_ACK,      /* the venue has it */
	ORDER_EV_FILL,
	ORDER_EV_CANCELED, /* also EXPIRED: out of the book, unfilled rest returned */
	ORDER_EV_REJECTED, /* by the venue, or by a dead session before it could leave; `code` says */
	ORDER_EV_CANCEL_REJECTED,
	ORDER_EV_UNKNOWN,
};

/*
 * What happened to an order, as its strategy and the journal see it. Quantities and prices of the
 * fill are 0 unless kind is FILL.
 */
struct order_event {
	u64 order_id, tag;
	u32 instrument;
	u16 strategy;
	u8 kind, state, side, maker, rsv[2];
	int32_t code;         /* the venue's error code where it refused, else 0 */
	u64 trade_id;
	i64 px, qty;          /* of the order */
	i64 filled_qty;       /* cumulative */
	i64 fill_px, fill_qty;
	i64 fee;              /* 10^-8 of fee_asset */
	char fee_asset[8];
	u64 venue_time_us;
};

const char *side_name(u8 side);                /* "BUY" */
const char *order_type_name(u8 type);          /* "LIMIT_MAKER" */
const char *tif_name(u8 tif);                  /* "GTC" */
const char *order_state_name(u8 state);        /* "LIVE" */

#endif
