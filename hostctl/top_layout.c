#include "hostctl/top_layout.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_ROWS 3
#define COLUMNS_MAX 12
#define ROWS_MAX 1024

/* Columns in the order they are shown; least: the rows that it gets before others get more. */
static const struct panel {
	const char *table, *keys;
	u32 least;
} panels[] = {
	{ "sessions", "session state open_ns rx_age_ns srtt_ns retransmits attempts", 3 },
	{ "books", "symbol state bid_quantity bid ask ask_quantity last_price age_ns gaps ladder_lag_ids", 2 },
	{ "pnl", "symbol position fills realised unrealised fees net quote", 2 },
	{ "strategies", "name type state open_orders calls max_call_ns overruns", 1 },
	{ "orders", "id symbol side price quantity filled state age_ns strategy unconfirmed cause", 3 },
	{ "stages", "stage n p50_ns p90_ns p99_ns p999_ns max_ns what", 3 },
	{ "cores", "core turns_per_s busy_ppm max_turn_ns slow_turns halted kill_seen", 2 },
};
#define PANELS ARRAY_LEN(panels)
#define SORTED "orders" /* by `s`, where all panels are shown */

void top_key(struct top_state *t, int key)
{
	switch (key) {
	case 'q': t->done = true; break;
	case 'p': t->held = !t->held; break;
	case 's': t->sort = (t->sort + 1) % COLUMNS_MAX; break;
	case '\t':
		t->page = (t->page + 1) % (PANELS + 1);
		t->sort = 0;
		break;
	default: break;
	}
}

/* ---- one panel ---- */

/* A table as it will be shown: which of its columns, how wide, its rows in which order. */
struct shown {
	const struct table *t;
	u32 n_columns, n_rows;
	u32 column[COLUMNS_MAX];
	int width[COLUMNS_MAX];
	u32 row[ROWS_MAX];
};

static const struct table *find_table(const struct report *r, const char *name)
{
	for (u32 i = 0; i < r->n; i++)
		if (!strcmp(r->table[i].name, name))
			return &r->table[i];
	return NULL;
}

static u32 find_column(const struct table *t, const char *key, size_t n)
{
	u32 i = 0;
	while (i < t->n_columns && (strncmp(t->column[i].key, key, n) || t->column[i].key[n]))
		i++;
	return i;
}

static int width_of(const struct shown *p, u32 column)
{
	char text[CELL_MAX];
	int width = (int)strlen(p->t->column[column].title), n;
	for (u32 i = 0; i < p->n_rows; i++)
		if ((n = table_cell(p->t, i, column, text)) > width)
			width = n;
	return width;
}

static void choose_columns(struct shown *p, const char *keys, u32 cols)
{
	u32 used = 0;
	for (const char *k = keys; *k; k += strcspn(k, " "), k += strspn(k, " ")) {
		u32 c = find_column(p->t, k, strcspn(k, " "));
		if (c == p->t->n_columns || p->n_columns == COLUMNS_MAX)
			continue;
		int width = width_of(p, c);
		if (used + (u32)width > cols && p->n_columns)
			return;
		p->column[p->n_columns] = c;
		p->width[p->n_columns++] = width;
		used += (u32)width + 2;
	}
}

/* Numbers as numbers, exact decimals nearly so (it is only an order on a screen), all else as text. */
static int compare(const struct shown *p, u32 a, u32 b, u32 column)
{
	char x[CELL_MAX], y[CELL_MAX];
	const char *key = p->t->column[column].key;
	const json_t *u = json_object_get(json_array_get(p->t->rows, a), key),
		     *v = json_object_get(json_array_get(p->t->rows, b), key);
	if (json_is_integer(u) && json_is_integer(v))
		return (json_integer_value(u) > json_integer_value(v)) -
		       (json_integer_value(u) < json_integer_value(v));
	table_cell(p->t, a, column, x);
	table_cell(p->t, b, column, y);
	if (p->t->column[column].show == SHOW_DECIMAL) {
		double d = strtod(x, NULL), e = strtod(y, NULL);
		return (d > e) - (d < e);
	}
	return strcmp(x, y);
}

/* The largest first; equals stay as they came. */
static void sort_rows(struct shown *p, u32 column)
{
	for (u32 i = 1; i < p->n_rows; i++) {
		u32 at = i, moved = p->row[i];
		for (; at && compare(p, p->row[at - 1], moved, column) < 0; at--)
			p->row[at] = p->row[at - 1];
		p->row[at] = moved;
	}
}

static bool prepare(struct shown *p, const struct report *r, const struct panel *what, u32 cols)
{
	*p = (struct shown){ .t = find_table(r, what->table) };
	if (!p->t)
		return false;
	p->n_rows = u32_min((u32)json_array_size(p->t->rows), ROWS_MAX);
	for (u32 i = 0; i < p->n_rows; i++)
		p->row[i] = i;
	choose_columns(p, what->keys, cols);
	return true;
}

static void put_cell(struct screen *s, u32 row, u32 col, const struct shown *p, u32 k, const char *text)
{
	char padded[CELL_MAX + 64];
	bool right = column_is_right(&p->t->column[p->column[k]]);
	snprintf(padded, sizeof padded, right ? "%*s" : "%-*s", p->width[k], text);
	screen_put(s, row, col, LOOK_PLAIN, padded);
}

static void draw_heading(struct screen *s, u32 at, const struct shown *p, u32 sort, u32 rows)
{
	char count[48];
	u32 col = 0;
	for (u32 k = 0; k < p->n_columns; k++) {
		put_cell(s, at, col, p, k, p->t->column[p->column[k]].title);
		col += (u32)p->width[k] + 2;
	}
	screen_bar(s, at, LOOK_HEADING);
	if (rows >= p->n_rows && !sort)
		return;
	u32 n = (u32)snprintf(count, sizeof count, " %u of %u%s%s", u32_min(rows, p->n_rows), p->n_rows, sort ? " by " : "",
			      sort ? p->t->column[p->column[sort - 1]].title : "");
	if (n < s->cols)
		screen_put(s, at, s->cols - n, LOOK_HEADING, count);
}

static void draw_panel(struct screen *s, u32 at, const struct shown *p, u32 sort, u32 rows)
{
	char text[CELL_MAX];
	draw_heading(s, at, p, sort, rows);
	for (u32 i = 0; i < u32_min(rows, p->n_rows); i++)
		for (u32 k = 0, col = 0; k < p->n_columns; col += (u32)p->width[k++] + 2) {
			table_cell(p->t, p->row[i], p->column[k], text);
			put_cell(s, at + 1 + i, col, p, k, text);
		}
}

/* ---- all of it ---- */

static const char *cell_of(const struct report *r, const char *table, const char *key, char out[CELL_MAX])
{
	const struct table *t = find_table(r, table);
	u32 column = t ? find_column(t, key, strlen(key)) : 0;
	snprintf(out, CELL_MAX, "-");
	if (t && column < t->n_columns && json_array_size(t->rows))
		table_cell(t, 0, column, out);
	return out;
}

static void draw_head(struct screen *s, const struct report *r, const struct top_state *t)
{
	static const struct {
		const char *before, *table, *key;
	} words[][7] = {
		{ { "", "process", "instance" }, { "  ", "process", "state" }, { "  up ", "process", "up_ns" },
		  { "  ", "process", "mode" }, { "  ", "process", "layout" }, { "  kill ", "process", "kill" } },
		{ { "risk ", "trading", "risk_state" }, { "  orders ", "trading", "orders_open" },
		  { "  in doubt ", "trading", "orders_in_doubt" }, { "  reconciliation ", "trading", "reconciliation" },
		  { "  paused ", "trading", "strategies_paused" } },
	};
	char text[CELL_MAX];
	for (u32 row = 0; row < ARRAY_LEN(words); row++)
		for (u32 i = 0, col = 0; i < ARRAY_LEN(words[row]) && words[row][i].key; i++) {
			col = screen_put(s, row, col, LOOK_PLAIN, words[row][i].before);
			cell_of(r, words[row][i].table, words[row][i].key, text);
			col = screen_put(s, row, col, LOOK_BOLD, text);
		}
	u32 n = (u32)snprintf(text, sizeof text, "%s%s", t->held ? "held  " : "", t->clock);
	if (n < s->cols)
		screen_put(s, 0, s->cols - n, t->held ? LOOK_ALARM : LOOK_PLAIN, text);
}

static void draw_warnings(struct screen *s, const struct report *r, const struct top_state *t)
{
	char text[CELL_MAX], detail[CELL_MAX], line[3 * CELL_MAX];
	const struct table *w = find_table(r, "warnings");
	size_t n = w ? json_array_size(w->rows) : 0;
	if (*t->note) {
		screen_put(s, 2, 0, LOOK_ALARM, t->note);
	} else if (n) {
		snprintf(line, sizeof line, "%zu warning%s: %s: %s", n, n > 1 ? "s" : "",
			 cell_of(r, "warnings", "warning", text), cell_of(r, "warnings", "detail", detail));
		screen_put(s, 2, 0, LOOK_ALARM, line);
	} else {
		screen_put(s, 2, 0, LOOK_PLAIN, "no warnings");
	}
}

/* The rows of each panel, its heading included; 0: left out. */
static void share_rows(u32 rows, const u32 wanted[PANELS], u32 given[PANELS])
{
	bool any = true;
	for (u32 i = 0; i < PANELS; i++) {
		u32 least = 1 + u32_min(panels[i].least, wanted[i]);
		given[i] = wanted[i] != UINT32_MAX && least <= rows ? least : 0;
		rows -= given[i];
	}
	while (any && rows) {
		any = false;
		for (u32 i = 0; i < PANELS && rows; i++)
			if (given[i] && given[i] < 1 + wanted[i]) {
				given[i]++;
				rows--;
				any = true;
			}
	}
}

static u32 rows_wanted(const struct report *r, u32 panel)
{
	const struct table *t = find_table(r, panels[panel].table);
	return t ? (u32)json_array_size(t->rows) : UINT32_MAX;
}

void top_draw(struct screen *s, const struct report *r, const struct top_state *t)
{
	u32 wanted[PANELS], given[PANELS] = { 0 }, at = HEAD_ROWS;
	struct shown p;
	draw_head(s, r, t);
	draw_warnings(s, r, t);
	for (u32 i = 0; i < PANELS; i++)
		wanted[i] = t->page && t->page != i + 1 ? UINT32_MAX : rows_wanted(r, i);
	share_rows(s->rows > HEAD_ROWS ? s->rows - HEAD_ROWS : 0, wanted, given);
	for (u32 i = 0; i < PANELS; i++) {
		if (!given[i] || !prepare(&p, r, &panels[i], s->cols))
			continue;
		bool sorted = t->page || !strcmp(panels[i].table, SORTED);
		u32 sort = sorted && p.n_columns ? t->sort % (p.n_columns + 1) : 0;
		if (sort)
			sort_rows(&p, p.column[sort - 1]);
		draw_panel(s, at, &p, sort, given[i] - 1);
		at += given[i];
	}
}
