/*
 * fake_host.h - stands where the host does, for tests of one strategy: writes down what it asks
 * for, and answers as told.
 */
#ifndef TESTS_FAKE_HOST_H
#define TESTS_FAKE_HOST_H

#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "strategy/param.h"

enum { FAKE_ASKED_MAX = 32 };

struct fake_asked {
	char what; /* 's'ubmit, 'c'ancel */
	struct order_req q;
	u64 id;
};

struct fake_host {
	struct instrument instrument;
	struct fake_asked asked[FAKE_ASKED_MAX];
	u32 n_asked, seen; /* seen: by the test */
	i64 position, submit_answer; /* submit_answer: 0: the next id */
	int cancel_answer;
	u64 last_id;
	ns_t timer; /* 0: none */
	u64 subscribed;
};

static inline struct fake_host *fake_of(struct strategy_ctx *c) { return (struct fake_host *)c; }

static inline err_t fake_subscribe(struct strategy_ctx *c, u32 i)
{
	fake_of(c)->subscribed |= 1ULL << i;
	return ERR_OK;
}

static inline struct fake_asked *fake_note(struct fake_host *f, char what)
{
	assert_true(f->n_asked < FAKE_ASKED_MAX);
	f->asked[f->n_asked].what = what;
	return &f->asked[f->n_asked++];
}

static inline i64 fake_submit(struct strategy_ctx *c, const struct order_req *q)
{
	struct fake_host *f = fake_of(c);
	struct fake_asked *a = fake_note(f, 's');
	a->q = *q;
	a->id = f->submit_answer ? 0 : ++f->last_id;
	return f->submit_answer ? f->submit_answer : (i64)a->id;
}

static inline int fake_cancel(struct strategy_ctx *c, u64 id)
{
	fake_note(fake_of(c), 'c')->id = id;
	return fake_of(c)->cancel_answer;
}

static inline void fake_set_timer(struct strategy_ctx *c, ns_t at) { fake_of(c)->timer = at; }

static inline void fake_log(struct strategy_ctx *c, const char *id, i64 a, i64 b)
{
	(void)c, (void)id, (void)a, (void)b;
}

static inline bool fake_instrument(struct strategy_ctx *c, u32 id, struct instrument *out)
{
	*out = fake_of(c)->instrument;
	return id == out->id;
}

static inline int fake_find(struct strategy_ctx *c, const char *symbol)
{
	return strcmp(symbol, fake_of(c)->instrument.symbol) ? -1 : (int)fake_of(c)->instrument.id;
}

static inline i64 fake_position(struct strategy_ctx *c, u32 i)
{
	assert_int_equal(i, fake_of(c)->instrument.id);
	return fake_of(c)->position;
}

static const struct strategy_api fake_api = {
	.size = sizeof(struct strategy_api),
	.subscribe = fake_subscribe,
	.submit = fake_submit,
	.cancel = fake_cancel,
	.set_timer = fake_set_timer,
	.log = fake_log,
	.instrument = fake_instrument,
	.find = fake_find,
	.position = fake_position,
};

/* Parameters as an operator would write them, over what v holds. */
static inline void fake_change(const struct strategy_desc *d, const char *text,
			       struct strategy_value *v)
{
	struct param_error why = { "" };
	u32 given;
	if (param_parse(d->params, d->n_params, text, v, &given, &why) != ERR_OK)
		fail_msg("%s", why.text);
}

#endif
