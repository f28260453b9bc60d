/* The hot half of the host: hands events out and keeps each instance within its budget. */
#include "strategy/host_state.h"

#include <string.h>

static void begin_turn(struct host *h, ns_t now, u16 cause_tape, u64 cause_seq)
{
	h->now = now;
	h->cause_tape = cause_tape;
	h->cause_seq = cause_seq;
}

static NOINLINE void pause_by_budget(struct host *h, struct strategy_ctx *c)
{
	c->pause = HOST_PAUSED_BY_BUDGET;
	host_count_one(h, HOST_CNT_budget_pauses);
	h->cfg.ops->paused(h->cfg.core, c->id);
}

static NOINLINE void overrun(struct host *h, struct strategy_ctx *c)
{
	host_count_one(h, HOST_CNT_overruns);
	c->overruns_all++;
	if (++c->overruns < h->cfg.overruns_max || !h->cfg.overruns_max || c->pause)
		return;
	pause_by_budget(h, c);
}

/* One callback is over. Returns the stamp at which the next one begins. */
static u64 end_call(struct host *h, struct strategy_ctx *c, u64 start_tsc)
{
	c->calls++;
	if (!h->cfg.ops->tsc) {
		if (c->calls == c->pause_at)
			pause_by_budget(h, c);
		return start_tsc;
	}
	u64 end = h->cfg.ops->tsc(h->cfg.core), took = end - start_tsc;
	h->end_tsc = end;
	c->max_tsc = u64_max(c->max_tsc, took);
	if (took > h->cfg.budget_tsc)
		overrun(h, c);
	else
		c->overruns = 0;
	return end;
}

u32 host_on_market(struct host *h, const struct market_view *m, u64 start_tsc)
{
	assert(m->flags & TAPE_LAST && m->instrument < INSTRUMENTS_MAX);
	u32 calls = 0, n = h->n_subscribers[m->instrument];
	struct strategy_ctx **subscriber = h->subscriber[m->instrument];
	begin_turn(h, m->now, m->tape, m->seq);
	start_tsc = u64_max(start_tsc, h->end_tsc);
	for (u32 i = 0; i < n; i++) {
		struct strategy_ctx *c = subscriber[i];
		if (c->pause)
			continue;
		c->on_market(c->state, m);
		start_tsc = end_call(h, c, start_tsc);
		calls++;
	}
	counter_add(&h->cfg.counters[HOST_CNT_calls], calls);
	return calls;
}

void host_on_order(struct host *h, const struct order_event *e, ns_t now, u64 start_tsc)
{
	if (e->strategy >= h->n) {
		host_count_one(h, HOST_CNT_orphan_events);
		return;
	}
	struct strategy_ctx *c = &h->instance[e->strategy];
	if (!c->desc->on_order)
		return;
	begin_turn(h, now, 0, 0);
	c->desc->on_order(c->state, e, now);
	end_call(h, c, start_tsc);
	host_count_one(h, HOST_CNT_calls);
}

u32 host_on_time(struct host *h, ns_t now, u64 start_tsc)
{
	u32 calls = 0;
	ns_t next = UINT64_MAX;
	if (now < h->next_timer)
		return 0;
	begin_turn(h, now, 0, 0);
	for (u32 i = 0; i < h->n; i++) {
		struct strategy_ctx *c = &h->instance[i];
		if (c->timer <= now && !c->pause) {
			c->timer = UINT64_MAX; /* before the call: it may set the next */
			c->desc->on_timer(c->state, now);
			start_tsc = end_call(h, c, start_tsc);
			calls++;
		}
		if (!c->pause)
			next = u64_min(next, c->timer);
	}
	h->next_timer = next;
	counter_add(&h->cfg.counters[HOST_CNT_timers], calls);
	counter_add(&h->cfg.counters[HOST_CNT_calls], calls);
	return calls;
}

ns_t host_next_timer(const struct host *h) { return h->next_timer; }

err_t host_set_params(struct host *h, u16 id, const struct strategy_value *v, u32 n, ns_t now)
{
	if (id >= h->n)
		return ERR_NOT_FOUND;
	struct strategy_ctx *c = &h->instance[id];
	if (n != c->desc->n_params)
		return ERR_ARGUMENT;
	if (!c->desc->on_params)
		return ERR_UNSUPPORTED;
	begin_turn(h, now, 0, 0);
	err_t e = c->desc->on_params(c->state, v, now);
	if (e == ERR_OK)
		memcpy(c->values, v, n * sizeof *v);
	host_count_one(h, e == ERR_OK ? HOST_CNT_param_changes : HOST_CNT_param_refusals);
	return e;
}

err_t host_pause(struct host *h, u16 id)
{
	if (id >= h->n)
		return ERR_NOT_FOUND;
	if (h->instance[id].pause == HOST_STOPPED)
		return ERR_STATE;
	h->instance[id].pause = HOST_PAUSED_BY_OPERATOR;
	h->instance[id].overruns = 0;
	return ERR_OK;
}

static void go_on(struct host *h, struct strategy_ctx *c)
{
	c->pause = HOST_RUNNING;
	c->overruns = 0;
	h->next_timer = u64_min(h->next_timer, c->timer); /* what fell due meanwhile fires next */
}

err_t host_resume(struct host *h, u16 id)
{
	if (id >= h->n)
		return ERR_NOT_FOUND;
	if (h->instance[id].pause == HOST_STOPPED)
		return ERR_STATE;
	go_on(h, &h->instance[id]);
	return ERR_OK;
}

err_t host_enable(struct host *h, u16 id, bool on)
{
	if (id >= h->n)
		return ERR_NOT_FOUND;
	struct strategy_ctx *c = &h->instance[id];
	if (!on)
		c->pause = HOST_STOPPED;
	else if (c->pause == HOST_STOPPED)
		go_on(h, c);
	return ERR_OK;
}

err_t host_pause_at(struct host *h, u16 id, u64 calls)
{
	if (id >= h->n)
		return ERR_NOT_FOUND;
	h->instance[id].pause_at = calls;
	return ERR_OK;
}

u32 host_count(const struct host *h) { return h->n; }

bool host_status(const struct host *h, u16 id, struct host_status *out)
{
	if (id >= h->n)
		return false;
	const struct strategy_ctx *c = &h->instance[id];
	*out = (struct host_status){
		.name = c->desc->name,
		.desc = c->desc,
		.values = c->values,
		.pause = c->pause,
		.overruns = c->overruns,
		.calls = c->calls,
		.overruns_all = c->overruns_all,
		.max_tsc = c->max_tsc,
	};
	return true;
}

u32 host_save(const struct host *h, u16 id, void *out, u32 n)
{
	if (id >= h->n || !h->instance[id].desc->save)
		return 0;
	u32 used = h->instance[id].desc->save(h->instance[id].state, out, n);
	assert(used <= n);
	return used;
}

err_t host_load_state(struct host *h, u16 id, const void *in, u32 n)
{
	if (id >= h->n)
		return ERR_NOT_FOUND;
	return h->instance[id].desc->load ? h->instance[id].desc->load(h->instance[id].state, in, n)
					  : ERR_UNSUPPORTED;
}
