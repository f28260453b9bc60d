#include "sim/matching.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/buf.h"

void matching_init(struct matching *m, const struct rules *rules, struct fees fees,
		   struct account start)
{
	*m = (struct matching){
		.rules = rules, .fees = fees, .account = start, .next_exec_id = 60000000001ULL
	};
}

void matching_free(struct matching *m)
{
	free(m->orders);
	free(m->open);
	free(m->fills);
	free(m->reports);
	*m = (struct matching){ 0 };
}

const struct order *matching_by_id(const struct matching *m, u64 id)
{
	return id >= FIRST_ORDER_ID && id - FIRST_ORDER_ID < m->orders_n
		       ? &m->orders[id - FIRST_ORDER_ID]
		       : NULL;
}

const struct order *matching_by_client_id(const struct matching *m, const char *id)
{
	for (size_t i = 0; i < m->open_n; i++)
		if (!strcmp(m->orders[m->open[i]].req.client_id, id))
			return &m->orders[m->open[i]];
	for (size_t i = m->orders_n; i-- > 0;)
		if (!strcmp(m->orders[i].req.client_id, id))
			return &m->orders[i];
	return NULL;
}

static void report(struct matching *m, enum exec_type exec, const struct order *o, size_t fill,
		   i64 now_ms)
{
	m->reports = vec_grow(m->reports, m->reports_n, &m->reports_cap, sizeof *m->reports);
	m->reports[m->reports_n++] = (struct report){
		.exec = exec,
		.exec_id = m->next_exec_id++,
		.order = *o,
		.account = m->account,
		.fill = fill,
		.time_ms = now_ms,
	};
}

static void close_order(struct matching *m, const struct order *o)
{
	size_t index = (size_t)(o - m->orders), i = 0;
	assert(!order_is_open(o));
	while (m->open[i] != index)
		i++;
	memmove(m->open + i, m->open + i + 1, (m->open_n - i - 1) * sizeof *m->open);
	m->open_n--;
}

static void end_order(struct matching *m, struct order *o, enum order_status status,
		      enum exec_type exec, i64 now_ms)
{
	account_release(&m->account, o);
	o->status = status;
	o->updated_ms = now_ms;
	close_order(m, o);
	report(m, exec, o, NO_FILL, now_ms);
}

static void fill_order(struct matching *m, struct order *o, struct level at, bool maker, i64 now_ms)
{
	m->fills = vec_grow(m->fills, m->fills_n, &m->fills_cap, sizeof *m->fills);
	struct fill *f = &m->fills[m->fills_n];
	*f = (struct fill){
		.trade_id = FIRST_TRADE_ID + m->fills_n,
		.order_id = o->id,
		.price = at.price,
		.qty = at.qty,
		.side = o->req.side,
		.maker = maker,
		.time_ms = now_ms,
	};
	account_settle(&m->account, &m->fees, o, f);
	o->filled += f->qty;
	o->quote_filled += f->quote;
	o->updated_ms = now_ms;
	o->status = order_left(o) ? STATUS_PARTIALLY_FILLED : STATUS_FILLED;
	if (!order_is_open(o))
		close_order(m, o);
	report(m, EXEC_TRADE, o, m->fills_n++, now_ms);
}

/* ---- taking ---- */

static i64 on_step(const struct matching *m, i64 qty)
{
	return qty / m->rules->step * m->rules->step;
}

static bool reaches(enum side s, i64 price, i64 other)
{
	return s == SIDE_BUY ? price >= other : price <= other;
}

/* What order `r` could take now: price and quantity; quantity 0 where it cannot. */
static struct level takeable(const struct matching *m, const struct order_request *r)
{
	enum side other = r->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
	struct level l = { m->best[other].price, on_step(m, m->best[other].qty - m->taken[other]) };
	if (!l.price || l.qty < 0 ||
	    (r->type != TYPE_MARKET && !reaches(r->side, r->price, l.price)))
		l.qty = 0;
	return l;
}

/* A MARKET order by quote quantity, as the base quantity it comes to at the best price. */
static i64 wanted_qty(const struct matching *m, const struct order_request *r)
{
	i64 price = m->best[r->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY].price;
	if (!r->quote_qty)
		return r->qty;
	i128 qty = price ? (i128)r->quote_qty * SIM_ONE / price : 0;
	return on_step(m, (i64)(qty > 2 * m->rules->qty_max
					? 2 * m->rules->qty_max
					: qty)); /* beyond the filter is beyond it */
}

static struct refusal check_market_funds(const struct matching *m, const struct order_request *r)
{
	struct level l = takeable(m, r);
	i64 qty = l.qty < wanted_qty(m, r) ? l.qty : wanted_qty(m, r);
	bool enough = r->side == SIDE_BUY ? m->account.quote.free >= notional(l.price, qty)
					  : m->account.base.free >= wanted_qty(m, r);
	if (enough)
		return (struct refusal){ 0 };
	return (struct refusal){ -2010, "Account has insufficient balance for requested action." };
}

struct refusal matching_check(const struct matching *m, const struct order_request *r)
{
	enum side other = r->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
	struct order probe = { .req = *r };
	const char *filter = rules_check(m->rules, r->price, wanted_qty(m, r),
					 m->best[other].price);
	if (filter)
		return (struct refusal){ -1013, filter };
	if (m->open_n >= m->rules->orders_max)
		return (struct refusal){ -1013, "Filter failure: MAX_NUM_ORDERS" };
	for (size_t i = 0; r->client_id[0] && i < m->open_n; i++)
		if (!strcmp(m->orders[m->open[i]].req.client_id, r->client_id))
			return (struct refusal){ -2010, "Duplicate order sent." };
	if (r->type == TYPE_MARKET)
		return check_market_funds(m, r);
	if (!account_can_lock(&m->account, &probe))
		return (struct refusal){ -2010,
					 "Account has insufficient balance for requested action." };
	if (r->type == TYPE_LIMIT_MAKER && m->best[other].price &&
	    reaches(r->side, r->price, m->best[other].price))
		return (struct refusal){ -2010, "Order would immediately match and take." };
	return (struct refusal){ 0 };
}

static void take(struct matching *m, struct order *o, i64 now_ms)
{
	struct level l = takeable(m, &o->req);
	if (o->req.type == TYPE_LIMIT_MAKER || !l.qty ||
	    (o->req.tif == TIF_FOK && l.qty < o->req.qty))
		return;
	l.qty = l.qty < o->req.qty ? l.qty : o->req.qty;
	m->taken[o->req.side == SIDE_BUY ? SIDE_SELL : SIDE_BUY] += l.qty;
	fill_order(m, o, l, false, now_ms);
}

static void expire_rest(struct matching *m, struct order *o, i64 now_ms)
{
	if (o->req.type == TYPE_MARKET)
		o->expiry = EXPIRY_LIQUIDITY;
	else if (o->req.tif != TIF_GTC)
		o->expiry = o->req.tif == TIF_FOK ? EXPIRY_FOK : EXPIRY_IOC;
	if (o->expiry != EXPIRY_NONE)
		end_order(m, o, STATUS_EXPIRED, EXEC_EXPIRED, now_ms);
}

u64 matching_place(struct matching *m, const struct order_request *r, const struct ladder *ladder,
		   i64 now_ms)
{
	assert(matching_check(m, r).code == 0);
	m->orders = vec_grow(m->orders, m->orders_n, &m->orders_cap, sizeof *m->orders);
	m->open = vec_grow(m->open, m->open_n, &m->open_cap, sizeof *m->open);
	struct order *o = &m->orders[m->orders_n];
	*o = (struct order){ .req = *r,
			     .id = FIRST_ORDER_ID + m->orders_n,
			     .created_ms = now_ms,
			     .updated_ms = now_ms };
	o->req.qty = wanted_qty(m, r);
	if (!o->req.client_id[0])
		snprintf(o->req.client_id, sizeof o->req.client_id, "venue-%llu",
			 (unsigned long long)o->id);
	m->open[m->open_n++] = m->orders_n++;
	account_lock(&m->account, o);
	m->account.updated_ms = now_ms;
	o->queue_ahead = r->price ? ladder_qty(ladder, r->side, r->price) : 0;
	report(m, EXEC_NEW, o, NO_FILL, now_ms);
	take(m, o, now_ms);
	if (order_is_open(o))
		expire_rest(m, o, now_ms);
	return o->id;
}

void matching_cancel(struct matching *m, u64 id, const char *cancel_id, i64 now_ms)
{
	struct order *o = &m->orders[id - FIRST_ORDER_ID];
	assert(matching_by_id(m, id) && order_is_open(o) && strlen(cancel_id) <= CLIENT_ID_MAX);
	if (cancel_id[0])
		strcpy(o->cancel_id, cancel_id);
	else
		snprintf(o->cancel_id, sizeof o->cancel_id, "cancel-%llu", (unsigned long long)id);
	m->account.updated_ms = now_ms;
	end_order(m, o, STATUS_CANCELED, EXEC_CANCELED, now_ms);
}

/* ---- resting ---- */

static void on_ticker(struct matching *m, enum side s, struct level best)
{
	if (best.price != m->best[s].price || best.qty != m->best[s].qty)
		m->taken[s] = 0;
	m->best[s] = best;
}

static void on_depth(struct matching *m, const struct ladder *ladder)
{
	for (size_t i = 0; i < m->open_n; i++) {
		struct order *o = &m->orders[m->open[i]];
		i64 shown = ladder_qty(ladder, o->req.side, o->req.price);
		o->queue_ahead = shown < o->queue_ahead ? shown : o->queue_ahead;
	}
}

/* Best price first, then oldest. */
static int by_priority(const void *a, const void *b)
{
	const struct order *x = *(struct order *const *)a, *y = *(struct order *const *)b;
	i64 dx = x->req.side == SIDE_BUY ? -x->req.price : x->req.price,
	    dy = y->req.side == SIDE_BUY ? -y->req.price : y->req.price;
	return dx != dy ? (dx > dy) - (dx < dy) : (x->id > y->id) - (x->id < y->id);
}

/*
 * The open orders of side `s` that a trade at `price` reaches, in priority order; returns how
 * many.
 */
static size_t reached(struct matching *m, enum side s, i64 price, bool at_price_too,
		      struct order **out)
{
	size_t n = 0;
	for (size_t i = 0; i < m->open_n; i++) {
		struct order *o = &m->orders[m->open[i]];
		if (o->req.side == s && reaches(s, o->req.price, price) &&
		    (o->req.price != price || at_price_too))
			out[n++] = o;
	}
	qsort(out, n, sizeof *out, by_priority);
	return n;
}

/*
 * Lets `left` of a trade at `price` go through our orders of one side; returns what is left of
 * it.
 */
static i64 trade_side(struct matching *m, enum side s, i64 price, bool at_price_too, i64 left,
		      i64 now_ms)
{
	struct order *hit[256];
	i64 eaten = 0; /* of the market's own queue at `price` */
	assert(m->open_n <= ARRAY_LEN(hit));
	size_t n = reached(m, s, price, at_price_too, hit);
	for (size_t i = 0; i < n; i++) {
		struct order *o = hit[i];
		if (o->req.price == price) {
			i64 ahead = o->queue_ahead > eaten ? o->queue_ahead - eaten : 0;
			i64 eat = ahead < left ? ahead : left;
			eaten += eat;
			left -= eat;
			o->queue_ahead = o->queue_ahead > eaten ? o->queue_ahead - eaten : 0;
		}
		i64 qty = on_step(m, left < order_left(o) ? left : order_left(o));
		if (!qty)
			continue;
		left -= qty;
		fill_order(m, o, (struct level){ o->req.price, qty }, true, now_ms);
	}
	return left;
}

static void on_trade(struct matching *m, struct level trade, bool buyer_maker, i64 now_ms)
{
	enum side passive = buyer_maker ? SIDE_BUY : SIDE_SELL,
		  other = buyer_maker ? SIDE_SELL : SIDE_BUY;
	i64 left = trade_side(m, passive, trade.price, true, trade.qty, now_ms);
	trade_side(m, other, trade.price, false, left, now_ms);
}

void matching_on_market(struct matching *m, const struct message *msg, const struct ladder *ladder,
			i64 now_ms)
{
	switch (msg->kind) {
	case MESSAGE_TICKER:
		on_ticker(m, SIDE_BUY, msg->bid);
		on_ticker(m, SIDE_SELL, msg->ask);
		break;
	case MESSAGE_DEPTH:
		on_depth(m, ladder);
		break;
	case MESSAGE_TRADE:
		on_trade(m, msg->trade, msg->buyer_maker, now_ms);
		break;
	case MESSAGE_SNAPSHOT:
		break;
	}
}
