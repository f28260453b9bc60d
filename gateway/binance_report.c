/* What messages say about orders, in the order table's words. */
#include <string.h>

#include "gateway/binance_reply.h"

#define CODE_UNKNOWN        (-1000)
#define CODE_DISCONNECTED   (-1001)
#define CODE_UNEXPECTED     (-1006)
#define CODE_TIMEOUT        (-1007)
#define CODE_CANCEL_REJECTED (-2011)
#define CODE_NO_SUCH_ORDER  (-2013)

/* errors.md and "Status codes": of these the venue itself does not know whether the request was executed. */
static bool unanswered(const struct binance_msg *m)
{
	return m->status >= 500 || m->duplicate || m->code == CODE_UNKNOWN || m->code == CODE_DISCONNECTED ||
	       m->code == CODE_UNEXPECTED || m->code == CODE_TIMEOUT;
}

static u8 input_of_error(const struct binance_msg *m)
{
	if (unanswered(m))
		return ORDER_IN_NO_ANSWER;
	if (m->req == BINANCE_REQ_PLACE)
		return ORDER_IN_REJECTED;
	if (m->code == CODE_CANCEL_REJECTED || m->code == CODE_NO_SUCH_ORDER)
		return ORDER_IN_CANCEL_REJECTED;
	return ORDER_IN_CANCEL_REFUSED;
}

bool binance_facts_of_order(const struct reply_order *o, struct order_report *r)
{
	static const u8 input_of[] = {
		[VENUE_NONE] = ORDER_INPUTS,
		[VENUE_NEW] = ORDER_IN_PROOF_OPEN,
		[VENUE_PENDING_NEW] = ORDER_IN_PROOF_OPEN,
		[VENUE_PARTIALLY_FILLED] = ORDER_IN_PROOF_OPEN,
		[VENUE_FILLED] = ORDER_IN_FILL_LAST,
		[VENUE_CANCELED] = ORDER_IN_CANCELED,
		[VENUE_PENDING_CANCEL] = ORDER_IN_PROOF_OPEN,
		[VENUE_REJECTED] = ORDER_IN_REJECTED,
		[VENUE_EXPIRED] = ORDER_IN_EXPIRED,
		[VENUE_EXPIRED_IN_MATCH] = ORDER_IN_EXPIRED,
	};
	if (o->status >= ARRAY_LEN(input_of) || o->status == VENUE_NONE || o->instrument == REPLY_INSTRUMENT_NONE)
		return false;
	*r = (struct order_report){ .input = input_of[o->status], .venue_id = o->venue_id, .cum_qty = o->cum_qty,
				    .venue_time_us = o->venue_time_us };
	return true;
}

static void add_trade(const struct reply_order *o, struct order_report *r)
{
	if (r->input != ORDER_IN_FILL_LAST)
		r->input = ORDER_IN_FILL_PART;
	r->maker = o->maker;
	r->trade_id = o->trade_id;
	r->fill_px = o->fill_px;
	r->fill_qty = o->fill_qty;
	r->fee = o->fee;
	memcpy(r->fee_asset, o->fee_asset, sizeof r->fee_asset);
}

bool binance_report_of_order(const struct reply_order *o, u64 *id, struct order_report *r)
{
	if (o->owner != COID_OURS || !binance_facts_of_order(o, r))
		return false;
	*id = o->order_id;
	return true;
}

static bool of_execution(const struct reply_order *o, u64 *id, struct order_report *r)
{
	if (!binance_report_of_order(o, id, r))
		return false;
	if (o->trade)
		add_trade(o, r);
	else if (o->status == VENUE_NEW)
		r->input = ORDER_IN_ACK;
	return true;
}

/* An answer names the order by the request's id; it must not speak of another one. */
static bool of_response(const struct binance_msg *m, u64 *id, struct order_report *r)
{
	*id = m->req_n;
	if (m->code) {
		*r = (struct order_report){ .input = input_of_error(m), .code = m->code, .cum_qty = -1 };
		return true;
	}
	const struct reply_order *o = &m->order;
	if (o->instrument == REPLY_INSTRUMENT_NONE || (o->owner == COID_OURS && o->order_id != m->req_n))
		return false;
	if (m->req == BINANCE_REQ_CANCEL)
		return binance_facts_of_order(o, r);
	if (!binance_facts_of_order(o, r))
		*r = (struct order_report){ .venue_id = o->venue_id, .cum_qty = -1, .venue_time_us = o->venue_time_us };
	if (r->input == ORDER_IN_PROOF_OPEN || o->status == VENUE_NONE)
		r->input = ORDER_IN_ACK;
	return true;
}

bool binance_report_of(const struct binance_msg *m, u64 *id, struct order_report *r)
{
	if (m->kind == BINANCE_MSG_EXECUTION)
		return of_execution(&m->order, id, r);
	if (m->kind != BINANCE_MSG_RESPONSE || (m->req != BINANCE_REQ_PLACE && m->req != BINANCE_REQ_CANCEL))
		return false;
	return of_response(m, id, r);
}

void binance_report_of_trade(const struct reply_trade *t, struct order_report *r)
{
	*r = (struct order_report){ .input = ORDER_IN_FILL_PART, .maker = t->maker, .venue_id = t->venue_order_id,
				    .trade_id = t->trade_id, .fill_px = t->px, .fill_qty = t->qty, .cum_qty = -1,
				    .fee = t->fee, .venue_time_us = t->venue_time_us };
	memcpy(r->fee_asset, t->fee_asset, sizeof r->fee_asset);
}
