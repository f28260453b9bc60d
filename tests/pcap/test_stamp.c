/* Stamps: resolutions of ten and of two, offsets, what does not fit. */
#include "pcap/stamp.h"
#include "tests/cmocka_all.h"

#define S NS_PER_S

static void test_stamp(void **state)
{
	static const struct {
		u64 ticks;
		u8 tsresol;
		i64 offset_s;
		bool fits;
		u64 at_ns;
		const char *remark;
	} rows[] = {
		{ 0, 6, 0, true, 0, "1970" },
		{ 1723104000123456, 6, 0, true, 1723104000123456000, "microseconds" },
		{ 1723104000123456789, 9, 0, true, 1723104000123456789, "nanoseconds" },
		{ 1723104000, 0, 0, true, 1723104000 * S, "seconds" },
		{ 1999, 12, 0, true, 1, "picoseconds are cut off" },
		{ UINT64_MAX, 28, 0, true, 1, "10^-28: divided by the last power that fits" },
		{ UINT64_MAX, 29, 0, true, 0, "10^-29: always below a nanosecond" },
		{ UINT64_MAX, 127, 0, true, 0, "10^-127" },
		{ 3, 0x81, 0, true, 1500000000, "halves of a second" },
		{ 5ULL << 32 | 1U << 31, 0xa0, 0, true, 5 * S + S / 2, "2^-32, as NTP" },
		{ UINT64_MAX, 0xff, 0, true, 0, "2^-127" },
		{ 7, 0x80, 0, true, 7 * S, "2^0: seconds" },
		{ 500000, 6, 1723104000, true, 1723104000 * S + S / 2, "offset forwards" },
		{ 1723104001000000, 6, -1723104000, true, S, "offset backwards" },
		{ 1, 9, -1, false, 0, "before 1970" },
		{ UINT64_MAX, 9, 0, true, UINT64_MAX, "the last that fits" },
		{ UINT64_MAX, 9, 1, false, 0, "one second too far" },
		{ UINT64_MAX, 6, 0, false, 0, "2^64 microseconds" },
		{ UINT64_MAX, 0, INT64_MAX, false, 0, "the greatest of both" },
		{ 0, 9, INT64_MIN, false, 0, "the least offset" },
		{ UINT64_MAX, 0x80, 0, false, 0, "2^64 seconds" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u64 at_ns = 77;
		bool fits = stamp_ns(rows[i].ticks, rows[i].tsresol, rows[i].offset_s, &at_ns);
		if (fits != rows[i].fits || at_ns != rows[i].at_ns)
			fail_msg("%s: %d %llu", rows[i].remark, fits, (unsigned long long)at_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stamp) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
