/*
 * Segments whose header lies, with right checksums, so that nothing but the header's own fields can
 * give them away: an open connection takes none of them, counts each, and goes on.
 */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void checksums(u8 *f)
{
	u8 *ip = f + 14;
	u32 ihl = (ip[0] & 15) * 4u, tcp_len = be16(ip + 2) - ihl;
	put_be16(ip + 10, 0);
	put_be16(ip + 10, slow_csum(ip, ihl, 0));
	put_be16(ip + 36, 0);
	put_be16(ip + 36, slow_tcp_csum(ip, tcp_len));
}

static u32 next_segment(const struct script *s, u32 n, u8 *f)
{
	struct script_seg g = { .flags = TCP_ACK | TCP_PSH, .n = n, .ws = -1, .wnd = 512 };
	g.seq = s->peer_iss + 1, g.ack = s->iss + 1, g.peer_port = s->peer_port;
	return script_build(s, &g, f);
}

static void test_data_offset(void **state)
{
	static const struct {
		const char *remark;
		u32 payload;
		u8 words;
	} rows[] = {
		{ "no header", 100, 0 },
		{ "within the fixed header", 100, 4 },
		{ "one word beyond the segment", 0, 6 },
		{ "the largest, beyond the segment", 36, 15 },
	};
	struct tcp_cfg cfg = script_cfg();
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct script s;
		u8 f[SCRIPT_FRAME_MAX];
		script_open(&s, rows[i].remark, &cfg);
		script_run(&s, (const char *const[]){ OPENED, NULL });
		u32 n = next_segment(&s, rows[i].payload, f);
		f[46] = (u8)(rows[i].words << 4);
		checksums(f);
		script_frame(&s, f, n);
		assert_int_equal(s.tcp->cnt[TCP_CNT_rx_header], 1);
		script_run(&s, (const char *const[]){ "< PA 1 1 10", "ev data(10)", NULL });
		script_close(&s);
	}
}

/* Ethernet pads what is short; the padding is no payload, whatever is in it. */
static void test_runt(void **state)
{
	struct tcp_cfg cfg = script_cfg();
	(void)state;
	for (u32 payload = 0; payload <= 6; payload++) {
		struct script s;
		char want[16];
		u8 f[SCRIPT_FRAME_MAX];
		script_open(&s, "padded", &cfg);
		script_run(&s, (const char *const[]){ OPENED, NULL });
		assert_int_equal(next_segment(&s, payload, f), 60);
		memset(f + 54 + payload, 0xee, 6 - payload);
		script_frame(&s, f, 60);
		snprintf(want, sizeof want, payload ? "data(%u)" : "", payload);
		assert_string_equal(s.events, want);
		script_close(&s);
	}
}

/* Options that end in the middle of one: what stands before them counts, and so does the data. */
static void test_options_cut(void **state)
{
	static const u8 options[][4] = {
		{ 5, 10, 0, 0 }, /* SACK of one block, of which two bytes are there */
		{ 8, 10, 0, 0 }, /* a timestamp likewise */
		{ 254, 0, 0, 0 }, { 254, 1, 0, 0 }, { 1, 1, 1, 2 }, { 3, 255, 0, 0 },
	};
	struct tcp_cfg cfg = script_cfg();
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(options); i++) {
		struct script s;
		u8 f[SCRIPT_FRAME_MAX];
		script_open(&s, "options", &cfg);
		script_run(&s, (const char *const[]){ OPENED, NULL });
		u32 n = next_segment(&s, 50, f);
		memmove(f + 58, f + 54, 50);
		memcpy(f + 54, options[i], 4);
		f[46] = 6 << 4;
		put_be16(f + 16, (u16)(be16(f + 16) + 4));
		checksums(f);
		script_frame(&s, f, n + 4);
		assert_string_equal(s.events, "data(50)");
		script_close(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_offset),
		cmocka_unit_test(test_runt),
		cmocka_unit_test(test_options_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
