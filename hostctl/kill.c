/* kill.c - the kill word raised without any thread's help, then watched until each core has seen it. */
#include <string.h>
#include <time.h>

#include "hostctl/names.h"
#include "hostctl/verb.h"

#define WATCH_MS 1000

static const struct column columns[] = {
	{ "core", "CORE", SHOW_TEXT },
	{ "seen", "SEEN", SHOW_FLAG },
	{ "level", "ACTS ON", SHOW_TEXT },
	{ "halted", "HALTED", SHOW_FLAG },
};

static const char *const cores[] = { "md", "trade" };

static bool has_seen(const struct core_status *s, u64 level)
{
	return s && counter_get(&s->kill_seen) >= level;
}

/* Have all of them within WATCH_MS? */
static bool watch(const struct view *v, u64 level)
{
	const struct timespec ms = { .tv_nsec = (long)NS_PER_MS };
	for (u32 waited = 0;; waited++) {
		bool all = true;
		for (u32 i = 0; i < ARRAY_LEN(cores); i++)
			all &= has_seen(view_core(v, cores[i]), level);
		if (all || waited == WATCH_MS)
			return all;
		nanosleep(&ms, NULL);
	}
}

static void add_cores(struct report *r, const struct view *v, u64 level)
{
	struct table *t = report_table(r, "cores", columns, ARRAY_LEN(columns));
	for (u32 i = 0; i < ARRAY_LEN(cores); i++) {
		const struct core_status *s = view_core(v, cores[i]);
		table_text(t, cores[i]);
		table_flag(t, has_seen(s, level));
		table_text(t, s ? name_of_kill(counter_get(&s->kill_seen)) : NULL);
		table_flag(t, s && counter_get(&s->halted));
	}
}

static enum exit_code confirm(const struct request *q, u64 level, struct report *r)
{
	char why[VIEW_WHY_MAX];
	struct view v;
	if (view_open(&v, q->instance, why) != ERR_OK)
		return complain(q, EXIT_TIMEOUT,
				"the kill word is raised; whether the cores have seen it cannot be "
				"told: %s",
				why);
	bool all = watch(&v, level);
	u32 pid = v.seg.h->pid;
	add_cores(r, &v, level);
	view_close(&v);
	return all ? EXIT_DONE
		   : complain(q, EXIT_TIMEOUT,
			      "the kill word is raised, but not every core has acted on it within "
			      "a second; "
			      "if it stays so, end process %u (kill -9) and cancel at the venue",
			      pid);
}

/* Whoever may not write to the segment may still have the right: then by the control thread, which raises it. */
static enum exit_code by_socket(const struct request *q, struct report *r)
{
	char why[VIEW_WHY_MAX];
	struct view v = { .alive = true };
	bool seen = view_open(&v, q->instance, why) == ERR_OK;
	if (!seen && !*q->socket)
		return complain(q, EXIT_REFUSED, "%s: its segment cannot be written to by this user, and --config names no socket",
				q->instance);
	v.alive = true; /* the socket says whether it is */
	enum exit_code code = send_command(q, &v, q->cancel_only ? "kill cancel-only" : "kill", r);
	if (seen)
		view_close(&v);
	return code;
}

enum exit_code verb_kill(const struct request *q, const struct view *none, struct report *r)
{
	enum kill_level level = q->cancel_only ? KILL_CANCEL_ONLY : KILL_HALT;
	(void)none;
	switch (segment_kill(q->instance, level)) {
	case ERR_OK:
		return confirm(q, level, r);
	case ERR_CLOSED:
		return complain(q, EXIT_NOT_RUNNING,
				"%s is not running; its kill word is raised all the same",
				q->instance);
	case ERR_NOT_FOUND:
		return complain(q, EXIT_NOT_RUNNING, "%s: no such instance has run here",
				q->instance);
	case ERR_UNSUPPORTED:
		return complain(
			q, EXIT_REFUSED,
			"%s: its segment is of another version; use the hostctl that came with it",
			q->instance);
	default:
		return by_socket(q, r);
	}
}
