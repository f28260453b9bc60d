/*
 * audit.c - the audit log shown and checked, as it stands on disk: of an instance, or of a file.
 */
#include <stdlib.h>
#include <string.h>

#include "appliance/audit.h"
#include "hostctl/verb.h"

#define LINES_SHOWN 20

static const struct column columns[] = {
	{ "seq", "LINE", SHOW_COUNT },   { "at", "AT", SHOW_TEXT },	    { "what", "WHAT", SHOW_TEXT },
	{ "uid", "UID", SHOW_COUNT },    { "pid", "PID", SHOW_COUNT },    { "role", "ROLE", SHOW_TEXT },
	{ "via", "VIA", SHOW_TEXT },
	{ "text", "TEXT", SHOW_TEXT },   { "result", "RESULT", SHOW_TEXT }, { "why", "WHY", SHOW_TEXT },
};

static const struct column verdict[] = {
	{ "file", "file", SHOW_TEXT },
	{ "lines", "lines", SHOW_COUNT },
	{ "hash", "hash of the last", SHOW_TEXT },
	{ "whole", "whole", SHOW_FLAG },
	{ "broken_line", "first broken line", SHOW_COUNT },
	{ "why", "why", SHOW_TEXT },
};

/* A number or a text, by its column; what a line does not say, or says in another way, is not known. */
static void add_cell(struct table *t, const struct column *c, const json_t *line)
{
	const json_t *v = json_object_get(line, c->key);
	if (c->show == SHOW_TEXT)
		table_text(t, json_string_value(v));
	else if (json_is_integer(v))
		table_number(t, json_integer_value(v));
	else
		table_none(t);
}

/* The last `n` lines; each for itself, whether the chain holds or not. */
static void show(struct report *r, struct span text, u32 n)
{
	struct table *t = report_table(r, "audit", columns, ARRAY_LEN(columns));
	const char *at = (const char *)text.p, *end = at + text.n, *from = end;
	for (u32 lines = 0; from > at; from--)
		if (from[-1] == '\n' && from != end && ++lines == n)
			break;
	while (from < end) {
		const char *stop = memchr(from, '\n', (size_t)(end - from));
		size_t len = (size_t)((stop ? stop : end) - from);
		json_t *line = json_loadb(from, len, JSON_REJECT_DUPLICATES, NULL);
		for (u32 i = 0; i < ARRAY_LEN(columns); i++)
			add_cell(t, &columns[i], line);
		json_decref(line);
		from += len + (stop != NULL);
	}
}

static void judge(struct report *r, const char *path, const struct audit_chain *c, u64 line, const char *why)
{
	struct table *t = report_record(r, "audit", verdict, ARRAY_LEN(verdict));
	table_text(t, path);
	table_number(t, (i64)c->seq);
	table_text(t, c->hash);
	table_flag(t, !line);
	if (line)
		table_number(t, (i64)line);
	else
		table_none(t);
	table_text(t, line ? why : NULL);
}

/* The file named, or that of the instance. */
static bool find_log(const struct request *q, const char *file, char *path, size_t n)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	if (file) {
		snprintf(path, n, "%s", file);
		return true;
	}
	if (view_open(&v, q->instance, why) != ERR_OK) {
		complain(q, EXIT_NOT_RUNNING, "%s; name the file: hostctl audit verify FILE", why);
		return false;
	}
	const char *text = view_text(&v, "audit");
	snprintf(path, n, "%s", text ? text : "");
	view_close(&v);
	if (!*path)
		complain(q, EXIT_REFUSED, "%s keeps no audit log", q->instance);
	return *path;
}

enum exit_code verb_audit(const struct request *q, const struct view *none, struct report *r)
{
	bool verify = q->n_args && !strcmp(q->arg[0], "verify");
	u32 at = verify ? 1 : 0;
	const char *file = q->n_args > at ? q->arg[at] : NULL;
	char path[512], why[AUDIT_WHY] = "";
	struct audit_chain c;
	struct span text = { 0 };
	u64 line;
	(void)none;
	if (q->n_args == 2 && !verify)
		return complain(q, EXIT_USAGE, "expected hostctl audit [verify] [FILE]");
	if (!find_log(q, file, path, sizeof path))
		return EXIT_NOT_RUNNING;
	audit_chain_init(&c);
	err_t e = audit_verify_file(path, &c, &line, why, &text);
	if (verify && line + (e == ERR_OK))
		judge(r, path, &c, e == ERR_OK ? 0 : line, why);
	else if (!verify)
		show(r, text, q->n ? q->n : LINES_SHOWN);
	free((void *)text.p);
	if (e == ERR_OK)
		return EXIT_DONE;
	return line ? complain(q, EXIT_REFUSED, "%s: line %llu %s", path, (unsigned long long)line, why)
		    : complain(q, EXIT_REFUSED, "%s: %s", path, why);
}
