/*
 * fake_core.h - stands where the trade core does, for tests of the host; and a strategy that does
 * as the test says.
 */
#ifndef TESTS_FAKE_CORE_H
#define TESTS_FAKE_CORE_H

#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "strategy/host.h"

/* A core that writes down what reaches it, and a clock that moves as told. */
struct core {
	struct arena arena;
	struct host *host;
	struct instrument instruments[3];
	u64 counters[HOST_COUNTERS];
	struct order_req last;
	ns_t last_now;
	u64 tsc, tsc_step; /* each reading of the clock adds tsc_step */
	i64 answer;
	u32 submits, cancels, pauses;
	u16 paused;
	char traced[9];
};

static inline i64 core_submit(void *p, const struct order_req *q, ns_t now)
{
	struct core *c = p;
	c->last = *q;
	c->last_now = now;
	c->submits++;
	return c->answer;
}

static inline int core_cancel(void *p, u16 strategy, u64 id, ns_t now)
{
	(void)now;
	((struct core *)p)->cancels++;
	return id == 77 && strategy == 0 ? 0 : STRATEGY_NO_ORDER;
}

static inline i64 core_position(void *p, u32 instrument)
{
	(void)p;
	return 1000 + instrument;
}

static inline void core_trace(void *p, u16 strategy, const char id[8], i64 a, i64 b)
{
	(void)strategy, (void)a, (void)b;
	memcpy(((struct core *)p)->traced, id, 8);
}

static inline void core_paused(void *p, u16 strategy)
{
	((struct core *)p)->pauses++;
	((struct core *)p)->paused = strategy;
}

static inline u64 core_tsc(void *p)
{
	struct core *c = p;
	return c->tsc += c->tsc_step;
}

static const struct host_ops ops = {
	.submit = core_submit,
	.cancel = core_cancel,
	.position = core_position,
	.trace = core_trace,
	.paused = core_paused,
	.tsc = core_tsc,
};

/* A strategy that does what the test's script says, and counts. */
struct probe {
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
	u32 markets, orders, timers, changes;
	i64 depth;
	i64 submitted; /* answer of the last submit */
	bool submit_on_market, submit_on_order;
	ns_t again_ns;
	u64 drawn;
};

static const struct strategy_param probe_params[] = {
	{ .name = "instrument", .type = PARAM_STRING, .help = "h" },
	{ .name = "depth",
	  .type = PARAM_INT,
	  .def = "3",
	  .min = "1",
	  .max = "9",
	  .unit = "levels",
	  .help = "h" },
};

static inline err_t probe_init(void *s, const struct strategy_api *api, struct strategy_ctx *ctx,
			       const struct strategy_value *v)
{
	struct probe *p = s;
	struct order_req q = { .qty = 1 };
	*p = (struct probe){ .api = api, .ctx = ctx, .depth = v[1].i };
	assert_int_equal(api->size, sizeof *api);
	assert_int_equal(api->submit(ctx, &q),
			 STRATEGY_PAUSED); /* nothing before the start is complete */
	assert_int_equal(api->subscribe(ctx, 99), ERR_NOT_FOUND);
	int id = api->find(ctx, v[0].s);
	if (id < 0)
		return ERR_NOT_FOUND;
	assert_int_equal(api->subscribe(ctx, (u32)id), ERR_OK);
	assert_int_equal(api->subscribe(ctx, (u32)id), ERR_EXISTS);
	return ERR_OK;
}

static inline void probe_on_market(void *s, const struct market_view *m)
{
	struct probe *p = s;
	struct order_req q = { .instrument = m->instrument,
			       .qty = 5,
			       .px = 6,
			       .strategy = 999,
			       .cause_seq = 12345,
			       .rsv = { 1 } };
	p->markets++;
	assert_int_equal(p->api->subscribe(p->ctx, 0), ERR_STATE); /* only in init */
	if (p->submit_on_market)
		p->submitted = p->api->submit(p->ctx, &q);
}

static inline void probe_on_order(void *s, const struct order_event *e, ns_t now)
{
	struct probe *p = s;
	struct order_req q = { .instrument = e->instrument, .qty = 5 };
	(void)now;
	p->orders++;
	if (p->submit_on_order)
		p->submitted = p->api->submit(p->ctx, &q);
}

static inline void probe_on_timer(void *s, ns_t now)
{
	struct probe *p = s;
	p->timers++;
	if (p->again_ns)
		p->api->set_timer(p->ctx, now + p->again_ns);
}

static inline err_t probe_on_params(void *s, const struct strategy_value *v, ns_t now)
{
	struct probe *p = s;
	(void)now;
	if (v[1].i == 7)
		return ERR_STATE;
	p->changes++;
	p->depth = v[1].i;
	return ERR_OK;
}

static inline u32 probe_save(const void *s, void *out, u32 n)
{
	assert_true(n >= 4);
	memcpy(out, &((const struct probe *)s)->markets, 4);
	return 4;
}

static inline err_t probe_load(void *s, const void *in, u32 n)
{
	if (n != 4)
		return ERR_SYNTAX;
	memcpy(&((struct probe *)s)->markets, in, 4);
	return ERR_OK;
}

/* The descriptor of each test hands its state out, so that the test can look inside. */
static const struct strategy_desc probe_desc = {
	STRATEGY_ABI,
	.name = "probe",
	.params = probe_params,
	.n_params = 2,
	.state_size = sizeof(struct probe),
	.init = probe_init,
	.on_market = probe_on_market,
	.on_order = probe_on_order,
	.on_timer = probe_on_timer,
	.on_params = probe_on_params,
	.save = probe_save,
	.load = probe_load,
};

static inline void core_open(struct core *c)
{
	static const char *const symbols[] = { "BTCUSDT", "ETHUSDT", "PEPEUSDT" };
	struct param_error why;
	*c = (struct core){ .answer = 501 };
	for (u32 i = 0; i < 3; i++) {
		c->instruments[i] = (struct instrument){ .id = i,
							 .symbol_n = (u8)strlen(symbols[i]),
							 .lot = 1 };
		memcpy(c->instruments[i].symbol, symbols[i], strlen(symbols[i]));
	}
	assert_int_equal(arena_open(&c->arena, 4 << 20), ERR_OK);
	c->host = host_new(&c->arena, &(struct host_cfg){ .ops = &ops,
							  .core = c,
							  .instruments = c->instruments,
							  .n_instruments = 3,
							  .overruns_max = 3,
							  .budget_tsc = 1000,
							  .seed = 5,
							  .counters = c->counters });
	assert_non_null(c->host);
	assert_int_equal(host_register(c->host, &probe_desc, &why), ERR_OK);
}

static inline void core_close(struct core *c) { arena_close(&c->arena); }

/* The state is what the arena gave last: after the values, cache-line aligned. */
static inline struct probe *add(struct core *c, const char *params)
{
	struct param_error why = { "" };
	u16 id;
	if (host_add(c->host, &c->arena, "probe", params, &id, &why) != ERR_OK)
		fail_msg("%s", why.text);
	assert_int_equal(id, host_count(c->host) - 1);
	return (struct probe *)(c->arena.base + c->arena.used - sizeof(struct probe));
}

static inline u32 tick(struct core *c, u32 instrument)
{
	struct market_view m = {
		.instrument = instrument, .flags = TAPE_LAST, .tape = 2, .seq = 900, .now = 40
	};
	return host_on_market(c->host, &m, c->tsc);
}

#endif
