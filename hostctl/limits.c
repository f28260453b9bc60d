/* limits.c - the limits in force, as risk has accepted them, and how much of each is used. */
#include <string.h>

#include "gateway/limits_row.h"
#include "hostctl/verb.h"

static const struct column columns[] = {
	{ "symbol", "SYMBOL", SHOW_TEXT }, /* none: of the account */
	{ "limit", "LIMIT", SHOW_TEXT },
	{ "value", "VALUE", SHOW_DECIMAL }, /* none: no limit */
	{ "used", "USED", SHOW_DECIMAL },
	{ "unit", "UNIT", SHOW_TEXT },
};

struct lines {
	struct table *t;
	const struct view *v;
	const struct instrument *i; /* NULL: the account's */
};

static void head(const struct lines *l, const char *name)
{
	if (l->i)
		cell_symbol(l->t, l->v, l->i->id);
	else
		table_none(l->t);
	table_text(l->t, name);
}

static void cell_count(struct table *t, u64 n)
{
	char text[24];
	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	table_text(t, text);
}

/* `none`: what stands for no limit. used UINT64_MAX: it has no use of its own. */
static void count(const struct lines *l, const char *name, u64 value, u64 none, u64 used, const char *unit)
{
	head(l, name);
	if (value == none)
		table_none(l->t);
	else
		cell_count(l->t, value);
	if (used == UINT64_MAX)
		table_none(l->t);
	else
		cell_count(l->t, used);
	table_text(l->t, unit);
}

static void quantity(const struct lines *l, const char *name, i64 value, const i64 *used)
{
	head(l, name);
	cell_qty(l->t, value >= INT64_MAX / 4 ? NULL : l->i, value);
	cell_qty(l->t, used ? l->i : NULL, used ? *used : 0);
	table_text(l->t, l->i->base);
}

static void money(const struct lines *l, const char *name, i64 value, i64 none, const i64 *used)
{
	head(l, name);
	if (value == none)
		table_none(l->t);
	else
		cell_money(l->t, value);
	if (used)
		cell_money(l->t, *used);
	else
		table_none(l->t);
	table_text(l->t, l->i->quote);
}

/* What could be held at worst, each side apart; and what is lost so far, where it is a loss. */
struct use {
	i64 far_long, far_short, loss;
	u64 open_orders;
};

static struct use use_of(const struct view *v, u32 instrument)
{
	u32 n;
	struct use u = { 0 };
	struct position_row p;
	const struct position_cell *cell = view_rows(v, "positions", sizeof *cell, &n);
	if (instrument >= n || !row_read(&cell[instrument].seq, cell[instrument].w, &p, sizeof p))
		return u;
	i64 pnl = 0;
	if (__builtin_add_overflow(p.qty, p.buy_exposure, &u.far_long) ||
	    __builtin_sub_overflow(p.sell_exposure, p.qty, &u.far_short) ||
	    __builtin_add_overflow(p.realised, p.unrealised, &pnl) || pnl == INT64_MIN)
		return (struct use){ INT64_MAX, INT64_MAX, INT64_MAX, p.open_orders };
	u.far_long = u.far_long > 0 ? u.far_long : 0;
	u.far_short = u.far_short > 0 ? u.far_short : 0;
	u.loss = pnl < 0 ? -pnl : 0;
	u.open_orders = p.open_orders;
	return u;
}

static void add_instrument(const struct lines *l, const struct risk_limits *m)
{
	struct use u = use_of(l->v, l->i->id);
	quantity(l, "max_quantity", m->max_qty, NULL);
	money(l, "max_notional", m->max_notional, INT64_MAX, NULL);
	money(l, "max_open_notional", m->max_open_notional, INT64_MAX, NULL);
	quantity(l, "max_position_long", m->max_long, &u.far_long);
	quantity(l, "max_position_short", m->max_short, &u.far_short);
	money(l, "max_loss", m->max_loss, 0, &u.loss);
	count(l, "max_open_orders", m->max_open_orders, UINT64_MAX, u.open_orders, "orders");
	count(l, "max_through", (u64)m->max_through, UINT64_MAX, UINT64_MAX, "ticks");
	count(l, "collar", m->collar_bps, UINT64_MAX, UINT64_MAX, "bps");
	count(l, "max_book_age", m->max_book_age_ns, UINT64_MAX, UINT64_MAX, "ns");
	count(l, "allowed", m->allowed, UINT64_MAX, UINT64_MAX, "1: orders may be sent");
}

static void add_account(const struct lines *l, const struct risk_account *a, u64 open_orders)
{
	count(l, "orders_per_second", a->orders_per_s, UINT64_MAX, UINT64_MAX, "orders/s");
	count(l, "order_burst", a->orders_burst, UINT64_MAX, UINT64_MAX, "orders");
	count(l, "cancels_per_second", a->cancels_per_s, UINT64_MAX, UINT64_MAX, "cancels/s");
	count(l, "cancel_burst", a->cancels_burst, UINT64_MAX, UINT64_MAX, "cancels");
	count(l, "max_open_orders", a->max_open_orders, UINT64_MAX, open_orders, "orders");
	count(l, "max_rejects", a->max_rejects, 0, UINT64_MAX, "in a row");
	count(l, "max_fills", a->max_fills, 0, UINT64_MAX, "fills");
	count(l, "fills_window", a->fills_window_ns, 0, UINT64_MAX, "ns");
	count(l, "duplicate_window", a->duplicate_ns, 0, UINT64_MAX, "ns");
}

enum exit_code verb_limits(const struct request *q, const struct view *v, struct report *r)
{
	struct table *t = report_table(r, "limits", columns, ARRAY_LEN(columns));
	const struct limits_cell *cell;
	struct trade_row trade = { 0 };
	struct msg_limits m;
	bool any = false;
	u32 n;
	cell = view_rows(v, "limits", sizeof *cell, &n);
	for (u32 i = 0; i < u32_min(n, v->n_instruments); i++) {
		if (!cell[i].seq || !row_read(&cell[i].seq, cell[i].w, &m, sizeof m))
			continue;
		add_instrument(&(struct lines){ t, v, &v->instrument[i] }, &m.limits);
		any = true;
	}
	if (!any)
		return complain(q, EXIT_REFUSED, "no limits are in force: nothing is allowed");
	view_trade(v, &trade);
	add_account(&(struct lines){ t, v, NULL }, &m.account, trade.orders_open);
	return EXIT_DONE;
}
