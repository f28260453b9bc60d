#include "hostctl/alert.h"

#include <stdio.h>
#include <string.h>

#include "hostctl/warnings.h"

/* ---- numbers ---- */

static i64 value_of(const struct metric_set *s, const char *group, const char *name,
		    const char *label)
{
	const struct metric *m = metric_find(s, group, name, label);
	return m ? m->value : 0;
}

static bool is_up(const struct metric_set *s) { return value_of(s, "appliance", "up", NULL); }

/* A count's rise a second between two samples; 0 where there were not two of one run. */
static i64 per_second(const struct metric_set *now, const struct metric_set *before, i64 rise)
{
	ns_t took = now->wall_ns - before->wall_ns;
	if (!before->n || before->wall_ns >= now->wall_ns || rise <= 0)
		return 0;
	return (i64)((i128)rise * NS_PER_S / took);
}

/* The same counter of the sample before, found at once as long as the set is of the same shape. */
static i64 earlier(const struct metric_set *now, const struct metric_set *before, u32 i)
{
	const struct metric *m = &now->metric[i], *b = &before->metric[i];
	if (i < before->n && !strcmp(b->name, m->name) && metric_same_labels(b, m))
		return b->value;
	return m->value;
}

typedef i64 (*rule_value)(const struct config *c, const struct metric_set *now,
			  const struct metric_set *before);

static i64 value_disconnected(const struct config *c, const struct metric_set *now,
			      const struct metric_set *before)
{
	(void)c, (void)before;
	bool live = value_of(now, "appliance", "live", NULL);
	return !is_up(now) || !value_of(now, "link", "open", "md") ||
	       (live && (!value_of(now, "link", "open", "order") ||
			 !value_of(now, "link", "open", "standby")));
}

static i64 value_stale_book(const struct config *c, const struct metric_set *now,
			    const struct metric_set *before)
{
	(void)c, (void)before;
	for (u32 i = 0; is_up(now) && i < now->n; i++)
		if (!strcmp(now->metric[i].group, "market") &&
		    !strcmp(now->metric[i].name, "valid") && !now->metric[i].value)
			return 1;
	return 0;
}

static i64 value_drops(const struct config *c, const struct metric_set *now,
		       const struct metric_set *before)
{
	i64 rise = 0;
	(void)c;
	for (u32 i = 0; i < now->n; i++) {
		const struct metric *m = &now->metric[i];
		if (m->kind == METRIC_COUNTER && warnings_watch(m->group, m->name))
			rise += m->value - earlier(now, before, i);
	}
	return per_second(now, before, rise);
}

static i64 value_latency(const struct config *c, const struct metric_set *now,
			 const struct metric_set *before)
{
	(void)c;
	for (u32 i = 0; before->n && i < now->n_hists; i++)
		if (!strcmp(now->hist[i].stage, "t2t")) {
			struct hist h = metric_hist_since(&now->hist[i], before);
			return (i64)(hist_quantile(&h, 9900) / NS_PER_US);
		}
	return 0;
}

/* Rounded down; no limit, no percents. */
static i64 value_position(const struct config *c, const struct metric_set *now,
			  const struct metric_set *before)
{
	const char *limit = c->risk.max_position;
	i64 most = 0, max;
	(void)before;
	for (u32 i = 0; *limit && i < now->n; i++) {
		const struct metric *m = &now->metric[i];
		if (strcmp(m->group, "position") || strcmp(m->name, "quantity") ||
		    dec_parse(limit, strlen(limit), m->decimals, &max) != ERR_OK || max <= 0)
			continue;
		i128 held = m->value < 0 ? -(i128)m->value : m->value;
		i64 percent = (i64)(held * 100 / max);
		most = percent > most ? percent : most;
	}
	return most;
}

/* The worst instrument, rounded down; no limit, no percents. Fees are not in it. */
static i64 value_loss(const struct config *c, const struct metric_set *now,
		      const struct metric_set *before)
{
	const char *limit = c->risk.max_loss;
	i64 most = 0, max;
	(void)before;
	for (u32 i = 0; *limit && i < now->n; i++) {
		const struct metric *m = &now->metric[i];
		if (strcmp(m->group, "position") || strcmp(m->name, "realised") ||
		    dec_parse(limit, strlen(limit), m->decimals, &max) != ERR_OK || max <= 0)
			continue;
		i128 lost = -(i128)m->value - value_of(now, "position", "unrealised", m->label[0].value);
		i64 percent = lost > 0 ? (i64)(lost * 100 / max) : 0;
		most = percent > most ? percent : most;
	}
	return most;
}

static i64 value_denies(const struct config *c, const struct metric_set *now,
			const struct metric_set *before)
{
	(void)c;
	return per_second(now, before,
			  value_of(now, "core", "orders_denied", "trade") -
				  value_of(before, "core", "orders_denied", "trade"));
}

static i64 value_clock(const struct config *c, const struct metric_set *now,
		       const struct metric_set *before)
{
	(void)c, (void)before;
	return value_of(now, "app", "clock_offset_us", NULL) / 1000;
}

static i64 value_kill(const struct config *c, const struct metric_set *now,
		      const struct metric_set *before)
{
	(void)c, (void)before;
	return value_of(now, "appliance", "kill_level", NULL);
}

static i64 value_latched(const struct config *c, const struct metric_set *now,
			 const struct metric_set *before)
{
	(void)c, (void)before;
	return value_of(now, "trading", "latched", NULL) != 0;
}

/* ---- rules ---- */

/* `threshold`: where it stands in the configuration; NO_OPTION: 1, always on. */
#define NO_OPTION 0
#define AT(member) offsetof(struct config, telemetry.member)

static const struct {
	const char *name, *what;
	rule_value value;
	size_t threshold;
} rules[] = {
	{ "disconnected", "the appliance or a session is down", value_disconnected,
	  AT(alert_disconnected) },
	{ "stale_book", "a book is not valid", value_stale_book, AT(alert_stale_book) },
	{ "drops", "frames, messages or records lost a second", value_drops, AT(alert_drops) },
	{ "latency", "us of tick to trade, 99th percentile", value_latency, AT(alert_latency_us) },
	{ "position", "% of risk.max_position", value_position, AT(alert_position_percent) },
	{ "loss", "% of risk.max_loss", value_loss, AT(alert_loss_percent) },
	{ "denies", "orders refused by risk a second", value_denies, AT(alert_denies) },
	{ "clock_offset", "ms between our clock and the venue's", value_clock,
	  AT(alert_clock_offset_ms) },
	{ "kill_raised", "the kill word is raised", value_kill, NO_OPTION },
	{ "risk_latched", "a limit has stopped trading", value_latched, NO_OPTION },
};
static_assert(ARRAY_LEN(rules) == ALERT_RULES, "a state for each rule");

static u32 threshold_of(const struct alerts *a, u32 i)
{
	u32 threshold = 1;
	if (rules[i].threshold != NO_OPTION)
		memcpy(&threshold, (const u8 *)a->c + rules[i].threshold, sizeof threshold);
	return threshold;
}

void alerts_init(struct alerts *a, const struct config *c) { *a = (struct alerts){ .c = c }; }

/* Has what would change the state held for long enough? */
static bool changes(struct alert_state *s, const struct config_telemetry *t, i64 value,
		    u32 threshold, ns_t now_ns)
{
	bool wrong = threshold && value >= threshold;
	bool well = !threshold || (i128)value * 10 <= (i128)threshold * 9;
	if (s->raised ? !well : !wrong) {
		s->since_ns = 0;
		return false;
	}
	if (!s->since_ns)
		s->since_ns = now_ns;
	return now_ns - s->since_ns >=
	       (s->raised ? t->alert_clear_ms : t->alert_hold_ms) * NS_PER_MS;
}

u32 alerts_turn(struct alerts *a, const struct metric_set *now, const struct metric_set *before,
		struct alert out[ALERT_RULES])
{
	u32 n = 0;
	for (u32 i = 0; i < ALERT_RULES; i++) {
		struct alert_state *s = &a->state[i];
		u32 threshold = threshold_of(a, i);
		i64 value = threshold ? rules[i].value(a->c, now, before) : 0;
		if (!changes(s, &a->c->telemetry, value, threshold, now->wall_ns))
			continue;
		s->raised = !s->raised;
		s->since_ns = 0;
		struct alert *o = &out[n++];
		*o = (struct alert){ .raised = s->raised, .wall_ns = now->wall_ns };
		snprintf(o->name, sizeof o->name, "%s", rules[i].name);
		snprintf(o->text, sizeof o->text, "%s: %lld, threshold %u (%s)", now->appliance,
			 (long long)value, threshold, rules[i].what);
	}
	return n;
}

void alerts_sample(const struct alerts *a, struct metric_set *s)
{
	for (u32 i = 0; i < ALERT_RULES; i++)
		metric_label(metric_add(s, METRIC_alert_raised, a->state[i].raised), "alert",
			     rules[i].name);
}
