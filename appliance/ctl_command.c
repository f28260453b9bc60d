/*
 * ctl_command.c - the operator's commands: from the door to the trade core, and its answers back.
 */
#include <stdio.h>
#include <string.h>

#include "appliance/capture.h"
#include "appliance/ctl.h"
#include "appliance/log.h"

#define STOP_NS (15 * NS_PER_S) /* the core answers within 10 s, if it still runs */

static const struct {
	const char *name;
	u32 verb;
} verbs[] = {
	{ "pause", CMD_PAUSE }, { "resume", CMD_RESUME },
	{ "flatten", CMD_FLATTEN }, { "stop", CMD_STOP },   { "cancel-all", CMD_CANCEL_ALL },
};

/*
 * Index + 1 of a strategy by name; 0: none was named, all are meant; UINT32_MAX: there is no such
 * one.
 */
static u32 strategy_target(const struct ctl *c, const char *name, size_t n)
{
	if (!n)
		return 0;
	for (u32 i = 0; i < c->cfg->n_strategies; i++)
		if (strlen(c->cfg->strategy[i].name) == n && !memcmp(c->cfg->strategy[i].name, name, n))
			return i + 1;
	return UINT32_MAX;
}

void ctl_stop(struct ctl *c, u32 id)
{
	struct msg_command m = { .verb = CMD_STOP, .id = id ? id : UINT32_MAX };
	log_line("ctl", "stop: cancelling all orders");
	c->stop_id = m.id;
	c->stop_ns = clock_ns(c->clock, tsc_now()) + STOP_NS;
	if (!ctl_tell(c, &c->trade, MSG_COMMAND, 0, &m, sizeof m))
		c->done = true,
		/* the core does not drain its inbox: nothing more can be done in order */
		c->exit_code = 1;
}

/*
 * An explicit arm is what lowers a raised kill word; `seen`: as it stood when the asker's right
 * to do so was checked.
 */
static void lower_kill(struct ctl *c, u32 seen)
{
	if (seen == KILL_NONE)
		return;
	/*
	 * Only what was seen: who raises it further at this moment wins, and the core refuses to
	 * arm.
	 */
	if (__atomic_compare_exchange_n(&c->seg->kill->kill, &seen, KILL_NONE, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		log_line("ctl", "arm: the kill word is lowered");
}

bool ctl_is_unfit(const struct ctl *c, char *why)
{
	char red[FITNESS_TEXT];
	if (c->cfg->mode != MODE_LIVE || fitness_is_fit(c->fitness) || *c->override)
		return false;
	snprintf(why, CTL_WHY, "%s; hostctl doctor says how to mend them: do, and start again; or hostctl arm --override REASON "
		 "(role risk or admin)", fitness_refusal(c->fitness, red));
	return true;
}

static void command(struct ctl *c, u32 id, u32 verb, const char *arg, u32 kill_seen)
{
	struct msg_command m = { .verb = verb, .id = id, .target = strategy_target(c, arg, strlen(arg)) };
	if (m.target == UINT32_MAX) {
		door_answer(&c->door, id, ERR_NOT_FOUND,
			    "no strategy of that name; status lists them");
	} else if (c->stop_id) {
		door_answer(&c->door, id, ERR_STATE, "stopping");
	} else if (verb == CMD_STOP) {
		ctl_stop(c, id);
	} else {
		if (verb == CMD_ARM)
			lower_kill(c, kill_seen);
		if (!ctl_tell(c, &c->trade, MSG_COMMAND, 0, &m, sizeof m))
			door_answer(&c->door, id, ERR_FULL,
				    "the trade core does not take messages");
	}
}

/* What stands behind "override=" of an arm; NULL: it is none. */
static const char *override_of(const char *arg)
{
	return !strncmp(arg, "override=", strlen("override=")) ? arg + strlen("override=") : NULL;
}

/* An override holds until the process ends; it is the audit log's, as every command. */
static void arm(struct ctl *c, u32 id, const char *arg, u32 kill_seen)
{
	const char *reason = override_of(arg);
	char why[CTL_WHY];
	if (*arg && (!reason || !*reason)) {
		door_answer(&c->door, id, ERR_ARGUMENT, "expected arm, or arm override=REASON");
		return;
	}
	if (reason)
		snprintf(c->override, sizeof c->override, "%s", reason);
	if (ctl_is_unfit(c, why))
		door_answer(&c->door, id, ERR_STATE, why);
	else
		command(c, id, CMD_ARM, "", kill_seen);
}

/* ---- the capture: the io thread's ---- */

static void capture(struct ctl *c, u32 id, const char *arg)
{
	u16 type = !strcmp(arg, "start") ? CAPTURE_START : !strcmp(arg, "stop") ? CAPTURE_STOP : 0;
	if (!type)
		door_answer(&c->door, id, ERR_ARGUMENT, "expected capture start or capture stop");
	else if (!ring_put(c->capture_ask, type, id, NULL, 0))
		door_answer(&c->door, id, ERR_FULL, "the io thread does not take commands");
}

void ctl_capture_turn(struct ctl *c)
{
	const struct ring_msg *m;
	while ((m = ring_peek(c->capture_answers))) {
		const struct capture_answer *a = (const void *)m->data;
		log_line("ctl", "capture: %s: %s", err_name((err_t)a->err), a->text);
		door_answer(&c->door, (u32)m->tag, (err_t)a->err, a->text);
		ring_release(c->capture_answers, m);
	}
}

/* The right a request needs: of an arm that lowers a kill word, or passes over the doctor, one of its own. */
static const char *right_of(const char *verb, const char *arg, u32 kill_seen)
{
	if (strcmp(verb, "arm"))
		return verb;
	return override_of(arg) ? ROLE_ARM_OVERRIDE : kill_seen != KILL_NONE ? ROLE_ARM_AFTER_KILL : verb;
}

/* Answers who may not ask this now, and who asks who they are; true: there is nothing more to do. */
static bool is_settled(struct ctl *c, u32 id, enum role role, const char *verb, const char *right)
{
	char text[160];
	if (!role_may(role, right)) {
		counter_inc(&c->cnt[APP_CNT_commands_refused]);
		door_answer(&c->door, id, ERR_AUTH, role_refusal(role, right, text, sizeof text));
		return true;
	}
	if (strcmp(verb, "whoami"))
		return false;
	door_answer(&c->door, id, ERR_OK, role_name(role));
	return true;
}

/* From those who cannot reach the word itself; what it is raised to is never lowered by this. */
static void kill_command(struct ctl *c, u32 id, const char *arg)
{
	enum kill_level level = !strcmp(arg, "cancel-only") ? KILL_CANCEL_ONLY : KILL_HALT;
	if (*arg && level == KILL_HALT)
		door_answer(&c->door, id, ERR_ARGUMENT, "expected kill or kill cancel-only");
	else if (segment_kill(c->cfg->instance, level) == ERR_OK)
		door_answer(&c->door, id, ERR_OK, "the kill word is raised");
	else
		door_answer(&c->door, id, ERR_IO, "the kill word cannot be raised; hostctl kill as the user Saker runs as");
}

/*
 * What a program that passes commands on has refused by itself: for the audit log. `verb` is
 * asked by an admin, whatever role the line names.
 */
static bool is_told_refusal(struct ctl *c, u32 id, const struct door_peer *p, const char *verb, const char *arg)
{
	struct door_peer self = *p;
	self.as[0] = 0;
	if (strcmp(verb, "refused") || access_role(&c->access, &self) != ACCESS_ADMIN)
		return false;
	counter_inc(&c->cnt[APP_CNT_commands_refused]);
	door_answer(&c->door, id, ERR_AUTH, *arg ? arg : "refused by the program that was asked");
	return true;
}

static void log_request(const struct door_peer *p, enum role role, const char *verb, const char *arg)
{
	char uid[12], pid[12];
	snprintf(uid, sizeof uid, "%u", p->uid);
	snprintf(pid, sizeof pid, "%u", p->pid);
	const struct log_record what = { .level = LOG_INFO_LEVEL,
					 .area = "ctl",
					 .event = "command",
					 .n_fields = 5,
					 .field = { { "verb", verb },
						    { "uid", uid },
						    { "pid", pid },
						    { "role", role_name(role) },
						    { "via", p->via } } };
	log_event(&what, "command: %.32s %.64s, of uid %s, pid %s%s%s, %s", verb, arg, uid, pid,
		  *p->via ? ", via " : "", p->via, role_name(role));
}

void ctl_on_request(void *user, u32 id, const struct door_peer *p, char *verb, char *arg)
{
	struct ctl *c = user;
	enum role role = access_role(&c->access, p);
	u32 kill_seen = kill_level(c->seg->kill);
	counter_inc(&c->cnt[APP_CNT_commands]);
	log_request(p, role, verb, arg);
	if (is_told_refusal(c, id, p, verb, arg) ||
	    is_settled(c, id, role, verb, right_of(verb, arg, kill_seen)))
		return;
	if (!strcmp(verb, "arm")) {
		arm(c, id, arg, kill_seen);
		return;
	}
	for (u32 i = 0; i < ARRAY_LEN(verbs); i++)
		if (!strcmp(verbs[i].name, verb)) {
			command(c, id, verbs[i].verb, arg, kill_seen);
			return;
		}
	if (!strcmp(verb, "capture"))
		capture(c, id, arg);
	else if (!strcmp(verb, "kill"))
		kill_command(c, id, arg);
	else if (!ctl_epoch_command(c, id, p, verb, arg))
		door_answer(&c->door, id, ERR_UNSUPPORTED,
			    "no such command: arm, pause, resume, flatten, stop, kill, cancel-all, set, enable, disable, "
			    "add, apply, capture, whoami");
}

void ctl_on_answer(struct ctl *c, const struct msg_command *m)
{
	if (m->verb == CMD_EPOCH) {
		ctl_epoch_answer(c, m);
		return;
	}
	log_line("ctl", "answer: %s: %s", err_name((err_t)m->result), m->why);
	door_answer(&c->door, m->id, (err_t)m->result, m->why);
	if (c->stop_id && m->id == c->stop_id) {
		c->done = true;
		c->exit_code = m->result == ERR_OK ? 0 : 1;
	}
}
