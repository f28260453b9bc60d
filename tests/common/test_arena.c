#include "tests/cmocka_all.h"

#include <sys/mman.h>

#include "common/arena.h"
#include "tests/dies.h"

#define SIZE (1u << 20)

static void test_alloc_is_aligned_zeroed_and_apart(void **state)
{
	(void)state;
	static const size_t aligns[] = { 1, 2, 8, 64, 4096 };
	struct arena a;
	u8 *end = NULL;
	assert_int_equal(arena_open(&a, SIZE), ERR_OK);
	for (size_t i = 0; i < 100; i++) {
		size_t align = aligns[i % ARRAY_LEN(aligns)], n = i * 7 % 300;
		u8 *p = arena_alloc(&a, n, align);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % align, 0);
		assert_true(!end || p >= end);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(p[k], 0);
			p[k] = 0xff;
		}
		end = p + n;
	}
	arena_close(&a);
	assert_null(a.base);
}

static void test_too_small_is_null_and_takes_nothing(void **state)
{
	(void)state;
	struct arena a;
	assert_int_equal(arena_open(&a, 4096), ERR_OK);
	assert_non_null(arena_alloc(&a, 4000, 1));
	assert_null(arena_alloc(&a, 97, 1));
	assert_null(arena_alloc(&a, SIZE_MAX, 1));
	assert_null(arena_alloc(&a, SIZE_MAX - 8, 64));
	assert_null(ARENA_ARRAY(&a, u64, SIZE_MAX / 4)); /* its size overflows */
	assert_int_equal(a.used, 4000);
	assert_non_null(arena_alloc(&a, 96, 1));
	assert_null(arena_alloc(&a, 1, 1));
	arena_close(&a);
}

/* What was allocated is resident: a hot core will not fault on it. */
static void test_memory_is_faulted_in(void **state)
{
	(void)state;
	struct arena a;
	unsigned char in_core[SIZE / 4096] = { 0 };
	assert_int_equal(arena_open(&a, SIZE), ERR_OK);
	assert_non_null(arena_alloc(&a, SIZE / 2, 4096));
	assert_int_equal(mincore(a.base, SIZE / 2, in_core), 0);
	for (size_t i = 0; i < SIZE / 2 / 4096; i++)
		assert_true(in_core[i] & 1);
	arena_close(&a);
}

static void alloc_one(void *a) { (void)arena_alloc(a, 1, 1); }

static void test_sealed_aborts(void **state)
{
	(void)state;
	struct arena a;
	assert_int_equal(arena_open(&a, SIZE), ERR_OK);
	assert_false(dies(alloc_one, &a));
	arena_seal(&a);
	assert_true(dies(alloc_one, &a));
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc_is_aligned_zeroed_and_apart),
		cmocka_unit_test(test_too_small_is_null_and_takes_nothing),
		cmocka_unit_test(test_memory_is_faulted_in),
		cmocka_unit_test(test_sealed_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
