/*
 * RFC 6455 case by case, numbered as in the list of the Autobahn test suite, sections 1 to 7, 9 and
 * 10 (12 and 13 are about compression, which is never agreed to; 9.7 and 9.8 measure). Each stream
 * arrives whole and in pieces of every size, so that cases which differ in that alone are one row. A
 * text that is no UTF-8 is refused when it is whole, not at its first wrong byte: what Autobahn calls
 * non-strict in 6.4. Of sections 2 to 7 a test counts that none is left out.
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
	{ "2.4 2.6", "897d" X125, "P" X125, "ping of 125 bytes" },
	{ "2.5", "897e007e" X125 "2a", "F1002", "ping of 126 bytes" },
	{ "2.7", "8a00", "O", "unasked pong without payload" },
	{ "2.8", "8a02 6869", "O6869", "unasked pong with payload" },
	{ "2.9", "8a02 6869 8901 70", "O6869 P70", "unasked pong, then a ping" },
	{ "2.10 2.11", "890131 890132 890133 890134 890135 890136 890137 890138 890139 890130",
	  "P31 P32 P33 P34 P35 P36 P37 P38 P39 P30", "ten pings" },

	{ "3.1", "9100", "F1002", "reserved bits 1" },
	{ "3.2", "810161 a10161 8900", "T61 F1002", "reserved bits 2, after a text" },
	{ "3.3", "810161 b10161 8900", "T61 F1002", "reserved bits 3, after a text" },
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
	{ "5.3 5.4 5.5", "010161 800162", "T6162", "text in two" },
	{ "5.6 5.7 5.8", "010161 890170 800162", "P70 T6162", "a ping in between" },
	{ "5.9 5.10 5.11", "800161 810162", "F1002", "a last continuation of nothing, then a text" },
	{ "5.12 5.13 5.14", "000161 810162", "F1002", "a continuation of nothing, then a text" },
	{ "5.15", "010161 800162 000163 810164", "T6162 F1002", "a continuation behind the end" },
	{ "5.16", "000161 010162 800163 000161 010162 800163", "F1002", "each with one too many" },
	{ "5.17", "800161 010162 800163 800161 010162 800163", "F1002", "the same, last ones" },
	{ "5.18", "010161 810162", "F1002", "both fragments say text" },
	{ "5.19 5.20", "010161 000162 890131 000163 000164 890132 800165", "P31 P32 T6162636465",
	  "five fragments, two pings" },

	{ "6.1.1", "8100", "T", "empty text" },
	{ "6.1.2", "0100 0000 8000", "T", "three empty fragments" },
	{ "6.1.3", "0100 000161 8000", "T61", "the middle one is not empty" },
	{ "6.2.1", "811d 48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121",
	  "T48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121", "valid, in one frame" },
	{ "6.2.2", "0104 48ceba61 8002 ceb1", "T48ceba61ceb1", "valid, cut between characters" },
	{ "6.2.3", "0102 61ce 8001 ba", "T61ceba", "valid, cut inside a character" },
	{ "6.2.4", "0101ce 0001ba 0001e1 0001bd 0001b9 0001cf 000183 0001ce 0001bc 0001ce 8001b5",
	  "Tcebae1bdb9cf83cebcceb5", "valid, a byte a fragment" },
	{ "6.3.1", "8114 cebae1bdb9cf83cebcceb5eda080656469746564", "F1007", "a surrogate in one frame" },
	{ "6.3.2", "0103 61eda0 8002 8062", "F1007", "a surrogate over two fragments" },
	{ "6.4.1 6.4.3", "0103 61f490 0002 8080 800162", "F1007", "refused when the message is whole" },

	{ "6.4.2 6.4.4", "010c cebae1bdb9cf83cebcceb5f4 000190 8008 8080656469746564", "F1007",
	  "the wrong byte in a fragment of its own" },

	{ "7.1.1", "810161 880203e8", "T61 C1000", "a text, then a close" },
	{ "7.1.2", "880203e8 880203e8", "C1000", "two closes" },
	{ "7.1.3", "880203e8 8900", "C1000", "a ping behind a close" },
	{ "7.1.4", "880203e8 810161", "C1000", "a text behind a close" },
	{ "7.1.5", "010161 880203e8 800162", "C1000", "a close between fragments" },
	{ "7.1.6", "817e0096" X125 X25 "880203e8 8900", "T" X125 X25 " C1000", "a long text before" },
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
	{ "6.5.1", "68656c6c6f24776f726c64", true },
	{ "6.5.2", "68656c6c6fc2a2776f726c64", true },
	{ "6.5.3", "68656c6c6fe282ac776f726c64", true },
	{ "6.5.4", "68656c6c6ff0a4ada2776f726c64", true },
	{ "6.5.5", "cebae1bdb9cf83cebcceb5", true }, { "6.6.1", "ce", false },
	{ "6.6.2", "ceba", true }, { "6.6.3", "cebae1", false }, { "6.6.4", "cebae1bd", false },
	{ "6.6.5", "cebae1bdb9", true }, { "6.6.6", "cebae1bdb9cf", false },
	{ "6.6.7", "cebae1bdb9cf83", true }, { "6.6.8", "cebae1bdb9cf83ce", false },
	{ "6.6.9", "cebae1bdb9cf83cebc", true }, { "6.6.10", "cebae1bdb9cf83cebcce", false },
	{ "6.6.11", "cebae1bdb9cf83cebcceb5", true }, { "6.7.1", "00", true },
	{ "6.7.2", "c280", true }, { "6.7.3", "e0a080", true }, { "6.7.4", "f0908080", true },
	{ "6.8.1", "f888808080", false }, { "6.8.2", "fc8480808080", false },
	{ "6.9.1", "7f", true }, { "6.9.2", "dfbf", true }, { "6.9.3", "efbfbf", true },
	{ "6.9.4", "f48fbfbf", true }, { "6.10.1", "f7bfbfbf", false },
	{ "6.10.2", "fbbfbfbfbf", false }, { "6.10.3", "fdbfbfbfbfbf", false },
	{ "6.11.1", "ed9fbf", true }, { "6.11.2", "ee8080", true }, { "6.11.3", "efbfbd", true },
	{ "6.11.4", "f48fbfbf", true }, { "6.11.5", "f4908080", false },
	{ "6.12.1", "80", false }, { "6.12.2", "bf", false }, { "6.12.3", "80bf", false },
	{ "6.12.4", "80bf80", false }, { "6.12.5", "80bf80bf", false },
	{ "6.12.6", "80bf80bf80", false }, { "6.12.7", "80bf80bf80bf", false },
	{ "6.12.8", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe", false },
	{ "6.13.1", "c020c120c220c320c420c520c620c720c820c920ca20cb20cc20cd20ce20cf20d020d120d220d320d420d520d620d720d820d920da20db20dc20dd20de20df20", false },
	{ "6.13.2", "e020e120e220e320e420e520e620e720e820e920ea20eb20ec20ed20ee20ef20", false },
	{ "6.13.3", "f020f120f220f320f420f520f620f720", false },
	{ "6.13.4", "f820f920fa20fb20", false }, { "6.13.5", "fc20fd20", false },
	{ "6.14.1", "c0", false }, { "6.14.2", "e080", false }, { "6.14.3", "f08080", false },
	{ "6.14.4", "f8808080", false }, { "6.14.5", "fc80808080", false },
	{ "6.14.6", "df", false }, { "6.14.7", "efbf", false }, { "6.14.8", "f7bfbf", false },
	{ "6.14.9", "fbbfbfbf", false }, { "6.14.10", "fdbfbfbfbf", false },
	{ "6.15.1", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf", false },
	{ "6.16.1", "fe", false }, { "6.16.2", "ff", false }, { "6.16.3", "fefeffff", false },
	{ "6.17.1", "c0af", false }, { "6.17.2", "e080af", false },
	{ "6.17.3", "f08080af", false }, { "6.17.4", "f8808080af", false },
	{ "6.17.5", "fc80808080af", false }, { "6.18.1", "c1bf", false },
	{ "6.18.2", "e09fbf", false }, { "6.18.3", "f08fbfbf", false },
	{ "6.18.4", "f887bfbfbf", false }, { "6.18.5", "fc83bfbfbfbf", false },
	{ "6.19.1", "c080", false }, { "6.19.2", "e08080", false },
	{ "6.19.3", "f0808080", false }, { "6.19.4", "f880808080", false },
	{ "6.19.5", "fc8080808080", false }, { "6.20.1", "eda080", false },
	{ "6.20.2", "edadbf", false }, { "6.20.3", "edae80", false },
	{ "6.20.4", "edafbf", false }, { "6.20.5", "edb080", false },
	{ "6.20.6", "edbe80", false }, { "6.20.7", "edbfbf", false },
	{ "6.21.1", "eda080edb080", false }, { "6.21.2", "eda080edbfbf", false },
	{ "6.21.3", "edadbfedb080", false }, { "6.21.4", "edadbfedbfbf", false },
	{ "6.21.5", "edae80edb080", false }, { "6.21.6", "edae80edbfbf", false },
	{ "6.21.7", "edafbfedb080", false }, { "6.21.8", "edafbfedbfbf", false },
	{ "6.22.1", "efbfbe", true }, { "6.22.2", "efbfbf", true },
	{ "6.22.3", "f09fbfbe", true }, { "6.22.4", "f09fbfbf", true },
	{ "6.22.5", "f0afbfbe", true }, { "6.22.6", "f0afbfbf", true },
	{ "6.22.7", "f0bfbfbe", true }, { "6.22.8", "f0bfbfbf", true },
	{ "6.22.9", "f18fbfbe", true }, { "6.22.10", "f18fbfbf", true },
	{ "6.22.11", "f19fbfbe", true }, { "6.22.12", "f19fbfbf", true },
	{ "6.22.13", "f1afbfbe", true }, { "6.22.14", "f1afbfbf", true },
	{ "6.22.15", "f1bfbfbe", true }, { "6.22.16", "f1bfbfbf", true },
	{ "6.22.17", "f28fbfbe", true }, { "6.22.18", "f28fbfbf", true },
	{ "6.22.19", "f29fbfbe", true }, { "6.22.20", "f29fbfbf", true },
	{ "6.22.21", "f2afbfbe", true }, { "6.22.22", "f2afbfbf", true },
	{ "6.22.23", "f2bfbfbe", true }, { "6.22.24", "f2bfbfbf", true },
	{ "6.22.25", "f38fbfbe", true }, { "6.22.26", "f38fbfbf", true },
	{ "6.22.27", "f39fbfbe", true }, { "6.22.28", "f39fbfbf", true },
	{ "6.22.29", "f3afbfbe", true }, { "6.22.30", "f3afbfbf", true },
	{ "6.22.31", "f3bfbfbe", true }, { "6.22.32", "f3bfbfbf", true },
	{ "6.22.33", "f48fbfbe", true }, { "6.22.34", "f48fbfbf", true },
	{ "6.23.1", "efbfb9", true }, { "6.23.2", "efbfba", true }, { "6.23.3", "efbfbb", true },
	{ "6.23.4", "efbfbc", true }, { "6.23.5", "efbfbd", true }, { "6.23.6", "efbfbe", true },
	{ "6.23.7", "efbfbf", true },
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

static void test_close_codes(void **state)
{
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
		{ "1.1.1 1.2.1", 0, 0, 1 << 20 }, { "1.1.2 1.2.2", 125, 0, 1 << 20 },
		{ "1.1.3 1.2.3", 126, 0, 1 << 20 }, { "1.1.4 1.2.4", 127, 0, 1 << 20 },
		{ "1.1.5 1.2.5", 128, 0, 1 << 20 }, { "1.1.6 1.2.6", 65535, 0, 1 << 20 },
		{ "1.1.7 1.2.7", 65536, 0, 1 << 20 }, { "1.1.8 1.2.8", 65536, 0, 997 },
		{ "9.1.1 9.2.1", 64 << 10, 0, 1 << 20 }, { "9.1.2 9.2.2", 256 << 10, 0, 1 << 20 },
		{ "9.1.3 9.2.3", 1 << 20, 0, 1 << 20 },  { "9.1.4 9.2.4", 4 << 20, 0, 1 << 20 },
		{ "9.1.5 9.2.5", 8 << 20, 0, 1 << 20 },  { "9.1.6 9.2.6", 16 << 20, 0, 1 << 20 },
		{ "9.3.1 9.4.1", 4 << 20, 64, 64 << 10 },
		{ "9.3.2 9.4.2", 4 << 20, 256, 64 << 10 },
		{ "9.3.3 9.4.3", 4 << 20, 1 << 10, 1 << 20 },
		{ "9.3.4 9.4.4", 4 << 20, 4 << 10, 1 << 20 },
		{ "9.3.5 9.4.5", 4 << 20, 16 << 10, 1 << 20 },
		{ "9.3.6 9.4.6", 4 << 20, 64 << 10, 1 << 20 },
		{ "9.3.7 9.4.7", 4 << 20, 256 << 10, 1 << 20 },
		{ "9.3.8 9.4.8", 4 << 20, 1 << 20, 1 << 20 },
		{ "9.3.9 9.4.9", 4 << 20, 4 << 20, 1 << 20 },
		{ "9.5.1 9.6.1", 1 << 20, 0, 64 },   { "9.5.2 9.6.2", 1 << 20, 0, 128 },
		{ "9.5.3 9.6.3", 1 << 20, 0, 256 },  { "9.5.4 9.6.4", 1 << 20, 0, 512 },
		{ "9.5.5 9.6.5", 1 << 20, 0, 1024 }, { "9.5.6 9.6.6", 1 << 20, 0, 2048 },
		{ "10.1.1", 65536, 1300, 1 << 20 },
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

/* How many of the cases of `section` (a dot at its end) a list of numbers names. */
static u32 count_in(const char *numbers, const char *section)
{
	u32 n = 0;

	for (const char *at = numbers; *at; at += strcspn(at, " "), at += strspn(at, " "))
		n += strncmp(at, section, strlen(section)) == 0;
	return n;
}

static void test_none_is_left_out(void **state)
{
	static const struct { const char *section; u32 n; } list[] = {
		{ "2.", 11 }, { "3.", 7 }, { "4.1.", 5 }, { "4.2.", 5 }, { "5.", 20 }, { "6.1.", 3 },
		{ "6.2.", 4 }, { "6.3.", 2 }, { "6.4.", 4 }, { "6.5.", 5 }, { "6.6.", 11 }, { "6.7.", 4 },
		{ "6.8.", 2 }, { "6.9.", 4 }, { "6.10.", 3 }, { "6.11.", 5 }, { "6.12.", 8 },
		{ "6.13.", 5 }, { "6.14.", 10 }, { "6.15.", 1 }, { "6.16.", 3 }, { "6.17.", 5 },
		{ "6.18.", 5 }, { "6.19.", 5 }, { "6.20.", 7 }, { "6.21.", 8 }, { "6.22.", 34 },
		{ "6.23.", 7 }, { "7.1.", 6 }, { "7.3.", 6 }, { "7.5.", 1 }, { "7.7.", 13 }, { "7.9.", 9 },
		{ "7.13.", 2 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		u32 n = 0;
		for (size_t k = 0; k < ARRAY_LEN(cases); k++)
			n += count_in(cases[k].number, list[i].section);
		for (size_t k = 0; k < ARRAY_LEN(texts); k++)
			n += count_in(texts[k].number, list[i].section);
		for (size_t k = 0; k < ARRAY_LEN(codes); k++)
			n += count_in(codes[k].number, list[i].section);
		if (n != list[i].n)
			fail_msg("section %s has %u cases, not %u", list[i].section, list[i].n, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_close_codes),
		cmocka_unit_test(test_none_is_left_out),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_text_check_is_a_choice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
