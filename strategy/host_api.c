/*
 * The functions a strategy is handed: they look after what is the host's, and pass the rest to the
 * trade core.
 */
#include "strategy/host_state.h"

#include <string.h>

static err_t api_subscribe(struct strategy_ctx *c, u32 instrument)
{
	struct host *h = c->host;
	if (!c->starting)
		return ERR_STATE;
	if (instrument >= h->cfg.n_instruments)
		return ERR_NOT_FOUND;
	if (instrument_set_has(&c->subscribed, instrument))
		return ERR_EXISTS;
	if (!c->desc->on_market)
		return ERR_UNSUPPORTED;
	instrument_set_add(&c->subscribed, instrument);
	return ERR_OK;
}

static i64 api_submit(struct strategy_ctx *c, const struct order_req *q)
{
	struct host *h = c->host;
	i64 id;
	/* field by field, as the strategy has just written them: a wider copy would wait for its stores */
	struct order_req o = { .instrument = q->instrument,
			       .strategy = c->id,
			       .cause_tape = h->cause_tape,
			       .cause_seq = h->cause_seq,
			       .tag = q->tag,
			       .px = q->px,
			       .qty = q->qty,
			       .side = q->side,
			       .type = q->type,
			       .tif = q->tif };
	host_count_one(h, HOST_CNT_submits);
	if (c->pause || c->starting)
		id = STRATEGY_PAUSED;
	else if (q->instrument >= h->cfg.n_instruments || q->side > SIDE_SELL ||
		 q->type > ORDER_MARKET || q->tif > TIF_FOK)
		id = STRATEGY_BAD_REQUEST;
	else
		id = h->cfg.ops->submit(h->cfg.core, &o, h->now);
	if (id < 0)
		host_count_one(h, HOST_CNT_refused);
	return id;
}

static int api_cancel(struct strategy_ctx *c, u64 order_id)
{
	host_count_one(c->host, HOST_CNT_cancels);
	return c->host->cfg.ops->cancel(c->host->cfg.core, c->id, order_id, c->host->now);
}

static int api_amend(struct strategy_ctx *c, u64 order_id, i64 px, i64 qty)
{
	(void)c, (void)order_id, (void)px, (void)qty;
	return STRATEGY_UNSUPPORTED;
}

static void api_set_timer(struct strategy_ctx *c, ns_t at)
{
	c->timer = at && c->desc->on_timer ? at : UINT64_MAX;
	c->host->next_timer = u64_min(c->host->next_timer, c->timer);
}

static void api_log(struct strategy_ctx *c, const char *id, i64 a, i64 b)
{
	char text[8] = { 0 };
	memcpy(text, id, strnlen(id, sizeof text));
	c->host->cfg.ops->trace(c->host->cfg.core, c->id, text, a, b);
}

static u64 api_random(struct strategy_ctx *c) { return rng_next(&c->rng); }

static bool api_instrument(struct strategy_ctx *c, u32 id, struct instrument *out)
{
	if (id >= c->host->cfg.n_instruments)
		return false;
	*out = c->host->cfg.instruments[id];
	return true;
}

static int api_find(struct strategy_ctx *c, const char *symbol)
{
	size_t n = strlen(symbol);
	for (u32 i = 0; i < c->host->cfg.n_instruments; i++) {
		const struct instrument *x = &c->host->cfg.instruments[i];
		if (x->symbol_n == n && !memcmp(x->symbol, symbol, n))
			return (int)i;
	}
	return -1;
}

static i64 api_position(struct strategy_ctx *c, u32 instrument)
{
	return c->host->cfg.ops->position(c->host->cfg.core, instrument);
}

const struct strategy_api host_api = {
	.size = sizeof(struct strategy_api),
	.abi_minor = STRATEGY_ABI_MINOR,
	.subscribe = api_subscribe,
	.submit = api_submit,
	.cancel = api_cancel,
	.amend = api_amend,
	.set_timer = api_set_timer,
	.log = api_log,
	.random = api_random,
	.instrument = api_instrument,
	.find = api_find,
	.position = api_position,
};
