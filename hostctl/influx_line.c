#include "hostctl/influx_line.h"

#include <string.h>

static bool is_special(char c) { return c == ',' || c == '=' || c == ' '; }

void influx_tag(const char *value, FILE *out)
{
	for (const char *s = value; *s; s++) {
		bool lost = (u8)*s < 0x20 || *s == 0x7f ||
			    (*s == '\\' && (!s[1] || s[1] == '\\' || is_special(s[1])));
		if (is_special(*s))
			fputc('\\', out);
		fputc(lost ? '_' : *s, out);
	}
}

static void put_tag(const char *key, const char *value, FILE *out)
{
	if (!*value) /* the protocol has no empty tag: it is left out */
		return;
	fprintf(out, ",%s=", key);
	influx_tag(value, out);
}

static void put_field(const struct metric *m, FILE *out)
{
	char text[DEC_TEXT_MAX];
	dec_print_short(text, m->value, m->decimals);
	fprintf(out, "%s=%s%s", m->name, text, m->decimals ? "" : "i");
}

/* ---- lines of metrics ---- */

static void begin_line(const struct metric_set *s, const struct metric *m, FILE *out)
{
	fprintf(out, "saker_%s", m->group);
	put_tag("appliance", s->appliance, out);
	for (u32 i = 0; i < m->n_labels; i++)
		put_tag(m->label[i].key, m->label[i].value, out);
	fputc(' ', out);
}

static void end_line(const struct metric_set *s, FILE *out)
{
	fprintf(out, " %llu\n", (unsigned long long)s->wall_ns);
}

static void put_metrics(const struct metric_set *s, FILE *out)
{
	const struct metric *order[METRICS_MAX];
	metric_by_labels(s, order);
	for (u32 i = 0; i < s->n; i++) {
		if (i && metric_same_labels(order[i], order[i - 1]))
			fputc(',', out);
		else
			begin_line(s, order[i], out);
		put_field(order[i], out);
		if (i + 1 == s->n || !metric_same_labels(order[i], order[i + 1]))
			end_line(s, out);
	}
}

/* ---- lines of histograms ---- */

static void put_hist(const struct metric_set *s, const struct metric_hist *m,
		     const struct metric_set *before, FILE *out)
{
	static const struct {
		const char *name;
		u32 per_10k;
	} fields[] = { { "p50_ns", 5000 }, { "p90_ns", 9000 }, { "p99_ns", 9900 },
		       { "p999_ns", 9990 }, { "max_ns", 10000 } };
	struct hist h = metric_hist_since(m, before);
	fputs("saker_latency", out);
	put_tag("appliance", s->appliance, out);
	put_tag("stage", m->stage, out);
	fprintf(out, " n=%llui,count=%llui", (unsigned long long)h.n, (unsigned long long)m->h.n);
	for (u32 i = 0; h.n && i < ARRAY_LEN(fields); i++)
		fprintf(out, ",%s=%llui", fields[i].name,
			(unsigned long long)hist_quantile(&h, fields[i].per_10k));
	end_line(s, out);
}

void influx_lines(const struct metric_set *now, const struct metric_set *before, FILE *out)
{
	put_metrics(now, out);
	for (u32 i = 0; i < now->n_hists; i++)
		put_hist(now, &now->hist[i], before, out);
}
