/* Each block to the byte; where the room or the value is not there, nothing. */
#include <string.h>

#include "pcap/pcapng_write.h"
#include "tests/cmocka_all.h"
#include "tests/pcap/hex.h"

enum { CAP = 256 };

/* One of them is set; `own` is the type of our block with `payload`. */
struct row {
	const struct pcapng_section *section;
	const struct pcapng_if *interface;
	const struct pcapng_packet *packet;
	const struct pcapng_stats *stats;
	const struct pcapng_secrets *secrets;
	enum pcapng_own_type own;
	const char *payload, *want, *remark;
};

#define TEXT(s) { (const u8 *)(s), sizeof(s) - 1 }

static const struct row rows[] = {
	{ .section = &(struct pcapng_section){ .os = { NULL, 0 } },
	  .want = "0a0d0d0a 20000000 4d3c2b1a 0100 0000 ffffffffffffffff 00000000 20000000",
	  .remark = "a section without options" },
	{ .section = &(struct pcapng_section){ TEXT("x86"), TEXT("Linux"), TEXT("saker 1"), TEXT("note") },
	  .want = "0a0d0d0a 48000000 4d3c2b1a 0100 0000 ffffffffffffffff 0200 0300 78383600"
		  "0300 0500 4c696e7578000000 0400 0700 73616b6572203100 0100 0400 6e6f7465 00000000 48000000",
	  .remark = "a section with all four, each padded" },
	{ .interface = &(struct pcapng_if){ .link = 1, .snaplen = 65535 },
	  .want = "01000000 20000000 0100 0000 ffff0000 0900 0100 09000000 00000000 20000000",
	  .remark = "an interface: nanoseconds are always said" },
	{ .interface = &(struct pcapng_if){ .link = 1, .name = TEXT("md0"), .description = TEXT("poll") },
	  .want = "01000000 30000000 0100 0000 00000000 0200 0300 6d643000 0300 0400 706f6c6c"
		  "0900 0100 09000000 00000000 30000000",
	  .remark = "an interface with name and description" },
	{ .packet = &(struct pcapng_packet){ .if_id = 1, .at_ns = 0x0102030405060708, .n_wire = 2,
					     .data = TEXT("\xaa\xbb") },
	  .want = "06000000 24000000 01000000 04030201 08070605 02000000 02000000 aabb0000 24000000",
	  .remark = "a packet without options, padded" },
	{ .packet = &(struct pcapng_packet){ .flags = PCAPNG_TX, .n_wire = 1500, .dropped = 3, .data = TEXT("\xaa\xbb\xcc\xdd") },
	  .want = "06000000 3c000000 00000000 00000000 00000000 04000000 dc050000 aabbccdd"
		  "0200 0400 02000000 0400 0800 0300000000000000 00000000 3c000000",
	  .remark = "a cut packet, outbound, three lost before it" },
	{ .packet = &(struct pcapng_packet){ .flags = PCAPNG_RX },
	  .want = "06000000 2c000000 00000000 00000000 00000000 00000000 00000000 0200 0400 01000000 00000000 2c000000",
	  .remark = "an empty packet, inbound" },
	{ .stats = &(struct pcapng_stats){ .if_id = 2, .at_ns = 1, .received = 5, .dropped = 0 },
	  .want = "05000000 34000000 02000000 00000000 01000000 0400 0800 0500000000000000"
		  "0500 0800 0000000000000000 00000000 34000000",
	  .remark = "statistics: none dropped is said" },
	{ .stats = &(struct pcapng_stats){ .received = PCAPNG_UNKNOWN, .dropped = PCAPNG_UNKNOWN },
	  .want = "05000000 1c000000 00000000 00000000 00000000 00000000 1c000000",
	  .remark = "statistics nobody knows" },
	{ .secrets = &(struct pcapng_secrets){ PCAPNG_SECRETS_TLS, TEXT("K 1 2\n") },
	  .want = "0a000000 1c000000 4b534c54 06000000 4b2031 20320a 0000 1c000000",
	  .remark = "secrets" },
	{ .own = PCAPNG_OWN_CONFIG, .payload = "hello",
	  .want = "ad0b0040 24000000 d97e0000 53414b52 0200 0700 05000000 68656c6c6f000000 24000000",
	  .remark = "an inbox message, version 7" },
	{ .own = PCAPNG_OWN_RECORD, .payload = "",
	  .want = "ad0b0040 1c000000 d97e0000 53414b52 0100 0700 00000000 1c000000",
	  .remark = "a turn without payload" },
};

static err_t put(struct wr *w, const struct row *row)
{
	if (row->section)
		return pcapng_write_section(w, row->section);
	if (row->interface)
		return pcapng_write_if(w, row->interface);
	if (row->packet)
		return pcapng_write_packet(w, row->packet);
	if (row->stats)
		return pcapng_write_stats(w, row->stats);
	if (row->secrets)
		return pcapng_write_secrets(w, row->secrets);
	return pcapng_write_own(w, row->own, 7, pcapng_text(row->payload));
}

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 b[CAP], want[CAP];
		struct wr w = wr_of(b, sizeof b);
		size_t n = hex_bytes(rows[i].want, want, sizeof want);
		err_t e = put(&w, &rows[i]);
		if (e != ERR_OK || wr_len(&w) != n || memcmp(b, want, n))
			fail_msg("%s: %s, %zu bytes of %zu", rows[i].remark, err_name(e), wr_len(&w), n);
		assert_false(w.bad);
	}
}

/* Behind another block, with each room that is too small, and with just enough. */
static void test_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 want[CAP];
		size_t n = hex_bytes(rows[i].want, want, sizeof want);
		for (size_t room = 0; room <= n; room++) {
			u8 *exact = malloc(4 + room);
			struct wr w = wr_of(exact, 4 + room);
			wr_u32(&w, 0x5a5a5a5a);
			err_t e = put(&w, &rows[i]);
			if (e != (room == n ? ERR_OK : ERR_FULL) || wr_len(&w) != (room == n ? 4 + n : 4) || w.bad)
				fail_msg("%s: %s in %zu of %zu", rows[i].remark, err_name(e), room, n);
			assert_memory_equal(exact, "\x5a\x5a\x5a\x5a", 4);
			free(exact);
		}
	}
}

static void test_unsayable(void **state)
{
	static u8 long_text[PCAPNG_TEXT_MAX + 1], b[2 * PCAPNG_TEXT_MAX];
	struct span too_long = { long_text, sizeof long_text }, longest = { long_text, sizeof long_text - 1 };
	struct span giant = { long_text, (size_t)PCAPNG_DATA_MAX + 1 }; /* refused before it is looked at */
	struct wr w = wr_of(b, sizeof b);
	const struct pcapng_packet longer_than_wire = { .n_wire = 1, .data = TEXT("ab") };
	const struct pcapng_packet giant_packet = { .n_wire = UINT32_MAX, .data = giant };
	(void)state;
	assert_int_equal(pcapng_write_section(&w, &(struct pcapng_section){ .comment = too_long }), ERR_ARGUMENT);
	assert_int_equal(pcapng_write_if(&w, &(struct pcapng_if){ .name = too_long }), ERR_ARGUMENT);
	assert_int_equal(pcapng_write_packet(&w, &longer_than_wire), ERR_ARGUMENT);
	assert_int_equal(pcapng_write_own(&w, PCAPNG_OWN_NONE, 1, pcapng_text("x")), ERR_ARGUMENT);
	assert_int_equal(pcapng_write_packet(&w, &giant_packet), ERR_ARGUMENT);
	assert_int_equal(pcapng_write_secrets(&w, &(struct pcapng_secrets){ .data = giant }), ERR_ARGUMENT);
	assert_int_equal(pcapng_write_own(&w, PCAPNG_OWN_RECORD, 1, giant), ERR_ARGUMENT);
	assert_int_equal(wr_len(&w), 0);
	assert_int_equal(pcapng_write_section(&w, &(struct pcapng_section){ .comment = longest }), ERR_OK);
}

/* What a caller reserves for a frame is enough, whatever its length, and none too much for one. */
static void test_packet_extra(void **state)
{
	u8 data[8] = { 0 }, b[sizeof data + PCAPNG_PACKET_EXTRA];
	size_t most = 0;
	(void)state;
	for (u32 n = 0; n <= sizeof data; n++) {
		struct pcapng_packet p = { .flags = PCAPNG_RX, .dropped = 1, .n_wire = n, .data = { data, n } };
		struct wr w = wr_of(b, n + PCAPNG_PACKET_EXTRA);
		assert_int_equal(pcapng_write_packet(&w, &p), ERR_OK);
		most = u64_max(most, wr_len(&w) - n);
	}
	assert_int_equal(most, PCAPNG_PACKET_EXTRA);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_bytes), cmocka_unit_test(test_room),
					    cmocka_unit_test(test_unsayable), cmocka_unit_test(test_packet_extra) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
