#include "tests/cmocka_all.h"

#include <string.h>

#include "common/pool.h"
#include "common/rng.h"
#include "tests/dies.h"

#define N 37

static struct arena arena;
static struct pool pool;

static int setup(void **state)
{
	(void)state;
	return arena_open(&arena, 1u << 16) || pool_init(&pool, &arena, N, 40);
}

static int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/*
 * Against a plain table of what is out: each object is given once, keeps its bytes, and the count
 * of free ones is right.
 */
static void test_random_get_and_put(void **state)
{
	(void)state;
	struct rng r;
	void *out[N] = { 0 };
	u32 n_out = 0;
	rng_seed(&r, 11);
	for (int i = 0; i < 20000; i++) {
		u32 k = (u32)rng_below(&r, N);
		if (out[k]) {
			for (u32 b = 0; b < 40; b++)
				assert_int_equal(((u8 *)out[k])[b], k);
			pool_put(&pool, out[k]);
			out[k] = NULL;
			n_out--;
		} else {
			out[k] = pool_get(&pool);
			assert_non_null(out[k]);
			assert_int_equal((uintptr_t)out[k] % CACHE_LINE, 0);
			assert_ptr_equal(pool_at(&pool, pool_index(&pool, out[k])), out[k]);
			memset(out[k], (int)k, 40);
			n_out++;
		}
		assert_int_equal(pool.n_free, N - n_out);
	}
}

static void test_empty_gives_null(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++)
		assert_non_null(pool_get(&pool));
	assert_null(pool_get(&pool));
	pool_put(&pool, pool_at(&pool, 5));
	assert_ptr_equal(pool_get(&pool), pool_at(&pool, 5));
	assert_null(pool_get(&pool));
}

static void test_arena_too_small(void **state)
{
	(void)state;
	struct pool p;
	assert_int_equal(pool_init(&p, &arena, 1u << 16, 64), ERR_NO_MEMORY);
}

static void put(void *obj) { pool_put(&pool, obj); }

static void test_put_of_a_stranger_dies(void **state)
{
	(void)state;
	u8 *obj = pool_get(&pool);
	assert_false(dies(put, obj));
	assert_true(dies(put, obj + 1));
	assert_true(dies(put, obj - CACHE_LINE * N));
	assert_true(dies(put, &obj));
	pool_put(&pool, obj);
	assert_true(dies(put, obj)); /* more came back than went out */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random_get_and_put, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty_gives_null, setup, teardown),
		cmocka_unit_test_setup_teardown(test_arena_too_small, setup, teardown),
		cmocka_unit_test_setup_teardown(test_put_of_a_stranger_dies, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
