/* orders.c - orders and positions, as the trade core shows them in its tables. */
#include <stdlib.h>
#include <string.h>

#include "hostctl/positions.h"

static const struct column order_columns[] = {
	{ "id", "ID", SHOW_COUNT },
	{ "client_order_id", "CLIENT ORDER ID", SHOW_TEXT },
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "side", "SIDE", SHOW_TEXT },
	{ "type", "TYPE", SHOW_TEXT },
	{ "time_in_force", "TIF", SHOW_TEXT },
	{ "price", "PRICE", SHOW_DECIMAL },
	{ "quantity", "QUANTITY", SHOW_DECIMAL },
	{ "filled", "FILLED", SHOW_DECIMAL },
	{ "state", "STATE", SHOW_TEXT },
	{ "unconfirmed", "IN DOUBT", SHOW_FLAG },
	{ "age_ns", "AGE", SHOW_NS },
	{ "strategy", "STRATEGY", SHOW_TEXT },
	{ "cause", "CAUSE", SHOW_COUNT },
	{ "code", "CODE", SHOW_COUNT },
};

static int by_id(const void *a, const void *b)
{
	u64 x = ((const struct order_row *)a)->id, y = ((const struct order_row *)b)->id;
	return (x > y) - (x < y);
}

/* The rows that could be read, sorted by id, to `rows` of ROWS_ORDERS. */
static u32 read_orders(const struct view *v, struct order_row *rows, u32 *torn)
{
	u32 n_cells, n = 0;
	const struct order_cell *cell = view_rows(v, "orders", sizeof *cell, &n_cells);
	*torn = 0;
	for (u32 i = 0; i < u32_min(n_cells, ROWS_ORDERS); i++) {
		struct order_row row;
		if (!row_read(&cell[i].seq, cell[i].w, &row, sizeof row))
			++*torn;
		else if (row.id)
			rows[n++] = row;
	}
	qsort(rows, n, sizeof *rows, by_id);
	return n;
}

static void cell_strategy(struct table *t, const struct view *v, u32 id)
{
	char name[32];
	const char *s = view_strategy(v, id, name);
	if (!s)
		snprintf(name, sizeof name, "%u", id);
	table_text(t, name);
}

static void add_order(struct table *t, const struct view *v, const struct order_row *o, u32 boot)
{
	const struct instrument *i = view_instrument(v, o->instrument);
	table_number(t, (i64)o->id);
	cell_coid(t, boot, o->id);
	cell_symbol(t, v, o->instrument);
	table_text(t, side_name(o->side));
	table_text(t, order_type_name(o->type));
	table_text(t, tif_name(o->tif));
	cell_px(t, o->type == ORDER_MARKET ? NULL : i, o->px);
	cell_qty(t, i, o->qty);
	cell_qty(t, i, o->filled_qty);
	table_text(t, order_state_name(o->state));
	table_flag(t, o->unconfirmed || o->state == ORDER_UNKNOWN);
	cell_age(t, v, o->sent_ns);
	cell_strategy(t, v, o->strategy);
	if (o->cause_seq)
		table_number(t, (i64)o->cause_seq);
	else
		table_none(t);
	table_number(t, o->code);
}

enum exit_code verb_orders(const struct request *q, const struct view *v, struct report *r)
{
	struct order_row rows[ROWS_ORDERS] = { 0 };
	struct table *t = report_table(r, "orders", order_columns, ARRAY_LEN(order_columns));
	struct trade_row trade = { 0 };
	u32 torn, n = read_orders(v, rows, &torn);
	view_trade(v, &trade);
	for (u32 i = 0; i < n; i++)
		if (q->all || order_state_is_open(rows[i].state))
			add_order(t, v, &rows[i], trade.boot);
	if (torn)
		return complain(
			q, EXIT_REFUSED,
			"%u rows could not be read: the trading core stopped while it wrote them",
			torn);
	return EXIT_DONE;
}

/* ---- positions ---- */

static const struct column position_columns[] = {
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "quantity", "QUANTITY", SHOW_DECIMAL },
	{ "start", "AT START", SHOW_DECIMAL },
	{ "bought", "BOUGHT", SHOW_DECIMAL },
	{ "sold", "SOLD", SHOW_DECIMAL },
	{ "fills", "FILLS", SHOW_COUNT },
	{ "bid", "BID", SHOW_DECIMAL },
	{ "ask", "ASK", SHOW_DECIMAL },
	{ "quote", "QUOTE", SHOW_TEXT },
	{ "realised", "REALISED", SHOW_DECIMAL },
	{ "unrealised", "UNREALISED", SHOW_DECIMAL },
	{ "open_orders", "ORDERS", SHOW_COUNT },
	{ "buy_exposure", "COULD BUY", SHOW_DECIMAL },
	{ "sell_exposure", "COULD SELL", SHOW_DECIMAL },
};

static const struct column fee_columns[] = {
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "asset", "ASSET", SHOW_TEXT },
	{ "amount", "FEES PAID", SHOW_DECIMAL },
};

static void add_position(struct table *t, const struct view *v, const struct position_row *p)
{
	const struct instrument *i = view_instrument(v, p->instrument);
	cell_symbol(t, v, p->instrument);
	cell_qty(t, i, p->qty);
	cell_qty(t, i, p->start_qty);
	cell_qty(t, i, p->bought_qty);
	cell_qty(t, i, p->sold_qty);
	table_number(t, (i64)p->fills);
	cell_px(t, p->bid_px ? i : NULL, p->bid_px);
	cell_px(t, p->ask_px ? i : NULL, p->ask_px);
	cell_asset(t, i ? i->quote : "");
	cell_money(t, p->realised);
	cell_money(t, p->unrealised);
	table_number(t, p->open_orders);
	cell_qty(t, i, p->buy_exposure);
	cell_qty(t, i, p->sell_exposure);
}

static void add_fees(struct table *t, const struct view *v, const struct position_row *p)
{
	for (u32 f = 0; f < ROW_FEES; f++) {
		if (!p->fee[f].asset[0])
			continue;
		cell_symbol(t, v, p->instrument);
		cell_asset(t, p->fee[f].asset);
		cell_money(t, p->fee[f].amount);
	}
}

struct shown {
	const struct view *v;
	struct table *positions, *fees;
};

static void show_position(void *user, const struct position_row *p)
{
	const struct shown *s = user;
	add_position(s->positions, s->v, p);
	add_fees(s->fees, s->v, p);
}

enum exit_code verb_position(const struct request *q, const struct view *v, struct report *r)
{
	struct shown s = { .v = v };
	s.positions = report_table(r, "positions", position_columns, ARRAY_LEN(position_columns));
	s.fees = report_table(r, "fees", fee_columns, ARRAY_LEN(fee_columns));
	return each_position(q, v, show_position, &s);
}
