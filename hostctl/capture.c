/*
 * capture.c - the capture: what it is about, from the segment; begun and ended by the socket.
 */
#include <string.h>

#include "hostctl/names.h"
#include "hostctl/verb.h"

static const struct column columns[] = {
	{ "state", "state", SHOW_TEXT },
	{ "file", "file", SHOW_TEXT },
	{ "since_age_ns", "since", SHOW_NS },
	{ "files", "files", SHOW_COUNT },
	{ "bytes", "bytes", SHOW_COUNT },
	{ "frames", "frames", SHOW_COUNT },
	{ "records", "records", SHOW_COUNT },
	{ "lost", "lost records", SHOW_COUNT },
	{ "checkpoints", "checkpoints", SHOW_COUNT },
	{ "checkpoint_bytes", "checkpoint bytes", SHOW_COUNT },
	{ "still_ns", "core stood still", SHOW_NS },
	{ "secrets", "secrets", SHOW_TEXT },
	{ "alarm", "alarm", SHOW_TEXT },
};

static void add_capture(struct report *r, const struct view *v)
{
	struct capture_row row;
	if (!view_capture(v, &row))
		return;
	struct table *t = report_record(r, "capture", columns, ARRAY_LEN(columns));
	u64 now = clock_wall_ns();
	table_text(t, name_of_capture(row.state));
	table_text(t, row.file[0] ? row.file : NULL);
	if (row.since_wall_ns)
		table_number(t, now > row.since_wall_ns ? (i64)(now - row.since_wall_ns) : 0);
	else
		table_none(t);
	table_number(t, (i64)row.files);
	table_number(t, (i64)row.bytes);
	table_number(t, (i64)row.frames);
	table_number(t, (i64)row.records);
	table_number(t, (i64)row.lost);
	table_number(t, (i64)row.checkpoints);
	table_number(t, (i64)row.checkpoint_bytes);
	table_number(t, (i64)row.still_ns);
	table_text(t, name_of_capture_secrets(row.secrets));
	table_text(t, row.state == CAPTURE_FAILED ? row.why : NULL);
}

enum exit_code verb_capture(const struct request *q, const struct view *v, struct report *r)
{
	if (!strcmp(q->arg[0], "start") || !strcmp(q->arg[0], "stop"))
		return verb_command(q, v, r);
	add_capture(r, v);
	return v->alive ? EXIT_DONE : EXIT_NOT_RUNNING;
}
