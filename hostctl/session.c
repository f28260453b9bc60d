/* session.c - the connections to the venue: a line each, or all that is counted of one. */
#include <string.h>

#include "hostctl/names.h"
#include "hostctl/verb.h"

static const struct column session_columns[] = {
	{ "session", "SESSION", SHOW_TEXT },    { "state", "STATE", SHOW_TEXT },
	{ "open_ns", "SINCE", SHOW_NS },        { "rx_age_ns", "LAST HEARD", SHOW_NS },
	{ "srtt_ns", "RTT", SHOW_NS },          { "retransmits", "RETRANSMITS", SHOW_COUNT },
	{ "attempts", "ATTEMPTS", SHOW_COUNT },
};

void add_sessions(struct report *r, const struct view *v)
{
	struct table *t = report_table(r, "sessions", session_columns, ARRAY_LEN(session_columns));
	static const char *const names[] = { "session.md", "session.order", "session.standby" };
	for (u32 i = 0; i < ARRAY_LEN(names); i++) {
		u32 n;
		const struct session_status *s = view_rows(v, names[i], sizeof *s, &n);
		if (!s)
			continue;
		table_text(t, names[i] + strlen("session."));
		table_text(t, name_of_session(counter_get(&s->state)));
		cell_age(t, v, counter_get(&s->since_ns));
		cell_age(t, v, counter_get(&s->rx_ns));
		table_number(t, (i64)counter_get(&s->srtt_ns));
		table_number(t, (i64)counter_get(&s->retransmits));
		table_number(t, (i64)counter_get(&s->attempts));
	}
}

static const struct column counter_columns[] = {
	{ "region", "REGION", SHOW_TEXT },
	{ "counter", "COUNTER", SHOW_TEXT },
	{ "value", "VALUE", SHOW_COUNT },
	{ "help", "", SHOW_TEXT },
};

static void add_region(struct table *t, const struct view *v, const char *name)
{
	const u64 *words;
	const struct counter_text *text;
	const struct region *r = segment_find(&v->seg, name);
	if (!view_counters(v, r, &words, &text))
		return;
	for (u32 i = 0; i < r->count; i++) {
		table_text(t, name);
		table_text(t, text[i].name);
		table_number(t, (i64)counter_get(&words[i]));
		table_text(t, text[i].help);
	}
}

enum exit_code verb_session(const struct request *q, const struct view *v, struct report *r)
{
	static const char *const layers[] = { "session", "tls", "ws" };
	add_sessions(r, v);
	if (!q->n_args) {
		add_ports(r, v);
		add_capabilities(r, v);
		return EXIT_DONE;
	}
	struct table *t = report_table(r, "counters", counter_columns, ARRAY_LEN(counter_columns));
	bool md = !strcmp(q->arg[0], "md");
	for (u32 i = 0; i < ARRAY_LEN(layers); i++) {
		char name[48];
		snprintf(name, sizeof name, "%s%s.%s", md ? "" : "trade.", q->arg[0], layers[i]);
		add_region(t, v, name);
	}
	return EXIT_DONE;
}
