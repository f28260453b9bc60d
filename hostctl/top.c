/* top.c - hostctl top: what other verbs say, live on the whole screen. */
#include <stdio.h>
#include <time.h>

#include "hostctl/terminal.h"
#include "hostctl/top_layout.h"
#include "hostctl/verb.h"

#define KEY_WAIT_MS 100
#define PERIOD_NS NS_PER_S

static u64 monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NS_PER_S + (u64)t.tv_nsec;
}

/* ---- looking ---- */

static void collect(const struct request *q, const struct view *v, struct report *r)
{
	static const verb_fn parts[] = { verb_status, verb_orders, verb_pnl, verb_latency };
	for (u32 i = 0; i < ARRAY_LEN(parts); i++)
		parts[i](q, v, r);
}

/* A new look in place of the one before; that stays where there is no instance, and the note says why. */
static void look(const struct request *q, struct report *r, struct top_state *t)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	struct tm tm;
	time_t now = time(NULL);
	strftime(t->clock, sizeof t->clock, "%H:%M:%S", localtime_r(&now, &tm));
	if (view_open(&v, q->instance, why) != ERR_OK) {
		snprintf(t->note, sizeof t->note, "%.*s", (int)sizeof t->note - 1, why);
		return;
	}
	t->note[0] = 0;
	report_free(r);
	collect(q, &v, r);
	view_close(&v);
}

/* ---- painting ---- */

static void paint(const struct report *r, const struct top_state *t)
{
	struct screen s;
	u32 rows, cols;
	terminal_size(&rows, &cols);
	if (!screen_open(&s, rows, cols))
		return;
	top_draw(&s, r, t);
	terminal_paint(&s);
	screen_close(&s);
}

static void run(const struct request *q)
{
	struct report r = { 0 };
	struct top_state t = { 0 };
	u64 due = 0;
	int key = 0;
	while (!t.done && key >= 0) {
		u64 now = monotonic_ns();
		if (now >= due && !t.held) {
			due = now + PERIOD_NS;
			look(q, &r, &t);
		}
		paint(&r, &t);
		key = terminal_key(KEY_WAIT_MS);
		top_key(&t, key);
	}
	report_free(&r);
}

enum exit_code verb_top(const struct request *q, const struct view *v, struct report *r)
{
	(void)v;
	(void)r;
	struct request ask = *q;
	if (q->json)
		return complain(q, EXIT_USAGE, "top is for people; hostctl --json status --watch for programs");
	ask.err = fopen("/dev/null", "w"); /* what a verb complains of stands among the warnings */
	if (!ask.err || !terminal_open(q->out, stdin)) {
		if (ask.err)
			fclose(ask.err);
		return complain(q, EXIT_REFUSED,
				"top needs a terminal that TERM names; hostctl status --watch goes anywhere");
	}
	run(&ask);
	terminal_close();
	fclose(ask.err);
	return EXIT_DONE;
}
