#include "tests/cmocka_all.h"

#include "common/rng.h"

/* The published vector of xoshiro256** for the state 1, 2, 3, 4. */
static void test_reference_vector(void **state)
{
	(void)state;
	static const u64 want[] = { 11520, 0, 1509978240, 1215971899390074240 };
	struct rng r = { .s = { 1, 2, 3, 4 } };
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(rng_next(&r), want[i]);
}

/* The published splitmix64 sequence for seed 0. */
static void test_seeding(void **state)
{
	(void)state;
	static const u64 want[] = { 0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec };
	struct rng r;
	rng_seed(&r, 0);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(r.s[i], want[i]);
}

static void test_below_is_even(void **state)
{
	(void)state;
	struct rng r;
	u32 seen[10] = { 0 };
	rng_seed(&r, 3);
	for (int i = 0; i < 100000; i++) {
		u64 v = rng_below(&r, 10);
		assert_true(v < 10);
		seen[v]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(seen[i], 9500, 10500);
	assert_int_equal(rng_below(&r, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_vector),
		cmocka_unit_test(test_seeding),
		cmocka_unit_test(test_below_is_even),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
