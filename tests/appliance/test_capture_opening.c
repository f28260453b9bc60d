/*
 * First frames of connections: against a model that remembers everything, with rooms used up, ended and
 * taken over by later connections at random.
 */
#include "appliance/capture_opening.h"

#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "tests/cmocka_all.h"

enum { STEPS = 20000, RECORDS = 600, PAYLOAD = 1536 };

struct model {
	u64 nth;
	bool ended;
	u32 n, used;
	u64 tag[RECORDS];
	u32 len[RECORDS];
};

static void model_put(struct model *m, u64 nth, u64 tag, u32 len)
{
	if (m->nth != nth)
		*m = (struct model){ .nth = nth };
	u32 used = m->used + (u32)sizeof(struct ring_msg) + (len + 15) / 16 * 16;
	m->ended |= used > CAPTURE_OPENING_BYTES;
	if (m->ended)
		return;
	assert_true(m->n < RECORDS);
	m->tag[m->n] = tag;
	m->len[m->n++] = len;
	m->used = used;
}

static void compare(const struct capture_opening *o, u32 i, const struct model *m)
{
	u32 at = 0, n = 0;
	assert_int_equal(o->of[i].frames, m->n);
	assert_int_equal(o->of[i].ended, m->ended);
	for (const struct ring_msg *r; (r = capture_opening_next(o, i, &at)); n++) {
		assert_true(n < m->n && r->tag == m->tag[n] && r->n == m->len[n]);
		for (u32 k = 0; k < r->n; k++)
			assert_int_equal(r->data[k], (u8)r->tag);
	}
	assert_int_equal(n, m->n);
}

static void as_a_model_that_remembers_everything(void **state)
{
	static struct model model[CAPTURE_SESSIONS];
	_Alignas(16) u8 b[sizeof(struct ring_msg) + PAYLOAD];
	struct ring_msg *m = (void *)b;
	struct capture_opening o;
	struct rng rng;
	u64 seed = 20240808;
	const char *given = getenv("SEED");
	(void)state;
	if (given)
		seed = strtoull(given, NULL, 0);
	print_message("SEED=%llu\n", (unsigned long long)seed);
	rng_seed(&rng, seed);
	assert_int_equal(capture_opening_init(&o), ERR_OK);
	for (u64 step = 1; step <= STEPS; step++) {
		u32 i = (u32)rng_below(&rng, CAPTURE_SESSIONS), what = (u32)rng_below(&rng, 400);
		if (what == 0) {
			capture_opening_drop(&o, i);
			model[i] = (struct model){ 0 };
		} else if (what == 1) {
			capture_opening_end(&o, i);
			model[i].ended = true;
		} else {
			u64 nth = what == 2 ? step : model[i].nth ? model[i].nth : 1;
			*m = (struct ring_msg){ .n = 100 + (u32)rng_below(&rng, PAYLOAD - 100), .tag = step };
			memset(m->data, (u8)step, m->n);
			capture_opening_put(&o, i, nth, m);
			model_put(&model[i], nth, step, m->n);
		}
		if (step % 64 == 0)
			compare(&o, i, &model[i]);
	}
	for (u32 i = 0; i < CAPTURE_SESSIONS; i++)
		compare(&o, i, &model[i]);
	capture_opening_free(&o);
	assert_null(o.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_model_that_remembers_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
