/* status.c - one look at everything: the process, its cores, sessions, books, trading, and what is wrong. */
#include <string.h>
#include <time.h>

#include "hostctl/names.h"
#include "hostctl/strategies.h"
#include "hostctl/verb.h"
#include "hostctl/warnings.h"
#include "risk/risk.h"

#define CORES 2

static const struct column process_columns[] = {
	{ "instance", "instance", SHOW_TEXT },
	{ "state", "state", SHOW_TEXT },
	{ "pid", "pid", SHOW_COUNT },
	{ "up_ns", "up", SHOW_NS },
	{ "mode", "mode", SHOW_TEXT },
	{ "layout", "layout", SHOW_TEXT },
	{ "build", "build", SHOW_TEXT },
	{ "heartbeat_age_ns", "heartbeat", SHOW_NS },
	{ "kill", "kill word", SHOW_TEXT },
	{ "kill_by_pid", "raised by pid", SHOW_COUNT },
	{ "kill_age_ns", "raised ago", SHOW_NS },
};

static const struct column core_columns[] = {
	{ "core", "CORE", SHOW_TEXT },          { "turns_per_s", "TURNS/S", SHOW_COUNT },
	{ "busy_ppm", "BUSY PPM", SHOW_COUNT }, { "max_turn_ns", "LONGEST TURN", SHOW_NS },
	{ "max_turn_age_ns", "AGO", SHOW_NS },  { "slow_turns", "OVER 100 US", SHOW_COUNT },
	{ "halted", "HALTED", SHOW_FLAG },      { "kill_seen", "KILL SEEN", SHOW_TEXT },
};

static const struct column trade_columns[] = {
	{ "mode", "mode", SHOW_TEXT },
	{ "risk_state", "risk", SHOW_TEXT },
	{ "latched", "latched by", SHOW_TEXT },
	{ "link_order", "order link", SHOW_TEXT },
	{ "link_standby", "stand-by link", SHOW_TEXT },
	{ "reconciliation", "reconciliation", SHOW_TEXT },
	{ "orders_open", "open orders", SHOW_COUNT },
	{ "orders_in_doubt", "orders in doubt", SHOW_COUNT },
	{ "foreign_orders", "foreign orders", SHOW_COUNT },
	{ "strategies_paused", "strategies paused", SHOW_COUNT },
	{ "boot", "boot", SHOW_COUNT },
};

static void cell_since_wall(struct table *t, u64 wall_ns)
{
	u64 now = clock_wall_ns();
	if (wall_ns)
		table_number(t, now > wall_ns ? (i64)(now - wall_ns) : 0);
	else
		table_none(t);
}

static void cell_config(struct table *t, const struct view *v, const char *key)
{
	char text[CONFIG_NUMBER];
	table_text(t, view_config(v, key, text, sizeof text) ? text : NULL);
}

static const char *state_of(const struct view *v)
{
	if (v->alive)
		return "running";
	return v->seg.h->closed ? "stopped" : "died";
}

static void add_process(struct report *r, const struct view *v)
{
	const struct segment_header *h = v->seg.h;
	struct table *t = report_record(r, "process", process_columns, ARRAY_LEN(process_columns));
	char build[sizeof h->build + 1], instance[sizeof h->instance + 1];
	u32 level = kill_level(v->seg.kill);
	snprintf(build, sizeof build, "%.*s", (int)sizeof h->build, h->build);
	snprintf(instance, sizeof instance, "%.*s", (int)sizeof h->instance, h->instance);
	table_text(t, instance);
	table_text(t, state_of(v));
	table_number(t, h->pid);
	cell_since_wall(t, v->alive ? h->start_wall_ns : 0);
	cell_config(t, v, "mode");
	cell_config(t, v, "layout");
	table_text(t, *build ? build : NULL);
	cell_age(t, v, counter_get(&h->heartbeat_ns));
	table_text(t, name_of_kill(level));
	if (level)
		table_number(t, __atomic_load_n(&v->seg.kill->by_pid, __ATOMIC_RELAXED));
	else
		table_none(t);
	cell_since_wall(t, level ? counter_get(&v->seg.kill->at_wall_ns) : 0);
}

/* ---- cores: what happens between two looks ---- */

static void look(struct core_look *k, u64 *turns, u64 *busy)
{
	*turns = k->s ? counter_get(&k->s->turns) : 0;
	*busy = k->s ? counter_get(&k->s->busy_turns) : 0;
}

static u64 monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NS_PER_S + (u64)t.tv_nsec;
}

static void look_twice(const struct view *v, struct core_look looks[CORES])
{
	static const char *const names[CORES] = { "md", "trade" };
	const struct timespec between = { .tv_nsec = (long)WARNINGS_LOOK_NS };
	u64 turns[CORES], busy[CORES], start = monotonic_ns();
	for (u32 i = 0; i < CORES; i++) {
		looks[i] = (struct core_look){ .name = names[i], .s = view_core(v, names[i]) };
		look(&looks[i], &turns[i], &busy[i]);
	}
	nanosleep(&between, NULL);
	for (u32 i = 0; i < CORES; i++) {
		look(&looks[i], &looks[i].turns, &looks[i].busy_turns);
		looks[i].turns -= turns[i];
		looks[i].busy_turns -= busy[i];
		looks[i].took_ns = monotonic_ns() - start;
	}
}

static void add_cores(struct report *r, const struct view *v, const struct core_look looks[CORES])
{
	struct table *t = report_table(r, "cores", core_columns, ARRAY_LEN(core_columns));
	for (u32 i = 0; i < CORES; i++) {
		const struct core_look *k = &looks[i];
		if (!k->s)
			continue;
		table_text(t, k->name);
		table_number(t, (i64)(k->turns * NS_PER_S / (k->took_ns ? k->took_ns : 1)));
		table_number(t, k->turns ? (i64)(k->busy_turns * 1000000 / k->turns) : 0);
		table_number(t, (i64)counter_get(&k->s->max_turn_ns));
		cell_age(t, v, counter_get(&k->s->max_turn_at_ns));
		table_number(t, (i64)counter_get(&k->s->slow_turns));
		table_flag(t, counter_get(&k->s->halted));
		table_text(t, name_of_kill(counter_get(&k->s->kill_seen)));
	}
}

/* ---- trading ---- */

static void add_trading(struct report *r, const struct view *v)
{
	struct trade_row row;
	if (!view_trade(v, &row))
		return;
	struct table *t = report_record(r, "trading", trade_columns, ARRAY_LEN(trade_columns));
	table_text(t, row.mode ? "live" : "observe");
	table_text(t, name_of_risk_state(row.risk_state));
	table_text(t, row.latched ? risk_code_name((enum risk_code)row.latched) : NULL);
	table_text(t, name_of_link(row.link[0]));
	table_text(t, name_of_link(row.link[1]));
	table_text(t, name_of_recon(row.recon_state));
	table_number(t, (i64)row.orders_open);
	table_number(t, (i64)row.doubtful);
	table_number(t, (i64)row.foreign_orders);
	table_number(t, (i64)row.strategies_paused);
	table_number(t, row.boot);
}

enum exit_code verb_status(const struct request *q, const struct view *v, struct report *r)
{
	struct core_look looks[CORES];
	(void)q;
	look_twice(v, looks);
	add_process(r, v);
	add_cores(r, v, looks);
	add_ports(r, v);
	add_sessions(r, v);
	add_books(r, v);
	add_trading(r, v);
	add_strategies(r, v, STRATEGIES_ALL);
	add_warnings(r, v, looks, CORES);
	return v->alive ? EXIT_DONE : EXIT_NOT_RUNNING;
}
