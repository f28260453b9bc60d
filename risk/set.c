#include "risk/state.h"

#include "common/decimal.h"

struct risk *risk_new(struct arena *a, u64 *counters)
{
	struct risk *r = ARENA_NEW(a, struct risk);
	if (!r || orders_init(&r->orders, a, RISK_ORDERS_MAX) != ERR_OK ||
	    seen_init(&r->seen, a) != ERR_OK)
		return NULL;
	r->counters = counters;
	return r;
}

/*
 * Open orders keep their worth: their prices, in ticks of the former version, become ticks of this
 * one, rounded up.
 */
static void rescale_orders(struct risk *r, struct risk_row *w, const struct instrument *to)
{
	const struct instrument *from = &w->instrument;
	int k = to->px_scale - from->px_scale;
	i128 num = (i128)from->tick * (k > 0 ? dec_pow10[k] : 1),
	     den = (i128)to->tick * (k < 0 ? dec_pow10[-k] : 1);
	w->open_raw = 0;
	for (u32 i = 0; i < r->orders.max; i++) {
		struct risk_order *x = &r->orders.order[i];
		if (!x->open || x->instrument != to->id)
			continue;
		i128 px, sum;
		bool over = __builtin_mul_overflow((i128)x->px, num, &px);
		px = px / den + (px % den > 0);
		over |= px > RISK_BOUND || __builtin_add_overflow(w->open_raw, px * x->left, &sum);
		if (over)
			risk_latch(r, RISK_UNTRACKED);
		x->px = over ? 0 : (i64)px;
		w->open_raw += (i128)x->px * x->left;
	}
}

err_t risk_set_instrument(struct risk *r, const struct instrument *i)
{
	if (i->id >= INSTRUMENTS_MAX || i->tick <= 0 || i->lot <= 0 ||
	    i->px_scale > DEC_DECIMALS_MAX || i->qty_scale > DEC_DECIMALS_MAX ||
	    i->px_scale + i->qty_scale > CASH_SCALE || i->min_notional < 0 || i->max_notional < 0)
		return ERR_ARGUMENT;
	struct risk_row *w = &r->row[i->id];
	if (w->instrument.tick && w->instrument.qty_scale != i->qty_scale &&
	    (w->qty || w->open_orders))
		return ERR_ARGUMENT;
	if (w->open_orders)
		rescale_orders(r, w, i);
	w->instrument = *i;
	row_compile(w);
	return ERR_OK;
}

bool risk_takes_limits(const struct risk *r, u32 instrument, const struct risk_limits *l)
{
	return instrument < INSTRUMENTS_MAX && r->row[instrument].instrument.tick && l->max_qty >= 0 &&
	       l->max_notional >= 0 && l->max_open_notional >= 0 && l->max_long >= 0 && l->max_short >= 0 &&
	       l->max_through >= -1 && l->max_loss >= 0 && l->collar_bps <= RISK_COLLAR_MAX_BPS;
}

err_t risk_set_limits(struct risk *r, u32 instrument, const struct risk_limits *l)
{
	if (!risk_takes_limits(r, instrument, l))
		return ERR_ARGUMENT;
	r->row[instrument].limits = *l;
	row_compile(&r->row[instrument]);
	return ERR_OK;
}

bool risk_takes_account(const struct risk_account *l)
{
	return l->orders_per_s <= NS_PER_S && l->cancels_per_s <= NS_PER_S && l->max_open_orders <= RISK_ORDERS_MAX;
}

/*
 * A bucket whose rate did not change keeps what has been taken from it: a new epoch is no new
 * allowance.
 */
static void set_rate(struct rate *r, u32 per_s, u32 burst, ns_t now)
{
	struct rate n;
	rate_init(&n, per_s, burst, now);
	n.due_ns = u64_max(n.due_ns, r->due_ns);
	*r = n;
}

err_t risk_set_account(struct risk *r, const struct risk_account *l, ns_t now)
{
	if (!risk_takes_account(l))
		return ERR_ARGUMENT;
	set_rate(&r->orders_rate, l->orders_per_s, l->orders_burst, now);
	set_rate(&r->cancels_rate, l->cancels_per_s, l->cancels_burst, now);
	r->max_open_orders = l->max_open_orders;
	r->duplicate_ns = l->duplicate_ns;
	r->account = *l;
	return ERR_OK;
}

void risk_set_state(struct risk *r, enum risk_state s)
{
	assert(s <= RISK_STATE_CANCEL_ONLY);
	r->state = s;
	if (s == RISK_STATE_ACTIVE)
		r->latched = r->rejects = r->fills = 0;
}

/* What the account says includes the fills that ended orders were waiting for. */
static void forget_ending(struct risk *r, u32 instrument)
{
	for (u32 i = 0; i < r->orders.max; i++) {
		struct risk_order *x = &r->orders.order[i];
		if (!x->open || !x->ending || x->instrument != instrument)
			continue;
		x->booked += x->left;
		x->deduced = x->booked;
		risk_release(r, x, x->left);
	}
}

err_t risk_set_position(struct risk *r, u32 instrument, i64 qty, i64 px)
{
	if (instrument >= INSTRUMENTS_MAX || !r->row[instrument].instrument.tick || px < 0)
		return ERR_ARGUMENT;
	struct risk_row *w = &r->row[instrument];
	if (qty > RISK_BOUND || qty < -RISK_BOUND ||
	    !position_set(&w->position, &w->instrument, qty, px))
		return ERR_ARGUMENT;
	w->qty = qty;
	forget_ending(r, instrument);
	return ERR_OK;
}

const struct position *risk_position(const struct risk *r, u32 instrument)
{
	assert(instrument < INSTRUMENTS_MAX);
	return &r->row[instrument].position;
}

struct risk_exposure risk_exposure(const struct risk *r, u32 instrument)
{
	assert(instrument < INSTRUMENTS_MAX);
	const struct risk_row *w = &r->row[instrument];
	return (struct risk_exposure){
		.buy_qty = w->working[SIDE_BUY],
		.sell_qty = w->working[SIDE_SELL],
		.open_notional = row_notional(w, w->open_raw),
		.open_orders = w->open_orders,
		.all_orders = r->open_orders,
	};
}

enum risk_state risk_state(const struct risk *r) { return (enum risk_state)r->state; }
u32 risk_latched(const struct risk *r) { return r->latched; }
