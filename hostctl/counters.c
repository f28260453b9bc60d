/* counters.c - every counter of every module, with the sentence its module gave it. */
#include <string.h>

#include "hostctl/verb.h"

static const struct column columns[] = {
	{ "region", "REGION", SHOW_TEXT },
	{ "counter", "COUNTER", SHOW_TEXT },
	{ "value", "VALUE", SHOW_COUNT },
	{ "help", "", SHOW_TEXT },
};

static bool is_wanted(const struct request *q, const char *region, const char *counter, u64 value)
{
	char name[sizeof(struct region) + COUNTER_NAME_MAX];
	const char *prefix = q->n_args ? q->arg[0] : "";
	snprintf(name, sizeof name, "%s.%.*s", region, COUNTER_NAME_MAX, counter);
	return (value || !q->nonzero) && !strncmp(name, prefix, strlen(prefix));
}

static void add_region(const struct request *q, const struct view *v, const struct region *r,
		       struct table *t)
{
	const u64 *words;
	const struct counter_text *text;
	if (!view_counters(v, r, &words, &text))
		return;
	for (u32 i = 0; i < r->count; i++) {
		u64 value = counter_get(&words[i]);
		if (!is_wanted(q, r->name, text[i].name, value))
			continue;
		table_text(t, r->name);
		table_text(t, text[i].name);
		table_number(t, (i64)value);
		table_text(t, text[i].help);
	}
}

enum exit_code verb_counters(const struct request *q, const struct view *v, struct report *r)
{
	struct table *t = report_table(r, "counters", columns, ARRAY_LEN(columns));
	for (u32 i = 0; i < v->seg.h->n_regions; i++)
		add_region(q, v, &v->seg.h->region[i], t);
	if (json_array_size(t->rows) == 0 && q->n_args && !q->nonzero)
		return complain(q, EXIT_REFUSED, "no counter whose name begins with %s", q->arg[0]);
	return EXIT_DONE;
}
