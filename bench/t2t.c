#include "bench/t2t.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the strategy ---- */

struct taker {
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
};

static err_t taker_init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
			const struct strategy_value *v)
{
	struct taker *t = state;
	(void)v;
	*t = (struct taker){ api, ctx };
	for (u32 i = 0; i < INSTRUMENTS_MAX; i++)
		if (api->subscribe(ctx, i) != ERR_OK)
			return i ? ERR_OK : ERR_NOT_FOUND;
	return ERR_OK;
}

struct t2t_told t2t_told;

static void on_order(void *state, const struct order_event *e, ns_t now)
{
	(void)state, (void)e, (void)now;
	__atomic_store_n(&t2t_told.tsc, tsc_now(), __ATOMIC_RELAXED);
	__atomic_store_n(&t2t_told.n, t2t_told.n + 1, __ATOMIC_RELEASE);
}

static void taker_on_market(void *state, const struct market_view *m)
{
	struct taker *t = state;
	if (m->kind == TAPE_STATUS || m->book_state != BOOK_VALID || m->ask_px - m->bid_px > T2T_SPREAD_MAX)
		return;
	struct order_req q = { .instrument = m->instrument,
			       .side = SIDE_BUY,
			       .type = ORDER_LIMIT,
			       .tif = TIF_IOC,
			       .px = m->ask_px,
			       .qty = 100000 };
	t->api->submit(t->ctx, &q);
}

const struct strategy_desc t2t_taker = { STRATEGY_ABI,
					 .name = "bench_taker",
					 .help = "an IOC order at the ask for each tick",
					 .state_size = sizeof(struct taker),
					 .init = taker_init,
					 .on_market = taker_on_market,
					 .on_order = on_order };

struct canceller {
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
	u64 order; /* 0: none rests */
};

static err_t canceller_init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
			    const struct strategy_value *v)
{
	struct canceller *t = state;
	(void)v;
	*t = (struct canceller){ .api = api, .ctx = ctx };
	return api->subscribe(ctx, 0);
}

static void canceller_on_market(void *state, const struct market_view *m)
{
	struct canceller *t = state;
	if (m->kind == TAPE_STATUS || m->book_state != BOOK_VALID)
		return;
	if (t->order) {
		t->api->cancel(t->ctx, t->order);
		t->order = 0;
		return;
	}
	struct order_req q = {
		.side = SIDE_BUY, .type = ORDER_LIMIT, .tif = TIF_GTC, .px = m->bid_px - 5000, .qty = 100000
	};
	i64 id = t->api->submit(t->ctx, &q);
	t->order = id > 0 ? (u64)id : 0;
}

const struct strategy_desc t2t_canceller = { STRATEGY_ABI,
					     .name = "bench_canceller",
					     .help = "a resting order at one tick, its cancel at the next",
					     .state_size = sizeof(struct canceller),
					     .init = canceller_init,
					     .on_market = canceller_on_market,
					     .on_order = on_order };

/* ---- samples ---- */

static const struct {
	const char *name;
	u8 from, to;
} stages[T2T_STAGES] = {
	{ "poll_to_publish", STAMP_POLL, STAMP_PUBLISH },
	{ "publish_to_decide", STAMP_PUBLISH, STAMP_DECIDE },
	{ "decide_to_doorbell", STAMP_DECIDE, STAMP_DOORBELL },
};

void t2t_open(struct t2t_run *r, const char *name, u32 cap)
{
	r->name = name;
	samples_open(&r->whole, cap);
	for (u32 i = 0; i < T2T_STAGES; i++)
		samples_open(&r->stage[i], cap);
}

void t2t_print(struct t2t_run *r, const char *note)
{
	char name[64];
	samples_print(&r->whole, r->name, note);
	for (u32 i = 0; i < T2T_STAGES; i++) {
		snprintf(name, sizeof name, "%s.%s", r->name, stages[i].name);
		samples_print(&r->stage[i], name, "");
	}
}

void t2t_close(struct t2t_run *r)
{
	samples_close(&r->whole);
	for (u32 i = 0; i < T2T_STAGES; i++)
		samples_close(&r->stage[i]);
}

static void span(struct samples *s, const struct clock *c, u64 from, u64 to)
{
	if (from && to >= from)
		samples_add(s, tsc_to_ns(c, to - from));
}

void t2t_sample(struct t2t_run *r, const struct clock *c, const struct world_sent *sent, const struct trace_rec *t)
{
	span(&r->whole, c, sent->poll_tsc, sent->pushed_tsc);
	for (u32 i = 0; i < T2T_STAGES; i++)
		span(&r->stage[i], c, t->tsc[stages[i].from], t->tsc[stages[i].to]);
}

void t2t_block(struct t2t_run *r)
{
	samples_block(&r->whole);
	for (u32 i = 0; i < T2T_STAGES; i++)
		samples_block(&r->stage[i]);
}

/* ---- ticks in, traces out ---- */

/* One digit to eight before the point of a quantity, whole lots and none; prices of five and six digits. */
static i64 any_qty(struct rng *r)
{
	static const i64 upto[] = { 1000, 100000, 10000000, 100000000, 10000000000, 1000000000000 };
	return 1 + (i64)rng_below(r, (u64)upto[rng_below(r, ARRAY_LEN(upto))]);
}

struct world_quote t2t_next(struct rng *r)
{
	struct world_quote q = { .bid_px = 6000000 + (i64)rng_below(r, 1000000) };
	q.bid_qty = any_qty(r);
	q.ask_px = q.bid_px + (rng_below(r, 4) ? 1 + (i64)rng_below(r, T2T_SPREAD_MAX) :
						 T2T_SPREAD_MAX + 1 + (i64)rng_below(r, 1000));
	q.ask_qty = any_qty(r);
	return q;
}

bool t2t_trades(const struct world_quote *q) { return q->ask_px - q->bid_px <= T2T_SPREAD_MAX; }

struct trace_rec t2t_trace(struct world *w)
{
	struct trace_rec t = { 0 };
	const struct ring_msg *m;
	while ((m = ring_peek(w->tl.trace))) {
		if (m->type == TRACE_ORDER || m->type == TRACE_CANCEL)
			memcpy(&t, m->data, sizeof t);
		ring_release(w->tl.trace, m);
	}
	return t;
}

static void drain(struct ring *r)
{
	for (const struct ring_msg *m; (m = ring_peek(r)); ring_release(r, m))
		;
}

void t2t_drain(struct world *w)
{
	drain(w->tl.journal);
	drain(w->tl.to_ctl);
	drain(w->ml.to_ctl);
}

void t2t_must_have_traded(const char *name, u64 seen, u64 want)
{
	if (seen >= want)
		return;
	fprintf(stderr, "bench: %s: only %llu orders for %llu ticks\n", name, (unsigned long long)seen,
		(unsigned long long)want);
	exit(1);
}
