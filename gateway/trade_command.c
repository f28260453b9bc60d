/*
 * trade_command.c - the operator's verbs and the kill word.
 */
#include <string.h>

#include "gateway/trade_internal.h"

#define STOP_NS (10 * NS_PER_S) /* for confirming that nothing is open */

void trade_notice(struct trade_core *c, u32 kind, i64 a, i64 b, const char *text)
{
	struct msg_notice m = { .kind = kind, .a = a, .b = b };
	size_t n = strnlen(text, sizeof m.text - 1);
	memcpy(m.text, text, n);
	if (!ring_put(c->l.to_ctl, MSG_NOTICE, 0, &m, sizeof m))
		trade_count(c, TRADE_CNT_ctl_ring_full);
}

void trade_answer(struct trade_core *c, const struct msg_command *m, err_t result, const char *why)
{
	struct msg_command a = *m;
	size_t n = strnlen(why, sizeof a.why - 1);
	a.result = result;
	memset(a.why, 0, sizeof a.why);
	memcpy(a.why, why, n);
	if (!ring_put(c->l.to_ctl, MSG_ANSWER, 0, &a, sizeof a))
		trade_count(c, TRADE_CNT_ctl_ring_full);
}

/* ---- verbs ---- */

static void arm(struct trade_core *c, const struct msg_command *m)
{
	/* ctl lowers the word, then sends this: both may fall into one turn */
	trade_obey_kill(c, kill_level(c->l.kill));
	if (!c->cfg.live) {
		trade_answer(c, m, ERR_STATE, "mode is observe: nothing is ever sent");
	} else if (c->kill != KILL_NONE) {
		trade_answer(c, m, ERR_STATE, "the kill word is raised");
	} else if (c->link[0] != LINK_READY) {
		trade_answer(c, m, ERR_STATE, "the order session is not logged on and reconciled yet");
	} else if (c->stopping || c->flattening) {
		trade_answer(c, m, ERR_STATE, "stopping or flattening");
	} else {
		risk_set_state(c->risk, RISK_STATE_ACTIVE);
		trade_answer(c, m, ERR_OK, "armed");
	}
}

static void cancel_of(struct trade_core *c, u16 strategy)
{
	for (u32 i = c->orders.n_open; i--;) {
		struct order *o = order_table_open(&c->orders, i);
		if (o->strategy == strategy)
			trade_want_cancel(c, o);
	}
}

void trade_enable(struct trade_core *c, u16 strategy, bool on)
{
	if (host_enable(c->host, strategy, on) == ERR_OK && !on)
		cancel_of(c, strategy);
}

static err_t pause_one(struct trade_core *c, u16 id, bool resume)
{
	err_t e = resume ? host_resume(c->host, id) : host_pause(c->host, id);
	if (e == ERR_OK && !resume)
		cancel_of(c, id);
	return e;
}

static void pause_or_resume(struct trade_core *c, const struct msg_command *m)
{
	bool resume = m->verb == CMD_RESUME;
	u32 n = host_count(c->host);
	err_t e = ERR_OK;
	if (m->target > n) {
		trade_answer(c, m, ERR_NOT_FOUND, "no such strategy");
		return;
	}
	for (u32 i = m->target ? m->target - 1 : 0; i < (m->target ? m->target : n); i++)
		e = pause_one(c, (u16)i, resume);
	if (m->target && e != ERR_OK)
		trade_answer(c, m, e, "it is stopped");
	else
		trade_answer(c, m, ERR_OK, resume ? "resumed" : "paused, its orders are being cancelled");
}

static void stop(struct trade_core *c, const struct msg_command *m)
{
	c->stopping = true;
	c->stop_ns = c->now + STOP_NS;
	c->stop_command = *m;
	risk_set_state(c->risk, RISK_STATE_CANCEL_ONLY);
	if (c->orders.n_open)
		trade_cancel_all(c);
}

void trade_command(struct trade_core *c, const struct msg_command *m)
{
	switch (m->verb) {
	case CMD_ARM: arm(c, m); break;
	case CMD_PAUSE:
	case CMD_RESUME: pause_or_resume(c, m); break;
	case CMD_CANCEL_ALL:
		trade_cancel_all(c);
		trade_answer(c, m, ERR_OK, "mass cancel under way");
		break;
	case CMD_FLATTEN: trade_flatten(c, m); break;
	case CMD_STOP: stop(c, m); break;
	default: trade_answer(c, m, ERR_UNSUPPORTED, "not a command of the trade core"); break;
	}
}

/* ---- what takes time ---- */

static void stop_turn(struct trade_core *c)
{
	if (!c->stopping || !c->stop_command.id)
		return;
	bool late = c->now >= c->stop_ns;
	if (c->orders.n_open && !late)
		return;
	trade_answer(c, &c->stop_command, c->orders.n_open ? ERR_TIMEOUT : ERR_OK,
		     c->orders.n_open ? "orders are still open: the venue did not confirm their cancelling"
				      : "nothing is open");
	c->stop_command.id = 0;
}

void trade_command_turn(struct trade_core *c)
{
	stop_turn(c);
	if (c->flattening)
		trade_flatten_turn(c);
}

/* The turn that sees a raised word stops new orders (by risk) and sends the mass cancel itself. */
u32 trade_obey_kill(struct trade_core *c, u32 level)
{
	bool raised = level > c->kill;
	c->kill = (u8)level;
	counter_set(&c->l.status->kill_seen, level);
	counter_set(&c->l.status->halted, level >= KILL_HALT);
	if (!raised)
		return 1;
	trade_count(c, TRADE_CNT_kills);
	/* latched: trading begins again by arm alone */
	risk_set_state(c->risk, RISK_STATE_NOT_ARMED);
	trade_cancel_all(c);
	return 1;
}
