/* The heap of timers against a plain list of them. */
#include "tests/cmocka_all.h"

#include "common/due.h"
#include "common/rng.h"

#define N 37

static void heap_ok(const struct due *d)
{
	for (u32 i = 0; i < d->n; i++) {
		assert_int_equal(d->place[d->e[i].who], i + 1);
		assert_true(i == 0 || d->e[(i - 1) / 2].at <= d->e[i].at);
	}
}

static void test_against_list(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 20; seed++) {
		struct arena a;
		struct due d;
		struct rng r;
		ns_t model[N];
		rng_seed(&r, seed);
		assert_int_equal(arena_open(&a, due_arena_bytes(N)), ERR_OK);
		assert_int_equal(due_init(&d, &a, N), ERR_OK);
		for (u32 i = 0; i < N; i++)
			model[i] = UINT64_MAX;
		for (u32 step = 0; step < 3000; step++) {
			u32 who = (u32)rng_below(&r, N), best = 0;
			ns_t at = rng_below(&r, 1000);
			for (u32 i = 1; i < N; i++)
				best = model[i] < model[best] ? i : best;
			assert_true(due_first(&d) == model[best]);
			if (rng_below(&r, 3) && model[best] != UINT64_MAX) {
				ns_t first = model[best];
				who = due_take(&d);
				assert_true(model[who] == first); /* any of those equally early */
				model[who] = UINT64_MAX;
			} else {
				due_by(&d, who, at);
				model[who] = at < model[who] ? at : model[who];
			}
			heap_ok(&d);
		}
		arena_close(&a);
	}
}

static void test_later_is_no_change(void **state)
{
	(void)state;
	struct arena a;
	struct due d;
	assert_int_equal(arena_open(&a, due_arena_bytes(2)), ERR_OK);
	assert_int_equal(due_init(&d, &a, 2), ERR_OK);
	assert_true(due_first(&d) == UINT64_MAX);
	due_by(&d, 1, 10);
	due_by(&d, 1, 20);
	assert_int_equal(due_first(&d), 10);
	due_by(&d, 1, 5);
	assert_int_equal(due_first(&d), 5);
	assert_int_equal(due_take(&d), 1);
	assert_int_equal(d.n, 0);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_list),
		cmocka_unit_test(test_later_is_no_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
