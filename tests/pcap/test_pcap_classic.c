/* Classic files: four magic words, versions, cut tails. */
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/pcap/hex.h"
#include "tests/pcap/say.h"

#define LITTLE " 0200 0400 00000000 00000000 00000400 01000000 "
#define BIG " 0002 0004 00000000 00000000 00040000 00000001 "
#define RECORD "05000000 07000000 02000000 04000000 aabb "
#define BIG_RECORD "00000005 00000007 00000002 00000004 aabb "
#define MICRO_IF "if link1 snaplen262144 res6 offset0 '' '' | "
#define NANO_IF "if link1 snaplen262144 res9 offset0 '' '' | "

static const struct row {
	const char *file, *want, *remark;
} rows[] = {
	{ "d4c3b2a1" LITTLE RECORD, MICRO_IF "packet if0 link1 5.000007000 2/4 aabb | end", "microseconds" },
	{ "4d3cb2a1" LITTLE RECORD, NANO_IF "packet if0 link1 5.000000007 2/4 aabb | end", "nanoseconds" },
	{ "a1b2c3d4" BIG BIG_RECORD, MICRO_IF "packet if0 link1 5.000007000 2/4 aabb | end", "big-endian" },
	{ "a1b23c4d" BIG BIG_RECORD, NANO_IF "packet if0 link1 5.000000007 2/4 aabb | end", "both" },
	{ "d4c3b2a1" LITTLE, MICRO_IF "end", "no packets" },
	{ "d4c3b2a1 0200 0400 00000000 00000000 00000400 14010054", "if link276 snaplen262144 res6 offset0 '' '' | end",
	  "the length of a checksum stands above the link type" },
	{ "d4c3b2a1 0200 0300 00000000 00000000 00000400 01000000", "UNSUPPORTED @0 #1", "2.3: lengths in another order" },
	{ "d4c3b2a1 0200 0400 00000000 00000000 00000400 010000", "TRUNCATED @0 #1", "a cut header" },
	{ "d4c3b2a1" LITTLE RECORD "05000000 0700", MICRO_IF "packet if0 link1 5.000007000 2/4 aabb | TRUNCATED @42 #3",
	  "a cut record header" },
	{ "d4c3b2a1" LITTLE RECORD "05000000 07000000 03000000 04000000 aabb",
	  MICRO_IF "packet if0 link1 5.000007000 2/4 aabb | TRUNCATED @42 #3", "cut data" },
	{ "d4c3b2a1" LITTLE "05000000 07000000 ffffffff 04000000 aabb", MICRO_IF "TRUNCATED @24 #2", "4 GB" },
	{ "d4c3b2a1" LITTLE "ffffffff ffffffff 00000000 00000000", MICRO_IF "packet if0 link1 4294971589.967295000 0/0 | end",
	  "2^32 seconds and as many microseconds" },
};

static void test_classic(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 b[256];
		char got[SAY_MAX];
		size_t n = hex_bytes(rows[i].file, b, sizeof b);
		u8 *exact = malloc(n + 1);
		memcpy(exact, b, n);
		if (strcmp(say((struct span){ exact, n }, got), rows[i].want))
			fail_msg("%s:\n got  %s\n want %s", rows[i].remark, got, rows[i].want);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_classic) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
