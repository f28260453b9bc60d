#include "hostctl/prom_text.h"

#include <string.h>

#define LE_LAST (8 * NS_PER_S) /* larger ones are in +Inf alone */
#define NAME_MAX_TEXT 96

/* The name without its unit of time, with "_seconds" and "_total" where they belong. */
static void name_of(const struct metric *m, char out[NAME_MAX_TEXT])
{
	bool time = metric_time_decimals(m->name);
	size_t n = strlen(m->name) - (time ? 3 : 0);
	snprintf(out, NAME_MAX_TEXT, "saker_%s_%.*s%s%s", m->group, (int)n, m->name,
		 time ? "_seconds" : "", m->kind == METRIC_COUNTER ? "_total" : "");
}

/* Backslash, quote and newline escaped, as the format wants them in label values. */
static void put_escaped(FILE *out, const char *s, bool quotes)
{
	for (; *s; s++) {
		if (*s == '\\' || (quotes && *s == '"'))
			fputc('\\', out);
		if (*s == '\n')
			fputs("\\n", out);
		else
			fputc(*s, out);
	}
}

static void put_label(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s=\"", key);
	put_escaped(out, value, true);
	fputc('"', out);
}

static void put_value(FILE *out, i64 value, u32 decimals)
{
	char text[DEC_TEXT_MAX];
	dec_print_short(text, value, decimals);
	fprintf(out, " %s\n", text);
}

static void put_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s ", name);
	put_escaped(out, help, false);
	fprintf(out, "\n# TYPE %s %s\n", name, type);
}

static void put_metric(const struct metric_set *s, const struct metric *m, const char *name,
		       FILE *out)
{
	u32 decimals = u32_min(m->decimals + metric_time_decimals(m->name), DEC_DECIMALS_MAX);
	fprintf(out, "%s{", name);
	put_label(out, "appliance", s->appliance);
	for (u32 i = 0; i < m->n_labels; i++) {
		fputc(',', out);
		put_label(out, m->label[i].key, m->label[i].value);
	}
	fputc('}', out);
	put_value(out, m->value, decimals);
}

/* ---- histograms ---- */

static void put_bucket(const struct metric_set *s, const char *stage, const char *le, u64 n,
		       FILE *out)
{
	fputs("saker_latency_seconds_bucket{", out);
	put_label(out, "appliance", s->appliance);
	fputc(',', out);
	put_label(out, "stage", stage);
	fprintf(out, ",le=\"%s\"} %llu\n", le, (unsigned long long)n);
}

static void put_hist(const struct metric_set *s, const struct metric_hist *m, FILE *out)
{
	u32 step = 1u << (HIST_SUB_BITS - 1), last = hist_index(LE_LAST);
	char le[DEC_TEXT_MAX];
	u64 n = 0;
	for (u32 i = 0; i < last; i++) {
		n += m->h.bucket[i];
		if ((i + 1) % step)
			continue;
		dec_print_short(le, (i64)hist_upper(i), 9);
		put_bucket(s, m->stage, le, n, out);
	}
	put_bucket(s, m->stage, "+Inf", m->h.n, out);
	fputs("saker_latency_seconds_sum{", out);
	put_label(out, "appliance", s->appliance);
	fputc(',', out);
	put_label(out, "stage", m->stage);
	fputc('}', out);
	put_value(out, m->h.sum > INT64_MAX ? INT64_MAX : (i64)m->h.sum, 9);
	fputs("saker_latency_seconds_count{", out);
	put_label(out, "appliance", s->appliance);
	fputc(',', out);
	put_label(out, "stage", m->stage);
	fprintf(out, "} %llu\n", (unsigned long long)m->h.n);
}

/* ---- all ---- */

void prom_text(const struct metric_set *s, FILE *out)
{
	const struct metric *order[METRICS_MAX];
	char name[NAME_MAX_TEXT], last[NAME_MAX_TEXT] = "";
	metric_by_name(s, order);
	for (u32 i = 0; i < s->n; i++) {
		name_of(order[i], name);
		if (strcmp(name, last))
			put_head(out, name, order[i]->kind == METRIC_COUNTER ? "counter" : "gauge",
				 order[i]->help);
		memcpy(last, name, sizeof last);
		put_metric(s, order[i], name, out);
	}
	if (s->n_hists)
		put_head(out, "saker_latency_seconds", "histogram",
			 "time from one stamp of a tick's way to the next, by stage");
	for (u32 i = 0; i < s->n_hists; i++)
		put_hist(s, &s->hist[i], out);
}
