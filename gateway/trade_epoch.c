/*
 * trade_epoch.c - a configuration epoch comes into force: everything that can be refused is looked
 * at, or can be taken back, before the first thing changes that cannot.
 */
#include "gateway/trade_epoch.h"

#include <string.h>

#include "gateway/trade_internal.h"

struct epoch_work {
	struct trade_core *c;
	const struct msg_epoch *m;
	const struct msg_limits *limits;
	const struct epoch_strategy *strategy;
	struct strategy_value former[EPOCH_STRATEGIES_MAX][STRATEGY_PARAMS_MAX];
	u32 at;      /* the strategy looked at, + 1; 0: none */
	u32 changed; /* a bit a strategy: its parameters are new */
	struct param_error why;
};

/* ---- what can be seen beforehand ---- */

static err_t refuse(struct epoch_work *w, err_t e, const char *why)
{
	size_t n = strlen(why);
	assert(n < sizeof w->why.text && "sentences of this file");
	memcpy(w->why.text, why, n + 1);
	return e;
}

static bool is_sound(const struct ring_msg *m)
{
	const struct msg_epoch *e = (const void *)m->data;
	return m->n >= sizeof *e && e->n_limits <= INSTRUMENTS_MAX && e->n_strategies <= EPOCH_STRATEGIES_MAX &&
	       m->n == msg_epoch_bytes(e->n_limits, e->n_strategies);
}

static bool is_text(const char *s, size_t n) { return strnlen(s, n) < n; }

static const struct strategy_desc *desc_of(const struct trade_core *c, u32 i, struct host_status *st)
{
	return host_status(c->host, (u16)i, st) ? st->desc : NULL;
}

/* Defaults, then what the text says. */
static err_t parse(const struct strategy_desc *d, const struct epoch_strategy *s, struct strategy_value *v,
		   struct param_error *why)
{
	u32 given;
	param_defaults(d->params, d->n_params, v);
	err_t e = param_parse(d->params, d->n_params, s->params, v, &given, why);
	return e == ERR_OK ? param_require(d->params, d->n_params, given, why) : e;
}

static err_t check_strategy(struct epoch_work *w, u32 i)
{
	const struct epoch_strategy *s = &w->strategy[i];
	struct strategy_value v[STRATEGY_PARAMS_MAX];
	struct host_status st;
	if (!is_text(s->type, sizeof s->type) || !is_text(s->params, sizeof s->params))
		return refuse(w, ERR_SYNTAX, "a text without an end");
	const struct strategy_desc *now = desc_of(w->c, i, &st), *d = host_find(w->c->host, s->type);
	if (!d)
		return refuse(w, ERR_NOT_FOUND, "no strategy of that type is loaded");
	if (now && now != d)
		return refuse(w, ERR_STATE, "a strategy keeps its type for as long as the process runs");
	return parse(d, s, v, &w->why);
}

static err_t check(struct epoch_work *w)
{
	u32 n = host_count(w->c->host);
	if (w->m->n_strategies < n || w->m->n_strategies > n + 1)
		return refuse(w, ERR_ARGUMENT, "strategies go with the process, and come one by one");
	for (u32 i = 0; i < w->m->n_limits; i++)
		if (!risk_takes_limits(w->c->risk, w->limits[i].instrument, &w->limits[i].limits) ||
		    w->limits[i].instrument >= w->c->n_instruments || !risk_takes_account(&w->limits[i].account))
			return refuse(w, ERR_ARGUMENT, "risk refuses these limits");
	for (u32 i = 0; i < w->m->n_strategies; i++) {
		w->at = i + 1;
		err_t e = check_strategy(w, i);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* ---- what can be taken back ---- */

static err_t set_params(struct epoch_work *w, u32 i)
{
	struct strategy_value v[STRATEGY_PARAMS_MAX];
	struct host_status st;
	const struct strategy_desc *d = desc_of(w->c, i, &st);
	w->at = i + 1;
	size_t n = d->n_params * sizeof v[0];
	parse(d, &w->strategy[i], v, &w->why); /* passed once: it passes again */
	if (!memcmp(v, st.values, n))
		return ERR_OK;
	memcpy(w->former[i], st.values, n);
	err_t e = host_set_params(w->c->host, (u16)i, v, d->n_params, w->c->now);
	if (e != ERR_OK)
		return refuse(w, e, e == ERR_UNSUPPORTED ? "its parameters cannot change while it runs"
							 : "the strategy refused these values");
	w->changed |= 1u << i;
	return ERR_OK;
}

/* What it took a moment ago it takes again, or it is stopped: never does it run with what no epoch says. */
static void take_back(struct epoch_work *w)
{
	for (u32 i = 0; i < host_count(w->c->host); i++) {
		struct host_status st;
		if (!(w->changed >> i & 1))
			continue;
		const struct strategy_desc *d = desc_of(w->c, i, &st);
		if (host_set_params(w->c->host, (u16)i, w->former[i], d->n_params, w->c->now) == ERR_OK)
			continue;
		trade_enable(w->c, (u16)i, false);
		trade_notice(w->c, NOTICE_STRATEGY, i, ERR_STATE, "does not take its former parameters back: stopped");
	}
}

static err_t make_new(struct epoch_work *w)
{
	const struct epoch_strategy *s = &w->strategy[w->m->n_strategies - 1];
	u16 id = 0;
	if (w->m->n_strategies == host_count(w->c->host))
		return ERR_OK;
	size_t used = w->c->spare.used;
	w->at = w->m->n_strategies;
	err_t e = host_add(w->c->host, &w->c->spare, s->type, s->params, &id, &w->why);
	if (e == ERR_OK)
		w->changed |= 1u << id;
	else
		w->c->spare.used = used;
	return e;
}

/* ---- what cannot ---- */

static void set_limits(struct epoch_work *w)
{
	for (u32 i = 0; i < w->m->n_limits; i++) {
		const struct msg_limits *l = &w->limits[i];
		risk_set_limits(w->c->risk, l->instrument, &l->limits);
		if (!i)
			risk_set_account(w->c->risk, &l->account, w->c->now);
		trade_show_limits(w->c, l);
	}
}

static void commit(struct epoch_work *w)
{
	struct trade_core *c = w->c;
	set_limits(w);
	for (u32 i = 0; i < w->m->n_strategies; i++) {
		trade_enable(c, (u16)i, w->strategy[i].enabled);
		if (w->changed >> i & 1)
			trade_show_values(c, i);
	}
	c->cfg.cancel_on_stale = w->m->cancel_on_stale;
	c->cfg.cancel_on_session_loss = w->m->cancel_on_session_loss;
	if (c->cfg.profile_every != w->m->profile_every)
		c->profile = w->m->profile_every - 1;
	c->cfg.profile_every = w->m->profile_every;
	journal_config_epoch(&c->journal, w->m->number, w->m->hash, c->now);
}

void trade_epoch(struct trade_core *c, const struct ring_msg *m)
{
	const struct msg_epoch *e = (const void *)m->data;
	struct msg_command from = { .verb = CMD_EPOCH };
	struct epoch_work w = { .c = c, .m = e };
	err_t result = ERR_SYNTAX;
	if (!is_sound(m)) {
		trade_count(c, TRADE_CNT_inbox_unknown);
		return;
	}
	w.limits = (const struct msg_limits *)(e + 1);
	w.strategy = (const struct epoch_strategy *)(w.limits + e->n_limits);
	result = check(&w);
	for (u32 i = 0; result == ERR_OK && i < host_count(c->host); i++)
		result = set_params(&w, i);
	if (result == ERR_OK)
		result = make_new(&w);
	if (result == ERR_OK)
		commit(&w);
	else
		take_back(&w);
	from.id = e->id;
	from.target = w.at;
	trade_answer(c, &from, result, result == ERR_OK ? "in force" : w.why.text);
}
