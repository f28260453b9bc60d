/* The TCP segment in a frame: both families, padding, options, and each way a header can be cut or lie. */
#include "pcap/tcp_frame.h"

#include <string.h>

#include "pcap/link.h"
#include "tests/cmocka_all.h"

/* Ethernet, IPv4 of 43 bytes, TCP from 10.77.0.2:4660 to 10.77.0.1:443, three bytes, three of padding. */
static const u8 v4[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
			 0x45, 0, 0, 43, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 77, 0, 2, 10, 77, 0, 1,
			 0x12, 0x34, 0x01, 0xbb, 0, 0, 0, 7, 0, 0, 0, 9, 0x50, 0x18, 1, 0, 0, 0, 0, 0,
			 'a', 'b', 'c', 0, 0, 0 };

enum { IP = 14, TCP = 34, END = 57 };

static struct span span_of(const u8 *p, size_t n) { return (struct span){ p, n }; }

static void an_ipv4_segment(void **state)
{
	struct tcp_frame f;
	static const u8 from[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [13] = 77, [15] = 2 };
	(void)state;
	assert_int_equal(tcp_frame_parse(LINK_ETHERNET, span_of(v4, sizeof v4), &f), ERR_OK);
	assert_memory_equal(f.from.ip, from, 16);
	assert_int_equal(f.from.port, 0x1234);
	assert_int_equal(f.to.port, 443);
	assert_int_equal(f.to.ip[15], 1);
	assert_int_equal(f.seq, 7);
	assert_int_equal(f.ack, 9);
	assert_int_equal(f.flags, 0x18);
	assert_int_equal(f.payload.n, 3); /* not the link's padding */
	assert_memory_equal(f.payload.p, "abc", 3);
}

static void an_ipv6_segment_with_options(void **state)
{
	u8 b[14 + 40 + 24 + 2] = { [12] = 0x86, [13] = 0xdd, [14] = 0x60, [19] = 26, [20] = 6 };
	struct tcp_frame f;
	(void)state;
	b[22] = 0xfe, b[37] = 1, b[38] = 0xfe, b[53] = 2;
	b[14 + 40 + 12] = 0x60, b[14 + 40 + 13] = TCP_FRAME_SYN;
	b[14 + 40 + 24] = 'x', b[14 + 40 + 25] = 'y';
	assert_int_equal(tcp_frame_parse(LINK_ETHERNET, span_of(b, sizeof b), &f), ERR_OK);
	assert_int_equal(f.from.ip[0], 0xfe);
	assert_int_equal(f.to.ip[15], 2);
	assert_int_equal(f.flags, TCP_FRAME_SYN);
	assert_int_equal(f.payload.n, 2);
	assert_memory_equal(f.payload.p, "xy", 2);
}

static const struct {
	u32 at;
	u8 value;
	err_t e;
	const char *remark;
} lies[] = {
	{ 12, 0x12, ERR_UNSUPPORTED, "another ethertype" },
	{ IP + 9, 17, ERR_UNSUPPORTED, "UDP" },
	{ IP + 6, 0x20, ERR_UNSUPPORTED, "the first fragment" },
	{ IP + 7, 1, ERR_UNSUPPORTED, "a later fragment" },
	{ IP, 0x44, ERR_SYNTAX, "an IP header of 16 bytes" },
	{ IP + 3, 19, ERR_SYNTAX, "a packet shorter than its header" },
	{ IP + 3, 30, ERR_TRUNCATED, "a packet that ends within the TCP header" },
	{ TCP + 12, 0x40, ERR_SYNTAX, "a TCP header of 16 bytes" },
	{ TCP + 12, 0xf0, ERR_TRUNCATED, "a TCP header longer than the packet" },
	{ IP, 0x4f, ERR_TRUNCATED, "an IP header that leaves no room for TCP" },
};

static void headers_that_lie(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		u8 b[sizeof v4];
		struct tcp_frame f;
		memcpy(b, v4, sizeof b);
		b[lies[i].at] = lies[i].value;
		if (tcp_frame_parse(LINK_ETHERNET, span_of(b, sizeof b), &f) != lies[i].e)
			fail_msg("%s", lies[i].remark);
	}
}

/* Every cut within the headers is said; one within the payload gives what is there. */
static void cut_frames(void **state)
{
	(void)state;
	for (size_t n = 0; n < END; n++) {
		struct tcp_frame f;
		err_t e = tcp_frame_parse(LINK_ETHERNET, span_of(v4, n), &f);
		assert_int_equal(e, n < TCP + 20 ? ERR_TRUNCATED : ERR_OK);
		if (e == ERR_OK)
			assert_int_equal(f.payload.n, n - TCP - 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_segment),
		cmocka_unit_test(an_ipv6_segment_with_options),
		cmocka_unit_test(headers_that_lie),
		cmocka_unit_test(cut_frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
