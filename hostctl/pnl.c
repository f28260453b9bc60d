/*
 * pnl.c - profit and loss since the start: by instrument, and summed by asset. Exact; a sum that does
 * not fit is unknown.
 */
#include <string.h>

#include "hostctl/positions.h"

static const struct column pnl_columns[] = {
	{ "symbol", "SYMBOL", SHOW_TEXT },
	{ "position", "POSITION", SHOW_DECIMAL },
	{ "fills", "FILLS", SHOW_COUNT },
	{ "quote", "QUOTE", SHOW_TEXT },
	{ "realised", "REALISED", SHOW_DECIMAL },
	{ "unrealised", "UNREALISED", SHOW_DECIMAL },
	{ "fees", "FEES", SHOW_DECIMAL },
	{ "net", "NET", SHOW_DECIMAL },
};

static const struct column total_columns[] = {
	{ "asset", "ASSET", SHOW_TEXT },
	{ "realised", "REALISED", SHOW_DECIMAL },
	{ "unrealised", "UNREALISED", SHOW_DECIMAL },
	{ "fees", "FEES", SHOW_DECIMAL },
	{ "net", "NET", SHOW_DECIMAL },
};

struct sum {
	char asset[8];
	i128 realised, unrealised, fees; /* 10^-8: sums of some hundred i64 always fit */
};

#define SUMS_MAX (2 * INSTRUMENTS_MAX)

static struct sum *sum_of(struct sum sums[SUMS_MAX], const char asset[8])
{
	u32 i = 0;
	while (i < SUMS_MAX - 1 && sums[i].asset[0] && memcmp(sums[i].asset, asset, 8) != 0)
		i++;
	memcpy(sums[i].asset, asset, 8);
	return &sums[i];
}

static void cell_sum(struct table *t, i128 amount)
{
	if (amount > INT64_MAX || amount < -INT64_MAX)
		table_none(t);
	else
		cell_money(t, (i64)amount);
}

static void cells_of_sum(struct table *t, const struct sum *s)
{
	cell_sum(t, s->realised);
	cell_sum(t, s->unrealised);
	cell_sum(t, s->fees);
	cell_sum(t, s->realised + s->unrealised - s->fees);
}

struct adding {
	struct table *t;
	const struct view *v;
	struct sum sums[SUMS_MAX];
};

static void add_position(void *user, const struct position_row *p)
{
	struct adding *a = user;
	struct table *t = a->t;
	const struct instrument *i = view_instrument(a->v, p->instrument);
	struct sum own = { .realised = p->realised, .unrealised = p->unrealised };
	memcpy(own.asset, i->quote, sizeof own.asset);
	struct sum *all = sum_of(a->sums, own.asset);
	all->realised += own.realised;
	all->unrealised += own.unrealised;
	for (u32 f = 0; f < ROW_FEES && p->fee[f].asset[0]; f++) {
		sum_of(a->sums, p->fee[f].asset)->fees += p->fee[f].amount;
		if (!memcmp(p->fee[f].asset, own.asset, sizeof own.asset))
			own.fees += p->fee[f].amount;
	}
	cell_symbol(t, a->v, p->instrument);
	cell_qty(t, i, p->qty);
	table_number(t, (i64)p->fills);
	cell_asset(t, own.asset);
	cells_of_sum(t, &own);
}

enum exit_code verb_pnl(const struct request *q, const struct view *v, struct report *r)
{
	struct adding a = { .v = v };
	a.t = report_table(r, "pnl", pnl_columns, ARRAY_LEN(pnl_columns));
	struct table *total = report_table(r, "total", total_columns, ARRAY_LEN(total_columns));
	enum exit_code code = each_position(q, v, add_position, &a);
	for (u32 i = 0; code == EXIT_DONE && i < SUMS_MAX && a.sums[i].asset[0]; i++) {
		cell_asset(total, a.sums[i].asset);
		cells_of_sum(total, &a.sums[i]);
	}
	return code;
}
