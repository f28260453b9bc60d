/*
 * Receiving: a table of streams with the events they must give, whole and split at each byte.
 */
#include "tests/dataplane/ws/ws_peer.h"

static const struct {
	const char *stream, *events, *remark;
} to_client[] = {
	{ "81 05 48656c6c6f", "T48656c6c6f", "RFC 6455 5.7: a text message in one frame" },
	{ "01 03 48656c 80 02 6c6f", "T48656c6c6f", "RFC 6455 5.7: in two" },
	{ "82 03 000102", "B000102", "binary" },
	{ "81 00", "T", "empty message" },
	{ "01 00 00 00 80 00", "T", "empty message of three empty fragments" },
	{ "89 05 48656c6c6f", "P48656c6c6f", "ping" },
	{ "89 00 8a 00", "P O", "empty ping and pong" },
	{ "8a 02 6869", "O6869", "unasked pong" },
	{ "01 01 61 89 01 70 80 01 62", "P70 T6162", "ping between fragments" },
	{ "02 01 61 00 01 62 80 01 63 81 01 64", "B616263 T64", "fragments, then a whole one" },
	{ "81 05 48656c6c", "", "incomplete payload" },
	{ "81", "", "incomplete header" },
	{ "81 7e 00", "", "incomplete length" },
	{ "c1 00", "F1002", "reserved bit 1" },
	{ "a1 00", "F1002", "reserved bit 2" },
	{ "91 00", "F1002", "reserved bit 3" },
	{ "c9 00", "F1002", "reserved bit on a ping" },
	{ "83 00", "F1002", "opcode 3" },
	{ "87 00", "F1002", "opcode 7" },
	{ "8b 00", "F1002", "opcode 11" },
	{ "8f 00", "F1002", "opcode 15" },
	{ "81 85 00000000 48656c6c6f", "F1002", "masked by a server" },
	{ "80 00", "F1002", "continuation of nothing" },
	{ "00 00", "F1002", "continuation of nothing, not final" },
	{ "01 00 81 00", "F1002", "new message inside one" },
	{ "01 00 02 00", "F1002", "new fragmented message inside one" },
	{ "01 01 61 80 01 62 80 01 63", "T6162 F1002", "continuation behind the final one" },
	{ "09 00", "F1002", "fragmented ping" },
	{ "08 00", "F1002", "fragmented close" },
	{ "89 7e 007e", "F1002", "ping with a long length" },
	{ "89 7f", "F1002", "ping with a longer one: known from two bytes" },
	{ "81 7e 007d", "F1002", "16-bit length for 125" },
	{ "81 7f 000000000000ffff", "F1002", "64-bit length for 65535" },
	{ "81 7f 8000000000000000", "F1002", "length with its highest bit set" },
	{ "81 7f 7fffffffffffffff", "F1009", "enormous length, known before any payload" },
	{ "82 7f 0000000100000001", "F1009", "length that is 1 in its low 32 bits" },
	{ "81 7e 012d", "F1009", "301 bytes, the limit is 300: known from the header" },
	{ "88 00", "C1005", "close without a code" },
	{ "88 01 03", "F1002", "close with half a code" },
	{ "88 02 03e8", "C1000", "normal close" },
	{ "88 07 03e9 68656c6c6f", "C1001:68656c6c6f", "with a reason" },
	{ "88 03 03e8 ff", "F1007", "reason is no UTF-8" },
	{ "88 02 0000", "F1002", "code 0" },
	{ "88 02 03e7", "F1002", "code 999" },
	{ "88 02 03ec", "F1002", "code 1004" },
	{ "88 02 03ed", "F1002", "code 1005 on the wire" },
	{ "88 02 03ee", "F1002", "code 1006 on the wire" },
	{ "88 02 03ef", "C1007", "code 1007" },
	{ "88 02 03f6", "C1014", "code 1014" },
	{ "88 02 03f7", "F1002", "code 1015" },
	{ "88 02 0bb7", "F1002", "code 2999" },
	{ "88 02 0bb8", "C3000", "code 3000" },
	{ "88 02 1387", "C4999", "code 4999" },
	{ "88 02 1388", "F1002", "code 5000" },
	{ "88 02 03e8 81 01 61 89 00", "C1000", "nothing counts behind a close" },
	{ "01 01 61 88 00", "C1005", "close inside a message" },
	{ "c1 00 81 01 61", "F1002", "nothing counts behind a failure" },
};

static const struct {
	const char *stream, *events, *remark;
} to_server[] = {
	{ "81 85 37fa213d 7f9f4d5158", "T48656c6c6f", "RFC 6455 5.7: masked hello" },
	{ "89 85 37fa213d 7f9f4d5158", "P48656c6c6f", "masked ping" },
	{ "01 81 01020304 60 80 82 05060708 6464", "T616162", "each fragment its own mask" },
	{ "88 82 ff00ff00 fce8", "C1000", "masked close" },
	{ "81 80 01020304", "T", "empty and masked" },
	{ "81 05 48656c6c6f", "F1002", "not masked by a client" },
	{ "89 00", "F1002", "ping not masked" },
	{ "81 85 37fa21", "", "incomplete mask" },
};

static void run_row(enum ws_role role, const char *stream, const char *events, const char *remark)
{
	u8 s[STREAM_MAX];
	u32 n = from_hex(stream, s);

	for (u32 step = 1; step <= n; step++) {
		struct peer p;
		peer_open(&p, role);
		feed(&p, s, n, step);
		if (strcmp(p.log, events) != 0)
			fail_msg("%s, step %u: got \"%s\", expected \"%s\"", remark, step, p.log,
				 events);
		arena_close(&p.arena);
	}
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(to_client); i++)
		run_row(WS_CLIENT, to_client[i].stream, to_client[i].events, to_client[i].remark);
	for (size_t i = 0; i < ARRAY_LEN(to_server); i++)
		run_row(WS_SERVER, to_server[i].stream, to_server[i].events, to_server[i].remark);
}

/* Fragments count together, control frames between them do not, and the limit itself is allowed. */
static void test_limit(void **state)
{
	static const struct { u32 first, ping, second; const char *last; } rows[] = {
		{ 200, 0, 100, "T" },
		{ 200, 0, 101, "F1009" },
		{ 300, 125, 0, "T" },
		{ 0, 125, 300, "T" },
		{ 299, 0, 2, "F1009" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 s[1024];
		struct peer p;
		u32 n = 0;

		peer_open(&p, WS_CLIENT);
		memset(s, 0, sizeof s);
		n += ws_frame_plain(s, rows[i].first, WS_OP_TEXT);
		s[0] &= 0x7f;
		n += ws_frame_plain(s + n, rows[i].ping, WS_OP_PING);
		n += ws_frame_plain(s + n, rows[i].second, WS_OP_CONT);
		feed(&p, s, n, n);
		const char *last = strrchr(p.log, ' ') + 1;
		assert_memory_equal(last, rows[i].last, strlen(rows[i].last));
		arena_close(&p.arena);
	}
}

static void test_zero_copy_and_need(void **state)
{
	u8 s[600];
	struct peer p;
	struct ws_event ev;
	(void)state;

	peer_open(&p, WS_CLIENT);
	memset(s, 'x', sizeof s);
	u32 n = ws_frame_plain(s, 290, WS_OP_TEXT);
	assert_int_equal(ws_next(&p.ws, s, 0, &ev), 0);
	assert_int_equal(ws_need(&p.ws), 2);
	assert_int_equal(ws_next(&p.ws, s, 2, &ev), 0);
	assert_int_equal(ws_need(&p.ws), 4);
	assert_int_equal(ws_next(&p.ws, s, 4, &ev), 0);
	assert_int_equal(ws_need(&p.ws), n);
	assert_int_equal(ws_next(&p.ws, s, n - 1, &ev), 0);
	assert_int_equal(ws_next(&p.ws, s, n, &ev), n);
	assert_ptr_equal(ev.data.p, s + 4);
	assert_int_equal(ev.data.n, 290);
	arena_close(&p.arena);
}

static void test_counters(void **state)
{
	struct peer p;
	u8 s[64];
	(void)state;

	peer_open(&p, WS_CLIENT);
	feed(&p, s, from_hex("8100 0101 61 8900 8000 8a00 8800 8100", s), 100);
	assert_int_equal(p.cnt[WS_CNT_rx_messages], 2);
	assert_int_equal(p.cnt[WS_CNT_rx_joined], 1);
	assert_int_equal(p.cnt[WS_CNT_rx_pings], 1);
	assert_int_equal(p.cnt[WS_CNT_rx_pongs], 1);
	assert_int_equal(p.cnt[WS_CNT_rx_closes], 1);
	assert_int_equal(p.cnt[WS_CNT_rx_after_close], 2);
	assert_string_equal(ws_counter_defs[WS_CNT_rx_pings].name, "rx_pings");
	arena_close(&p.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_zero_copy_and_need),
		cmocka_unit_test(test_counters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
