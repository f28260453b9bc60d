#include "risk/state.h"

#include <string.h>

/* ---- exposure ---- */

void risk_release(struct risk *r, struct risk_order *x, i64 n)
{
	struct risk_row *w = &r->row[x->instrument];
	assert(x->open && n >= 0 && n <= x->left && w->working[x->side] >= n && w->open_orders &&
	       r->open_orders);
	x->left -= n;
	w->working[x->side] -= n;
	w->open_raw -= (i128)x->px * n;
	if (x->left)
		return;
	w->open_orders--;
	r->open_orders--;
	orders_end(&r->orders, x);
}

static void track(struct risk *r, u64 id, const struct order_req *q, i64 px)
{
	struct risk_row *w = &r->row[q->instrument];
	i64 working;
	i128 raw;
	bool over = __builtin_add_overflow(w->working[q->side], q->qty, &working);
	over |= __builtin_add_overflow(w->open_raw, (i128)px * q->qty, &raw);
	struct risk_order *x = over ? NULL : orders_open(&r->orders, id);
	if (!x) {
		risk_latch(r, RISK_UNTRACKED);
		return;
	}
	x->px = px;
	x->left = q->qty;
	x->booked = x->deduced = x->executed = 0;
	x->instrument = q->instrument;
	x->side = q->side;
	w->working[q->side] = working;
	w->open_raw = raw;
	w->open_orders++;
	r->open_orders++;
}

void risk_on_sent(struct risk *r, u64 order_id, const struct risk_passed *p)
{
	assert(p->serial == r->passes && p->serial &&
	       "one pass, one order: the latest alone may be sent");
	assert(order_id && !orders_find(&r->orders, order_id));
	r->passes++; /* spent */
	track(r, order_id, p->req, p->px);
}

/* ---- fills ---- */

/*
 * Latches LOSS where realised and unrealised at `px` together, less fees in the quote asset, pass
 * the limit.
 */
static void judge_loss(struct risk *r, const struct risk_row *w, i64 px)
{
	i64 realised, unrealised, sum;
	if (!w->limits.max_loss)
		return;
	bool fits = position_realised(&w->position, &realised) &&
		    position_unrealised(&w->position, &w->instrument, px, &unrealised) &&
		    !__builtin_add_overflow(realised, unrealised, &sum);
	for (u32 k = 0; fits && k < POSITION_FEES_MAX; k++) {
		const struct position_fee *f = &w->position.fee[k];
		if (f->asset[0] && !strncmp(f->asset, w->instrument.quote, sizeof f->asset))
			fits = !__builtin_sub_overflow(sum, f->amount, &sum);
	}
	if (!fits || sum < -w->limits.max_loss)
		risk_latch(r, RISK_LOSS);
}

void risk_mark(struct risk *r, u32 instrument, i64 px)
{
	assert(instrument < INSTRUMENTS_MAX);
	if (px > 0 && px <= RISK_BOUND && r->row[instrument].qty)
		judge_loss(r, &r->row[instrument], px);
}

static void count_fill_rate(struct risk *r, ns_t now)
{
	if (!r->account.max_fills)
		return;
	if (!r->fills || now - r->window_ns >= r->account.fills_window_ns) {
		r->window_ns = now;
		r->fills = 0;
	}
	if (++r->fills > r->account.max_fills)
		risk_latch(r, RISK_REPEATS);
}

/* false: it does not fit; then the position stands, and nothing more is sent. */
static bool book(struct risk *r, const struct order_event *e, i64 qty, ns_t now)
{
	struct risk_row *w = &r->row[e->instrument];
	if (!position_fill(&w->position, &w->instrument, e->side, e->fill_px, qty)) {
		risk_latch(r, RISK_UNTRACKED);
		return false;
	}
	w->qty = w->position.qty;
	if (e->fee && !position_fee(&w->position, e->fee_asset, e->fee))
		risk_count(r, RISK_CNT_lost_fees);
	count_fill_rate(r, now);
	judge_loss(r, w, e->fill_px);
	return true;
}

/* The part of the fill that is not booked yet; 0: a duplicate. */
static i64 news_of_fill(struct risk *r, const struct risk_order *x, const struct order_event *e)
{
	if (!e->trade_id) {
		/* Deduced: what its cumulative quantity adds, unless a trade has overtaken it. */
		bool stale = !x || e->filled_qty < x->executed || e->filled_qty <= x->booked;
		return stale ? 0 : e->filled_qty - x->booked;
	}
	if (!seen_add(&r->seen, e->instrument, e->trade_id))
		return 0;
	return x && x->deduced && e->filled_qty <= x->deduced ? 0 : e->fill_qty;
}

/* The order's side of a booked fill. */
static void settle_fill(struct risk *r, struct risk_order *x, i64 qty, bool deduced)
{
	x->booked += qty;
	if (deduced)
		x->deduced = x->booked;
	if (!x->open) {
		risk_count(r, RISK_CNT_late_fills);
		return;
	}
	if (qty > x->left)
		risk_count(r, RISK_CNT_excess_fills);
	risk_release(r, x, qty < x->left ? qty : x->left);
}

static void on_fill(struct risk *r, struct risk_order *x, const struct order_event *e, ns_t now)
{
	i64 qty = news_of_fill(r, x, e);
	if (e->fill_px <= 0 || e->fill_px > RISK_BOUND || qty < 0 || qty > RISK_BOUND ||
	    e->side > SIDE_SELL || (!x && !e->trade_id)) {
		risk_latch(r, RISK_UNTRACKED);
		return;
	}
	if (!qty) {
		risk_count(r, RISK_CNT_duplicate_fills);
		return;
	}
	if (!book(r, e, qty, now))
		return;
	if (x)
		settle_fill(r, x, qty, !e->trade_id);
	else
		risk_count(r, RISK_CNT_orphan_fills);
}

/* ---- the end ---- */

/* Over at the venue: what was executed of it and is not booked keeps its exposure until it is. */
static void end_order(struct risk *r, struct risk_order *x)
{
	i64 unbooked = x->executed > x->booked ? x->executed - x->booked : 0;
	if (unbooked && !x->ending)
		risk_count(r, RISK_CNT_unbooked_ends);
	x->ending = true;
	if (unbooked < x->left)
		risk_release(r, x, x->left - unbooked);
}

static void count_rejects(struct risk *r, u8 kind)
{
	if (kind == ORDER_EV_ACK || kind == ORDER_EV_FILL)
		r->rejects = 0;
	else if (kind == ORDER_EV_REJECTED && ++r->rejects > r->account.max_rejects &&
		 r->account.max_rejects)
		risk_latch(r, RISK_REJECTS);
}

void risk_on_order_event(struct risk *r, const struct order_event *e, ns_t now)
{
	struct risk_order *x = orders_find(&r->orders, e->order_id);
	bool known = e->instrument < INSTRUMENTS_MAX && r->row[e->instrument].instrument.tick &&
		     (!x || x->instrument == e->instrument);
	if (!known) {
		risk_count(r, RISK_CNT_orphan_events);
		if (e->kind == ORDER_EV_FILL)
			risk_latch(r, RISK_UNTRACKED);
		return;
	}
	if (e->kind == ORDER_EV_FILL)
		on_fill(r, x, e, now);
	else if (!x)
		risk_count(r, RISK_CNT_orphan_events);
	else if (!x->open)
		risk_count(r, RISK_CNT_late_events);
	if (x && e->filled_qty > x->executed)
		x->executed = e->filled_qty;
	if (x && x->open &&
	    (e->kind == ORDER_EV_CANCELED || e->kind == ORDER_EV_REJECTED ||
	     e->state >= ORDER_FILLED))
		end_order(r, x);
	count_rejects(r, e->kind);
}
