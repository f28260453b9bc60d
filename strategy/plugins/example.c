/*
 * example.c - a plug-in to copy from: buys, or sells, at the touch when one side of the book
 * outweighs the other.
 *
 * Imbalance = best bid quantity / (best bid + best ask quantity), in percent. Above `threshold` it
 * lifts the ask, below 100 - `threshold` it hits the bid, each with one immediate-or-cancel order,
 * then waits `cool_down`. Built by `make` as example.so; docs/strategy.md says how to load it and
 * how to build one elsewhere.
 */
#include <string.h>

#include "strategy/strategy.h"

enum { P_INSTRUMENT, P_THRESHOLD, P_LOTS, P_COOL_DOWN };

static const struct strategy_param params[] = {
	[P_INSTRUMENT] = { .name = "instrument", .type = PARAM_STRING, .help = "symbol to trade" },
	[P_THRESHOLD] = { .name = "threshold",
			  .type = PARAM_INT,
			  .def = "90",
			  .min = "51",
			  .max = "100",
			  .unit = "percent",
			  .help = "imbalance at which it acts" },
	[P_LOTS] = { .name = "lots",
		     .type = PARAM_INT,
		     .def = "1",
		     .min = "1",
		     .max = "1000000",
		     .unit = "lots",
		     .help = "quantity of each order" },
	[P_COOL_DOWN] = { .name = "cool_down",
			  .type = PARAM_INT,
			  .def = "1000",
			  .min = "1",
			  .max = "3600000",
			  .unit = "ms",
			  .help = "wait after each order" },
};

struct example {
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
	i64 threshold, qty;
	ns_t cool_down_ns, quiet_until;
	u64 open;   /* id of the order in flight, 0: none */
	u64 orders; /* sent so far, over restarts */
	u32 instrument;
};

static err_t read_params(struct example *x, const struct strategy_value *v)
{
	struct instrument i;
	if (!x->api->instrument(x->ctx, x->instrument, &i))
		return ERR_NOT_FOUND;
	if (__builtin_mul_overflow(v[P_LOTS].i, i.lot, &x->qty))
		return ERR_OVERFLOW;
	x->threshold = v[P_THRESHOLD].i;
	x->cool_down_ns = (ns_t)v[P_COOL_DOWN].i * NS_PER_MS;
	return ERR_OK;
}

static err_t init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
		  const struct strategy_value *v)
{
	struct example *x = state;
	int id = api->find(ctx, v[P_INSTRUMENT].s);
	if (id < 0)
		return ERR_NOT_FOUND;
	*x = (struct example){ .api = api, .ctx = ctx, .instrument = (u32)id };
	err_t e = read_params(x, v);
	return e == ERR_OK ? api->subscribe(ctx, x->instrument) : e;
}

static void take(struct example *x, u8 side, i64 px, ns_t now)
{
	struct order_req o = {
		.instrument = x->instrument, .px = px, .qty = x->qty, .side = side, .tif = TIF_IOC
	};
	i64 id = x->api->submit(x->ctx, &o);
	x->quiet_until = now + x->cool_down_ns; /* refused or not: nothing repeats itself at the
						   speed of the feed */
	if (id <= 0)
		return;
	x->open = (u64)id;
	x->api->log(x->ctx, "take", (i64)++x->orders, px);
}

static void on_market(void *state, const struct market_view *m)
{
	struct example *x = state;
	if (m->book_state != BOOK_VALID || m->status != INSTRUMENT_TRADING || x->open ||
	    m->now < x->quiet_until)
		return;
	i128 both = (i128)m->bid_qty + m->ask_qty, bid = (i128)m->bid_qty * 100;
	if (both <= 0)
		return;
	if (bid >= both * x->threshold)
		take(x, SIDE_BUY, m->ask_px, m->now);
	else if (bid <= both * (100 - x->threshold))
		take(x, SIDE_SELL, m->bid_px, m->now);
}

static void on_order(void *state, const struct order_event *e, ns_t now)
{
	struct example *x = state;
	(void)now;
	if (e->order_id == x->open && !order_state_is_open(e->state))
		x->open = 0;
}

static err_t on_params(void *state, const struct strategy_value *v, ns_t now)
{
	struct example *x = state, fresh = *x;
	(void)now;
	if (x->api->find(x->ctx, v[P_INSTRUMENT].s) != (int)x->instrument)
		return ERR_STATE; /* subscriptions are made at start */
	err_t e = read_params(&fresh, v);
	if (e == ERR_OK)
		*x = fresh;
	return e;
}

static u32 save(const void *state, void *out, u32 n)
{
	const struct example *x = state;
	if (n < sizeof x->orders)
		return 0;
	memcpy(out, &x->orders, sizeof x->orders);
	return sizeof x->orders;
}

static err_t load(void *state, const void *in, u32 n)
{
	struct example *x = state;
	if (n != sizeof x->orders)
		return ERR_SYNTAX;
	memcpy(&x->orders, in, n);
	return ERR_OK;
}

const struct strategy_desc saker_strategy_v1 = {
	STRATEGY_ABI,
	.name = "example",
	.help = "takes at the touch when one side of the book outweighs the other",
	.params = params,
	.n_params = ARRAY_LEN(params),
	.state_size = sizeof(struct example),
	.init = init,
	.on_market = on_market,
	.on_order = on_order,
	.on_params = on_params,
	.save = save,
	.load = load,
};
