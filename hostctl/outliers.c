/* outliers.c - slow ticks and what surrounded each, as the io thread froze them. */
#include <stdlib.h>

#include "common/outlier.h"
#include "common/trace.h"
#include "hostctl/verb.h"

static const struct column outlier_columns[] = {
	{ "number", "NUMBER", SHOW_COUNT }, { "age_ns", "AGE", SHOW_NS },
	{ "stage", "STAGE", SHOW_TEXT },    { "took_ns", "TOOK", SHOW_NS },
	{ "limit_ns", "LIMIT", SHOW_NS },   { "events", "EVENTS", SHOW_COUNT },
};

static const struct column event_columns[] = {
	{ "number", "NUMBER", SHOW_COUNT }, { "before_ns", "BEFORE", SHOW_NS },
	{ "core", "CORE", SHOW_TEXT },      { "turn", "TURN", SHOW_COUNT },
	{ "event", "EVENT", SHOW_TEXT },    { "id", "ID", SHOW_COUNT },
	{ "symbol", "SYMBOL", SHOW_TEXT },  { "took_ns", "TOOK", SHOW_NS },
};

static int by_number(const void *a, const void *b)
{
	u64 x = ((const struct outlier *)a)->number, y = ((const struct outlier *)b)->number;
	return (x > y) - (x < y);
}

static u32 read_outliers(const struct view *v, struct outlier *rows)
{
	u32 n_cells, n = 0;
	const struct outlier_cell *cell = view_rows(v, "outliers", sizeof *cell, &n_cells);
	for (u32 i = 0; i < u32_min(n_cells, OUTLIERS); i++) {
		struct outlier *o = &rows[n];
		if (row_read(&cell[i].seq, cell[i].w, o, sizeof *o) && o->number &&
		    o->n_events <= OUTLIER_EVENTS)
			n++;
	}
	qsort(rows, n, sizeof *rows, by_number);
	return n;
}

static const char *event_name(const struct outlier_event *e)
{
	static const char *const md[] = { [TAPE_BBO] = "bbo",
					  [TAPE_TRADE] = "trade",
					  [TAPE_LEVEL] = "level",
					  [TAPE_RESET] = "reset",
					  [TAPE_STATUS] = "status" };
	static const char *const trade[] = { [TRACE_ORDER] = "order",
					     [TRACE_CANCEL] = "cancel",
					     [TRACE_ANSWER] = "answer" };
	const char *const *names = e->core == OUTLIER_MD ? md : trade;
	u32 n = e->core == OUTLIER_MD ? ARRAY_LEN(md) : ARRAY_LEN(trade);
	return e->kind < n && names[e->kind] ? names[e->kind] : "?";
}

static void add_outlier(struct table *t, const struct view *v, const struct outlier *o)
{
	char stage[sizeof o->stage + 1];
	snprintf(stage, sizeof stage, "%.*s", (int)sizeof o->stage, o->stage);
	table_number(t, (i64)o->number);
	cell_age(t, v, o->at_ns);
	table_text(t, stage);
	table_number(t, (i64)o->took_ns);
	table_number(t, (i64)o->limit_ns);
	table_number(t, (i64)o->n_events);
}

static void add_event(struct table *t, const struct view *v, const struct outlier *o,
		      const struct outlier_event *e)
{
	table_number(t, (i64)o->number);
	table_number(t, (i64)(o->at_ns - e->at_ns));
	table_text(t, e->core == OUTLIER_MD ? "md" : "trade");
	table_number(t, e->turn);
	table_text(t, event_name(e));
	table_number(t, (i64)e->id);
	if (e->core == OUTLIER_MD)
		cell_symbol(t, v, e->instrument);
	else
		table_none(t);
	table_number(t, (i64)e->took_ns);
}

void add_outliers(struct report *r, const struct view *v)
{
	struct outlier rows[OUTLIERS] = { 0 };
	u32 n = read_outliers(v, rows);
	struct table *t = report_table(r, "outliers", outlier_columns, ARRAY_LEN(outlier_columns));
	for (u32 i = 0; i < n; i++)
		add_outlier(t, v, &rows[i]);
	t = report_table(r, "events", event_columns, ARRAY_LEN(event_columns));
	for (u32 i = 0; i < n; i++)
		for (u32 k = 0; k < rows[i].n_events; k++)
			add_event(t, v, &rows[i], &rows[i].event[k]);
}
