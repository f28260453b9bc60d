/*
 * TIME-WAIT records: found until they expire, the one that expires first goes when all are taken.
 */
#include "tests/cmocka_all.h"

#include "dataplane/tcp/tw.h"

static void test_table(void **state)
{
	(void)state;
	struct arena a;
	struct tw_table t;
	bool evicted;
	assert_int_equal(arena_open(&a, 4096), ERR_OK);
	assert_int_equal(tw_init(&t, &a, 3), ERR_OK);
	assert_null(tw_find(&t, 0, 0, 0));
	for (u32 i = 1; i <= 3; i++) {
		tw_add(&t, i, 10, 100, &evicted)->until_ns = 200 + (i == 2 ? 0 : i);
		assert_false(evicted);
	}
	assert_non_null(tw_find(&t, 2, 10, 199));
	assert_null(tw_find(&t, 2, 10, 200));
	assert_null(tw_find(&t, 2, 11, 199));
	tw_add(&t, 4, 10, 150, &evicted)->until_ns = 300;
	assert_true(evicted);
	assert_null(tw_find(&t, 2, 10, 150));
	assert_non_null(tw_find(&t, 1, 10, 150));
	tw_free(tw_find(&t, 1, 10, 150));
	assert_null(tw_find(&t, 1, 10, 150));
	tw_add(&t, 5, 10, 150, &evicted)->until_ns = 300;
	assert_false(evicted);
	tw_add(&t, 6, 10, 250, &evicted)->until_ns = 300; /* instead of 3, expired */
	assert_false(evicted);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
