/* The checksum against RFC 1071 as it is written; every length, every alignment. */
#include "tests/cmocka_all.h"

#include "common/rng.h"
#include "dataplane/net/csum.h"
#include "tests/dataplane/net/host.h"

static u16 swapped(u16 v) { return (u16)(v >> 8 | v << 8); }

static void test_lengths(void **state)
{
	(void)state;
	struct rng rng;
	u8 from[1700], to[1700];
	rng_seed(&rng, 3);
	for (u32 round = 0; round < 20; round++) {
		for (u32 i = 0; i < sizeof from; i++)
			from[i] = round == 0 ? 0xff : round == 1 ? 0 : (u8)rng_next(&rng);
		for (u32 n = 0; n < 1600; n += n < 200 ? 1 : 13) {
			u32 at = n % 33;
			u16 want = swapped(host_csum(from + at, n, 0));
			memset(to, 0xa5, sizeof to);
			assert_int_equal(csum_finish(csum_bytes(from + at, n)), want);
			if (n == 20)
				assert_int_equal(csum_finish(csum_ip4(from + at)), want);
			assert_int_equal(csum_finish(csum_copy(to + 1, from + at, n)), want);
			assert_memory_equal(to + 1, from + at, n);
			assert_true(to[0] == 0xa5 && to[1 + n] == 0xa5);
		}
	}
}

static void test_pieces(void **state)
{
	(void)state;
	struct rng rng;
	u8 b[300];
	rng_seed(&rng, 4);
	for (u32 i = 0; i < sizeof b; i++)
		b[i] = (u8)rng_next(&rng);
	for (u32 cut = 0; cut <= sizeof b; cut++) {
		u64 second = csum_bytes(b + cut, sizeof b - cut);
		u64 sum = csum_bytes(b, cut) + (cut & 1 ? csum_odd(second) : second);
		assert_int_equal(csum_finish(sum), csum_finish(csum_bytes(b, sizeof b)));
	}
}

/* RFC 1071 3: the words 0001 f203 f4f5 f6f7 sum to ddf2. */
static void test_known(void **state)
{
	(void)state;
	static const u8 b[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	assert_int_equal(csum_fold(csum_bytes(b, 8)), swapped(0xddf2));
	assert_int_equal(csum_finish(csum_bytes(b, 8)), swapped((u16)~0xddf2));
	assert_int_equal(csum_finish(csum_bytes(b, 8) + csum_word((u16)~0xddf2)), 0);
	assert_int_equal(csum_finish(UINT64_MAX), 0);
	assert_int_equal(csum_finish(0), 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
