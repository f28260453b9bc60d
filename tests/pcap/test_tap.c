/*
 * Captures of a plain WebSocket connection, built packet by packet: the texts in order whatever the order
 * of the segments; and each thing that may be wrong, with the packet it is said of.
 */
#include "pcap/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

#define ISN_C 1000u
#define ISN_S 0xfffffff0u /* wraps within the answer */

static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char request[] = "GET / HTTP/1.1\r\n\r\n";

/* ---- a capture: classic, little-endian, microseconds, raw IP ---- */

static u8 bytes[1 << 16];
static size_t n_bytes;
static u32 n_packets;

static void le32(u32 v)
{
	memcpy(bytes + n_bytes, &v, 4);
	n_bytes += 4;
}

static void begin(u32 link)
{
	n_bytes = 0, n_packets = 0;
	le32(0xa1b2c3d4), le32(2 | 4 << 16), le32(0), le32(0), le32(65535), le32(link);
}

static void be16(u8 *p, u32 v) { p[0] = (u8)(v >> 8), p[1] = (u8)v; }
static void be32(u8 *p, u32 v) { be16(p, v >> 16), be16(p + 2, v); }

/* `lost` bytes of the payload are cut off by the capture. */
static void packet(bool server, u8 flags, u32 seq, const void *data, u32 n, u32 lost)
{
	u8 h[40] = { 0x45, [8] = 64, [9] = 6, [12] = 10, [15] = server ? 1 : 2, [16] = 10, [19] = server ? 2 : 1 };
	be16(h + 2, 40 + n);
	be16(h + 20, server ? 80 : 5000), be16(h + 22, server ? 5000 : 80);
	be32(h + 24, seq), be32(h + 28, server ? ISN_C + 1 : ISN_S + 1);
	h[32] = 0x50, h[33] = flags;
	le32(1700000000), le32(++n_packets), le32(40 + n - lost), le32(40 + n);
	memcpy(bytes + n_bytes, h, 40);
	if (n > lost)
		memcpy(bytes + n_bytes + 40, data, n - lost);
	n_bytes += 40 + n - lost;
}

static void open_with(const char *reply)
{
	begin(101);
	packet(false, TCP_FRAME_SYN, ISN_C, NULL, 0, 0);
	packet(true, TCP_FRAME_SYN | TCP_FRAME_ACK, ISN_S, NULL, 0, 0);
	packet(false, TCP_FRAME_ACK, ISN_C + 1, request, sizeof request - 1, 0);
	packet(true, TCP_FRAME_ACK, ISN_S + 1, reply, (u32)strlen(reply), 0);
}

/* The stream behind the answer: texts "0".."9", a frame each. */
static u8 frames[30];

static void segment(u32 from, u32 n, u32 lost)
{
	packet(true, TCP_FRAME_ACK, ISN_S + 1 + (u32)sizeof answer - 1 + from, frames + from, n, lost);
}

/* ---- reading it ---- */

static char got[256];
static struct tap tap;

static void on_turn(void *user, ns_t at) { (void)user, (void)at; }
static void on_opened(void *user, ns_t at) { (void)user, (void)at, strcat(got, "up "); }

static void on_text(void *user, const u8 *p, u32 n, ns_t at)
{
	(void)user;
	assert_true(at > 1700000000 * NS_PER_S);
	strncat(got, (const char *)p, n);
}

static void read_capture(void)
{
	static const struct tap_events ev = { .turn = on_turn, .opened = on_opened, .text = on_text };
	struct arena a;
	struct tls_crypto crypto;
	memset(&tap, 0, sizeof tap);
	got[0] = 0;
	tap.file[0] = (struct tap_file){ "one", { bytes, n_bytes } };
	tap.n_files = 1;
	assert_int_equal(arena_open(&a, 32 << 20), ERR_OK);
	assert_int_equal(tls_crypto_init(&crypto, true), ERR_OK);
	tap_scan(&tap);
	if (tap.flows.n)
		assert_int_equal(tap_run(&tap, 0, &ev, &a, &crypto), ERR_OK);
	arena_close(&a);
}

static void expect(const char *texts, const char *why)
{
	read_capture();
	assert_string_equal(got, texts);
	if (!strstr(tap.why, why) || !*why != !tap.why[0])
		fail_msg("expected '%s', found '%s'", why, tap.why);
}

/* ---- order ---- */

static void test_order(void **state)
{
	(void)state;
	open_with(answer);
	segment(3, 12, 0);
	segment(0, 5, 0);
	segment(0, 5, 0);
	segment(13, 17, 0);
	expect("up 0123456789", "");
	assert_int_equal(tap.frames, 8);
	assert_int_equal(tap.count[TAP_USED_SUM].n, 8); /* nobody filled them in */
}

static void test_answer_in_pieces(void **state)
{
	(void)state;
	open_with("");
	for (u32 i = 0; i < sizeof answer - 1; i += 7)
		packet(true, TCP_FRAME_ACK, ISN_S + 1 + i, answer + i, u32_min(7, (u32)sizeof answer - 1 - i), 0);
	segment(0, 30, 0);
	expect("up 0123456789", "");
}

/* ---- what may be wrong ---- */

static void test_hole(void **state)
{
	(void)state;
	open_with(answer);
	segment(0, 7, 0);
	segment(12, 3, 0);
	segment(15, 15, 0);
	expect("up 01", "packet 6: 5 bytes of the server's stream before it are not in the capture");
}

static void test_cut(void **state)
{
	(void)state;
	open_with(answer);
	segment(0, 9, 2);
	segment(9, 21, 0);
	expect("up 01", "packet 6: 2 bytes of the server's stream before it are not in the capture; the capture has cut "
			"packets (record with -s 0), first packet 5");
	assert_int_equal(tap.count[TAP_USED_CUT].n, 1);
}

static void test_cut_at_the_end(void **state)
{
	(void)state;
	open_with(answer);
	segment(0, 9, 0);
	packet(true, TCP_FRAME_FIN | TCP_FRAME_ACK, ISN_S + 1 + (u32)sizeof answer - 1 + 12, NULL, 0, 0);
	expect("up 012", "packet 6: the last 3 bytes of the server's stream are not in the capture");
}

static void test_no_beginning(void **state)
{
	(void)state;
	begin(101);
	packet(true, TCP_FRAME_ACK, ISN_S, answer, sizeof answer - 1, 0);
	expect("", "packet 1: the connection's beginning (SYN) is not in the capture");
}

static void test_no_websocket(void **state)
{
	(void)state;
	static const struct { const char *reply, *why; } rows[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n", "did not upgrade to WebSocket" },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", "speaks no HTTP" },
		{ "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
		  "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "are compressed" },
		{ "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "no sound upgrade" },
		{ "\x16\x03\x03", "ClientHello is not in the capture" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		open_with(rows[i].reply);
		expect("", rows[i].why);
		assert_ptr_equal(strstr(tap.why, "packet 4: "), tap.why);
	}
}

static void test_broken_frames(void **state)
{
	(void)state;
	open_with(answer);
	segment(0, 6, 0);
	packet(true, TCP_FRAME_ACK, ISN_S + 1 + (u32)sizeof answer - 1 + 6, "\xff\xff", 2, 0);
	segment(8, 3, 0);
	expect("up 01", "packet 6: the server's frames break the WebSocket protocol");
	assert_int_equal(tap.count[TAP_BEHIND].n, 1);
}

static void test_link_type(void **state)
{
	(void)state;
	open_with(answer);
	bytes[20] = 147; /* a private one */
	expect("", "");
	assert_int_equal(tap.flows.n, 0);
	assert_int_equal(tap.count[TAP_LINK].n, 4);
	assert_int_equal(tap.count[TAP_LINK].first.packet, 1);
}

/* Cut anywhere, what is whole before it is read, and the place is named. */
static void test_file_cut(void **state)
{
	(void)state;
	open_with(answer);
	size_t opened = n_bytes;
	segment(0, 30, 0);
	n_bytes = opened + 20;
	expect("up ", "");
	assert_non_null(strstr(tap.broken, "behind packet 4"));
}

int main(void)
{
	for (u32 i = 0; i < 10; i++)
		frames[3 * i] = 0x81, frames[3 * i + 1] = 1, frames[3 * i + 2] = (u8)('0' + i);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	       cmocka_unit_test(test_answer_in_pieces),
		cmocka_unit_test(test_hole),	       cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_at_the_end), cmocka_unit_test(test_no_beginning),
		cmocka_unit_test(test_no_websocket),   cmocka_unit_test(test_broken_frames),
		cmocka_unit_test(test_link_type),      cmocka_unit_test(test_file_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
