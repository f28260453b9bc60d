/* Sets of ranges against a bitmap, near the wrap of the numbers. */
#include "tests/cmocka_all.h"

#include <stdlib.h>

#include "common/rng.h"
#include "dataplane/tcp/range.h"

#define SPAN 600

static void same(const struct ranges *s, const bool *model, u32 base, u64 seed)
{
	u32 bytes = 0;
	for (u32 i = 0; i < SPAN; i++) {
		bytes += model[i];
		if (model[i] != !!ranges_find(s, base + i))
			fail_msg("seed %llu: byte %u", (unsigned long long)seed, i);
	}
	assert_int_equal(ranges_bytes(s, base, base + SPAN), bytes);
	for (u32 i = 0; i < s->n; i++) {
		assert_true(seq_lt(s->r[i].lo, s->r[i].hi));
		assert_true(i == 0 || seq_lt(s->r[i - 1].hi, s->r[i].lo));
	}
}

static void gap_and_common(const struct ranges *s, const bool *model, u32 base, struct rng *rng)
{
	u32 lo = (u32)rng_below(rng, SPAN), hi = lo + (u32)rng_below(rng, SPAN - lo + 1);
	for (u32 want = 0; want < 2; want++) {
		u32 a = lo, b;
		while (a < hi && model[a] != want)
			a++;
		for (b = a; b < hi && model[b] == want;)
			b++;
		struct range r = want ? ranges_common(s, base + lo, base + hi)
				      : ranges_gap(s, base + lo, base + hi);
		if (a == b)
			assert_true(r.lo == r.hi);
		else
			assert_true(r.lo == base + a && r.hi == base + b);
	}
}

static void test_model(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 200; seed++) {
		struct rng rng;
		struct ranges s = { 0 };
		bool model[SPAN] = { 0 };
		rng_seed(&rng, seed);
		u32 base = (u32)-(int)rng_below(&rng, SPAN), from = 0;
		for (int step = 0; step < 60; step++) {
			u32 lo = from + (u32)rng_below(&rng, SPAN - from);
			u32 n = 1 + (u32)rng_below(&rng, u32_min(20, SPAN - lo));
			if (rng_below(&rng, 10) == 0) {
				from = u32_max(from, lo > 100 ? lo - 100 : 0);
				ranges_trim(&s, base + from);
				for (u32 i = 0; i < from; i++)
					model[i] = false;
			} else if (ranges_add(&s, base + lo, base + lo + n)) {
				for (u32 i = 0; i < n; i++)
					model[lo + i] = true;
			}
			same(&s, model, base, seed);
			gap_and_common(&s, model, base, &rng);
		}
	}
}

static void test_full(void **state)
{
	(void)state;
	struct ranges s = { 0 };
	for (u32 i = 0; i < RANGE_MAX; i++)
		assert_true(ranges_add(&s, i * 10, i * 10 + 5));
	struct ranges before = s;
	assert_false(ranges_add(&s, RANGE_MAX * 10, RANGE_MAX * 10 + 1));
	assert_false(ranges_add(&s, 6, 8));
	assert_memory_equal(&s, &before, sizeof s);
	assert_true(ranges_add(&s, 5, 8)); /* touches one: no new range */
	assert_true(ranges_add(&s, 0, RANGE_MAX * 10));
	assert_int_equal(s.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
