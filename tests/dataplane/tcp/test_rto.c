/* RFC 6298 section 2, in microseconds. */
#include "tests/cmocka_all.h"

#include "common/rng.h"
#include "dataplane/tcp/rto.h"

static const struct {
	const char *remark;
	u32 min_us, n, samples_us[4], srtt_us, rttvar_us, rto_us;
	u8 expired;
} rows[] = {
	{ "no sample: one second", 200000, 0, { 0 }, 0, 0, 1000000, 0 },
	{ "no sample, three time-outs", 200000, 0, { 0 }, 0, 0, 8000000, 3 },
	{ "the first: half of it as variation", 1000, 1, { 80000 }, 80000, 40000, 240000, 0 },
	{ "equal ones let it sink", 1000, 2, { 80000, 80000 }, 80000, 30000, 200000, 0 },
	{ "a longer one", 1000, 2, { 80000, 160000 }, 90000, 50000, 290000, 0 },
	{ "a shorter one", 1000, 2, { 80000, 40000 }, 75000, 40000, 235000, 0 },
	{ "never below the least", 200000, 1, { 100 }, 100, 50, 200000, 0 },
	{ "the least is doubled", 200000, 1, { 100 }, 100, 50, 800000, 2 },
	{ "never beyond a minute", 200000, 1, { 100 }, 100, 50, 60000000, 12 },
	{ "nor by a sample", 200000, 1, { 90000000 }, 60000000, 30000000, 60000000, 0 },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rto r;
		rto_init(&r, rows[i].min_us * NS_PER_US);
		for (u32 k = 0; k < rows[i].n; k++)
			rto_sample(&r, rows[i].samples_us[k] * NS_PER_US);
		for (u32 k = 0; k < rows[i].expired; k++)
			rto_expired(&r);
		if (r.srtt_ns != rows[i].srtt_us * NS_PER_US ||
		    r.rttvar_ns != rows[i].rttvar_us * NS_PER_US ||
		    rto_ns(&r) != rows[i].rto_us * NS_PER_US)
			fail_msg("%s: %llu %llu %llu", rows[i].remark, (unsigned long long)r.srtt_ns,
				 (unsigned long long)r.rttvar_ns, (unsigned long long)rto_ns(&r));
	}
}

static void test_bounds(void **state)
{
	(void)state;
	struct rng rng;
	struct rto r;
	rng_seed(&rng, 11);
	rto_init(&r, 5 * NS_PER_MS);
	for (int i = 0; i < 100000; i++) {
		u64 what = rng_below(&rng, 10);
		if (what == 0)
			rto_expired(&r);
		else if (what == 1)
			rto_progress(&r);
		else
			rto_sample(&r, rng_next(&rng) >> rng_below(&rng, 64));
		assert_true(rto_ns(&r) >= 5 * NS_PER_MS && rto_ns(&r) <= RTO_MAX_NS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
