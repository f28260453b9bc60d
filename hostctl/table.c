#include "hostctl/table.h"

#include <string.h>

static struct table *add(struct report *r, const char *name, const struct column *c, u32 n)
{
	assert(r->n < REPORT_TABLES && n);
	struct table *t = &r->table[r->n++];
	*t = (struct table){ .name = name, .column = c, .n_columns = n, .rows = json_array() };
	return t;
}

struct table *report_table(struct report *r, const char *name, const struct column *c, u32 n)
{
	return add(r, name, c, n);
}

struct table *report_record(struct report *r, const char *name, const struct column *c, u32 n)
{
	struct table *t = add(r, name, c, n);
	t->record = true;
	return t;
}

void report_free(struct report *r)
{
	for (u32 i = 0; i < r->n; i++)
		json_decref(r->table[i].rows);
	r->n = 0;
}

/* ---- cells ---- */

static void cell(struct table *t, json_t *v)
{
	if (t->at == 0)
		json_array_append_new(t->rows, json_object());
	json_t *row = json_array_get(t->rows, json_array_size(t->rows) - 1);
	json_object_set_new(row, t->column[t->at].key, v);
	t->at = (t->at + 1) % t->n_columns;
}

/* A terminal must not obey what a venue or a file has put into a name. */
static char printable(char c) { return c >= ' ' && c < 0x7f ? c : '?'; }

void print_line(FILE *out, const char *s)
{
	while (*s)
		fputc(printable(*s++), out);
	fputc('\n', out);
}

static void put_text(struct table *t, const char *s, size_t room)
{
	char safe[CELL_LONG];
	size_t n = 0;
	if (!s) {
		table_none(t);
		return;
	}
	for (; n < room - 1 && s[n]; n++)
		safe[n] = printable(s[n]);
	safe[n] = 0;
	cell(t, json_string(safe));
}

void table_text(struct table *t, const char *s) { put_text(t, s, CELL_MAX); }
void table_long(struct table *t, const char *s) { put_text(t, s, CELL_LONG); }
void table_number(struct table *t, i64 v) { cell(t, json_integer(v)); }
void table_flag(struct table *t, bool v) { cell(t, json_boolean(v)); }
void table_none(struct table *t) { cell(t, json_null()); }

/* ---- text ---- */

const char *ns_text(char out[NS_TEXT_MAX], u64 ns)
{
	static const struct {
		u64 below, unit;
		const char *name;
	} small[] = { { NS_PER_MS, NS_PER_US, "us" },
		      { NS_PER_S, NS_PER_MS, "ms" },
		      { 60 * NS_PER_S, NS_PER_S, "s" } };
	unsigned long long s = ns / NS_PER_S, min = s / 60, h = min / 60;
	if (ns < NS_PER_US) {
		snprintf(out, NS_TEXT_MAX, "%llu ns", (unsigned long long)ns);
		return out;
	}
	for (u32 i = 0; i < ARRAY_LEN(small); i++)
		if (ns < small[i].below) {
			unsigned long long tenths = ns * 10 / small[i].unit;
			snprintf(out, NS_TEXT_MAX, "%llu.%llu %s", tenths / 10, tenths % 10,
				 small[i].name);
			return out;
		}
	if (h == 0)
		snprintf(out, NS_TEXT_MAX, "%llum%02llus", min, s % 60);
	else if (h < 24)
		snprintf(out, NS_TEXT_MAX, "%lluh%02llum", h, min % 60);
	else
		snprintf(out, NS_TEXT_MAX, "%llud%02lluh", h / 24, h % 24);
	return out;
}

/* Something, however small, is seen. */
static int bar_text(char out[CELL_MAX], i64 ppm)
{
	i64 n = (ppm * BAR_MAX + 999999) / 1000000;
	n = n < 0 ? 0 : n > BAR_MAX ? BAR_MAX : n;
	memset(out, '#', (size_t)n);
	out[n] = 0;
	return (int)n;
}

/* One cell as text; the width it takes. */
static int cell_text(const struct column *c, const json_t *v, char out[CELL_MAX])
{
	char ns[NS_TEXT_MAX];
	const char *s = "-";
	if (json_is_string(v))
		s = json_string_value(v);
	else if (json_is_boolean(v))
		s = json_is_true(v) ? "yes" : "no";
	else if (json_is_integer(v) && c->show == SHOW_NS)
		s = ns_text(ns, (u64)json_integer_value(v));
	else if (json_is_integer(v) && c->show == SHOW_BAR)
		return bar_text(out, json_integer_value(v));
	else if (json_is_integer(v))
		return snprintf(out, CELL_MAX, "%lld", (long long)json_integer_value(v));
	return snprintf(out, CELL_MAX, "%s", s);
}

int table_cell(const struct table *t, size_t row, u32 column, char out[CELL_MAX])
{
	const struct column *c = &t->column[column];
	return cell_text(c, json_object_get(json_array_get(t->rows, row), c->key), out);
}

bool column_is_right(const struct column *c)
{
	return c->show == SHOW_DECIMAL || c->show == SHOW_COUNT || c->show == SHOW_NS;
}

static int width_of(const struct table *t, u32 column)
{
	char text[CELL_MAX];
	const struct column *c = &t->column[column];
	int width = (int)strlen(c->title), n;
	size_t i;
	json_t *row;
	json_array_foreach(t->rows, i,
			   row) if ((n = cell_text(c, json_object_get(row, c->key), text)) > width)
		width = n;
	return width;
}

/* The last column is not padded where that would leave blanks at the end of a line. */
static void put(const struct table *t, FILE *out, u32 column, int width, const char *s)
{
	bool last = column + 1 == t->n_columns;
	if (column_is_right(&t->column[column]))
		fprintf(out, "%*s", width, s);
	else
		fprintf(out, "%-*s", last ? 0 : width, s);
	fputs(last ? "\n" : "  ", out);
}

static void print_rows(const struct table *t, FILE *out, bool heading)
{
	char text[CELL_MAX];
	size_t i;
	json_t *row;
	int width[32];
	assert(t->n_columns <= ARRAY_LEN(width));
	for (u32 k = 0; k < t->n_columns; k++)
		width[k] = width_of(t, k);
	for (u32 k = 0; heading && k < t->n_columns; k++)
		put(t, out, k, width[k], t->column[k].title);
	json_array_foreach(t->rows, i, row) for (u32 k = 0; k < t->n_columns; k++)
	{
		cell_text(&t->column[k], json_object_get(row, t->column[k].key), text);
		put(t, out, k, width[k], text);
	}
}

static void print_record(const struct table *t, FILE *out)
{
	char text[CELL_MAX];
	const json_t *row = json_array_get(t->rows, 0);
	int width = 0;
	for (u32 k = 0; k < t->n_columns; k++)
		width = (int)u32_max((u32)width, (u32)strlen(t->column[k].title));
	for (u32 k = 0; k < t->n_columns; k++) {
		cell_text(&t->column[k], json_object_get(row, t->column[k].key), text);
		fprintf(out, "%-*s  %s\n", width, t->column[k].title, text);
	}
}

static void print_text(const struct report *r, FILE *out)
{
	for (u32 i = 0; i < r->n; i++) {
		const struct table *t = &r->table[i];
		if (i)
			fputc('\n', out);
		if (r->n > 1)
			fprintf(out, "%s\n", t->name);
		if (json_array_size(t->rows) == 0)
			fputs("none\n", out);
		else if (t->record)
			print_record(t, out);
		else
			print_rows(t, out, true);
	}
}

static void print_json(const struct report *r, FILE *out)
{
	json_t *all = json_object();
	for (u32 i = 0; i < r->n; i++) {
		const struct table *t = &r->table[i];
		json_object_set(all, t->name, t->record ? json_array_get(t->rows, 0) : t->rows);
	}
	json_dumpf(all, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(all);
}

void report_print(const struct report *r, FILE *out, bool json)
{
	for (u32 i = 0; i < r->n; i++)
		assert(r->table[i].at == 0 && "rows are whole");
	if (json)
		print_json(r, out);
	else
		print_text(r, out);
}

void table_stream(struct table *t, FILE *out, bool json)
{
	size_t i;
	json_t *row;
	assert(t->at == 0 && "rows are whole");
	if (json) {
		json_array_foreach(t->rows, i, row)
		{
			json_dumpf(row, out, JSON_COMPACT);
			fputc('\n', out);
		}
	} else if (json_array_size(t->rows)) {
		print_rows(t, out, !t->streamed);
		t->streamed = true;
	}
	json_array_clear(t->rows);
	fflush(out);
}
