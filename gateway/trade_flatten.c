/*
 * trade_flatten.c - flatten: strategies paused, everything cancelled, then market orders until the
 * position is gone. Ends not armed.
 */
#include "gateway/trade_internal.h"

#define FLATTEN_NS (30 * NS_PER_S)
#define STRATEGY_OPERATOR UINT16_MAX

void trade_flatten(struct trade_core *c, const struct msg_command *m)
{
	if (!c->cfg.live || c->kill != KILL_NONE || c->link[0] != LINK_READY || c->stopping) {
		trade_answer(c, m, ERR_STATE,
			     "cannot trade now: mode observe, killed, stopping, or the order "
			     "session is not ready");
		return;
	}
	for (u32 i = 0; i < host_count(c->host); i++)
		host_pause(c->host, (u16)i);
	risk_set_state(c->risk, RISK_STATE_REDUCE_ONLY);
	c->flatten_command = *m;
	c->flatten_ns = c->now + FLATTEN_NS;
	c->flatten_code = 0;
	c->flattening = true;
	if (c->orders.n_open)
		trade_cancel_all(c);
}

static void done(struct trade_core *c, err_t e, const char *why)
{
	c->flattening = false;
	risk_set_state(c->risk, RISK_STATE_NOT_ARMED);
	trade_answer(c, &c->flatten_command, e, why);
}

static i64 lots(const struct instrument *i, i64 qty)
{
	i64 lot = i->market_lot > i->lot ? i->market_lot : i->lot;
	return qty - qty % lot;
}

static bool too_large(i64 code) { return code == -RISK_MAX_QTY || code == -RISK_MAX_NOTIONAL; }

/*
 * Sells, or buys back, the largest part that risk and venue allow. The order's id; 0: nothing is
 * left, or too little for any order; or why it was refused.
 */
static i64 reduce(struct trade_core *c, u32 instrument)
{
	const struct instrument *i = &c->instrument[instrument];
	i64 held = risk_position(c->risk, instrument)->qty, qty = lots(i, held < 0 ? -held : held), code = 0;
	while (qty >= i->min_qty && qty > 0) {
		struct order_req q = { .instrument = instrument,
				       .strategy = STRATEGY_OPERATOR,
				       .qty = qty,
				       .side = held > 0 ? SIDE_SELL : SIDE_BUY,
				       .type = ORDER_MARKET };
		code = trade_submit(c, &q, c->now);
		if (!too_large(code))
			break;
		qty = lots(i, qty / 2);
	}
	return code == -RISK_MIN_NOTIONAL ? 0 : code;
}

/* Why it did not come to an end: the last refusal, or orders whose end is not known. */
static const char *not_flat(const struct trade_core *c)
{
	if (c->orders.n_open)
		return "not flat in time: orders are still open, see orders";
	if (c->flatten_code < 0 && -c->flatten_code < RISK_CODES)
		return risk_code_reason((enum risk_code) - c->flatten_code);
	return "not flat in time: see position and orders";
}

void trade_flatten_turn(struct trade_core *c)
{
	bool left = c->orders.n_open > 0;
	if (c->kill != KILL_NONE || c->stopping) {
		done(c, ERR_STATE, "not flat: killed or stopped meanwhile, see position");
		return;
	}
	for (u32 i = 0; i < c->n_instruments && !c->orders.n_open; i++) {
		i64 code = reduce(c, i);
		left |= code != 0;
		c->flatten_code = code ? code : c->flatten_code;
	}
	if (!left)
		done(c, ERR_OK, "flat, as far as the venue's smallest order allows; strategies stay paused");
	else if (c->now >= c->flatten_ns)
		done(c, ERR_TIMEOUT, not_flat(c));
}
