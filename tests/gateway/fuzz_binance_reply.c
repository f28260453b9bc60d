/* Any text as a message of the order session; what comes out of a good one must be within bounds. */
#include <stdint.h>

#include "gateway/binance_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void on_order(void *ctx, const struct binance_msg *m, const struct reply_order *o)
{
	struct order_report r;
	u64 id;
	(void)ctx, (void)m;
	check(o->coid_n <= COID_VENUE_MAX && o->symbol_n <= SYMBOL_MAX && o->px >= 0 && o->qty >= 0 &&
	      o->cum_qty >= -1);
	check(o->instrument == 0 || o->instrument == REPLY_INSTRUMENT_NONE);
	check(!o->trade || o->instrument == REPLY_INSTRUMENT_NONE || o->fill_qty > 0);
	if (binance_report_of_order(o, &id, &r))
		check(id >= 1 && id <= ORDER_ID_MAX && r.input < ORDER_INPUTS);
}

static void on_trade(void *ctx, const struct binance_msg *m, const struct reply_trade *t)
{
	(void)ctx, (void)m;
	check(t->px >= 0 && (t->instrument == REPLY_INSTRUMENT_NONE || t->qty > 0));
}

static void on_balance(void *ctx, const struct binance_msg *m, const struct reply_balance *b)
{
	(void)ctx, (void)m;
	check(b->asset[sizeof b->asset - 1] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct instrument table[1] = {
		{ .px_scale = 2, .qty_scale = 5, .symbol_n = 7, .symbol = "BTCUSDT", .tick = 1 }
	};
	u64 cnt[GATEWAY_CNT_COUNT] = { 0 };
	struct binance_decoder d;
	struct binance_msg m;
	struct order_report r;
	u64 id;
	binance_decoder_init(&d, table, 1, 1, cnt);
	d.sink = (struct reply_sink){ .order = on_order, .trade = on_trade, .balance = on_balance };
	if (binance_decode(&d, data, size, &m) != ERR_OK)
		return 0;
	check(m.n_rates <= REPLY_RATES_MAX && m.req < BINANCE_REQS);
	if (m.kind == BINANCE_MSG_EXECUTION)
		on_order(NULL, &m, &m.order);
	if (binance_report_of(&m, &id, &r))
		check(r.input < ORDER_INPUTS);
	return 0;
}
