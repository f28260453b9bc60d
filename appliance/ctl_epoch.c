#include "appliance/ctl_epoch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/config_diff.h"
#include "appliance/ctl.h"
#include "appliance/ctl_epoch_text.h"
#include "appliance/log.h"
#include "gateway/trade_epoch.h"
#include "strategy/host.h"

#define CORE_NS (5 * NS_PER_S) /* it answers in its next turn, if it still runs */

/* ---- the end of one, whatever it is ---- */

static void answer(struct ctl *c, err_t e, const char *text)
{
	log_line("ctl", "epoch: %s: %s", err_name(e), text);
	door_answer(&c->door, c->epoch.id, e, text);
	c->epoch.id = 0;
}

static void end(struct ctl *c, err_t e, const char *text)
{
	answer(c, e, text);
	epoch_job_clear(&c->epoch.job);
	c->epoch.state = EPOCH_IDLE;
}

static void ask_io(struct ctl *c, enum epoch_ask what)
{
	struct epoch_job *j = &c->epoch.job;
	if (ring_put(c->epoch.ask, (u16)what, 0, &j, sizeof j))
		c->epoch.state = EPOCH_AT_IO;
	else
		end(c, ERR_FULL, "the io thread does not take commands");
}

/* ---- may it be? ---- */

struct verdict {
	enum role role;
	u32 fixed; /* options that cannot change while it runs */
	bool loosens, strategies;
	char text[400]; /* what stands in the way, by name */
};

static void name(struct verdict *v, const struct config_change *c)
{
	size_t n = strlen(v->text);
	if (n + strlen(c->path) + 3 < sizeof v->text)
		snprintf(v->text + n, sizeof v->text - n, "%s%s", n ? ", " : "", c->path);
}

static void judge(void *user, const struct config_change *c)
{
	struct verdict *v = user;
	bool strategy = !strncmp(c->path, "strategies", strlen("strategies"));
	if (c->how == OPTION_START) {
		v->fixed++;
		name(v, c);
	}
	v->loosens |= c->loosens;
	v->strategies |= strategy;
}

static void judge_rights(void *user, const struct config_change *c)
{
	struct verdict *v = user;
	if (c->loosens)
		name(v, c);
}

/* ERR_OK, or why not, in a sentence. */
static err_t permit(struct ctl *c, const struct config *next, const char *right, char *why, size_t n)
{
	struct verdict v = { .role = c->epoch.role };
	u32 changes = config_diff(c->cfg, next, judge, &v);
	if (!changes) {
		snprintf(why, n, "nothing differs from what is in force, epoch %u", c->epoch.row.epoch.number);
		return ERR_EXISTS;
	}
	if (v.fixed) {
		snprintf(why, n, "cannot change while it runs: %s; nothing was changed: stop, and start with this file",
			 v.text);
		return ERR_STATE;
	}
	if (v.strategies && !role_may(v.role, right)) {
		role_refusal(v.role, right, why, n);
		return ERR_AUTH;
	}
	if (v.loosens && !role_may(v.role, ROLE_LOOSEN)) {
		config_diff(c->cfg, next, judge_rights, &v);
		snprintf(why, n, "more risk is not for role %s, but for risk and admin: %s", role_name(v.role), v.text);
		return ERR_AUTH;
	}
	return ERR_OK;
}

/* ---- to the core ---- */

static struct msg_epoch *make_message(struct ctl *c, const struct config *next, char *why, size_t n)
{
	u32 bytes = msg_epoch_bytes(c->n_instruments, next->n_strategies);
	struct msg_epoch *m = calloc(1, bytes);
	err_t e = m ? ERR_OK : ERR_NO_MEMORY;
	if (!m) {
		snprintf(why, n, "%s", err_text(e));
		return NULL;
	}
	*m = (struct msg_epoch){ .n_limits = c->n_instruments,
				 .n_strategies = next->n_strategies,
				 .profile_every = next->profile_every,
				 .cancel_on_stale = next->on_stale == ON_LOSS_CANCEL,
				 .cancel_on_session_loss = next->on_session_loss == ON_LOSS_CANCEL };
	for (u32 i = 0; e == ERR_OK && i < c->n_instruments; i++)
		e = ctl_limits(next, &c->instrument[i], &msg_epoch_limits(m)[i], why, n);
	for (u32 i = 0; e == ERR_OK && i < next->n_strategies; i++)
		e = epoch_strategy_text(&next->strategy[i], &msg_epoch_strategies(m)[i], why, n);
	if (e == ERR_OK)
		return m;
	free(m);
	return NULL;
}

static void tell_core(struct ctl *c)
{
	struct ctl_epoch *x = &c->epoch;
	struct msg_epoch *m = make_message(c, x->job.config, x->why, sizeof x->why);
	x->refused = ERR_FULL;
	bool told = false;
	char hash[17];
	if (m) {
		m->id = m->number = x->job.epoch.number;
		snprintf(hash, sizeof hash, "%.16s", x->job.epoch.hash);
		m->hash = strtoull(hash, NULL, 16);
		snprintf(x->why, sizeof x->why, "the trade core does not take messages");
		told = ctl_tell(c, &c->trade, MSG_EPOCH, 0, m, msg_epoch_bytes(m->n_limits, m->n_strategies));
	}
	free(m);
	if (!told) {
		ask_io(c, EPOCH_DROP);
		return;
	}
	x->state = EPOCH_AT_CORE;
	x->late_ns = clock_ns(c->clock, tsc_now()) + CORE_NS;
}

void ctl_epoch_answer(struct ctl *c, const struct msg_command *m)
{
	struct ctl_epoch *x = &c->epoch;
	if (x->state != EPOCH_AT_CORE || m->id != x->job.epoch.number)
		return;
	x->refused = (err_t)m->result;
	if (m->result == ERR_OK) {
		ask_io(c, EPOCH_COMMIT);
		return;
	}
	const struct config *next = x->job.config;
	bool named = m->target && m->target <= next->n_strategies;
	snprintf(x->why, sizeof x->why, "%s%s%.230s; nothing was changed", named ? next->strategy[m->target - 1].name : "",
		 named ? ": " : "", m->why);
	ask_io(c, EPOCH_DROP);
}

/* ---- in force ---- */

void ctl_epoch_show(struct ctl *c)
{
	if (c->epoch.cell)
		row_write(&c->epoch.cell->seq, c->epoch.cell->w, &c->epoch.row, sizeof c->epoch.row);
}

static void take_over(struct ctl *c)
{
	struct ctl_epoch *x = &c->epoch;
	for (u32 i = c->cfg->n_strategies; i < x->job.config->n_strategies; i++)
		strategy_show_add(&x->show, x->job.config->strategy[i].name,
				  host_find(x->host, x->job.config->strategy[i].type));
	x->row.epoch = x->job.epoch;
	c->cfg = x->job.config;
	free(x->owned);
	x->owned = x->job.config;
	x->job.config = NULL;
	ctl_epoch_show(c);
}

static void committed(struct ctl *c)
{
	struct ctl_epoch *x = &c->epoch;
	char text[EPOCH_WHY_MAX + 64];
	err_t e = x->job.e;
	take_over(c);
	snprintf(text, sizeof text, "epoch %u, SHA-256 %s", x->row.epoch.number, x->row.epoch.hash);
	ctl_audit(c, "config", text, e, x->row.epoch.how);
	if (e == ERR_OK)
		snprintf(text, sizeof text, "epoch %u is in force", x->row.epoch.number);
	else
		snprintf(text, sizeof text, "epoch %u is in force, but not safe on the disk: %s", x->row.epoch.number,
			 x->job.why);
	end(c, e, text);
}

/* ---- what the io thread has done ---- */

static void consider(struct ctl *c, const char *right)
{
	struct ctl_epoch *x = &c->epoch;
	char why[EPOCH_WHY_MAX] = "";
	err_t e = permit(c, x->job.config, right, why, sizeof why);
	struct msg_epoch *m = e == ERR_OK ? make_message(c, x->job.config, why, sizeof why) : NULL;
	if (m)
		ask_io(c, EPOCH_PREPARE);
	else
		end(c, e == ERR_EXISTS ? ERR_OK : e == ERR_OK ? ERR_ARGUMENT : e, why);
	free(m);
}

static void io_done(struct ctl *c, u16 what)
{
	struct ctl_epoch *x = &c->epoch;
	if (what == EPOCH_COMMIT)
		committed(c);
	else if (what == EPOCH_DROP)
		end(c, x->refused, x->why);
	else if (x->job.e != ERR_OK)
		end(c, x->job.e, x->job.why);
	else if (what == EPOCH_READ)
		consider(c, "set");
	else
		tell_core(c);
}

void ctl_epoch_turn(struct ctl *c, ns_t now)
{
	struct ctl_epoch *x = &c->epoch;
	const struct ring_msg *m;
	while (x->answers && (m = ring_peek(x->answers))) {
		u16 what = m->type;
		ring_release(x->answers, m);
		io_done(c, what);
	}
	if (x->state == EPOCH_AT_CORE && x->id && now >= x->late_ns)
		answer(c, ERR_TIMEOUT, "the trade core does not answer; should it come back, it takes the epoch: look at "
				       "hostctl config show");
}

/* ---- commands ---- */

static void begin(struct ctl *c, u32 id, const struct door_peer *p, const char *verb, const char *arg)
{
	struct ctl_epoch *x = &c->epoch;
	x->id = id;
	x->role = access_role(&c->access, p);
	x->job.epoch = (struct epoch){ .uid = p->uid, .at_wall_ns = clock_wall_ns() };
	snprintf(x->job.epoch.role, sizeof x->job.epoch.role, "%s", role_name(x->role));
	snprintf(x->job.epoch.how, sizeof x->job.epoch.how, "%s %s", verb, arg);
}

/* "HASH PATH" */
static void apply(struct ctl *c, const char *arg)
{
	struct epoch_job *j = &c->epoch.job;
	size_t n = strcspn(arg, " \t");
	const char *path = arg + n + strspn(arg + n, " \t");
	if (n != EPOCH_HASH_MAX - 1 || *path != '/' || strlen(path) >= sizeof j->path) {
		end(c, ERR_ARGUMENT, "expected apply SHA-256 PATH");
		return;
	}
	memcpy(j->epoch.hash, arg, n);
	j->epoch.hash[n] = 0;
	snprintf(j->path, sizeof j->path, "%s", path);
	snprintf(j->epoch.how, sizeof j->epoch.how, "apply %s", path);
	ask_io(c, EPOCH_READ);
}

/* What is in force, changed by one command. */
static void change(struct ctl *c, const char *verb, const char *arg)
{
	struct ctl_epoch *x = &c->epoch;
	char why[EPOCH_WHY_MAX] = "out of memory";
	x->job.config = malloc(sizeof *x->job.config);
	err_t e = x->job.config ? ERR_OK : ERR_NO_MEMORY;
	if (e == ERR_OK) {
		*x->job.config = *c->cfg;
		e = epoch_edit(x->job.config, verb, arg, why, sizeof why);
	}
	if (e == ERR_OK)
		e = epoch_print(x->job.config, &x->job.text, &x->job.n);
	if (e == ERR_OK)
		consider(c, verb);
	else
		end(c, e, why);
}

bool ctl_epoch_command(struct ctl *c, u32 id, const struct door_peer *p, const char *verb, const char *arg)
{
	bool is_apply = !strcmp(verb, "apply");
	if (!is_apply && !epoch_edits(verb))
		return false;
	if (c->stop_id) {
		door_answer(&c->door, id, ERR_STATE, "stopping");
	} else if (c->epoch.state != EPOCH_IDLE) {
		door_answer(&c->door, id, ERR_AGAIN, "another change is under way; try again");
	} else {
		begin(c, id, p, verb, arg);
		if (is_apply)
			apply(c, arg);
		else
			change(c, verb, arg);
	}
	return true;
}

void ctl_epoch_close(struct ctl *c)
{
	epoch_job_clear(&c->epoch.job);
	free(c->epoch.owned);
	c->epoch.owned = NULL;
}
