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
	return api->subscribe(ctx, 0);
}

static void taker_on_market(void *state, const struct market_view *m)
{
	struct taker *t = state;
	if (m->kind != TAPE_BBO || m->book_state != BOOK_VALID)
		return;
	struct order_req q = { .instrument = 0,
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
					 .on_market = taker_on_market };

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

void t2t_sample(struct t2t_run *r, const struct clock *c, u64 pushed_tsc, const struct trace_rec *t)
{
	span(&r->whole, c, t->tsc[STAMP_POLL], pushed_tsc);
	for (u32 i = 0; i < T2T_STAGES; i++)
		span(&r->stage[i], c, t->tsc[stages[i].from], t->tsc[stages[i].to]);
}

/* ---- ticks in, traces out ---- */

struct t2t_tick t2t_next(struct rng *r)
{
	struct t2t_tick t;
	t.bid_px = 6000000 + (i64)rng_below(r, 1000000);
	t.bid_qty = (i64)rng_below(r, 100000000000) + 1;
	t.ask_qty = (i64)rng_below(r, 10000000) + 1;
	return t;
}

struct trace_rec t2t_trace(struct world *w)
{
	struct trace_rec t = { 0 };
	const struct ring_msg *m;
	while ((m = ring_peek(w->tl.trace))) {
		if (m->type == TRACE_ORDER)
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
