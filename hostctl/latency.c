/* latency.c - the histograms the io thread keeps, and the longest turns of the cores. */
#include <string.h>

#include "hostctl/histogram.h"
#include "hostctl/verb.h"

static const struct column stage_columns[] = {
	{ "stage", "STAGE", SHOW_TEXT }, { "n", "N", SHOW_COUNT },     { "min_ns", "MIN", SHOW_NS },
	{ "p50_ns", "P50", SHOW_NS },    { "p90_ns", "P90", SHOW_NS }, { "p99_ns", "P99", SHOW_NS },
	{ "p999_ns", "P99.9", SHOW_NS }, { "max_ns", "MAX", SHOW_NS }, { "what", "", SHOW_TEXT },
};

static const struct column turn_columns[] = {
	{ "core", "CORE", SHOW_TEXT },
	{ "turns", "TURNS", SHOW_COUNT },
	{ "max_turn_ns", "LONGEST", SHOW_NS },
	{ "max_turn_age_ns", "AGO", SHOW_NS },
	{ "slow_turns", "OVER 100 US", SHOW_COUNT },
};

/* What each histogram measures; others are shown without. */
static const struct {
	const char *name, *what;
} stages[] = {
	{ "t2t", "frame of the tick polled, to doorbell of the order" },
	{ "poll_to_publish", "frame polled, to event on the tape" },
	{ "publish_to_read", "on the tape, to read by the trading core" },
	{ "read_to_decide", "read, to decided by a strategy" },
	{ "decide_to_risk", "decided, to passed by risk" },
	{ "risk_to_doorbell", "passed by risk, to doorbell" },
	{ "decide_to_doorbell", "decided, to doorbell" },
	{ "order_to_ack", "doorbell, to the venue's first answer" },
	{ "feed_lag", "the venue's event time, to receipt here" },
};

static const char *what_of(const char *name)
{
	for (u32 i = 0; i < ARRAY_LEN(stages); i++)
		if (!strcmp(stages[i].name, name))
			return stages[i].what;
	return "";
}

static void add_stage(struct table *t, const char *name, const struct hist *h)
{
	static const u32 per_10k[] = { 5000, 9000, 9900, 9990 };
	table_text(t, name);
	table_number(t, (i64)h->n);
	if (h->n)
		table_number(t, (i64)h->min);
	else
		table_none(t);
	for (u32 i = 0; i < ARRAY_LEN(per_10k); i++) {
		if (h->n)
			table_number(t, (i64)hist_quantile(h, per_10k[i]));
		else
			table_none(t);
	}
	if (h->n)
		table_number(t, (i64)h->max);
	else
		table_none(t);
	table_text(t, what_of(name));
}

static void add_core(struct table *t, const struct view *v, const char *core)
{
	const struct core_status *s = view_core(v, core);
	if (!s)
		return;
	table_text(t, core);
	table_number(t, (i64)counter_get(&s->turns));
	table_number(t, (i64)counter_get(&s->max_turn_ns));
	cell_age(t, v, counter_get(&s->max_turn_at_ns));
	table_number(t, (i64)counter_get(&s->slow_turns));
}

static enum exit_code show_stage(const struct request *q, const struct view *v, struct report *r)
{
	const struct region *region = segment_find(&v->seg, q->arg[0]);
	const struct hist *from = region ? view_hist(v, region) : NULL;
	struct hist copy;
	if (!from)
		return complain(q, EXIT_REFUSED, "no stage %s; hostctl latency lists them", q->arg[0]);
	hist_copy(&copy, from);
	add_stage(report_table(r, "stages", stage_columns, ARRAY_LEN(stage_columns)), region->name, &copy);
	add_histogram(r, &copy, q->json ? 0 : HISTOGRAM_ROWS);
	return EXIT_DONE;
}

enum exit_code verb_latency(const struct request *q, const struct view *v, struct report *r)
{
	if (q->outliers) {
		add_outliers(r, v);
		return EXIT_DONE;
	}
	if (q->n_args)
		return show_stage(q, v, r);
	struct table *t = report_table(r, "stages", stage_columns, ARRAY_LEN(stage_columns));
	for (u32 i = 0; i < v->seg.h->n_regions; i++) {
		const struct region *region = &v->seg.h->region[i];
		const struct hist *from = view_hist(v, region);
		struct hist copy;
		if (!from)
			continue;
		hist_copy(&copy, from);
		add_stage(t, region->name, &copy);
	}
	t = report_table(r, "turns", turn_columns, ARRAY_LEN(turn_columns));
	add_core(t, v, "md");
	add_core(t, v, "trade");
	return EXIT_DONE;
}
