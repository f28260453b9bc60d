/* What the reader makes of files, as text (say.h): all kinds of blocks, both orders, each fault. */
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/pcap/hex.h"
#include "tests/pcap/say.h"

#define SHB "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define IDB "01000000 14000000 0100 0000 00000000 14000000 "
#define EPB "06000000 24000000 00000000 00000000 01000000 02000000 03000000 aabb0000 24000000 "
#define SAID "section '' '' '' '' | if link1 snaplen0 res6 offset0 '' '' | "
#define PACKET "packet if0 link1 0.000001000 2/3 aabb"

#define BIG_SHB "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c "

static const struct row {
	const char *file, *want, *remark;
} good[] = {
	{ SHB, "section '' '' '' '' | end", "a section alone" },
	{ SHB IDB EPB, SAID PACKET " | end", "a packet; microseconds unless said otherwise" },
	{ "0a0d0d0a 24000000 4d3c2b1a 0100 0200 1c00000000000000 0300 0100 4c000000 24000000",
	  "section '' 'L' '' '' | end", "version 1.2, with a length; no end of options" },
	{ BIG_SHB "00000001 00000034 0001 0000 000005dc 0002 0003 6d643000 0009 0001 a0000000 000e 0008 0000000000000064 00000000"
	  "00000034 00000006 00000024 00000000 00000001 80000000 00000002 00000003 aabb0000 00000024",
	  "section '' '' '' '' | if link1 snaplen1500 resa0 offset100 'md0' '' | packet if0 link1 101.500000000 2/3 aabb | end",
	  "big-endian, 2^-32 and an offset" },
	{ SHB IDB "06000000 44000000 00000000 00000000 01000000 02000000 02000000 aabb0000"
	  "0200 0400 01000000 0100 0100 78000000 0400 0800 0500000000000000 00000000 44000000",
	  SAID "packet if0 link1 0.000001000 2/2 aabb flags1 dropped5 | end", "options of a packet" },
	{ SHB IDB "03000000 14000000 02000000 aabb0000 14000000", SAID "packet if0 link1 ? 2/2 aabb | end",
	  "a simple packet has no stamp" },
	{ SHB "01000000 14000000 0100 0000 03000000 14000000 03000000 14000000 05000000 aabbcc00 14000000",
	  "section '' '' '' '' | if link1 snaplen3 res6 offset0 '' '' | packet if0 link1 ? 3/5 aabbcc | end",
	  "a simple packet, cut by the interface" },
	{ SHB IDB "02000000 24000000 0000 0500 00000000 01000000 02000000 02000000 aabb0000 24000000",
	  SAID "packet if0 link1 0.000001000 2/2 aabb dropped5 | end", "the obsolete packet block" },
	{ SHB IDB "02000000 24000000 0000 ffff 00000000 01000000 02000000 02000000 aabb0000 24000000",
	  SAID "packet if0 link1 0.000001000 2/2 aabb | end", "the obsolete one, drops not known" },
	{ SHB IDB "05000000 28000000 00000000 00000000 01000000 0400 0800 0700000000000000 00000000 28000000",
	  SAID "stats if0 0.000001000 7 -1 | end", "statistics without drops" },
	{ SHB "0a000000 1c000000 4b534c54 06000000 4b203120320a 0000 1c000000",
	  "section '' '' '' '' | secrets 544c534b 'K 1 2\n' | end", "secrets" },
	{ SHB "ad0b0040 24000000 d97e0000 53414b52 0200 0700 05000000 68656c6c6f000000 24000000",
	  "section '' '' '' '' | custom 32473 own2.7 5 | end", "our inbox message" },
	{ SHB "ad0b0000 14000000 d97e0000 01020304 14000000", "section '' '' '' '' | custom 32473 own0.0 4 | end",
	  "our number, not our magic" },
	{ SHB "ad0b0000 10000000 01000000 10000000", "section '' '' '' '' | custom 1 own0.0 0 | end",
	  "somebody else's" },
	{ SHB "04000000 10000000 00000000 10000000 efbeadde 0c000000 0c000000",
	  "section '' '' '' '' | other 4 | other deadbeef | end", "names and an unknown block" },
	{ SHB IDB "01000000 20000000 6500 0000 00000000 0900 0100 09000000 00000000 20000000"
	  "06000000 20000000 01000000 00000000 01000000 00000000 00000000 20000000" BIG_SHB EPB,
	  SAID "if link101 snaplen0 res9 offset0 '' '' | packet if1 link101 0.000000001 0/0 | "
	       "section '' '' '' '' | TRUNCATED @140 #6",
	  "a second section has its own order: the other makes a length of 600 MB" },
	{ SHB IDB SHB EPB, SAID "section '' '' '' '' | SYNTAX @76 #4 | end", "and no interfaces yet" },
};

/* Broken chains end it; where one block is refused, the next is read. */
static const struct row faults[] = {
	{ "", "TRUNCATED @0 #1", "nothing" },
	{ "0a0d0d", "TRUNCATED @0 #1", "three bytes" },
	{ "1f8b0800", "UNSUPPORTED @0 #1", "gzip" },
	{ "34cdb2a1", "UNSUPPORTED @0 #1", "Kuznetzov's pcap" },
	{ "0a0d0d0a 1c000000 4d3c2b1a", "TRUNCATED @0 #1", "a section cut behind its order" },
	{ "0a0d0d0a 1c000000 4d3c2b1b 0100 0000 ffffffffffffffff 1c000000", "SYNTAX @0 #1", "no byte order" },
	{ "0a0d0d0a 1c000000 4d3c2b1a 0200 0000 ffffffffffffffff 1c000000", "UNSUPPORTED @0 #1", "version 2" },
	{ "0a0d0d0a 18000000 4d3c2b1a 0100 0000 ffffffff 18000000", "SYNTAX @0 #1", "too short for a section" },
	{ SHB IDB "06000000 40000000 00000000 00000000 01000000 02000000 02000000 aabb0000"
	  "0200 0400 01000000 0100 0100 78000000 0400 0800 0500000000000000 00000000 44000000",
	  SAID "SYNTAX @48 #3", "lengths that disagree" },
	{ SHB IDB "06000000 22000000", SAID "SYNTAX @48 #3", "no multiple of four" },
	{ SHB IDB "06000000 08000000", SAID "SYNTAX @48 #3", "shorter than its frame" },
	{ SHB IDB "06000000 00000000", SAID "SYNTAX @48 #3", "length 0" },
	{ SHB IDB "06000000 fcffffff 00000000", SAID "TRUNCATED @48 #3", "4 GB" },
	{ SHB IDB "0600", SAID "TRUNCATED @48 #3", "a tail of two bytes" },
	{ SHB IDB EPB "06000000 24000000 00000000", SAID PACKET " | TRUNCATED @84 #4", "the tail is cut" },
	{ SHB EPB IDB EPB, "section '' '' '' '' | SYNTAX @28 #2 | if link1 snaplen0 res6 offset0 '' '' | " PACKET " | end",
	  "a packet before its interface" },
	{ SHB IDB "06000000 20000000 00000000 00000000 01000000 02000000 03000000 20000000" EPB,
	  SAID "SYNTAX @48 #3 | " PACKET " | end", "captured length beyond the block" },
	{ SHB IDB "06000000 20000000 00000000 00000000 01000000 ffffffff 03000000 20000000" EPB,
	  SAID "SYNTAX @48 #3 | " PACKET " | end", "captured length of all ones" },
	{ SHB IDB "06000000 10000000 00000000 10000000" EPB, SAID "SYNTAX @48 #3 | " PACKET " | end", "a packet without a body" },
	{ SHB IDB "06000000 0c000000 0c000000" EPB, SAID "SYNTAX @48 #3 | " PACKET " | end", "an empty body" },
	{ SHB IDB "06000000 24000000 00000000 00000000 01000000 00000000 00000000 0200 0400 24000000" EPB,
	  SAID "SYNTAX @48 #3 | " PACKET " | end", "an option beyond the block" },
	{ SHB IDB "06000000 28000000 00000000 00000000 01000000 00000000 00000000 0200 0200 01000000 28000000" EPB,
	  SAID "SYNTAX @48 #3 | " PACKET " | end", "flags of two bytes" },
	{ SHB IDB "03000000 10000000 02000000 10000000" EPB, SAID "SYNTAX @48 #3 | " PACKET " | end",
	  "a simple packet longer than its block" },
	{ SHB "03000000 10000000 00000000 10000000", "section '' '' '' '' | SYNTAX @28 #2 | end",
	  "a simple packet without interface" },
	{ SHB IDB "05000000 0c000000 0c000000" EPB, SAID "SYNTAX @48 #3 | " PACKET " | end", "empty statistics" },
	{ SHB "0a000000 14000000 4b534c54 01000000 14000000" IDB,
	  "section '' '' '' '' | SYNTAX @28 #2 | if link1 snaplen0 res6 offset0 '' '' | end", "secrets beyond the block" },
	{ SHB "ad0b0000 0c000000 0c000000", "section '' '' '' '' | SYNTAX @28 #2 | end", "custom without a number" },
	{ SHB "ad0b0000 1c000000 d97e0000 53414b52 0200 0100 04000000 1c000000", "section '' '' '' '' | SYNTAX @28 #2 | end",
	  "ours, the payload beyond the block" },
	{ SHB "ad0b0000 1c000000 d97e0000 53414b52 0000 0100 00000000 1c000000", "section '' '' '' '' | SYNTAX @28 #2 | end",
	  "ours, of no type" },
	{ SHB "01000000 1c000000 0100 0000 00000000 0900 0200 09000000 1c000000" EPB IDB,
	  "section '' '' '' '' | SYNTAX @28 #2 | SYNTAX @56 #3 | if link1 snaplen0 res6 offset0 '' '' | end",
	  "an interface that makes no sense keeps its number, and its packets are refused" },
	{ SHB IDB IDB IDB IDB IDB "06000000 20000000 04000000 00000000 01000000 00000000 00000000 20000000" EPB,
	  SAID "if link1 snaplen0 res6 offset0 '' '' | if link1 snaplen0 res6 offset0 '' '' | "
	       "if link1 snaplen0 res6 offset0 '' '' | TOO_LONG @108 #6 | TOO_LONG @128 #7 | " PACKET " | end",
	  "an interface beyond the table, and its packet" },
};

static void check(const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		u8 b[512];
		char got[SAY_MAX];
		size_t n = hex_bytes(rows[i].file, b, sizeof b);
		u8 *exact = malloc(n + 1);
		memcpy(exact, b, n);
		if (strcmp(say((struct span){ exact, n }, got), rows[i].want))
			fail_msg("%s:\n got  %s\n want %s", rows[i].remark, got, rows[i].want);
		free(exact);
	}
}

static void test_good(void **state)
{
	(void)state;
	check(good, ARRAY_LEN(good));
}

static void test_faults(void **state)
{
	(void)state;
	check(faults, ARRAY_LEN(faults));
}

/* Cut anywhere, a file gives what is whole before the cut, then TRUNCATED at the block it is in. */
static void test_cut(void **state)
{
	static const struct {
		size_t at;
		const char *blocks;
	} whole[] = { { 0, "" }, { 28, "section '' '' '' '' | " }, { 48, SAID }, { 84, SAID PACKET " | " } };
	u8 b[256];
	size_t n = hex_bytes(SHB IDB EPB EPB, b, sizeof b);
	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		size_t k = cut < 28 ? 0 : cut < 48 ? 1 : cut < 84 ? 2 : 3;
		char got[SAY_MAX], want[SAY_MAX];
		bool clean = cut && cut == whole[k].at;
		int len = snprintf(want, sizeof want, "%s", whole[k].blocks);
		if (clean)
			snprintf(want + len, sizeof want - (size_t)len, "end");
		else
			snprintf(want + len, sizeof want - (size_t)len, "TRUNCATED @%zu #%zu", whole[k].at, k + 1);
		u8 *exact = malloc(cut + 1);
		memcpy(exact, b, cut);
		assert_string_equal(say((struct span){ exact, cut }, got), want);
		free(exact);
	}
}

/* A final error stays, as does the end. */
static void test_sticky(void **state)
{
	u8 b[64];
	struct pcapng_if ifs[1];
	struct pcapng_reader r;
	struct pcapng_block block;
	size_t n = hex_bytes(SHB, b, sizeof b);
	(void)state;
	pcapng_read_init(&r, (struct span){ b, n }, ifs, 1);
	assert_int_equal(pcapng_next(&r, &block), ERR_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pcapng_next(&r, &block), ERR_NOT_FOUND);
	assert_int_equal(r.number, 1);
	pcapng_read_init(&r, (struct span){ b, n - 1 }, ifs, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pcapng_next(&r, &block), ERR_TRUNCATED);
	assert_int_equal(r.number, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_faults),
					    cmocka_unit_test(test_cut), cmocka_unit_test(test_sticky) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
