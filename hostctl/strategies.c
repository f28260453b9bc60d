#include "hostctl/strategies.h"

#include <string.h>

#include "appliance/config.h"
#include "common/strategy_row.h"
#include "hostctl/names.h"

static const struct column columns[] = {
	{ "name", "NAME", SHOW_TEXT },
	{ "type", "TYPE", SHOW_TEXT },
	{ "state", "STATE", SHOW_TEXT },
	{ "open_orders", "ORDERS", SHOW_COUNT },
	{ "calls", "CALLS", SHOW_COUNT },
	{ "max_call_ns", "LONGEST CALL", SHOW_NS },
	{ "overruns", "OVERRUNS", SHOW_COUNT },
};

/* Line `id` of the segment's list: false where it ends. */
static bool read_line(const struct view *v, u32 id, char name[CONFIG_NUMBER], char type[CONFIG_NUMBER])
{
	const char *line = view_text(v, "strategies");
	for (; line && *line && id; id--)
		line = (line = strchr(line, '\n')) ? line + 1 : NULL;
	return line && sscanf(line, "%31s %31s", name, type) == 2;
}

u32 view_find_strategy(const struct view *v, const char *name)
{
	char at[CONFIG_NUMBER], type[CONFIG_NUMBER];
	for (u32 i = 0; read_line(v, i, at, type); i++)
		if (!strcmp(at, name))
			return i;
	return STRATEGIES_ALL;
}

static u32 open_orders(const struct view *v, u32 id)
{
	u32 n, open = 0;
	const struct order_cell *cell = view_rows(v, "orders", sizeof *cell, &n);
	for (u32 i = 0; i < u32_min(n, ROWS_ORDERS); i++) {
		struct order_row row;
		if (row_read(&cell[i].seq, cell[i].w, &row, sizeof row))
			open += row.id && row.strategy == id && order_state_is_open(row.state);
	}
	return open;
}

static void cells_of_row(struct table *t, const struct view *v, u32 id)
{
	u32 n;
	struct strategy_row row;
	const struct strategy_cell *cell = view_rows(v, "strategy.state", sizeof *cell, &n);
	bool known = id < n && cell[id].seq && row_read(&cell[id].seq, cell[id].w, &row, sizeof row);
	table_text(t, known ? name_of_pause(row.pause) : NULL);
	table_number(t, open_orders(v, id));
	if (known) {
		table_number(t, (i64)row.calls);
		table_number(t, (i64)row.max_ns);
		table_number(t, (i64)row.overruns_all);
	} else {
		table_none(t);
		table_none(t);
		table_none(t);
	}
}

void add_strategies(struct report *r, const struct view *v, u32 only)
{
	char name[CONFIG_NUMBER], type[CONFIG_NUMBER];
	struct table *t = report_table(r, "strategies", columns, ARRAY_LEN(columns));
	for (u32 i = 0; read_line(v, i, name, type); i++) {
		if (only != STRATEGIES_ALL && only != i)
			continue;
		table_text(t, name);
		table_text(t, type);
		cells_of_row(t, v, i);
	}
}
