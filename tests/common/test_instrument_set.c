/* A set against an array of bools. */
#include "common/instrument_set.h"
#include "common/rng.h"
#include "tests/cmocka_all.h"

static void test_against_model(void **state)
{
	struct instrument_set s = { { 0 } };
	bool model[INSTRUMENTS_MAX] = { false };
	struct rng r;
	u32 n = 0;
	(void)state;

	rng_seed(&r, 21);
	print_message("seed 21\n");
	for (u32 round = 0; round < 20000; round++) {
		u32 id = (u32)rng_below(&r, INSTRUMENTS_MAX);
		bool add = rng_below(&r, 100) < (round / 1000 % 2 ? 20 : 60);
		assert_int_equal(instrument_set_has(&s, id), model[id]);
		(add ? instrument_set_add : instrument_set_remove)(&s, id);
		n += add - model[id];
		model[id] = add;
		assert_int_equal(instrument_set_any(&s), n > 0);
	}
	for (u32 id = 0; id < INSTRUMENTS_MAX; id++)
		assert_int_equal(instrument_set_has(&s, id), model[id]);
}

static void test_ends(void **state)
{
	struct instrument_set s = { { 0 } };
	(void)state;
	assert_false(instrument_set_any(&s));
	instrument_set_add(&s, 0);
	instrument_set_add(&s, INSTRUMENTS_MAX - 1);
	instrument_set_remove(&s, 0);
	assert_true(instrument_set_any(&s));
	assert_true(instrument_set_has(&s, INSTRUMENTS_MAX - 1));
	instrument_set_remove(&s, INSTRUMENTS_MAX - 1);
	assert_false(instrument_set_any(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
