#include "tests/cmocka_all.h"

#include <stdlib.h>

#include "common/hist.h"
#include "common/rng.h"

#define SAMPLES 5000

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;
	return (x > y) - (x < y);
}

static void test_index_and_upper_are_inverse(void **state)
{
	(void)state;
	for (u32 i = 0; i < HIST_BUCKETS; i++) {
		assert_int_equal(hist_index(hist_upper(i)), i);
		assert_int_equal(hist_index(hist_upper(i) + 1), i + 1 < HIST_BUCKETS ? i + 1 : i);
	}
	assert_int_equal(hist_upper(HIST_BUCKETS - 1), (1ULL << 36) - 1);
	assert_int_equal(hist_index(UINT64_MAX), HIST_BUCKETS - 1);
}

/*
 * The quantile is the raw sample's bucket bound: never below the sample, at most 1/32 above, exact
 * to 64 ns, never over max.
 */
static void check_quantile(const struct hist *h, const u64 *sorted, u32 n, u32 per_10k)
{
	u64 rank = ((u64)n * per_10k + 9999) / 10000;
	u64 exact = sorted[rank ? rank - 1 : 0], got = hist_quantile(h, per_10k);
	if (got < exact || got > exact + exact / 32 || (exact < 64 && got != exact) || got > sorted[n - 1])
		if (exact < 1ULL << 36 || got != sorted[n - 1])
			fail_msg("n %u, quantile %u: %llu, raw sample %llu", n, per_10k, (unsigned long long)got, (unsigned long long)exact);
}

static void test_quantiles_against_sorted_samples(void **state)
{
	(void)state;
	static const u32 q[] = { 0, 1, 1000, 2500, 5000, 9000, 9900, 9990, 9999, 10000 };
	struct hist *h = malloc(sizeof *h);
	u64 *raw = malloc(SAMPLES * sizeof *raw);
	for (u64 seed = 1; seed <= 60; seed++) {
		struct rng g;
		rng_seed(&g, seed);
		u32 n = 1 + (u32)rng_below(&g, SAMPLES), bits = 1 + (u32)rng_below(&g, 40); /* beyond 36 bits, too */
		print_message("seed %llu: %u samples of up to %u bits\n", (unsigned long long)seed, n, bits);
		u64 sum = 0;
		*h = (struct hist){ 0 };
		for (u32 i = 0; i < n; i++) {
			raw[i] = rng_next(&g) >> (64 - 1 - rng_below(&g, bits));
			sum += raw[i];
			hist_add(h, raw[i]);
		}
		qsort(raw, n, sizeof *raw, by_value);
		assert_int_equal(h->n, n);
		assert_int_equal(h->sum, sum);
		assert_int_equal(h->min, raw[0]);
		assert_int_equal(h->max, raw[n - 1]);
		for (size_t i = 0; i < ARRAY_LEN(q); i++)
			check_quantile(h, raw, n, q[i]);
	}
	free(raw);
	free(h);
}

static void test_difference_of_two_copies(void **state)
{
	(void)state;
	struct hist *h = calloc(3, sizeof *h);
	for (u64 i = 0; i < 100; i++)
		hist_add(&h[0], 10);
	hist_copy(&h[1], &h[0]);
	for (u64 i = 0; i < 50; i++)
		hist_add(&h[0], 30);
	hist_copy(&h[2], &h[0]);
	hist_diff(&h[2], &h[1]);
	assert_int_equal(h[2].n, 50);
	assert_int_equal(h[2].sum, 1500);
	assert_int_equal(hist_quantile(&h[2], 1), 30);
	assert_int_equal(hist_quantile(&h[1], 10000), 10);
	free(h);
}

static void test_empty_is_zero(void **state)
{
	(void)state;
	struct hist *h = calloc(1, sizeof *h);
	assert_int_equal(hist_quantile(h, 5000), 0);
	assert_int_equal(hist_quantile(h, 10000), 0);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index_and_upper_are_inverse),
		cmocka_unit_test(test_quantiles_against_sorted_samples),
		cmocka_unit_test(test_difference_of_two_copies),
		cmocka_unit_test(test_empty_is_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
