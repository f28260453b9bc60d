/*
 * maker - quotes both sides around the middle of the book, one order a side.
 *
 * Each side is NONE, OPEN, CANCELLING or UNKNOWN, and a new order is sent only from NONE: never two
 * of one side at once. An order stays while it is within `refresh` ticks of where it should be,
 * else it is cancelled, and replaced once that is proven. Refusals double the time until the next
 * attempt.
 */
#include "strategy/builtin.h"

#include <string.h>

#include "common/decimal.h"

enum {
	P_INSTRUMENT,
	P_HALF_SPREAD,
	P_SIZE,
	P_MAX_POSITION,
	P_SKEW,
	P_REFRESH,
	P_POST_ONLY,
	P_BACKOFF
};

#define SIZE_DECIMALS 8
#define BACKOFF_DOUBLINGS_MAX 6

static const struct strategy_param params[] = {
	[P_INSTRUMENT] = { .name = "instrument", .type = PARAM_STRING, .help = "symbol to quote" },
	[P_HALF_SPREAD] = { .name = "half_spread",
			    .type = PARAM_INT,
			    .def = "50",
			    .min = "1",
			    .max = "1000000",
			    .unit = "ticks",
			    .help = "distance of each quote from the middle" },
	[P_SIZE] = { .name = "size",
		     .type = PARAM_DECIMAL,
		     .decimals = SIZE_DECIMALS,
		     .min = "0.00000001",
		     .max = "1000000",
		     .unit = "base asset",
		     .help = "quantity of each quote, a multiple of the lot" },
	[P_MAX_POSITION] = { .name = "max_position",
			     .type = PARAM_DECIMAL,
			     .decimals = SIZE_DECIMALS,
			     .min = "0.00000001",
			     .max = "1000000",
			     .unit = "base asset",
			     .help = "a side that would pass it is not quoted" },
	[P_SKEW] = { .name = "skew",
		     .type = PARAM_INT,
		     .def = "0",
		     .min = "0",
		     .max = "1000000",
		     .unit = "ticks",
		     .help = "how far both quotes move against a position of max_position" },
	[P_REFRESH] = { .name = "refresh",
			.type = PARAM_INT,
			.def = "10",
			.min = "0",
			.max = "1000000",
			.unit = "ticks",
			.help = "a quote this near to its place is left alone" },
	[P_POST_ONLY] = { .name = "post_only",
			  .type = PARAM_BOOL,
			  .def = "true",
			  .help = "send LIMIT_MAKER orders" },
	[P_BACKOFF] = { .name = "backoff",
			.type = PARAM_INT,
			.def = "100",
			.min = "1",
			.max = "60000",
			.unit = "ms",
			.help = "wait after a refusal, doubled with each in a row" },
};

enum quote_state { QUOTE_NONE, QUOTE_OPEN, QUOTE_CANCELLING, QUOTE_UNKNOWN };

struct quote {
	u64 id;
	i64 px;
	ns_t retry_at; /* nothing is asked for this side before */
	u8 state;      /* enum quote_state */
	u8 refusals;   /* in a row */
};

struct maker_cfg {
	i64 half_spread, size, max_position, skew, refresh; /* ticks and quantity units */
	ns_t backoff_ns;
	u8 order_type;
};

struct maker {
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
	struct maker_cfg cfg;
	struct quote quote[2]; /* by side */
	i64 bid_px, ask_px;    /* of the book; usable: both sides, VALID, TRADING */
	u32 instrument;
	bool usable;
};

/* ---- where quotes should be ---- */

static i64 floor_half(i64 v) { return v >> 1; } /* towards minus infinity, as gcc shifts */

static i64 clamp(i64 v, i64 bound) { return v > bound ? bound : v < -bound ? -bound : v; }

/*
 * Both quotes for a position; the middle and the skew are kept in half ticks. Never through the
 * other side of the book.
 */
static void target_px(const struct maker *k, i64 position, i64 px[2])
{
	i64 held = clamp(position, k->cfg.max_position);
	i64 shift2 = (i64)((i128)2 * k->cfg.skew * held / k->cfg.max_position);
	i64 middle2 = k->bid_px + k->ask_px - shift2;
	i64 bid = floor_half(middle2) - k->cfg.half_spread;
	i64 ask = floor_half(middle2 + 1) + k->cfg.half_spread;
	px[SIDE_BUY] = bid < k->ask_px ? bid : k->ask_px - 1;
	px[SIDE_SELL] = ask > k->bid_px ? ask : k->bid_px + 1;
}

static bool side_wanted(const struct maker *k, u8 side, i64 position, i64 px)
{
	i64 held = side == SIDE_BUY ? position : -position;
	return k->usable && px > 0 && held <= k->cfg.max_position - k->cfg.size;
}

/* ---- one side ---- */

static void back_off(const struct maker *k, struct quote *q, ns_t now)
{
	q->retry_at = now + (k->cfg.backoff_ns << q->refusals);
	q->refusals += q->refusals < BACKOFF_DOUBLINGS_MAX;
}

static void place(struct maker *k, u8 side, i64 px, ns_t now)
{
	struct quote *q = &k->quote[side];
	struct order_req o = { .instrument = k->instrument,
			       .px = px,
			       .qty = k->cfg.size,
			       .side = side,
			       .type = k->cfg.order_type };
	assert(q->state == QUOTE_NONE);
	i64 id = k->api->submit(k->ctx, &o);
	if (id <= 0) {
		back_off(k, q, now);
		return;
	}
	q->id = (u64)id;
	q->px = px;
	q->state = QUOTE_OPEN;
}

static void withdraw(struct maker *k, struct quote *q, ns_t now)
{
	assert(q->state == QUOTE_OPEN && q->id);
	if (k->api->cancel(k->ctx, q->id) == 0)
		q->state = QUOTE_CANCELLING;
	else
		back_off(k, q, now);
}

static void tend_side(struct maker *k, u8 side, i64 px, bool wanted, ns_t now)
{
	struct quote *q = &k->quote[side];
	i64 off = q->px > px ? q->px - px : px - q->px;
	if (now < q->retry_at)
		return;
	if (q->state == QUOTE_OPEN && (!wanted || off > k->cfg.refresh))
		withdraw(k, q, now);
	else if (q->state == QUOTE_NONE && wanted)
		place(k, side, px, now);
}

static void tend(struct maker *k, ns_t now)
{
	i64 px[2] = { 0, 0 }, position = k->api->position(k->ctx, k->instrument);
	ns_t wake = 0;
	if (k->usable)
		target_px(k, position, px);
	for (u8 side = SIDE_BUY; side <= SIDE_SELL; side++) {
		tend_side(k, side, px[side], side_wanted(k, side, position, px[side]), now);
		ns_t at = k->quote[side].retry_at;
		if (at > now && (!wake || at < wake))
			wake = at;
	}
	k->api->set_timer(k->ctx, wake);
}

/* ---- what comes in ---- */

static void maker_on_market(void *state, const struct market_view *m)
{
	struct maker *k = state;
	bool two_sides = m->bid_px > 0 && m->bid_px < m->ask_px && m->ask_px < INT64_MAX / 4;
	k->usable = two_sides && m->book_state == BOOK_VALID && m->status == INSTRUMENT_TRADING;
	k->bid_px = m->bid_px;
	k->ask_px = m->ask_px;
	tend(k, m->now);
}

static void maker_on_order(void *state, const struct order_event *e, ns_t now)
{
	struct maker *k = state;
	struct quote *q = &k->quote[e->side == SIDE_SELL];
	if (q->state == QUOTE_NONE || q->id != e->order_id)
		return; /* of an order that has ended, or of an earlier run */
	if (!order_state_is_open(e->state))
		q->state = QUOTE_NONE;
	else if (e->kind == ORDER_EV_UNKNOWN)
		q->state = QUOTE_UNKNOWN; /* until its end, or a sign of life */
	else if (e->kind == ORDER_EV_CANCEL_REJECTED ||
		 (q->state == QUOTE_UNKNOWN && e->kind == ORDER_EV_ACK))
		q->state = QUOTE_OPEN;
	if (e->kind == ORDER_EV_REJECTED || e->kind == ORDER_EV_CANCEL_REJECTED)
		back_off(k, q, now);
	else if (e->kind == ORDER_EV_ACK)
		q->refusals = 0;
	tend(k, now);
}

static void maker_on_timer(void *state, ns_t now) { tend(state, now); }

/* ---- parameters ---- */

/* From 10^-SIZE_DECIMALS to the instrument's units, exactly. */
static bool to_qty(const struct instrument *i, i64 v, i64 *qty)
{
	int k = i->qty_scale - SIZE_DECIMALS;
	if (k >= 0)
		return !__builtin_mul_overflow(v, dec_pow10[k], qty);
	*qty = v / dec_pow10[-k];
	return v % dec_pow10[-k] == 0;
}

static err_t read_cfg(const struct maker *k, const struct strategy_value *v, struct maker_cfg *c)
{
	struct instrument i;
	if (!k->api->instrument(k->ctx, k->instrument, &i))
		return ERR_NOT_FOUND;
	*c = (struct maker_cfg){ .half_spread = v[P_HALF_SPREAD].i,
				 .skew = v[P_SKEW].i,
				 .refresh = v[P_REFRESH].i,
				 .backoff_ns = (ns_t)v[P_BACKOFF].i * NS_PER_MS,
				 .order_type = v[P_POST_ONLY].i ? ORDER_LIMIT_MAKER : ORDER_LIMIT };
	if (!to_qty(&i, v[P_SIZE].i, &c->size) ||
	    !to_qty(&i, v[P_MAX_POSITION].i, &c->max_position))
		return ERR_SYNTAX; /* finer than the instrument's quantities */
	if (c->size % i.lot || c->size < i.min_qty || c->max_position < c->size)
		return ERR_ARGUMENT;
	return ERR_OK;
}

static err_t maker_init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
			const struct strategy_value *v)
{
	struct maker *k = state;
	int id = api->find(ctx, v[P_INSTRUMENT].s);
	if (id < 0)
		return ERR_NOT_FOUND;
	*k = (struct maker){ .api = api, .ctx = ctx, .instrument = (u32)id };
	err_t e = read_cfg(k, v, &k->cfg);
	return e == ERR_OK ? api->subscribe(ctx, k->instrument) : e;
}

static err_t maker_on_params(void *state, const struct strategy_value *v, ns_t now)
{
	struct maker *k = state;
	struct maker_cfg c;
	if (k->api->find(k->ctx, v[P_INSTRUMENT].s) != (int)k->instrument)
		return ERR_STATE; /* its orders are in the one it has */
	err_t e = read_cfg(k, v, &c);
	if (e != ERR_OK)
		return e;
	k->cfg = c;
	tend(k, now);
	return ERR_OK;
}

const struct strategy_desc strategy_maker = {
	STRATEGY_ABI,
	.name = "maker",
	.help = "quotes both sides around the middle of the book",
	.params = params,
	.n_params = ARRAY_LEN(params),
	.state_size = sizeof(struct maker),
	.init = maker_init,
	.on_market = maker_on_market,
	.on_order = maker_on_order,
	.on_timer = maker_on_timer,
	.on_params = maker_on_params,
};
