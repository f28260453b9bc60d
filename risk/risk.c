#include "risk/risk.h"

#include "risk/state.h"

/*
 * Each check is one bit; those of a group are computed always and without a branch. The lowest bit set
 * is the answer, and the groups are asked in the order of their bits.
 */
static u64 deny(bool fails, enum risk_code code) { return (u64)fails << code; }

static_assert(RISK_CODES <= 64, "one bit a check");

/*
 * What the order is weighed with. MARKET: a buy at the ask widened by the collar, a sell at the
 * bid, the dearest each can fill at.
 */
static i64 weighed_px(const struct order_req *q, const struct risk_view *v, u32 collar_bps)
{
	i64 whole;
	if (q->type != ORDER_MARKET)
		return q->px;
	if (q->side == SIDE_SELL)
		return v->bid_px;
	if (v->ask_px <= 0 || v->ask_px > RISK_BOUND ||
	    __builtin_mul_overflow(v->ask_px / 10000, (i64)collar_bps, &whole) ||
	    whole > RISK_BOUND)
		return RISK_BOUND;
	return v->ask_px + whole + (v->ask_px % 10000 * collar_bps + 9999) / 10000;
}

/* The reasons why nothing may be sent at all. */
static NOINLINE u64 closed_gates(const struct risk *r, const struct risk_view *v)
{
	bool way_out = r->state == RISK_STATE_REDUCE_ONLY && r->latched != RISK_UNTRACKED;
	u64 f = (u64)(r->latched && !way_out) << r->latched;
	f |= deny(v->kill >= KILL_HALT, RISK_HALT);
	f |= deny(v->kill == KILL_CANCEL_ONLY || r->state == RISK_STATE_CANCEL_ONLY,
		  RISK_CANCEL_ONLY);
	f |= deny(r->state == RISK_STATE_NOT_ARMED, RISK_NOT_ARMED);
	f |= deny(v->down & RISK_DOWN_SESSION, RISK_SESSION);
	f |= deny(v->down & RISK_DOWN_PRIVATE, RISK_PRIVATE);
	f |= deny(v->down & RISK_DOWN_WINDOW, RISK_WINDOW);
	f |= deny(v->down & RISK_DOWN_JOURNAL, RISK_JOURNAL);
	return f | deny(v->down & RISK_DOWN_BUDGET, RISK_VENUE_BUDGET);
}

/* May anything be sent at all? One look where everything is open. */
static inline u64 check_gates(const struct risk *r, const struct risk_view *v)
{
	static_assert(KILL_NONE == 0, "nothing is raised");
	if (r->latched | (r->state ^ RISK_STATE_ACTIVE) | v->kill | v->down)
		return closed_gates(r, v);
	return 0;
}

/* Can the prices of this instrument be trusted? */
static u64 check_book(const struct risk_row *w, const struct risk_view *v, ns_t now)
{
	bool two_sides = v->bid_px > 0 && v->bid_px < v->ask_px && v->ask_px <= RISK_BOUND;
	u64 f = deny(!w->allowed, RISK_INSTRUMENT);
	f |= deny(v->status != INSTRUMENT_TRADING, RISK_STATUS);
	f |= deny(v->version != w->version, RISK_VERSION);
	f |= deny(v->book_state != BOOK_VALID || !two_sides, RISK_BOOK_STATE);
	return f | deny(now > v->book_rx_ns && now - v->book_rx_ns > w->max_age_ns, RISK_BOOK_AGE);
}

/* The order against the instrument's rules and our limits of one order. */
static u64 check_size(const struct risk_row *w, const struct order_req *q, i64 px, u32 kind)
{
	i128 raw = (i128)px * q->qty;
	bool limit = kind == ROW_LIMIT;
	u64 f = deny(limit && (px < w->min_px || px > w->max_px), RISK_PRICE_RANGE);
	f |= deny(!divides(&w->lot[kind], (u64)q->qty), RISK_LOT);
	f |= deny(q->qty < w->min_qty, RISK_MIN_QTY);
	f |= deny(q->qty > w->max_qty[kind], RISK_MAX_QTY);
	f |= deny(raw < w->min_raw, RISK_MIN_NOTIONAL);
	return f | deny(raw > w->max_raw, RISK_MAX_NOTIONAL);
}

/* A limit price against the book. Wrong where the book is, but then BOOK_STATE stands first. */
static NOINLINE u64 check_any_price(const struct risk_row *w, const struct order_req *q,
				    const struct risk_view *v)
{
	i128 middle2 = (i128)v->bid_px + v->ask_px, off2 = 2 * (i128)q->px - middle2;
	i128 through = q->side == SIDE_BUY ? (i128)q->px - v->ask_px : (i128)v->bid_px - q->px;
	u64 f = deny((off2 < 0 ? -off2 : off2) * 10000 > middle2 * w->collar_bps, RISK_COLLAR);
	return f | deny(through > w->max_through, RISK_THROUGH);
}

#define NARROW_BITS 40 /* of a price whose products fit 64 bits: any real one's */
static_assert(RISK_COLLAR_MAX_BPS < 1 << (62 - NARROW_BITS - 1), "twice such a price times the collar fits");

/* The same in 64 bits, where they hold all of it. */
static inline u64 check_price(const struct risk_row *w, const struct order_req *q,
			      const struct risk_view *v)
{
	if ((u64)(q->px | v->bid_px | v->ask_px) >> NARROW_BITS)
		return check_any_price(w, q, v);
	i64 middle2 = v->bid_px + v->ask_px, off2 = 2 * q->px - middle2;
	i64 through = q->side == SIDE_BUY ? q->px - v->ask_px : v->bid_px - q->px;
	u64 f = deny((off2 < 0 ? -off2 : off2) * 10000 > middle2 * (i64)w->collar_bps, RISK_COLLAR);
	return f | deny(through > w->max_through, RISK_THROUGH);
}

/* With everything that could still fill. */
static u64 check_exposure(const struct risk *r, const struct risk_row *w, const struct order_req *q,
			  i64 px)
{
	i64 held = q->side == SIDE_BUY ? w->qty : -w->qty, working, worst;
	bool over = __builtin_add_overflow(w->working[q->side], q->qty, &working);
	over |= __builtin_add_overflow(held, working, &worst);
	u64 f = deny(over, RISK_OVERFLOW);
	f |= deny(r->state == RISK_STATE_REDUCE_ONLY && worst > 0, RISK_REDUCE_ONLY);
	f |= deny(worst > w->limit[q->side], RISK_POSITION);
	f |= deny(w->open_orders >= w->max_open_orders, RISK_OPEN_ORDERS);
	f |= deny(r->open_orders >= r->max_open_orders, RISK_ALL_ORDERS);
	return f | deny((i128)px * q->qty > w->max_open_raw - w->open_raw, RISK_OPEN_NOTIONAL);
}

/* What is allowed per second, and not twice. */
static inline u64 check_pace(const struct risk *r, const struct order_req *q, ns_t now)
{
	u64 f = deny(!rate_ready(&r->orders_rate, now), RISK_RATE);
	if (!r->duplicate_ns)
		return f;
	bool again = duplicate_find(&r->duplicate, duplicate_key(q), now, r->duplicate_ns);
	return f | deny(again, RISK_DUPLICATE);
}

/* 0: nothing speaks against it. */
static inline u64 check_all(const struct risk *r, const struct order_req *q, const struct risk_view *v,
			    const struct risk_row *w, ns_t now, i64 px)
{
	static_assert(RISK_VENUE_BUDGET < RISK_INSTRUMENT && RISK_BOOK_AGE < RISK_PRICE_RANGE &&
		      RISK_MAX_NOTIONAL < RISK_COLLAR && RISK_THROUGH < RISK_REDUCE_ONLY, "in order");
	u32 kind = q->type == ORDER_MARKET ? ROW_MARKET : ROW_LIMIT;
	u64 failed = check_gates(r, v);
	if (!failed)
		failed = check_book(w, v, now);
	if (!failed)
		failed = check_size(w, q, px, kind);
	if (!failed && kind == ROW_LIMIT)
		failed = check_price(w, q, v);
	return failed ? failed : check_exposure(r, w, q, px) | check_pace(r, q, now);
}

/* Inlined: where it is called one can then see that this is no pass. */
static inline __attribute__((always_inline)) enum risk_code denied(struct risk *r, u64 failed)
{
	enum risk_code code = (enum risk_code)__builtin_ctzll(failed);
	assert(code > RISK_PASS && code < RISK_CODES);
	risk_count(r, code);
	return code;
}

enum risk_code risk_check(struct risk *r, const struct order_req *q, const struct risk_view *v,
			  ns_t now, struct risk_passed *out)
{
	if (q->side > SIDE_SELL || q->type > ORDER_MARKET || q->tif > TIF_FOK)
		return denied(r, check_gates(r, v) | 1ULL << RISK_REQUEST);
	const struct risk_row *w = &r->row[u32_min(q->instrument, INSTRUMENTS_MAX)];
	i64 px = weighed_px(q, v, w->collar_bps);
	u64 failed = check_all(r, q, v, w, now, px);
	if (failed)
		return denied(r, failed);
	rate_take(&r->orders_rate, now);
	if (r->duplicate_ns)
		duplicate_note(&r->duplicate, duplicate_key(q), now);
	risk_count(r, RISK_CNT_passed);
	*out = (struct risk_passed){ .req = q, .px = px, .serial = ++r->passes };
	return RISK_PASS;
}

bool risk_cancel_allowed(struct risk *r, ns_t now)
{
	bool ready = rate_ready(&r->cancels_rate, now);
	if (ready)
		rate_take(&r->cancels_rate, now);
	risk_count(r, ready ? RISK_CNT_cancels : RISK_CNT_cancels_deferred);
	return ready;
}
