#include "hostctl/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *group, *name, *help;
	enum metric_kind kind;
} table[] = {
#define METRIC(group, name, kind, sentence) { #group, #name, sentence, METRIC_##kind },
#include "hostctl/metrics.def"
#undef METRIC
};

void metric_reset(struct metric_set *s, const char *appliance, ns_t wall_ns)
{
	s->n = s->n_hists = s->dropped = 0;
	s->wall_ns = wall_ns;
	snprintf(s->appliance, sizeof s->appliance, "%s", appliance);
}

static struct metric *next(struct metric_set *s, i64 value)
{
	if (s->n == METRICS_MAX) {
		s->dropped++;
		return NULL;
	}
	struct metric *m = &s->metric[s->n++];
	m->value = value;
	m->n_labels = m->decimals = 0;
	return m;
}

struct metric *metric_add(struct metric_set *s, enum metric_id id, i64 value)
{
	struct metric *m = next(s, value);
	if (!m)
		return NULL;
	snprintf(m->group, sizeof m->group, "%s", table[id].group);
	snprintf(m->name, sizeof m->name, "%s", table[id].name);
	snprintf(m->help, sizeof m->help, "%s", table[id].help);
	m->kind = (u8)table[id].kind;
	return m;
}

void metric_label(struct metric *m, const char *key, const char *value)
{
	if (!m)
		return;
	assert(m->n_labels < METRIC_LABELS);
	struct label *l = &m->label[m->n_labels++];
	l->key = key;
	snprintf(l->value, sizeof l->value, "%s", value);
}

void metric_decimals(struct metric *m, u32 decimals)
{
	assert(decimals <= DEC_DECIMALS_MAX);
	if (m)
		m->decimals = (u8)decimals;
}

/* ---- counters ---- */

/* What a region's name says: "trade.order.tls" is group tls, core trade, session order. */
struct region_words {
	char core[LABEL_MAX], session[LABEL_MAX], group[16];
};

static struct region_words words_of(const char *region)
{
	struct region_words w = { 0 };
	const char *last = strrchr(region, '.'), *first = strchr(region, '.');
	snprintf(w.group, sizeof w.group, "%s", last ? last + 1 : region);
	if (first)
		snprintf(w.core, sizeof w.core, "%.*s", (int)(first - region), region);
	if (last != first)
		snprintf(w.session, sizeof w.session, "%.*s", (int)(last - first - 1), first + 1);
	return w;
}

static void add_counter(struct metric_set *s, const struct region_words *w, const char *name,
			const char *help, u64 value)
{
	static const char gauge[] = "gauge: ";
	struct metric *m = next(s, value > INT64_MAX ? INT64_MAX : (i64)value);
	if (!m)
		return;
	bool is_gauge = !strncmp(help, gauge, strlen(gauge));
	memcpy(m->group, w->group, sizeof m->group);
	snprintf(m->name, sizeof m->name, "%.*s", COUNTER_NAME_MAX, name);
	snprintf(m->help, sizeof m->help, "%.*s", COUNTER_HELP_MAX,
		 help + (is_gauge ? strlen(gauge) : 0));
	m->kind = is_gauge ? METRIC_GAUGE : METRIC_COUNTER;
	if (*w->core)
		metric_label(m, "core", w->core);
	if (*w->session)
		metric_label(m, "session", w->session);
}

void metric_add_counters(struct metric_set *s, const char *region, const u64 *words,
			 const struct counter_text *text, u32 n)
{
	struct region_words w = words_of(region);
	for (u32 i = 0; i < n; i++) {
		char name[COUNTER_NAME_MAX + 1], help[COUNTER_HELP_MAX + 1];
		snprintf(name, sizeof name, "%.*s", COUNTER_NAME_MAX, text[i].name);
		snprintf(help, sizeof help, "%.*s", COUNTER_HELP_MAX, text[i].help);
		add_counter(s, &w, name, help, counter_get(&words[i]));
	}
}

void metric_add_own(struct metric_set *s, const char *group, const u64 *words,
		    const struct counter_def *defs, u32 n)
{
	struct region_words w = words_of(group);
	for (u32 i = 0; i < n; i++)
		add_counter(s, &w, defs[i].name, defs[i].help, counter_get(&words[i]));
}

/* ---- order ---- */

static int by_labels(const struct metric *x, const struct metric *y)
{
	int c = x->n_labels - y->n_labels;
	for (u32 i = 0; !c && i < x->n_labels; i++) {
		c = strcmp(x->label[i].key, y->label[i].key);
		c = c ? c : strcmp(x->label[i].value, y->label[i].value);
	}
	return c;
}

static int by_line(const void *a, const void *b)
{
	const struct metric *x = *(const struct metric *const *)a,
			    *y = *(const struct metric *const *)b;
	int c = strcmp(x->group, y->group);
	c = c ? c : by_labels(x, y);
	return c ? c : (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
	const struct metric *x = *(const struct metric *const *)a,
			    *y = *(const struct metric *const *)b;
	int c = strcmp(x->group, y->group);
	c = c ? c : strcmp(x->name, y->name);
	return c ? c : (x > y) - (x < y);
}

void metric_by_name(const struct metric_set *s, const struct metric *order[METRICS_MAX])
{
	for (u32 i = 0; i < s->n; i++)
		order[i] = &s->metric[i];
	qsort(order, s->n, sizeof order[0], by_name);
}

void metric_by_labels(const struct metric_set *s, const struct metric *order[METRICS_MAX])
{
	for (u32 i = 0; i < s->n; i++)
		order[i] = &s->metric[i];
	qsort(order, s->n, sizeof order[0], by_line);
}

bool metric_same_labels(const struct metric *x, const struct metric *y)
{
	return !strcmp(x->group, y->group) && !by_labels(x, y);
}

/* ---- looking ---- */

const struct metric *metric_find(const struct metric_set *s, const char *group, const char *name,
				 const char *value)
{
	for (const struct metric *m = s->metric; m < s->metric + s->n; m++)
		if (!strcmp(m->name, name) && !strcmp(m->group, group) &&
		    (!value || (m->n_labels && !strcmp(m->label[0].value, value))))
			return m;
	return NULL;
}

u32 metric_time_decimals(const char *name)
{
	static const struct {
		const char *end;
		u32 decimals;
	} units[] = { { "_ns", 9 }, { "_us", 6 }, { "_ms", 3 } };
	size_t n = strlen(name);
	for (u32 i = 0; i < ARRAY_LEN(units); i++)
		if (n > 3 && !strcmp(name + n - 3, units[i].end))
			return units[i].decimals;
	return 0;
}

struct hist metric_hist_since(const struct metric_hist *m, const struct metric_set *before)
{
	struct hist h = m->h;
	for (u32 i = 0; i < before->n_hists; i++)
		if (!strcmp(before->hist[i].stage, m->stage) && before->hist[i].h.n <= m->h.n)
			hist_diff(&h, &before->hist[i].h);
	return h;
}
