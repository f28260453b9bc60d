/* What arrives on an open connection: RFC 9293 3.10.7.4 and RFC 5961. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_reset(void **state)
{
	(void)state;
	SCRIPT("at the expected number", OPENED, "< R 1 0 0", "ev down(RESET)", "> none",
	       "cnt rx_rst 1");
	SCRIPT("in the window, not there: a challenge", OPENED, "< R 2 0 0", "> A 1 1 0", "ev",
	       "< R 262144 0 0", "> A 1 1 0", "state ESTABLISHED", "cnt tx_challenge 2");
	SCRIPT("at the end of the window and beyond, and below", OPENED, "< R 262145 0 0",
	       "< R 0 0 0", "> none", "state ESTABLISHED", "cnt rx_rst_ignored 2");
	SCRIPT("ten challenges a second", OPENED, "< R 5 0 0", "< R 5 0 0", "< R 5 0 0",
	       "< R 5 0 0", "< R 5 0 0", "< R 5 0 0", "< R 5 0 0", "< R 5 0 0", "< R 5 0 0",
	       "< R 5 0 0", "< R 5 0 0", "cnt tx_challenge 10", "cnt challenge_limited 1", "+ 1000",
	       "< R 5 0 0", "cnt tx_challenge 11");
}

static void test_syn_when_open(void **state)
{
	(void)state;
	SCRIPT("in the window: a challenge, no reset", OPENED, "< S 5 0 0", "> A 1 1 0",
	       "state ESTABLISHED", "< SA 5 1 0", "> A 1 1 0", "cnt tx_challenge 2");
	SCRIPT("the old one again: an ACK", OPENED, "< S 0 0 0", "> A 1 1 0", "state ESTABLISHED");
	SCRIPT("far away: an ACK", OPENED, "< S 900000 0 0", "> A 1 1 0", "state ESTABLISHED");
}

static void test_ack_range(void **state)
{
	(void)state;
	SCRIPT("of what was never sent", OPENED, "write 10", "> PA 1 1 10", "< PA 1 12 5",
	       "> A 11 1 0", "ev", "cnt rx_ack_unsent 1");
	SCRIPT("of all that was sent", OPENED, "write 10", "> PA 1 1 10", "< PA 1 11 5",
	       "ev data(5)", "> A 11 6 0");
	SCRIPT("older, within the largest window: the data counts", OPENED, "write 10",
	       "> PA 1 1 10", "< A 1 11 0", "< PA 1 1 5", "ev data(5)", "> A 11 6 0");
	SCRIPT("older than the largest window", OPENED, "< PA 1 -70000 5", "> A 1 1 0", "ev",
	       "cnt rx_old_ack 1");
	SCRIPT("no ACK at all", OPENED, "< P 1 0 5", "> none", "ev", "cnt rx_no_ack 1");
}

static void test_unacceptable(void **state)
{
	(void)state;
	SCRIPT("a keep-alive probe", OPENED, "< A 0 1 0", "> A 1 1 0");
	SCRIPT("the last byte of the window", OPENED, "< PA 262144 1 1", "> A 1 1 0 sack 262144-262145",
	       "< PA 262145 1 1", "> A 1 1 0 sack 262144-262145", "ev");
	SCRIPT("old data: told as a duplicate", OPENED, "< PA 1 1 10", "> A 1 11 0", "ev data(10)",
	       "< PA 1 1 10", "> A 1 11 0 sack 1-11", "ev", "cnt rx_duplicate 1");
	SCRIPT("old data of a peer without SACK", OPENED_PLAIN, "< PA 1 1 10", "> A 1 11 0",
	       "ev data(10)", "< PA 1 1 10", "> A 1 11 0", "ev");
	SCRIPT("empty ones far away are answered so often: no storm of ACKs", OPENED,
	       "< A 900000 1 0", "< A 900000 1 0", "< A 900000 1 0", "< A 900000 1 0",
	       "< A 900000 1 0", "< A 900000 1 0", "< A 900000 1 0", "< A 900000 1 0",
	       "< A 900000 1 0", "< A 900000 1 0", "< A 900000 1 0", "cnt tx_ack 11");
}

static void test_window(void **state)
{
	(void)state;
	SCRIPT("an older segment does not move it", OPENED, "< A 1 1 0 wnd 300", "< PA 2 1 10 wnd 200",
	       "> A 1 1 0 sack 2-12", "hot 1000", "< A 1 1001 0 wnd 100", "> PA 1 1 1000", "> none",
	       "write 30000");
	SCRIPT("one byte beyond it stays", OPENED_PLAIN, "< A 1 1 0 wnd 100", "hot! 101", "hot 100",
	       "hot! 1", "> PA 1 1 100", "< A 1 101 0 wnd 100", "hot 100", "> PA 101 1 100");
	SCRIPT("shrunk below what is in flight: nothing new goes", OPENED_PLAIN, "write 1000",
	       "> PA 1 1 1000", "< A 1 1 0 wnd 500", "write 10", "> none", "< A 1 1001 0 wnd 500",
	       "> PA 1001 1 10");
}

static void test_wrap(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "the peer's numbers wrap", &cfg);
	s.peer_iss = UINT32_MAX - 20;
	script_run(&s, (const char *const[]){ OPENED, "< PA 1 1 10", "> A 1 11 0", "< PA 21 1 10",
					      "> A 1 11 0 sack 21-31", "< PA 11 1 10", "> A 1 31 0",
					      "ev data(10) data(10) data(10)", "< R 31 0 0",
					      "ev down(RESET)", NULL });
	script_close(&s);
}

/* Everything else that must not get near the connection. */
static void test_damaged(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	u8 good[SCRIPT_FRAME_MAX], f[SCRIPT_FRAME_MAX];
	script_open(&s, "damaged", &cfg);
	script_run(&s, (const char *const[]){ OPENED, NULL });
	struct script_seg g = { .flags = TCP_ACK | TCP_PSH, .n = 100, .ws = -1, .wnd = 512 };
	g.seq = s.peer_iss + 1, g.ack = s.iss + 1, g.peer_port = s.peer_port;
	u32 n = script_build(&s, &g, good);
	for (u32 cut = 0; cut < n; cut++) { /* any truncation */
		u8 *exact = malloc(cut + 1);
		memcpy(exact, good, cut);
		script_frame(&s, exact, cut);
		free(exact);
	}
	for (u32 bit = 12 * 8; bit < n * 8; bit++) { /* any single bit */
		memcpy(f, good, n);
		f[bit / 8] ^= (u8)(1u << bit % 8);
		script_frame(&s, f, n);
	}
	tcp_turn(s.tcp, s.now);
	assert_string_equal(s.events, "");
	memcpy(f, good, n);
	memset(f + n, 0x77, 20);
	script_frame(&s, f, n + 20); /* Ethernet padding is no payload */
	assert_string_equal(s.events, "data(100)");
	script_close(&s);
}

static void test_device_checksums(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	u8 f[SCRIPT_FRAME_MAX];
	script_open(&s, "checksums by the device", &cfg);
	script_run(&s, (const char *const[]){ OPENED, NULL });
	struct script_seg g = { .flags = TCP_ACK | TCP_PSH, .n = 10, .ws = -1, .wnd = 512 };
	g.seq = s.peer_iss + 1, g.ack = s.iss + 1, g.peer_port = s.peer_port;
	struct frame frame = { .p = f, .n = script_build(&s, &g, f), .flags = FRAME_CSUM_BAD };
	tcp_rx(s.tcp, &frame, s.now);
	assert_string_equal(s.events, "");
	f[50] ^= 0xff; /* the sum in the segment is not looked at again */
	frame.flags = FRAME_CSUM_GOOD;
	tcp_rx(s.tcp, &frame, s.now);
	assert_string_equal(s.events, "data(10)");
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reset),	  cmocka_unit_test(test_syn_when_open),
		cmocka_unit_test(test_ack_range), cmocka_unit_test(test_unacceptable),
		cmocka_unit_test(test_window),	  cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_damaged),	  cmocka_unit_test(test_device_checksums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
