/* Zero windows, small windows, and giving up: RFC 9293 3.8.3, 3.8.6. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_persist(void **state)
{
	(void)state;
	SCRIPT("one byte, backing off, never given up while answered", OPENED_PLAIN, "ev",
	       "< A 1 1 0 wnd 0", "write 100", "> none", "hot! 1", "+ 198", "> none", "+ 4",
	       "> A 1 1 1", "< A 1 1 0 wnd 0", "+ 396", "> none", "+ 4", "> A 1 1 1",
	       "< A 1 1 0 wnd 0", "+ 800", "> A 1 1 1", "< A 1 1 0 wnd 0", "+ 1600", "> A 1 1 1",
	       "< A 1 1 0 wnd 0", "+ 25600", "> A 1 1 1", "> A 1 1 1", "> A 1 1 1",
	       "< A 1 1 0 wnd 0", "+ 25600", "> A 1 1 1", "ev",
	       "< A 1 1 0 wnd 1000", "> A 1 1 1", "> PA 2 1 99", "state ESTABLISHED",
	       "cnt window_probe 8");
	SCRIPT("the probe's byte is taken", OPENED_PLAIN, "ev", "< A 1 1 0 wnd 0", "write 100",
	       "+ 202", "> A 1 1 1", "< A 1 2 0 wnd 0", "> none", "+ 202", "> A 2 1 1",
	       "< A 1 3 0 wnd 5000", "> PA 3 1 98");
	SCRIPT("a peer that no longer answers", OPENED_PLAIN, "ev", "< A 1 1 0 wnd 0", "write 100",
	       "+ 12602", "> A 1 1 1", "> A 1 1 1", "> A 1 1 1", "> A 1 1 1", "> A 1 1 1",
	       "> A 1 1 1", "ev", "+ 17390", "> A 1 1 1", "> none", "+ 10", "> RA 2 1 0",
	       "ev down(TIMEOUT)");
	SCRIPT("closed with data in flight", OPENED_PLAIN, "write 100", "> PA 1 1 100",
	       "< A 1 1 0 wnd 0", "+ 202", "> A 1 1 1", "< A 1 1 0 wnd 0", "+ 402", "> A 1 1 1",
	       "< A 1 1 0 wnd 200", "> PA 1 1 100", "cnt rtx_timeouts 0");
	SCRIPT("the FIN waits as well, and is the probe", OPENED_PLAIN, "< A 1 1 0 wnd 0", "close",
	       "> FA 1 1 0", "+ 202", "> FA 1 1 0", "< A 1 2 0 wnd 0", "state FIN-WAIT-2");
}

static void test_silly_window(void **state)
{
	(void)state;
	SCRIPT("too small to be worth a segment: waits, then takes what there is", OPENED_PLAIN,
	       "< A 1 1 0 wnd 2000", "write 4000", "> A 1 1 1460", "> none",
	       "< A 1 1461 0 wnd 200", "> none", "+ 198", "> none", "+ 4", "> A 1461 1 200", "> none");
	SCRIPT("half of the largest window is worth it", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0 mss 1460 wnd 1000", "> A 1 1 0", "write 2000", "> A 1 1 1000",
	       "< A 1 1001 0 wnd 500", "> A 1001 1 500", "< A 1 1501 0 wnd 499", "> none");
	SCRIPT("the end of what is queued is", OPENED_PLAIN, "< A 1 1 0 wnd 300", "write 10",
	       "> PA 1 1 10");
}

static void test_idle(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "nothing to do", &cfg);
	script_run(&s, (const char *const[]){ OPENED, "hot 10", "> PA 1 1 10", "< A 1 11 0",
					      "+ 300000", "> none", "state ESTABLISHED", NULL });
	assert_true(s.tcp->next_ns == TCP_NEVER);
	assert_int_equal(tcp_turn(s.tcp, s.now), 0);
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persist),
		cmocka_unit_test(test_silly_window),
		cmocka_unit_test(test_idle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
