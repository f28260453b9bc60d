#include "tests/cmocka_all.h"

#include <string.h>

#include "common/rng.h"
#include "risk/idmap.h"
#include "risk/orders.h"
#include "risk/seen.h"

enum { KEYS = 64, STEPS = 200000 };

/* Against a plain array; few slots and near keys, so that probes run into each other and wrap. */
static void test_like_an_array(void **state)
{
	(void)state;
	struct arena a;
	struct idmap m;
	struct rng g;
	u32 model[KEYS];
	memset(model, 0xff, sizeof model);
	assert_int_equal(arena_open(&a, 1 << 16), ERR_OK);
	assert_int_equal(idmap_init(&m, &a, KEYS / 2), ERR_OK);
	rng_seed(&g, 11);
	for (u32 i = 0; i < STEPS; i++) {
		u64 k = rng_below(&g, KEYS);
		if (model[k] != IDMAP_NONE) {
			idmap_remove(&m, k + 1);
			model[k] = IDMAP_NONE;
		} else if (m.n < m.max) {
			model[k] = (u32)rng_below(&g, 1000);
			idmap_put(&m, k + 1, model[k]);
		}
		for (u64 j = 0; j < KEYS; j++)
			assert_int_equal(idmap_find(&m, j + 1), model[j]);
	}
	arena_close(&a);
}

static void test_seen_remembers_exactly_the_last(void **state)
{
	(void)state;
	struct arena a;
	struct seen s;
	assert_int_equal(arena_open(&a, 1 << 20), ERR_OK);
	assert_int_equal(seen_init(&s, &a), ERR_OK);
	for (u64 id = 1; id <= SEEN_MAX; id++)
		assert_true(seen_add(&s, 5, id));
	assert_false(
		seen_add(&s, 5, 1)); /* the oldest is still known, and asking does not renew it */
	assert_true(seen_add(&s, 6, 1));         /* another instrument's; pushes out (5, 1) */
	assert_false(seen_add(&s, 5, 2));
	assert_true(seen_add(&s, 5, 1));         /* forgotten */
	assert_false(seen_add(&s, 5, SEEN_MAX));
	assert_true(seen_add(&s, 0, 1ULL << 58)); /* shifted, its word would be 0 */
	assert_false(seen_add(&s, 0, 1ULL << 58));
	arena_close(&a);
}

static void test_ended_orders_stay_known_till_needed(void **state)
{
	(void)state;
	enum { MAX = 8 };
	struct arena a;
	struct risk_orders o;
	assert_int_equal(arena_open(&a, 1 << 16), ERR_OK);
	assert_int_equal(orders_init(&o, &a, MAX), ERR_OK);
	for (u64 id = 1; id <= MAX; id++)
		assert_non_null(orders_open(&o, id));
	assert_null(orders_open(&o, 100)); /* all are open */
	orders_end(&o, orders_find(&o, 3));
	orders_end(&o, orders_find(&o, 2));
	assert_non_null(orders_find(&o, 3));
	assert_false(orders_find(&o, 3)->open);
	assert_non_null(orders_open(&o, 101)); /* takes the slot of the one that ended first */
	assert_null(orders_find(&o, 3));
	assert_non_null(orders_find(&o, 2));
	assert_null(orders_find(&o, 0));
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_an_array),
		cmocka_unit_test(test_seen_remembers_exactly_the_last),
		cmocka_unit_test(test_ended_orders_stay_known_till_needed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
