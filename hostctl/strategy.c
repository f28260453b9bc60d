/* strategy.c - strategies: listed and shown from the segment; all else is asked of the instance by its socket. */
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

/* What each word is at the door; the words behind it go along, in one line. */
static const struct {
	const char *word, *door;
	u32 args_min, args_max; /* with the word itself */
	bool is_new;            /* its name is none yet */
} commands[] = {
	{ "pause", "pause", 2, 2, false },   { "resume", "resume", 2, 2, false },
	{ "start", "enable", 2, 2, false },  { "stop", "disable", 2, 2, false },
	{ "set", "set", 3, ARGS_MAX, false }, { "add", "add", 3, ARGS_MAX, true },
};

static enum exit_code command(const struct request *q, const struct view *v, const char *door, struct report *r)
{
	char line[DOOR_LINE_MAX];
	size_t n = (size_t)snprintf(line, sizeof line, "%s", door);
	for (u32 i = 1; i < q->n_args && n < sizeof line; i++)
		n += (size_t)snprintf(line + n, sizeof line - n, " %s", q->arg[i]);
	return n < sizeof line ? send_command(q, v, line, r) : complain(q, EXIT_USAGE, "%s: too much at once", q->verb);
}

static enum exit_code usage(const struct request *q)
{
	return complain(q, EXIT_USAGE, "expected hostctl strategy " STRATEGY_WORDS);
}

static enum exit_code unknown(const struct request *q)
{
	return complain(q, EXIT_REFUSED, "no strategy %s; hostctl strategy list names them", q->arg[1]);
}

enum exit_code verb_strategy(const struct request *q, const struct view *v, struct report *r)
{
	const char *what = q->n_args ? q->arg[0] : "list";
	if (!strcmp(what, "list")) {
		if (q->n_args > 1)
			return usage(q);
		add_strategies(r, v, STRATEGIES_ALL);
		return EXIT_DONE;
	}
	u32 id = q->n_args > 1 ? view_find_strategy(v, q->arg[1]) : STRATEGIES_ALL;
	if (!strcmp(what, "show"))
		return q->n_args != 2 ? usage(q) : id == STRATEGIES_ALL ? unknown(q) : show(q, v, id, r);
	for (u32 i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(what, commands[i].word))
			continue;
		if (q->n_args < commands[i].args_min || q->n_args > commands[i].args_max)
			return usage(q);
		if (id == STRATEGIES_ALL && !commands[i].is_new)
			return unknown(q);
		if (q->watch)
			return complain(q, EXIT_USAGE, "--watch only looks: strategy list or strategy show");
		return command(q, v, commands[i].door, r);
	}
	return usage(q);
}
