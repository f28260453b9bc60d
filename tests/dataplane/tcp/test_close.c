/* Closing: RFC 9293 3.6, RFC 1337. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_orders(void **state)
{
	(void)state;
	SCRIPT("we first", OPENED, "close", "> FA 1 1 0", "state FIN-WAIT-1", "< A 1 2 0",
	       "state FIN-WAIT-2", "< FA 1 2 0", "> A 2 2 0", "ev fin down(CLOSED)",
	       "cnt time_wait 1");
	SCRIPT("we first, answered in one", OPENED, "close", "> FA 1 1 0", "< FA 1 2 0",
	       "> A 2 2 0", "ev fin down(CLOSED)", "cnt time_wait 1");
	SCRIPT("both at once", OPENED, "close", "> FA 1 1 0", "< FA 1 1 0", "> A 2 2 0", "ev fin",
	       "state CLOSING", "< A 2 2 0", "ev down(CLOSED)", "cnt time_wait 1");
	SCRIPT("the peer first", OPENED, "< FA 1 1 0", "> A 1 2 0", "ev fin", "state CLOSE-WAIT",
	       "close", "> FA 1 2 0", "state LAST-ACK", "< A 2 2 0", "ev down(CLOSED)",
	       "cnt time_wait 0");
	SCRIPT("the peer first, we still send", OPENED, "< FA 1 1 0", "> A 1 2 0", "ev fin",
	       "write 10", "> PA 1 2 10", "hot 10", "> PA 11 2 10", "close", "> FA 21 2 0",
	       "< A 2 22 0", "ev down(CLOSED)");
	SCRIPT("we first, the peer still sends", OPENED, "close", "> FA 1 1 0", "< A 1 2 0",
	       "< PA 1 2 10", "> A 2 11 0", "ev data(10)", "< FA 11 2 10", "> A 2 22 0",
	       "ev data(10) fin down(CLOSED)");
	SCRIPT("twice is once", OPENED, "close", "> FA 1 1 0", "close", "> none");
}

static void test_fin_with_data(void **state)
{
	(void)state;
	SCRIPT("behind what is queued", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0 mss 100 wnd 100", "> A 1 1 0", "write 150", "> A 1 1 100", "close",
	       "> none", "state FIN-WAIT-1", "< A 1 101 0 wnd 100", "> FPA 101 1 50",
	       "< A 1 152 0", "state FIN-WAIT-2");
	SCRIPT("lost, sent again", OPENED, "close", "> FA 1 1 0", "+ 1001", "> FA 1 1 0",
	       "< A 1 2 0", "state FIN-WAIT-2");
	SCRIPT("lost with the data", OPENED, "write 10", "> PA 1 1 10", "close", "> FA 11 1 0",
	       "+ 1001", "> FPA 1 1 10", "< A 1 11 0", "state FIN-WAIT-1", "< A 1 12 0",
	       "state FIN-WAIT-2");
	SCRIPT("no more may be written", OPENED, "close", "> FA 1 1 0", "hot! 1", "> none");
}

static void test_time_wait(void **state)
{
	(void)state;
#define GONE OPENED, "close", "> FA 1 1 0", "< FA 1 2 0", "> A 2 2 0", "ev fin down(CLOSED)"
	SCRIPT("the FIN again", GONE, "< FA 1 2 0", "> A 2 2 0", "+ 59000", "< FA 1 2 0",
	       "> A 2 2 0", "+ 59000", "< FA 1 2 0", "> A 2 2 0");
	SCRIPT("a reset does not end it: RFC 1337", GONE, "< R 2 0 0", "< R 1 0 0", "< FA 1 2 0",
	       "> A 2 2 0");
	SCRIPT("a plain ACK is not answered", GONE, "< A 2 2 0", "> none");
	SCRIPT("an old SYN is", GONE, "< S 0 0 0", "> A 2 2 0");
	SCRIPT("over after 2 MSL", GONE, "+ 60001", "< FA 1 2 0", "> R 2 0 0");
#undef GONE
#define GONE                                                                                       \
	"listen", "< S 0 0 0", "> SA 0 1 0", "< A 1 1 0", "close", "> FA 1 1 0", "< FA 1 2 0",      \
		"> A 2 2 0", "ev open fin down(CLOSED)"
	SCRIPT("a newer SYN opens again", GONE, "< S 100 0 0", "> SA 0 101 0", "< A 101 1 0",
	       "ev open");
	SCRIPT("one with an older number does not", GONE, "< S 1 0 0", "> A 2 2 0");
#undef GONE
}

static void test_resets(void **state)
{
	(void)state;
	SCRIPT("aborted", OPENED, "write 10", "> PA 1 1 10", "abort", "> RA 11 1 0", "ev",
	       "< A 1 11 0", "> R 11 0 0");
	SCRIPT("reset in FIN-WAIT-2", OPENED, "close", "> FA 1 1 0", "< A 1 2 0", "< R 1 0 0",
	       "ev down(RESET)");
	SCRIPT("reset in CLOSE-WAIT", OPENED, "< FA 1 1 0", "> A 1 2 0", "ev fin", "< R 2 0 0",
	       "ev down(RESET)");
	SCRIPT("reset when all is said", OPENED, "< FA 1 1 0", "> A 1 2 0", "ev fin", "close",
	       "> FA 1 2 0", "< R 2 0 0", "ev down(CLOSED)");
	SCRIPT("half closed, but in use", OPENED, "close", "> FA 1 1 0", "< A 1 2 0", "+ 20000",
	       "< PA 1 2 10", "> A 2 11 0", "+ 20000", "state FIN-WAIT-2", "< PA 11 2 10",
	       "> A 2 21 0", "+ 29900", "state FIN-WAIT-2", "+ 200", "> RA 2 21 0",
	       "ev data(10) data(10) down(TIMEOUT)");
	SCRIPT("a peer that never closes: given up after the user timeout", OPENED, "close",
	       "> FA 1 1 0", "< A 1 2 0", "+ 29900", "ev", "+ 200", "> RA 2 1 0",
	       "ev down(TIMEOUT)");
}

/* A tuple in TIME-WAIT is not used again, neighbours of it are (RFC 6056). */
static void test_ports(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	cfg.port_lo = 5000, cfg.port_hi = 5001;
	struct script s;
	script_open(&s, "two ports", &cfg);
	script_run(&s, (const char *const[]){ OPENED, "close", "> FA 1 1 0", "< FA 1 2 0",
					      "> A 2 2 0", "ev fin down(CLOSED)", NULL });
	u16 used = s.local_port;
	script_run(&s, (const char *const[]){ "connect", "> S 0 0 0 ws 3 sackok", NULL });
	assert_true(s.local_port != used && s.local_port >= 5000 && s.local_port <= 5001);
	struct ip_addr dst = ip_addr_v4(0x0a000009);
	assert_null(tcp_connect(s.tcp, &dst, s.peer_port, &script_events, &s, s.now));
	script_pass(&s, 60 * NS_PER_S);
	assert_non_null(tcp_connect(s.tcp, &dst, s.peer_port, &script_events, &s, s.now));
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),	  cmocka_unit_test(test_fin_with_data),
		cmocka_unit_test(test_time_wait), cmocka_unit_test(test_resets),
		cmocka_unit_test(test_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
