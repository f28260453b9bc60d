/*
 * trade_flatten.c - flatten: strategies paused, everything cancelled, then market orders until the position is gone. Ends not armed.
 */
#include "gateway/trade_internal.h"

#define FLATTEN_NS (30 * NS_PER_S)
#define STRATEGY_OPERATOR UINT16_MAX

enum flatten_step { FLATTEN_OFF, FLATTEN_CANCELLING, FLATTEN_SELLING };

void trade_flatten(struct trade_core *c, const struct msg_command *m)
{
	if (c->kill != KILL_NONE || c->link[0] != LINK_READY || c->stopping) {
		trade_answer(c, m, ERR_STATE, "cannot trade now: killed, stopping, or the order session is not ready");
		return;
	}
	for (u32 i = 0; i < host_count(c->host); i++)
		host_pause(c->host, (u16)i);
	risk_set_state(c->risk, RISK_STATE_REDUCE_ONLY);
	c->flatten_command = *m;
	c->flatten_ns = c->now + FLATTEN_NS;
	c->flattening = FLATTEN_CANCELLING;
	if (c->orders.n_open)
		trade_cancel_all(c);
}

static void done(struct trade_core *c, err_t e, const char *why)
{
	c->flattening = FLATTEN_OFF;
	risk_set_state(c->risk, RISK_STATE_NOT_ARMED);
	trade_answer(c, &c->flatten_command, e, why);
}

static i64 lots(const struct instrument *i, i64 qty)
{
	i64 lot = i->market_lot > i->lot ? i->market_lot : i->lot;
	return qty - qty % lot;
}

static bool too_large(i64 code) { return code == -RISK_MAX_QTY || code == -RISK_MAX_NOTIONAL; }

/* The largest order that risk and venue allow; false where what is left is too small for any. */
static bool reduce(struct trade_core *c, u32 instrument)
{
	const struct instrument *i = &c->instrument[instrument];
	i64 held = risk_position(c->risk, instrument)->qty, qty = lots(i, held < 0 ? -held : held), code = 0;
	while (qty >= i->min_qty && qty > 0) {
		struct order_req q = { .instrument = instrument, .strategy = STRATEGY_OPERATOR, .qty = qty,
				       .side = held > 0 ? SIDE_SELL : SIDE_BUY, .type = ORDER_MARKET };
		code = trade_submit(c, &q, c->now);
		if (!too_large(code))
			break;
		qty = lots(i, qty / 2);
	}
	return code > 0 || code == -RISK_RATE || code == -RISK_DUPLICATE; /* the latter two pass with time */
}

void trade_flatten_turn(struct trade_core *c)
{
	bool going = false;
	if (c->now >= c->flatten_ns) {
		done(c, ERR_TIMEOUT, "not flat in time: see position and orders");
		return;
	}
	if (c->orders.n_open)
		return;
	c->flattening = FLATTEN_SELLING;
	for (u32 i = 0; i < c->n_instruments; i++)
		going |= risk_position(c->risk, i)->qty && reduce(c, i);
	if (!going)
		done(c, ERR_OK, "flat, as far as the venue's smallest order allows; strategies stay paused");
}
