/*
 * start.c - starts an instance and waits until it is ready: market data valid, and in mode live the order
 * session logged on and reconciled. Progress goes to standard error.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "hostctl/launch.h"
#include "hostctl/metric_sample.h"
#include "hostctl/verb.h"

#define START_SECONDS 60
#define LOOK_MS       100
#define FORMER_LOOKS  20 /* one that was asked to stop closes its ports behind its answer */

static const struct column columns[] = {
	{ "instance", "instance", SHOW_TEXT }, { "ready", "ready", SHOW_FLAG }, { "stage", "stage", SHOW_TEXT },
	{ "took_ns", "took", SHOW_NS },	       { "unit", "unit", SHOW_TEXT },
};

static i64 value(const struct metric_set *s, const char *group, const char *name, const char *label)
{
	const struct metric *m = metric_find(s, group, name, label);
	return m ? m->value : 0;
}

static bool all_books_valid(const struct metric_set *s)
{
	bool any = false;
	for (u32 i = 0; i < s->n; i++) {
		const struct metric *m = &s->metric[i];
		if (strcmp(m->group, "market") || strcmp(m->name, "valid"))
			continue;
		if (!m->value)
			return false;
		any = true;
	}
	return any;
}

/* What it waits for; NULL: it is ready. */
static const char *stage_of(const struct metric_set *s)
{
	if (!value(s, "appliance", "up", NULL))
		return "its cores to run";
	if (!value(s, "link", "open", "md"))
		return "the market data session";
	if (!all_books_valid(s))
		return "valid books";
	if (!value(s, "appliance", "live", NULL))
		return NULL;
	if (!value(s, "link", "open", "order"))
		return "the order session";
	return value(s, "trading", "reconciled", NULL) ? NULL : "its orders to be reconciled";
}

struct wait {
	const struct request *q;
	struct launch launch;
	struct metric_set *set;
	const char *stage, *told;
	ns_t began_ns;
};

static void look(struct wait *w)
{
	metric_sample(w->set, w->q->instance, clock_wall_ns());
	w->stage = stage_of(w->set);
	if (w->stage && w->stage != w->told)
		fprintf(w->q->err, "hostctl: %s waits for %s\n", w->q->instance, w->stage);
	w->told = w->stage;
}

static void pause_a_while(void)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * (long)NS_PER_MS };
	nanosleep(&pause, NULL);
}

/* Is there one, and does it stay? */
static bool runs_already(struct metric_set *set, const char *instance)
{
	for (u32 i = 0; i < FORMER_LOOKS; i++) {
		metric_sample(set, instance, clock_wall_ns());
		if (!value(set, "appliance", "up", NULL))
			return false;
		pause_a_while();
	}
	return true;
}

static enum exit_code wait_for(struct wait *w)
{
	const struct request *q = w->q;
	const u32 seconds = q->seconds ? q->seconds : START_SECONDS;
	char why[LAUNCH_WHY_MAX];
	for (;;) {
		look(w);
		if (!w->stage)
			return EXIT_DONE;
		if (launch_ended(&w->launch, why))
			return complain(q, w->launch.code == 4 ? EXIT_CONFIG : EXIT_REFUSED, "%s did not start: %s", q->instance,
					why);
		if (clock_wall_ns() - w->began_ns > seconds * NS_PER_S)
			return complain(q, EXIT_TIMEOUT, "%s runs, but still waits for %s after %u s; hostctl status, %s", q->instance,
					w->stage, seconds, w->launch.by_unit ? "journalctl" : w->launch.out);
		pause_a_while();
	}
}

static void show(const struct wait *w, enum exit_code code, struct report *r)
{
	const struct request *q = w->q;
	ns_t took_ns = clock_wall_ns() - w->began_ns;
	char took[NS_TEXT_MAX];
	if (!q->json && code == EXIT_DONE)
		fprintf(q->out, "%s is ready, after %s\n", q->instance, ns_text(took, took_ns));
	if (!q->json)
		return;
	struct table *t = report_record(r, "start", columns, ARRAY_LEN(columns));
	table_text(t, q->instance);
	table_flag(t, code == EXIT_DONE);
	table_text(t, w->stage);
	table_number(t, (i64)took_ns);
	table_text(t, w->launch.by_unit ? w->launch.unit : NULL);
}

static enum exit_code start(const struct request *q, const struct config *c, const char *path, struct report *r)
{
	char why[LAUNCH_WHY_MAX];
	struct wait w = { .q = q, .set = calloc(1, sizeof *w.set), .began_ns = clock_wall_ns() };
	if (!w.set)
		return complain(q, EXIT_REFUSED, "%s", err_text(ERR_NO_MEMORY));
	enum exit_code code = runs_already(w.set, c->instance)
				      ? complain(q, EXIT_REFUSED, "%s runs already: hostctl status", c->instance)
				      : EXIT_DONE;
	if (code == EXIT_DONE && launch_begin(&w.launch, c, path, why) != ERR_OK)
		code = complain(q, EXIT_REFUSED, "%s did not start: %s", c->instance, why);
	if (code == EXIT_DONE)
		code = wait_for(&w);
	show(&w, code, r);
	free(w.set);
	return code;
}

enum exit_code verb_start(const struct request *q, const struct view *v, struct report *r)
{
	char own[CONFIG_TEXT], error[CONFIG_ERROR];
	const char *path = q->config ? q->config : own;
	(void)v;
	snprintf(own, sizeof own, "/etc/saker/%s.yaml", q->instance);
	if (!q->config && access(own, R_OK))
		return complain(q, EXIT_USAGE, "start needs --config FILE: there is no %s", own);
	struct config *c = malloc(sizeof *c);
	err_t e = c ? config_load(c, path, error) : ERR_NO_MEMORY;
	enum exit_code code = EXIT_DONE;
	if (e != ERR_OK)
		code = complain(q, EXIT_CONFIG, "%s", c ? error : err_text(e));
	else if (strcmp(c->instance, q->instance))
		code = complain(q, EXIT_USAGE, "%s is of instance %s, not of %s", path, c->instance, q->instance);
	else
		code = start(q, c, path, r);
	free(c);
	return code;
}
