/*
 * table.h - what a verb has to say, once: named tables of typed cells, printed as aligned text or as JSON.
 *
 * A verb describes its columns, then adds rows cell by cell, in their order. JSON keys are the
 * columns' keys, with units in their names; text shows titles and scales units. Exact decimals are
 * strings in both. Text from outside is made printable here.
 */
#ifndef HOSTCTL_TABLE_H
#define HOSTCTL_TABLE_H

#include <jansson.h>
#include <stdio.h>

#include "common/types.h"

#define BAR_MAX 40

enum show {
	SHOW_TEXT,
	SHOW_DECIMAL, /* a text, aligned to the right */
	SHOW_COUNT,
	SHOW_NS, /* nanoseconds; as text with the unit that fits */
	SHOW_FLAG,
	SHOW_BAR, /* a number, parts per million; as text a bar, BAR_MAX wide where it is a million */
};

struct column {
	const char *key, *title;
	enum show show;
};

struct table {
	const char *name; /* JSON key, and heading */
	const struct column *column;
	u32 n_columns, at; /* at: the next cell of the row under way */
	bool record;       /* one row, shown as a line a cell; an object in JSON */
	bool streamed;     /* its heading has been printed */
	json_t *rows;
};

#define REPORT_TABLES 16
#define CELL_MAX 160
#define CELL_LONG 1024

struct report {
	u32 n;
	struct table table[REPORT_TABLES];
};

/* Columns must outlive the report. */
struct table *report_table(struct report *r, const char *name, const struct column *c, u32 n);
struct table *report_record(struct report *r, const char *name, const struct column *c, u32 n);

/* The next cell of the row under way; after the last of a row a new one begins. */
void table_text(struct table *t, const char *s); /* NULL: nothing known, as table_none */
void table_long(struct table *t, const char *s); /* likewise, of CELL_LONG bytes: for JSON alone */
void table_number(struct table *t, i64 v);
void table_flag(struct table *t, bool v);
void table_none(struct table *t);

/* All of it, as text or as one JSON object on lines of its own. */
void report_print(const struct report *r, FILE *out, bool json);

/* One cell as people read it; returns its length. */
int table_cell(const struct table *t, size_t row, u32 column, char out[CELL_MAX]);
bool column_is_right(const struct column *c); /* aligned to the right */

/* A table without end: prints its rows (JSON: one a line) and forgets them; the heading once. */
void table_stream(struct table *t, FILE *out, bool json);

void report_free(struct report *r);

/* A line of text that may come from outside: made printable, with a newline. */
void print_line(FILE *out, const char *s);

#define NS_TEXT_MAX 24
/* "640 ns", "12.3 us", "4.2 s", "3m05s", "2h04m", "5d03h". Returns `out`. */
const char *ns_text(char out[NS_TEXT_MAX], u64 ns);

#endif
