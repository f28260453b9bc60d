/*
 * log_verb.c - hostctl log: the newest lines of Saker's own log, or where it goes instead. Where
 * that is the configuration in force says, or, with --config, that which was last.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hostctl/epoch_source.h"
#include "hostctl/log_files.h"

#define LINES_DEFAULT 20
#define REST_NS	      (50 * (long)NS_PER_MS) /* between two looks */

static const struct column source_columns[] = {
	{ "to", "to", SHOW_TEXT },
	{ "path", "path", SHOW_TEXT },
	{ "command", "command", SHOW_TEXT },
};

static const struct column columns[] = {
	{ "time", "TIME", SHOW_TEXT },	 { "level", "LEVEL", SHOW_TEXT },     { "area", "AREA", SHOW_TEXT },
	{ "event", "EVENT", SHOW_TEXT }, { "message", "MESSAGE", SHOW_TEXT },
};

static void add_source(struct report *r, const char *to, const char *path, const char *command)
{
	struct table *t = report_record(r, "source", source_columns, ARRAY_LEN(source_columns));
	table_text(t, to);
	table_long(t, path);
	table_text(t, command);
}

struct shown {
	const struct request *q;
	struct table *t;
};

static void cells_json(struct table *t, const json_t *line)
{
	for (u32 i = 0; i < ARRAY_LEN(columns) - 1; i++)
		table_text(t, json_string_value(json_object_get(line, columns[i].key)));
	table_long(t, json_string_value(json_object_get(line, "message")));
}

/* "2026-08-06T07:06:40.123456Z ctl    warning: sentence" */
static void cells_text(struct table *t, const char *line)
{
	char at[40], area[24];
	int n = 0;
	const char *level = "info";
	if (sscanf(line, "%39s %23s %n", at, area, &n) != 2 || !n) {
		for (u32 i = 0; i < ARRAY_LEN(columns) - 1; i++)
			table_none(t);
		table_long(t, line);
		return;
	}
	line += n;
	if (!strncmp(line, "warning: ", 9))
		level = "warning", line += 9;
	else if (!strncmp(line, "error: ", 7))
		level = "error", line += 7;
	table_text(t, at);
	table_text(t, level);
	table_text(t, area);
	table_none(t);
	table_long(t, line);
}

static void show(void *user, const char *line)
{
	const struct shown *s = user;
	if (!s->q->json) {
		print_line(s->q->out, line);
		return;
	}
	json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	if (j)
		cells_json(s->t, j);
	else
		cells_text(s->t, line);
	json_decref(j);
}

static void flush(const struct shown *s)
{
	if (s->q->json)
		table_stream(s->t, s->q->out, true);
	fflush(s->q->out);
}

/* Until the instance ends, or somebody ends us. */
static void follow(struct log_files *f, const struct shown *s)
{
	const struct timespec rest = { .tv_nsec = REST_NS };
	char why[VIEW_WHY_MAX];
	struct view v;
	bool open = view_open(&v, s->q->instance, why) == ERR_OK, alive = open, more = false;
	flush(s);
	while ((alive || more) && !ferror(s->q->out)) {
		alive = open && segment_alive(&v.seg); /* before the look, so that its last lines are seen */
		more = log_files_more(f);
		flush(s);
		if (!more)
			nanosleep(&rest, NULL);
	}
	if (open)
		view_close(&v);
}

static enum exit_code show_file(const struct request *q, const struct config *c, struct report *r)
{
	struct table *t = NULL;
	if (q->json) {
		add_source(r, "file", c->log_file, NULL);
		t = report_table(r, "log", columns, ARRAY_LEN(columns));
	}
	struct shown s = { q, t };
	struct log_files f = { .path = c->log_file, .keep = c->log_keep, .line = show, .user = &s };
	if (log_files_newest(&f, q->n ? q->n : LINES_DEFAULT) != ERR_OK)
		return complain(q, EXIT_REFUSED, "%s: %s", c->log_file, strerror(errno));
	if (q->follow) {
		follow(&f, &s);
		report_free(r);
	}
	log_files_close(&f);
	return EXIT_DONE;
}

/* Not in files of its own: where else, and what reads it there. */
static enum exit_code tell(const struct request *q, const struct config *c, struct report *r, bool journald)
{
	char command[INSTANCE_MAX + 64];
	snprintf(command, sizeof command, journald ? "journalctl SAKER_INSTANCE=%s" : "journalctl -u saker@%s",
		 c->instance);
	if (q->json) {
		add_source(r, journald ? "journald" : "stderr", NULL, command);
		report_table(r, "log", columns, ARRAY_LEN(columns));
	}
	if (journald)
		return complain(q, EXIT_REFUSED, "%s logs to systemd's journal: %s", c->instance, command);
	return complain(q, EXIT_REFUSED,
			"%s logs to standard error: %s where systemd runs it, %s/saker.out where hostctl start did",
			c->instance, command, c->state_dir);
}

enum exit_code verb_log(const struct request *q, const struct view *none, struct report *r)
{
	char number[16];
	struct epoch_source s;
	enum exit_code code = epoch_source_find(q, &s);
	(void)none;
	if (code != EXIT_DONE)
		return code;
	struct config *c = malloc(sizeof *c);
	if (!c)
		return complain(q, EXIT_REFUSED, "%s", err_text(ERR_NO_MEMORY));
	snprintf(number, sizeof number, "%u", s.epoch.number);
	code = epoch_config(q, &s, number, c);
	if (code == EXIT_DONE && c->log_to == LOG_TO_FILE && *c->log_file)
		code = show_file(q, c, r);
	else if (code == EXIT_DONE)
		code = tell(q, c, r, c->log_to == LOG_TO_JOURNALD);
	free(c);
	return code;
}
