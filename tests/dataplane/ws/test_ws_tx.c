/*
 * Sending: headers, masks, control frames, the close handshake, UTF-8.
 */
#include "tests/dataplane/ws/ws_peer.h"

static void test_masks(void **state)
{
	u8 key[4] = { 0x11, 0x22, 0x44, 0x88 }, p[300], want[300];
	u32 mask;
	(void)state;

	memcpy(&mask, key, 4);
	for (u32 n = 0; n < 200; n++)
		for (u32 at = 0; at < 5; at++) {
			for (u32 i = 0; i < sizeof p; i++) {
				p[i] = (u8)(i * 7);
				want[i] = (u8)(p[i] ^ (i < n ? key[(at + i) % 4] : 0));
			}
			ws_mask(p, n, mask, at);
			assert_memory_equal(p, want, sizeof p);
		}
}

static void test_frame_builders(void **state)
{
	static const struct { u32 n; const char *head, *plain; } rows[] = {
		{ 0, "82 80 37fa213d", "82 00" },
		{ 5, "82 85 37fa213d", "82 05" },
		{ 125, "82 fd 37fa213d", "82 7d" },
		{ 126, "82 fe 007e 37fa213d", "82 7e 007e" },
		{ 65535, "82 fe ffff 37fa213d", "82 7e ffff" },
		{ 65536, "82 ff 0000000000010000 37fa213d", "82 7f 0000000000010000" },
	};
	u8 *buf = malloc(65536 + WS_HEAD_MAX), want[WS_HEAD_MAX];
	u32 mask;
	(void)state;

	from_hex("37fa213d", (u8 *)&mask);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u32 n = rows[i].n, head = ws_head_len(n);
		assert_int_equal(from_hex(rows[i].head, want), head);
		memset(buf, 0, 65536 + WS_HEAD_MAX);
		assert_int_equal(ws_frame(buf, n, WS_OP_BINARY, mask), head + n);
		assert_memory_equal(buf, want, head);
		for (u32 k = 0; k < n; k++)
			assert_int_equal(buf[head + k], ((u8 *)&mask)[k % 4]);
		head = ws_head_len_plain(n);
		assert_int_equal(from_hex(rows[i].plain, want), head);
		assert_int_equal(ws_frame_plain(buf, n, WS_OP_BINARY), head + n);
		assert_memory_equal(buf, want, head);
	}
	free(buf);
}

/* Copied and masked in one go is the same frame, and nothing behind it. */
static void test_frame_of_elsewhere(void **state)
{
	static u8 in_place[500], copied[500], text[400];
	(void)state;

	for (u32 i = 0; i < sizeof text; i++)
		text[i] = (u8)(i * 11 + 3);
	for (u32 n = 0; n <= sizeof text; n++) {
		u32 mask = 0x9e3779b9u * (n + 1);
		memset(in_place, 0x5a, sizeof in_place);
		memset(copied, 0x5a, sizeof copied);
		memcpy(in_place + ws_head_len(n), text, n);
		u32 len = ws_frame(in_place, n, WS_OP_TEXT, mask);
		assert_int_equal(ws_frame_of(copied, (struct span){ text, n }, WS_OP_TEXT, mask), len);
		assert_memory_equal(copied, in_place, sizeof copied);
	}
}

/* Either side may begin; a second close of ours is never built. */
static void test_close_handshake(void **state)
{
	struct peer c, s;
	u8 f[WS_CONTROL_FRAME_MAX];
	struct span why = { (const u8 *)"bye", 3 }, none = { NULL, 0 };
	(void)state;

	peer_open(&c, WS_CLIENT);
	peer_open(&s, WS_SERVER);
	feed(&s, f, ws_close(&c.ws, f, WS_NORMAL, why, 0x12345678), 1000);
	assert_string_equal(s.log, "C1000:627965");
	assert_int_equal(c.ws.state, WS_CLOSING);
	assert_int_equal(s.ws.state, WS_CLOSING);
	assert_int_equal(ws_close(&c.ws, f, WS_NORMAL, none, 1), 0);
	feed(&c, f, ws_close(&s.ws, f, WS_NO_STATUS, none, 0), 1000);
	assert_string_equal(c.log, "C1005");
	assert_int_equal(c.ws.state, WS_CLOSED);
	assert_int_equal(s.ws.state, WS_CLOSED);
	ws_reset(&c.ws);
	assert_int_equal(c.ws.state, WS_OPEN);
	assert_true(ws_close(&c.ws, f, WS_NORMAL, none, 1) > 0);
	arena_close(&c.arena);
	arena_close(&s.arena);
}

static void test_control_builders(void **state)
{
	struct peer c, s;
	u8 f[WS_CONTROL_FRAME_MAX], long_reason[130];
	struct span data = { (const u8 *)"abc", 3 };
	(void)state;

	peer_open(&c, WS_CLIENT);
	peer_open(&s, WS_SERVER);
	feed(&s, f, ws_ping(&c.ws, f, data, 0xa5a5a5a5), 1000);
	feed(&s, f, ws_pong(&c.ws, f, data, 0x01020304), 1000);
	assert_string_equal(s.log, "P616263 O616263");
	feed(&c, f, ws_ping(&s.ws, f, data, 0), 1000);
	assert_string_equal(c.log, "P616263");
	/* 122 letters and a two-byte character: it does not fit into 123 bytes and goes whole */
	memset(long_reason, 'x', sizeof long_reason);
	memcpy(long_reason + 122, "\xc3\xa9", 2);
	u32 n = ws_close(&c.ws, f, WS_GOING_AWAY, (struct span){ long_reason, 130 }, 0);
	assert_int_equal(n, 6 + 2 + 122);
	feed(&s, f, n, n);
	assert_non_null(strstr(s.log, "C1001:7878"));
	arena_close(&c.arena);
	arena_close(&s.arena);
}

static void test_utf8(void **state)
{
	static const struct { const char *hex; bool ok; const char *remark; } rows[] = {
		{ "", true, "empty" },
		{ "61 c3a9 e282ac f09f9880", true, "one to four bytes" },
		{ "7f c280 dfbf e0a080 efbfbf f0908080 f48fbfbf", true, "ends of the ranges" },
		{ "ed9fbf ee8080", true, "around the surrogates" },
		{ "80", false, "continuation alone" },
		{ "c0af", false, "overlong, two bytes" },
		{ "c1bf", false, "overlong, two bytes, last" },
		{ "e09fbf", false, "overlong, three bytes" },
		{ "f08fbfbf", false, "overlong, four bytes" },
		{ "eda080", false, "surrogate" },
		{ "f4908080", false, "above U+10FFFF" },
		{ "f5808080", false, "lead 0xf5" },
		{ "ff", false, "no lead at all" },
		{ "c3", false, "cut, two bytes" },
		{ "e282", false, "cut, three bytes" },
		{ "f09f98", false, "cut, four bytes" },
		{ "e28261", false, "third byte is a letter" },
		{ "f09f9861", false, "fourth byte is a letter" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 s[64];
		u32 n = from_hex(rows[i].hex, s);
		if (ws_utf8_ok(s, n) != rows[i].ok)
			fail_msg("%s: expected %s", rows[i].remark, rows[i].ok ? "ok" : "bad");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_frame_builders),
		cmocka_unit_test(test_frame_of_elsewhere),
		cmocka_unit_test(test_close_handshake),
		cmocka_unit_test(test_control_builders),
		cmocka_unit_test(test_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
