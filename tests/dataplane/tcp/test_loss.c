/*
 * Losing and recovering: RFC 5681, 6298, 6582, 6675, 8985 section 7. Segments of 100 bytes unless
 * said otherwise.
 */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

/*
 * A peer with segments of 100 bytes and a round trip of 100 ms: the timeout is 300 ms, a tail is
 * probed after 200 ms, a lone segment after 240 ms.
 */
#define SMALL(sack)                                                                                \
	"connect", "> S 0 0 0 ws 3 sackok", "+ 100", "< SA 0 1 0 mss 100 " sack, "> A 1 1 0"

#define FIVE "> A 1 1 100", "> A 101 1 100", "> A 201 1 100", "> A 301 1 100", "> PA 401 1 100"

static void test_backoff(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	cfg.user_timeout_ns = 20 * NS_PER_S;
	struct script s;
	script_open(&s, "probe, timeout, back-off, reset", &cfg);
	script_run(&s, (const char *const[]){
		"connect", "> S 0 0 0 ws 3 sackok", "+ 100", "< SA 0 1 0 mss 1460 sackok",
		"> A 1 1 0", "ev open", "hot 100", "> PA 1 1 100",
		/* SRTT 100 ms, RTTVAR 50: a lone segment is probed after 2 SRTT + 40 ms */
		"+ 239", "> none", "+ 2", "> PA 1 1 100", "cnt rtx_probe 1",
		/* then RTO = 300 ms, 600, 1200 ... */
		"+ 297", "> none", "+ 4", "> PA 1 1 100", "cnt rtx_timeouts 1", "+ 596", "> none",
		"+ 4", "> PA 1 1 100", "+ 1196", "> none", "+ 4", "> PA 1 1 100", "+ 2400",
		"> PA 1 1 100", "+ 4800", "> PA 1 1 100", "+ 9600", "> PA 1 1 100", "ev",
		"+ 2000", "> RA 101 1 0", "ev down(TIMEOUT)", "cnt conn_timeout 1", NULL });
	script_close(&s);
}

static void test_karn(void **state)
{
	(void)state;
	struct tcp_info i;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "what was sent twice is not timed", &cfg);
	script_run(&s, (const char *const[]){ "connect", "> S 0 0 0 ws 3 sackok", "+ 100",
					      "< SA 0 1 0 mss 1460", "> A 1 1 0", "hot 100",
					      "> PA 1 1 100", "+ 245", "> PA 1 1 100", "+ 5",
					      "< A 1 101 0", NULL });
	tcp_info(s.c, &i);
	assert_int_equal(i.srtt_ns, 100 * NS_PER_MS);
	script_run(&s, (const char *const[]){ "hot 10", "> PA 101 1 10", "+ 20", "< A 1 111 0", NULL });
	tcp_info(s.c, &i);
	assert_int_equal(i.srtt_ns, 90 * NS_PER_MS);
	assert_int_equal(i.rttvar_ns, (3 * 50 + 80) * NS_PER_MS / 4);
	assert_int_equal(i.rto_ns, i.srtt_ns + 4 * i.rttvar_ns);
	assert_int_equal(i.retransmits, 1);
	script_close(&s);
}

static void test_fast_sack(void **state)
{
	(void)state;
	SCRIPT("three duplicates with SACK", SMALL("sackok"), "write 500", FIVE,
	       "< A 1 1 0 sack 101-201", "< A 1 1 0 sack 101-301", "> none",
	       "< A 1 1 0 sack 101-401", "> A 1 1 100", "< A 1 1 0 sack 101-501", "> none",
	       "< A 1 501 0", "> none", "cnt recoveries 1", "cnt rtx_fast 1", "cnt rtx_timeouts 0");
	SCRIPT("two holes", SMALL("sackok"), "write 500", FIVE, "< A 1 1 0 sack 101-201",
	       "< A 1 1 0 sack 301-401 101-201", "< A 1 1 0 sack 301-501 101-201", "> A 1 1 100",
	       "> A 201 1 100", "< A 1 201 0 sack 301-501", "> none", "< A 1 501 0", "> none",
	       "cnt rtx_fast 2");
	SCRIPT("all but the first: one duplicate is enough (RFC 5827)", SMALL("sackok"),
	       "write 200", "> A 1 1 100", "> PA 101 1 100", "< A 1 1 0 sack 101-201",
	       "> A 1 1 100", "< A 1 201 0", "> none");
	SCRIPT("duplicates without news are none (RFC 6675)", SMALL("sackok"), "write 500", FIVE,
	       "< A 1 1 0", "< A 1 1 0", "< A 1 1 0", "< A 1 1 0", "> none", "cnt recoveries 0");
	SCRIPT("blocks about what was never sent, or upside down, are ignored", SMALL("sackok"),
	       "write 500", FIVE, "< A 1 1 0 sack 401-601", "< A 1 1 0 sack 301-201",
	       "< A 1 1 0 sack 501-601", "< A 1 1 0 sack 201-201", "> none", "cnt recoveries 0");
	SCRIPT("a peer that takes back what it had acknowledged: timeout starts over",
	       SMALL("sackok"), "write 300", "> A 1 1 100", "> A 101 1 100", "> PA 201 1 100",
	       "< A 1 1 0 sack 101-201", "+ 201", "> PA 201 1 100", "+ 301", "> A 1 1 100",
	       "< A 1 101 0", "> A 101 1 100", "> PA 201 1 100");
}

static void test_fast_reno(void **state)
{
	(void)state;
	SCRIPT("three duplicates", SMALL(""), "write 500", FIVE, "< A 1 1 0", "< A 1 1 0", "> none",
	       "< A 1 1 0", "> A 1 1 100", "< A 1 501 0", "> none", "cnt recoveries 1");
	SCRIPT("a partial ACK: the next hole (RFC 6582)", SMALL(""), "write 500", FIVE, "< A 1 1 0",
	       "< A 1 1 0", "< A 1 1 0", "> A 1 1 100", "< A 1 301 0", "> A 301 1 100",
	       "< A 1 401 0", "> PA 401 1 100", "< A 1 501 0", "> none", "cnt rtx_fast 3",
	       "cnt recoveries 1");
	SCRIPT("limited transmit: each duplicate lets a new one out (RFC 3042)", SMALL(""),
	       "write 1000", "> A 1 1 100", "> A 101 1 100", "> A 201 1 100", "> A 301 1 100",
	       "> A 401 1 100", "> A 501 1 100", "> A 601 1 100", "> A 701 1 100", "> A 801 1 100",
	       "> PA 901 1 100", "write 300", "> none", "< A 1 1 0", "> A 1001 1 100", "< A 1 1 0",
	       "> A 1101 1 100", "< A 1 1 0", "> A 1 1 100");
	SCRIPT("a window update is no duplicate", SMALL(""), "write 500", FIVE, "< A 1 1 0 wnd 500",
	       "< A 1 1 0 wnd 501", "< A 1 1 0 wnd 502", "< A 1 1 0 wnd 503", "> none");
	SCRIPT("data is no duplicate", SMALL(""), "write 500", FIVE, "< PA 1 1 1", "> A 501 2 0",
	       "< PA 2 1 1", "> A 501 3 0", "< PA 3 1 1", "> A 501 4 0", "< PA 4 1 1",
	       "> A 501 5 0", "cnt recoveries 0");
	SCRIPT("inside a segment", SMALL(""), "write 200", "> A 1 1 100", "> PA 101 1 100",
	       "< A 1 51 0", "+ 201", "> PA 101 1 100", "+ 301", "> A 51 1 100", "< A 1 151 0",
	       "> PA 151 1 50");
}

static void test_probe(void **state)
{
	(void)state;
	SCRIPT("the last segment of several, after 2 SRTT", "connect", "> S 0 0 0 ws 3 sackok",
	       "+ 20", "< SA 0 1 0 mss 100 sackok", "> A 1 1 0", "write 300", "> A 1 1 100",
	       "> A 101 1 100", "> PA 201 1 100", "+ 39", "> none", "+ 2", "> PA 201 1 100",
	       "cnt rtx_probe 1", "< A 1 1 0 sack 201-301", "> none", "+ 300", "> A 1 1 100",
	       "cnt rtx_timeouts 1");
	SCRIPT("the probe finds the hole", "connect", "> S 0 0 0 ws 3 sackok", "+ 20",
	       "< SA 0 1 0 mss 100 sackok", "> A 1 1 0", "write 200", "> A 1 1 100",
	       "> PA 101 1 100", "+ 41", "> PA 101 1 100", "< A 1 1 0 sack 101-201",
	       "> A 1 1 100", "< A 1 201 0", "> none", "cnt rtx_timeouts 0");
	SCRIPT("new data where there is some", "connect", "> S 0 0 0 ws 3 sackok", "+ 20",
	       "< SA 0 1 0 mss 100 wnd 150", "> A 1 1 0", "write 150", "> A 1 1 100",
	       "> PA 101 1 50", "< A 1 1 0 wnd 200", "write 10", "> PA 151 1 10", "+ 41",
	       "> PA 61 1 100");
	SCRIPT("not again before the first is answered", "connect", "> S 0 0 0 ws 3 sackok",
	       "+ 20", "< SA 0 1 0 mss 100 sackok", "> A 1 1 0", "hot 50", "> PA 1 1 50", "+ 81",
	       "> PA 1 1 50", "cnt rtx_probe 1", "+ 190", "> none", "+ 15", "> PA 1 1 50",
	       "cnt rtx_probe 1", "cnt rtx_timeouts 1");
}

static void test_black_hole(void **state)
{
	(void)state;
	SCRIPT("full segments time out twice: smaller ones", OPENED, "write 1460", "> PA 1 1 1460",
	       "+ 41", "> PA 1 1 1460", "+ 201", "> PA 1 1 1460", "+ 401", "> A 1 1 512",
	       "< A 1 513 0 wnd 512", "> A 513 1 512", "> PA 1025 1 436", "cnt mss_reduced 1");
	SCRIPT("small ones do not count", OPENED, "write 1459", "> PA 1 1 1459", "+ 41",
	       "> PA 1 1 1459", "+ 201", "> PA 1 1 1459", "+ 401", "> PA 1 1 1459",
	       "cnt mss_reduced 0");
}

static void test_cwnd(void **state)
{
	(void)state;
	SCRIPT("ten segments at first (RFC 6928), two more for each acknowledged", SMALL("sackok"),
	       "write 3000", "> A 1 1 100", "> A 101 1 100", "> A 201 1 100", "> A 301 1 100",
	       "> A 401 1 100", "> A 501 1 100", "> A 601 1 100", "> A 701 1 100", "> A 801 1 100",
	       "> A 901 1 100", "> none", "< A 1 101 0", "> A 1001 1 100", "> A 1101 1 100",
	       "> none");
	SCRIPT("after a timeout one, then two", SMALL("sackok"), "write 500", FIVE, "+ 201",
	       "> PA 401 1 100", "+ 301", "> A 1 1 100", "> none", "< A 1 101 0",
	       "> A 101 1 100", "> A 201 1 100", "> none", "< A 1 201 0", "> A 301 1 100",
	       "> PA 401 1 100", "> none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff),	  cmocka_unit_test(test_karn),
		cmocka_unit_test(test_fast_sack), cmocka_unit_test(test_fast_reno),
		cmocka_unit_test(test_probe),	  cmocka_unit_test(test_cwnd),
		cmocka_unit_test(test_black_hole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
