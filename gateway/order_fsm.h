/*
 * order_fsm.h - the order state machine: one constant table of (state, input) -> (state, event).
 *
 * Guarantees: a state that ended never changes; UNKNOWN is left only by a statement of the venue
 * about that order; no input frees exposure unless it says that the order is gone. Pure.
 */
#ifndef ORDER_FSM_H
#define ORDER_FSM_H

#include "common/order.h"

enum order_input {
	ORDER_IN_SENT,            /* we put it on the wire */
	ORDER_IN_ACK,             /* the venue has it: order.place's response, executionReport NEW */
	ORDER_IN_FILL_PART,       /* a trade; quantity is left */
	ORDER_IN_FILL_LAST,       /* a trade; nothing is left, or proof FILLED */
	ORDER_IN_CANCELED,        /* by us or by the venue: report, response or status */
	ORDER_IN_REJECTED,        /* the venue refused it */
	ORDER_IN_EXPIRED,         /* IOC rest, FOK, self-trade prevention */
	ORDER_IN_CANCEL_SENT,
	ORDER_IN_CANCEL_REFUSED,  /* the cancel never reached the engine: nothing changed */
	ORDER_IN_CANCEL_REJECTED, /* -2011, no such open order: filled, canceled or never there */
	ORDER_IN_NO_ANSWER,       /* 5xx, -1006, -1007 or nothing in time: status unknown */
	ORDER_IN_SESSION_LOST,
	ORDER_IN_PROOF_OPEN,      /* order.status, openOrders.status: it is in the book */
	ORDER_IN_NOT_FOUND,       /* -2013, never acknowledged, asked after its recvWindow had passed */
	ORDER_IN_CONTRADICTED,    /* refused after having been confirmed: only a query can tell */
	ORDER_INPUTS
};

#define ORDER_EV_NONE 0xff

struct order_step {
	u8 next;  /* enum order_state */
	u8 event; /* enum order_event_kind or ORDER_EV_NONE */
};

extern const struct order_step order_fsm[ORDER_STATES][ORDER_INPUTS];

const char *order_input_name(u8 input); /* "CANCEL_SENT" */

static inline bool order_state_ended(u8 s) { return s >= ORDER_FILLED; }

static inline struct order_step order_fsm_step(u8 state, u8 input)
{
	assert(state < ORDER_STATES && input < ORDER_INPUTS);
	return order_fsm[state][input];
}

#endif
