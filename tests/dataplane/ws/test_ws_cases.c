/*
 * RFC 6455 case by case, numbered as in the list of the Autobahn test suite, sections 1 to 7, 9 and
 * 10 (12 and 13 are about compression, which is never agreed to). Each stream arrives whole and in
 * pieces of every size. A text that is no UTF-8 is refused when it is whole, not at its first
 * wrong byte: what Autobahn calls non-strict in 6.4.
 */
#include "tests/dataplane/ws/ws_peer.h"

/* 125 bytes, and what 2.4 to 2.6 make of them. */
#define X25 "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a"
#define X125 X25 X25 X25 X25 X25

static const struct {
	const char *number, *stream, *events, *remark;
} cases[] = {
	{ "2.1", "8900", "P", "ping without payload" },
	{ "2.2", "890d 48656c6c6f2c20776f726c6421", "P48656c6c6f2c20776f726c6421", "ping with text" },
	{ "2.3", "8908 00fffefdfcfb00ff", "P00fffefdfcfb00ff", "ping with bytes" },
	{ "2.4", "897d" X125, "P" X125, "ping of 125 bytes" },
	{ "2.5", "897e007e" X125 "2a", "F1002", "ping of 126 bytes" },
	{ "2.7", "8a00", "O", "unasked pong without payload" },
	{ "2.8", "8a02 6869", "O6869", "unasked pong with payload" },
	{ "2.9", "8a02 6869 8901 70", "O6869 P70", "unasked pong, then a ping" },
	{ "2.10", "890131 890132 890133 890134 890135 890136 890137 890138 890139 890130",
	  "P31 P32 P33 P34 P35 P36 P37 P38 P39 P30", "ten pings" },

	{ "3.1", "9100", "F1002", "reserved bits 1" },
	{ "3.2", "810161 a10161 8900", "T61 F1002", "reserved bits 2, after a text" },
	{ "3.4", "810161 c10161 8900", "T61 F1002", "reserved bits 4, after a text" },
	{ "3.5", "d208 00fffefdfcfb00ff", "F1002", "reserved bits 5, binary" },
	{ "3.6", "e900", "F1002", "reserved bits 6, ping" },
	{ "3.7", "f800", "F1002", "reserved bits 7, close" },

	{ "4.1.1", "8300", "F1002", "opcode 3" },
	{ "4.1.2", "840161", "F1002", "opcode 4" },
	{ "4.1.3", "810161 8500 8900", "T61 F1002", "opcode 5, after a text" },
	{ "4.1.4", "810161 860161 8900", "T61 F1002", "opcode 6, after a text" },
	{ "4.1.5", "810161 870161 8900", "T61 F1002", "opcode 7, after a text" },
	{ "4.2.1", "8b00", "F1002", "opcode 11" },
	{ "4.2.2", "8c0161", "F1002", "opcode 12" },
	{ "4.2.3", "810161 8d00 8900", "T61 F1002", "opcode 13, after a text" },
	{ "4.2.4", "810161 8e0161 8900", "T61 F1002", "opcode 14, after a text" },
	{ "4.2.5", "810161 8f0161 8900", "T61 F1002", "opcode 15, after a text" },

	{ "5.1", "090161 800162", "F1002", "ping in two" },
	{ "5.2", "0a0161 800162", "F1002", "pong in two" },
	{ "5.3", "010161 800162", "T6162", "text in two" },
	{ "5.6", "010161 890170 800162", "P70 T6162", "a ping in between" },
	{ "5.9", "800161 810162", "F1002", "a last continuation of nothing, then a text" },
	{ "5.12", "000161 810162", "F1002", "a continuation of nothing, then a text" },
	{ "5.15", "010161 800162 000163 810164", "T6162 F1002", "a continuation behind the end" },
	{ "5.16", "000161 010162 800163 000161 010162 800163", "F1002", "each with one too many" },
	{ "5.17", "800161 010162 800163 800161 010162 800163", "F1002", "the same, last ones" },
	{ "5.18", "010161 810162", "F1002", "both fragments say text" },
	{ "5.19", "010161 000162 890131 000163 000164 890132 800165", "P31 P32 T6162636465",
	  "five fragments, two pings" },

	{ "6.1.1", "8100", "T", "empty text" },
	{ "6.1.2", "0100 0000 8000", "T", "three empty fragments" },
	{ "6.1.3", "0100 000161 8000", "T61", "the middle one is not empty" },
	{ "6.2.2", "0104 48ceba61 8002 ceb1", "T48ceba61ceb1", "valid, cut between characters" },
	{ "6.2.3", "0102 61ce 8001 ba", "T61ceba", "valid, cut inside a character" },
	{ "6.3.2", "0103 61eda0 8002 8062", "F1007", "a surrogate over two fragments" },
	{ "6.4.1", "0103 61f490 0002 8080 800162", "F1007", "refused when the message is whole" },

	{ "7.1.1", "810161 880203e8", "T61 C1000", "a text, then a close" },
	{ "7.1.2", "880203e8 880203e8", "C1000", "two closes" },
	{ "7.1.3", "880203e8 8900", "C1000", "a ping behind a close" },
	{ "7.1.4", "880203e8 810161", "C1000", "a text behind a close" },
	{ "7.1.5", "010161 880203e8 800162", "C1000", "a close between fragments" },
	{ "7.3.1", "8800", "C1005", "close without payload" },
	{ "7.3.2", "880161", "F1002", "close of one byte" },
	{ "7.3.3", "880203e8", "C1000", "close with a code" },
	{ "7.3.4", "880403e8 6869", "C1000:6869", "with a reason" },
	{ "7.3.5", "887d03e8" X25 X25 X25 X25 "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a",
	  "C1000:" X25 X25 X25 X25 "2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a", "of 123 bytes" },
	{ "7.3.6", "887e007e03e8" X125, "F1002", "of 124 bytes" },
	{ "7.5.1", "880603e8 cebaeda0", "F1007", "a reason that is no UTF-8" },
};

static void check_stream(const char *number, const char *remark, const u8 *s, u32 n,
			 const char *events)
{
	for (u32 step = 1; step <= n; step++) {
		struct peer p;
		peer_open(&p, WS_CLIENT);
		ws_check_text(&p.ws, true);
		feed(&p, s, n, step);
		if (strcmp(p.log, events) != 0)
			fail_msg("%s, %s, step %u: got \"%s\", expected \"%s\"", number, remark,
				 step, p.log, events);
		arena_close(&p.arena);
		peer_open_shared(&p, WS_CLIENT);
		ws_check_text(&p.ws, true);
		feed(&p, s, n, step);
		if (strcmp(p.log, events) != 0)
			fail_msg("%s, %s, large buffer, step %u: got \"%s\"", number, remark, step,
				 p.log);
		arena_close(&p.arena);
	}
}

static void test_frames(void **state)
{
	u8 s[STREAM_MAX];
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_stream(cases[i].number, cases[i].remark, s, from_hex(cases[i].stream, s),
			     cases[i].events);
}

/* Sections 6.5 to 6.23. */
static const struct {
	const char *number, *text;
	bool valid;
} texts[] = {
	{ "6.5.1", "ceba", true },
	{ "6.5.2", "cebae1bdb9cf83cebcceb5", true },
	{ "6.5.3", "ce", false },
	{ "6.5.4", "cebae1bd", false },
	{ "6.6.2", "cebae1", false },
	{ "6.7.1", "00", true },
	{ "6.7.2", "c280", true },
	{ "6.7.3", "e0a080", true },
	{ "6.7.4", "f0908080", true },
	{ "6.8.1", "f888808080", false },
	{ "6.8.2", "fc8480808080", false },
	{ "6.9.1", "7f", true },
	{ "6.9.2", "dfbf", true },
	{ "6.9.3", "efbfbf", true },
	{ "6.9.4", "f48fbfbf", true },
	{ "6.10.1", "f7bfbfbf", false },
	{ "6.10.2", "fbbfbfbfbf", false },
	{ "6.10.3", "fdbfbfbfbfbf", false },
	{ "6.11.1", "ed9fbf", true },
	{ "6.11.2", "ee8080", true },
	{ "6.11.3", "efbfbd", true },
	{ "6.11.4", "f48fbfbf", true },
	{ "6.11.5", "f4908080", false },
	{ "6.12.1", "80", false },
	{ "6.12.2", "bf", false },
	{ "6.12.4", "80bf80", false },
	{ "6.12.8", "8081828384858687", false },
	{ "6.13.1", "c020c120c220", false },
	{ "6.13.2", "e020e120", false },
	{ "6.13.3", "f020f120", false },
	{ "6.13.4", "f820f920", false },
	{ "6.13.5", "fc20", false },
	{ "6.14.1", "c0", false },
	{ "6.14.2", "e080", false },
	{ "6.14.3", "f08080", false },
	{ "6.14.6", "df", false },
	{ "6.14.7", "efbf", false },
	{ "6.14.8", "f7bfbf", false },
	{ "6.15.1", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf", false },
	{ "6.16.1", "fe", false },
	{ "6.16.2", "ff", false },
	{ "6.16.3", "fefeffff", false },
	{ "6.17.1", "c0af", false },
	{ "6.17.2", "e080af", false },
	{ "6.17.3", "f08080af", false },
	{ "6.17.4", "f8808080af", false },
	{ "6.18.1", "c1bf", false },
	{ "6.18.2", "e09fbf", false },
	{ "6.18.3", "f08fbfbf", false },
	{ "6.18.4", "f887bfbfbf", false },
	{ "6.19.1", "c080", false },
	{ "6.19.2", "e08080", false },
	{ "6.19.3", "f0808080", false },
	{ "6.20.1", "eda080", false },
	{ "6.20.2", "edadbf", false },
	{ "6.20.3", "edae80", false },
	{ "6.20.7", "edbfbf", false },
	{ "6.21.1", "eda080edb080", false },
	{ "6.21.8", "edafbfedbfbf", false },
	{ "6.22.1", "efbfbe", true },
	{ "6.22.2", "efbfbf", true },
	{ "6.22.33", "f48fbfbe", true },
	{ "6.22.34", "f48fbfbf", true },
	{ "6.23.1", "efbfbd", true },
};

/* In one frame, and cut in two at each byte. */
static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		u8 text[64], s[128];
		char events[160];
		u32 n = from_hex(texts[i].text, text);

		sprintf(events, texts[i].valid ? "T%s" : "F1007", texts[i].text);
		for (u32 cut = 0; cut <= n; cut++) {
			memcpy(s + 2, text, cut);
			memcpy(s + 4 + cut, text + cut, n - cut);
			s[0] = WS_OP_TEXT;
			s[1] = (u8)cut;
			s[2 + cut] = 0x80;
			s[3 + cut] = (u8)(n - cut);
			check_stream(texts[i].number, texts[i].text, s, n + 4, events);
		}
		memmove(s + 2, text, n);
		s[0] = 0x80 | WS_OP_TEXT;
		s[1] = (u8)n;
		check_stream(texts[i].number, texts[i].text, s, n + 2, events);
	}
}

/* 7.7, 7.9 and 7.13, and 1012 to 1014, registered since. */
static void test_close_codes(void **state)
{
	static const struct { const char *number; u16 code; bool valid; } codes[] = {
		{ "7.7.1", 1000, true }, { "7.7.2", 1001, true }, { "7.7.3", 1002, true },
		{ "7.7.4", 1003, true }, { "7.7.5", 1007, true }, { "7.7.6", 1008, true },
		{ "7.7.7", 1009, true }, { "7.7.8", 1010, true }, { "7.7.9", 1011, true },
		{ "7.7.10", 3000, true }, { "7.7.11", 3999, true }, { "7.7.12", 4000, true },
		{ "7.7.13", 4999, true }, { "IANA", 1012, true }, { "IANA", 1013, true },
		{ "IANA", 1014, true }, { "7.9.1", 0, false }, { "7.9.2", 999, false },
		{ "7.9.3", 1004, false }, { "7.9.4", 1005, false }, { "7.9.5", 1006, false },
		{ "7.9.6", 1016, false }, { "7.9.7", 1100, false }, { "7.9.8", 2000, false },
		{ "7.9.9", 2999, false }, { "7.13.1", 5000, false }, { "7.13.2", 65535, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		u8 s[] = { 0x88, 2, (u8)(codes[i].code >> 8), (u8)codes[i].code };
		char events[16];
		sprintf(events, codes[i].valid ? "C%u" : "F1002", codes[i].code);
		check_stream(codes[i].number, "close code", s, sizeof s, events);
	}
}

/* A message of `n` bytes in frames of `fragment`, 0: in one. Returns the bytes written. */
static u32 put_message(u8 *s, u8 opcode, u32 n, u32 fragment)
{
	u8 *end = s;
	u32 at = 0;

	do {
		u32 k = fragment ? u32_min(fragment, n - at) : n, head = ws_head_len_plain(k);
		for (u32 j = 0; j < k; j++)
			end[head + j] = (u8)('a' + (at + j) % 23);
		ws_frame_plain(end, k, at ? WS_OP_CONT : opcode);
		at += k;
		*end &= at < n ? 0x7f : 0xff;
		end += head + k;
	} while (at < n);
	return (u32)(end - s);
}

static void check_event(const char *number, const struct ws_event *ev, u8 opcode, u32 n)
{
	if (ev->kind != (opcode == WS_OP_TEXT ? WS_TEXT : WS_BINARY) || ev->data.n != n)
		fail_msg("%s: event %u of %zu bytes", number, ev->kind, ev->data.n);
	for (u32 i = 0; i < n; i++)
		if (ev->data.p[i] != 'a' + i % 23)
			fail_msg("%s: byte %u is wrong", number, i);
}

/* `chop` bytes at a time, offered as a session does. Returns the events there were. */
static u32 take_message(struct ws *w, const char *number, struct span s, u8 opcode, u32 n,
			u32 chop)
{
	u8 *buf = malloc(s.n);
	u32 held = 0, events = 0;

	for (size_t at = 0, k; at < s.n; at += k) {
		u32 used = 1;
		k = u64_min(chop, s.n - at);
		memcpy(buf + held, s.p + at, k);
		held += (u32)k;
		while (used && held && held >= ws_need(w)) {
			struct ws_event ev;
			used = ws_next(w, buf, held, &ev);
			if (ev.kind != WS_NONE) {
				check_event(number, &ev, opcode, n);
				events++;
			}
			memmove(buf, buf + used, held - used);
			held -= used;
		}
	}
	free(buf);
	return events;
}

static void check_size(const char *number, u8 opcode, u32 n, u32 fragment, u32 chop)
{
	struct arena a;
	struct ws w;
	u64 cnt[WS_CNT_COUNT] = { 0 };
	u8 *s = malloc(2 * n + WS_HEAD_MAX);

	assert_int_equal(arena_open(&a, 32 << 20), ERR_OK);
	assert_int_equal(ws_init(&w, &a, WS_CLIENT, 16 << 20, cnt), ERR_OK);
	struct span stream = { s, put_message(s, opcode, n, fragment) };
	assert_int_equal(take_message(&w, number, stream, opcode, n, chop), 1);
	arena_close(&a);
	free(s);
}

static void test_sizes(void **state)
{
	static const struct { const char *number; u32 n, fragment, chop; } rows[] = {
		{ "1.1.1", 0, 0, 1 << 20 }, { "1.1.2", 125, 0, 1 << 20 },
		{ "1.1.3", 126, 0, 1 << 20 }, { "1.1.4", 127, 0, 1 << 20 },
		{ "1.1.5", 128, 0, 1 << 20 }, { "1.1.6", 65535, 0, 1 << 20 },
		{ "1.1.7", 65536, 0, 1 << 20 }, { "1.1.8", 65536, 0, 997 },
		{ "9.1.3", 1 << 20, 0, 1 << 20 }, { "9.1.6", 16 << 20, 0, 1 << 20 },
		{ "9.3.1", 4 << 20, 64, 64 << 10 }, { "9.3.9", 4 << 20, 4 << 20, 1 << 20 },
		{ "9.5.6", 1 << 20, 0, 2048 }, { "10.1.1", 65536, 1300, 1 << 20 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_size(rows[i].number, WS_OP_TEXT, rows[i].n, rows[i].fragment, rows[i].chop);
		check_size(rows[i].number, WS_OP_BINARY, rows[i].n, rows[i].fragment, rows[i].chop);
	}
}

/* The counter of what is refused, and that nothing is where nobody asked for the check. */
static void test_text_check_is_a_choice(void **state)
{
	u8 s[] = { 0x81, 2, 0xc0, 0x80 };
	struct peer p;
	(void)state;

	peer_open(&p, WS_CLIENT);
	feed(&p, s, sizeof s, sizeof s);
	assert_string_equal(p.log, "Tc080");
	assert_int_equal(p.cnt[WS_CNT_rx_bad_text], 0);
	ws_check_text(&p.ws, true);
	ws_reset(&p.ws);
	feed(&p, s, sizeof s, sizeof s);
	assert_string_equal(p.log, "Tc080 F1007");
	assert_int_equal(p.cnt[WS_CNT_rx_bad_text], 1);
	assert_int_equal(p.cnt[WS_CNT_rx_messages], 1);
	arena_close(&p.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_close_codes),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_text_check_is_a_choice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
