/*
 * The retransmission ring against a plain array: bytes and checksums, over its end and over the
 * wrap of the numbers.
 */
#include "tests/cmocka_all.h"

#include <string.h>

#include "common/rng.h"
#include "dataplane/net/csum.h"
#include "dataplane/tcp/sndbuf.h"

#define SIZE 4096

static u16 slow_sum(const u8 *p, u32 n)
{
	u32 sum = 0;
	for (u32 i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (u32)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)(sum >> 8 | sum << 8);
}

static bool same_sum(u16 a, u16 b)
{
	return a == b || (a == 0 && b == 0xffff) || (a == 0xffff && b == 0); /* both are zero */
}

static void test_model(void **state)
{
	(void)state;
	static u8 ring[SIZE], model[64 << 10], out[SIZE];
	const struct sndbuf b = { ring, SIZE };
	for (u64 seed = 1; seed <= 50; seed++) {
		struct rng rng;
		rng_seed(&rng, seed);
		u32 base = (u32)-(int)rng_below(&rng, 20000), una = 0, end = 0;
		while (end < sizeof model - SIZE) {
			u32 n = (u32)rng_below(&rng, SIZE - (end - una) + 1);
			for (u32 i = 0; i < n; i++)
				model[end + i] = (u8)rng_next(&rng);
			u64 sum = sndbuf_put(&b, base + end, model + end, n);
			assert_true(same_sum(csum_fold(sum), slow_sum(model + end, n)));
			end += n;
			u32 at = una + (u32)rng_below(&rng, end - una + 1);
			u32 m = (u32)rng_below(&rng, end - at + 1);
			sum = sndbuf_get(&b, base + at, out, m);
			if (memcmp(out, model + at, m) ||
			    !same_sum(csum_fold(sum), slow_sum(out, m)))
				fail_msg("seed %llu: %u bytes at %u", (unsigned long long)seed, m, at);
			una += (u32)rng_below(&rng, end - una + 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
