/* strategy.c - strategies: listed and shown from the segment; paused, resumed and set by the socket. */
#include <string.h>

#include "common/strategy_row.h"
#include "hostctl/door_client.h"
#include "hostctl/strategies.h"
#include "hostctl/verb.h"
#include "strategy/param.h"

static const struct column param_columns[] = {
	{ "parameter", "PARAMETER", SHOW_TEXT }, { "value", "VALUE", SHOW_DECIMAL },
	{ "unit", "UNIT", SHOW_TEXT },           { "min", "MIN", SHOW_DECIMAL },
	{ "max", "MAX", SHOW_DECIMAL },          { "default", "DEFAULT", SHOW_DECIMAL },
	{ "help", "", SHOW_TEXT },
};

static void cell_or_none(struct table *t, const char *s) { table_text(t, *s ? s : NULL); }

static void add_param(struct table *t, const struct strategy_param_row *p, const struct strategy_values_row *v)
{
	const struct strategy_param as = { .name = p->name, .type = p->type, .decimals = p->decimals };
	struct strategy_value value = { .i = v->value[p->place].i };
	char text[PARAM_PRINT_MAX];
	memcpy(value.s, v->value[p->place].s, sizeof value.s);
	param_print(&as, &value, text);
	table_text(t, p->name);
	table_text(t, text);
	cell_or_none(t, p->unit);
	cell_or_none(t, p->min);
	cell_or_none(t, p->max);
	cell_or_none(t, p->def);
	cell_or_none(t, p->help);
}

static enum exit_code show(const struct request *q, const struct view *v, u32 id, struct report *r)
{
	struct strategy_values_row values;
	u32 n, n_cells;
	const struct strategy_param_row *p = view_rows(v, "strategy.params", sizeof *p, &n);
	const struct strategy_values_cell *cell = view_rows(v, "strategy.values", sizeof *cell, &n_cells);
	add_strategies(r, v, id);
	struct table *t = report_table(r, "parameters", param_columns, ARRAY_LEN(param_columns));
	if (id >= n_cells || !row_read(&cell[id].seq, cell[id].w, &values, sizeof values))
		return complain(q, EXIT_REFUSED, "%s: its parameters could not be read; try again", q->arg[1]);
	for (u32 i = 0; i < n; i++)
		if (p[i].strategy == id && p[i].place < STRATEGY_ROW_PARAMS && p[i].decimals <= DEC_DECIMALS_MAX)
			add_param(t, &p[i], &values);
	return EXIT_DONE;
}

/* "set NAME a=1 b=2", "pause NAME": the words as they came, one line. */
static enum exit_code command(const struct request *q, const struct view *v, struct report *r)
{
	char line[DOOR_LINE_MAX];
	size_t n = 0;
	for (u32 i = 0; i < q->n_args && n < sizeof line; i++)
		n += (size_t)snprintf(line + n, sizeof line - n, "%s%s", i ? " " : "", q->arg[i]);
	return n < sizeof line ? send_command(q, v, line, r) : complain(q, EXIT_USAGE, "%s: too much at once", q->verb);
}

static enum exit_code usage(const struct request *q)
{
	return complain(q, EXIT_USAGE, "expected hostctl strategy list | show NAME | pause NAME | resume NAME | "
				       "set NAME PARAMETER=VALUE ...");
}

enum exit_code verb_strategy(const struct request *q, const struct view *v, struct report *r)
{
	const char *what = q->n_args ? q->arg[0] : "list";
	bool list = !strcmp(what, "list"), is_set = !strcmp(what, "set"), is_show = !strcmp(what, "show");
	if (list ? q->n_args > 1 : is_set ? q->n_args < 3 : q->n_args != 2)
		return usage(q);
	if (list) {
		add_strategies(r, v, STRATEGIES_ALL);
		return EXIT_DONE;
	}
	u32 id = view_find_strategy(v, q->arg[1]);
	if (id == STRATEGIES_ALL)
		return complain(q, EXIT_REFUSED, "no strategy %s; hostctl strategy list names them", q->arg[1]);
	if (is_show)
		return show(q, v, id, r);
	return q->watch ? complain(q, EXIT_USAGE, "--watch only looks: strategy list or strategy show")
			: command(q, v, r);
}
