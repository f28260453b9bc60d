/* instrument.c - what is traded, and the venue's rules of it. */
#include <string.h>

#include "hostctl/names.h"
#include "hostctl/verb.h"

static const struct column columns[] = {
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "id", "ID", SHOW_COUNT },
	{ "version", "VERSION", SHOW_COUNT },
	{ "status", "STATUS", SHOW_TEXT },
	{ "base", "BASE", SHOW_TEXT },
	{ "quote", "QUOTE", SHOW_TEXT },
	{ "tick", "TICK", SHOW_DECIMAL },
	{ "min_price", "MIN PRICE", SHOW_DECIMAL },
	{ "max_price", "MAX PRICE", SHOW_DECIMAL },
	{ "lot", "LOT", SHOW_DECIMAL },
	{ "min_quantity", "MIN QTY", SHOW_DECIMAL },
	{ "max_quantity", "MAX QTY", SHOW_DECIMAL },
	{ "min_notional", "MIN NOTIONAL", SHOW_DECIMAL },
	{ "max_notional", "MAX NOTIONAL", SHOW_DECIMAL },
	{ "max_orders", "MAX ORDERS", SHOW_COUNT },
};

static void cell_name(struct table *t, const char name[8])
{
	char text[9];
	snprintf(text, sizeof text, "%.8s", name);
	table_text(t, text);
}

static void cell_notional(struct table *t, i64 amount)
{
	if (amount)
		cell_money(t, amount);
	else
		table_none(t);
}

static void add_instrument(struct table *t, const struct view *v, const struct instrument *i)
{
	cell_symbol(t, v, i->id);
	table_number(t, i->id);
	table_number(t, i->version);
	table_text(t, name_of_instrument(i->status));
	cell_name(t, i->base);
	cell_name(t, i->quote);
	cell_px(t, i, 1);
	cell_px(t, i->min_px ? i : NULL, i->min_px);
	cell_px(t, i->max_px ? i : NULL, i->max_px);
	cell_qty(t, i, i->lot);
	cell_qty(t, i->min_qty ? i : NULL, i->min_qty);
	cell_qty(t, i->max_qty ? i : NULL, i->max_qty);
	cell_notional(t, i->min_notional);
	cell_notional(t, i->max_notional);
	if (i->max_orders)
		table_number(t, i->max_orders);
	else
		table_none(t);
}

enum exit_code verb_instrument(const struct request *q, const struct view *v, struct report *r)
{
	struct table *t = report_table(r, "instruments", columns, ARRAY_LEN(columns));
	for (u32 k = 0; k < v->n_instruments; k++) {
		const struct instrument *i = &v->instrument[k];
		if (!q->n_args || !strncmp(i->symbol, q->arg[0], SYMBOL_MAX))
			add_instrument(t, v, i);
	}
	return json_array_size(t->rows) || !q->n_args
		       ? EXIT_DONE
		       : complain(q, EXIT_REFUSED, "no instrument %s; hostctl instrument lists them", q->arg[0]);
}
