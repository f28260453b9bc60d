/* Openings: RFC 9293 3.5, 3.10.7.2 and 3.10.7.3. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_active(void **state)
{
	(void)state;
	SCRIPT("everything offered", OPENED, "> none", "state ESTABLISHED", "cnt conn_open 1");
	SCRIPT("nothing offered: 536 bytes a segment", "connect", "> S 0 0 0 mss 1460 ws 3 sackok",
	       "< SA 0 1 0", "> A 1 1 0 wnd 65535", "write 600", "> A 1 1 536", "> PA 537 1 64");
	SCRIPT("tiny segment sizes are raised", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0 mss 10", "> A 1 1 0", "write 100", "> A 1 1 88", "> PA 89 1 12");
	SCRIPT("a larger segment size than ours", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0 mss 9000", "> A 1 1 0", "write 1461", "> A 1 1 1460", "> PA 1461 1 1");
	SCRIPT("a window scale beyond 14 counts as 14", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0 mss 1460 ws 200", "> A 1 1 0", "< A 1 1 0 wnd 1", "write 15000",
	       "> A 1 1 1460", "> A 1461 1 1460", "> A 2921 1 1460", "> A 4381 1 1460",
	       "> A 5841 1 1460", "> A 7301 1 1460", "> A 8761 1 1460", "> A 10221 1 1460",
	       "> A 11681 1 1460", "> A 13141 1 1460");
	SCRIPT("the window of a SYN is not scaled", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0 mss 1460 ws 7 wnd 100", "> A 1 1 0", "hot! 101", "hot 100",
	       "> PA 1 1 100");
	SCRIPT("data on the SYN and ACK", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 10 mss 1460", "> A 1 11 0", "ev open data(10)");
	SCRIPT("written before it is open", "connect", "> S 0 0 0 ws 3 sackok", "write 20",
	       "< SA 0 1 0 mss 1460", "> PA 1 1 20", "> none");
}

static void test_syn_again(void **state)
{
	(void)state;
	SCRIPT("after 1, 2 and 4 seconds, given up after 8 more", "connect", "> S 0 0 0 ws 3 sackok",
	       "+ 999", "> none", "+ 2", "> S 0 0 0 ws 3 sackok", "+ 1990", "> none", "+ 20",
	       "> S 0 0 0 ws 3 sackok", "+ 4000", "> S 0 0 0 ws 3 sackok", "+ 7900", "> none", "ev",
	       "+ 200", "ev down(TIMEOUT)", "cnt rtx_syn 3", "cnt conn_timeout 1");
	SCRIPT("the second one is answered", "connect", "> S 0 0 0 ws 3 sackok", "+ 1001",
	       "> S 0 0 0 ws 3 sackok", "< SA 0 1 0", "> A 1 1 0", "ev open", "+ 9000", "> none");
	SCRIPT("the device had no room for it", "refuse", "connect", "> none", "accept", "+ 1",
	       "> S 0 0 0 ws 3 sackok");
}

static void test_refused(void **state)
{
	(void)state;
	SCRIPT("reset", "connect", "> S 0 0 0 ws 3 sackok", "< RA 0 1 0", "ev down(REFUSED)",
	       "> none");
	SCRIPT("a reset that acknowledges something else", "connect", "> S 0 0 0 ws 3 sackok",
	       "< RA 0 2 0", "< RA 0 0 0", "< R 0 0 0", "ev", "> none", "state SYN-SENT");
	SCRIPT("closed by us before it opened", "connect", "> S 0 0 0 ws 3 sackok", "close",
	       "ev down(CLOSED)", "> none", "< SA 0 1 0", "> R 1 0 0");
	SCRIPT("aborted by us before it opened", "connect", "> S 0 0 0 ws 3 sackok", "abort", "ev",
	       "> none");
}

static void test_half_open(void **state)
{
	(void)state;
	SCRIPT("the peer remembers an older connection: RFC 9293 3.5.1", "connect",
	       "> S 0 0 0 ws 3 sackok", "< A 300 100 0", "> R 100 0 0", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 1 0", "> A 1 1 0", "ev open");
	SCRIPT("only once in a hurry", "connect", "> S 0 0 0 ws 3 sackok", "< A 300 100 0",
	       "> R 100 0 0", "> S 0 0 0 ws 3 sackok", "< A 300 100 0", "> R 100 0 0", "> none");
	SCRIPT("a SYN and ACK of something else", "connect", "> S 0 0 0 ws 3 sackok",
	       "< SA 0 2 0", "> R 2 0 0", "state SYN-SENT");
}

static void test_simultaneous(void **state)
{
	(void)state;
	SCRIPT("both at once", "connect", "> S 0 0 0 ws 3 sackok",
	       "< S 0 0 0 mss 1460 ws 7 sackok", "> SA 0 1 0 ws 3 sackok", "state SYN-RECEIVED",
	       "< SA 0 1 0 mss 1460 ws 7 sackok", "> A 1 1 0", "< A 1 1 0", "ev open",
	       "state ESTABLISHED");
	SCRIPT("reset in the middle of it", "connect", "> S 0 0 0 ws 3 sackok", "< S 0 0 0",
	       "> SA 0 1 0", "< R 1 0 0", "ev down(REFUSED)");
}

static void test_passive(void **state)
{
	(void)state;
	SCRIPT("what the peer offers is taken", "listen", "< S 0 0 0 mss 1000 ws 2 sackok",
	       "> SA 0 1 0 mss 1460 ws 3 sackok", "ev", "< A 1 1 0", "ev open", "state ESTABLISHED",
	       "write 1001", "> A 1 1 1000", "> PA 1001 1 1");
	SCRIPT("what it does not offer is not", "listen", "< S 0 0 0", "> SA 0 1 0 mss 1460",
	       "< A 1 1 0", "ev open");
	SCRIPT("data with the last of three", "listen", "< S 0 0 0 mss 1460", "> SA 0 1 0",
	       "< PA 1 1 10", "ev open data(10)", "> A 1 11 0");
	SCRIPT("the SYN again", "listen", "< S 0 0 0 mss 1460", "> SA 0 1 0", "< S 0 0 0 mss 1460",
	       "> SA 0 1 0", "< A 1 1 0", "ev open");
	SCRIPT("our answer again, then nobody is told", "listen", "< S 0 0 0", "> SA 0 1 0",
	       "+ 1001", "> SA 0 1 0", "+ 2001", "> SA 0 1 0", "+ 4001", "> SA 0 1 0", "+ 8001",
	       "> none", "ev", "cnt conn_down 1");
	SCRIPT("reset before it opened: nobody is told", "listen", "< S 0 0 0", "> SA 0 1 0",
	       "< R 1 0 0", "ev", "cnt conn_down 1", "< S 0 0 0", "> SA 0 1 0");
	SCRIPT("an ACK of something else", "listen", "< S 0 0 0", "> SA 0 1 0", "< A 1 7 0",
	       "> R 7 0 0", "< A 1 1 0", "ev open");
}

static void test_strangers(void **state)
{
	(void)state;
	SCRIPT("an ACK to a listener", "listen", "< A 5 9 0", "> R 9 0 0");
	SCRIPT("a SYN to nobody", "< S 0 0 0", "> RA 0 1 0");
	SCRIPT("data to nobody", "< . 5 0 100", "> RA 0 105 0");
	SCRIPT("a reset to nobody is not answered", "< R 5 0 0", "< RA 5 1 0", "> none");
	SCRIPT("a reset to a listener is not answered", "listen", "< R 5 0 0", "> none");
	SCRIPT("SYN and FIN", "listen", "< SF 0 0 0", "> none", "cnt rx_bad_syn 1");
	SCRIPT("no flags at all", "listen", "< . 0 0 5", "> none", "cnt rx_bad_syn 1");
	SCRIPT("two may be half open", "listen", "< S 0 0 0 port 1", "> SA 0 1 0 port 1",
	       "< S 0 0 0 port 2", "> SA 0 1 0 port 2", "< S 0 0 0 port 3", "> none",
	       "cnt rx_syn_backlog 1", "< A 1 1 0 port 2", "ev open", "< S 0 0 0 port 3",
	       "> SA 0 1 0 port 3");
}

static void on_nothing(void *user, struct tcp_conn *c, ns_t now)
{
	(void)user, (void)c, (void)now;
	fail();
}

static void on_no_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	(void)p, (void)n;
	on_nothing(user, c, now);
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	(void)c, (void)now;
	*(err_t *)user = why;
}

static void test_no_neighbour(void **state)
{
	(void)state;
	static const struct tcp_events ev = { on_nothing, on_no_data, on_nothing, on_down };
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "no neighbour", &cfg);
	static const struct {
		u32 ip;
		u64 after_ms;
	} rows[] = {
		{ 0x0a00004d, 3100 }, /* five requests, none answered */
		{ 0x08080808, 0 },    /* no gateway */
		{ 0xe0000001, 0 },    /* multicast */
		{ 0x0a0000ff, 0 },    /* broadcast of our network */
		{ 0x0a000001, 0 },    /* ourselves */
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		err_t why = ERR_OK;
		struct ip_addr dst = ip_addr_v4(rows[i].ip);
		assert_non_null(tcp_connect(s.tcp, &dst, 80, &ev, &why, s.now));
		assert_int_equal(why, ERR_OK);
		if (rows[i].after_ms) {
			script_pass(&s, (rows[i].after_ms - 100) * NS_PER_MS);
			assert_int_equal(why, ERR_OK);
		}
		script_pass(&s, 200 * NS_PER_MS);
		assert_int_equal(why, ERR_UNREACHABLE);
	}
	script_close(&s);
}

/*
 * Nothing can have been sent yet: whatever comes from the peer is dropped until its MAC is known.
 */
static void test_not_resolved_yet(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	for (int active = 0; active < 2; active++) {
		struct script s;
		script_open(&s, "not resolved yet", &cfg);
		neigh_init(&s.net);
		if (active)
			script_run(&s, (const char *const[]){ "connect", NULL });
		else
			script_run(&s, (const char *const[]){ "listen", "< S 0 0 0", NULL });
		struct tcp_info i = { .local_port = SCRIPT_LOCAL_PORT };
		if (active)
			tcp_info(s.c, &i);
		s.local_port = i.local_port;
		script_run(&s, (const char *const[]){ "< R 5 0 0", "< PA 1 1 10", "< S 0 0 0",
						      "< SA 0 1 0", "> none", "ev",
						      "cnt rx_unresolved 4", "+ 2", NULL });
		script_run(&s, active ? (const char *const[]){ "> S 0 0 0 ws 3 sackok", NULL }
				      : (const char *const[]){ "> SA 0 1 0", NULL });
		script_close(&s);
	}
}

static void test_limits(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "limits", &cfg);
	struct ip_addr dst = ip_addr_v4(0x0a000009);
	for (u32 i = 0; i < cfg.max_conns; i++)
		assert_non_null(tcp_connect(s.tcp, &dst, 80, &script_events, &s, s.now));
	assert_null(tcp_connect(s.tcp, &dst, 80, &script_events, &s, s.now));
	for (u16 i = 0; i < TCP_LISTENERS; i++)
		assert_int_equal(tcp_listen(s.tcp, 100 + i, &script_events, &s), ERR_OK);
	assert_int_equal(tcp_listen(s.tcp, 100, &script_events, &s), ERR_EXISTS);
	assert_int_equal(tcp_listen(s.tcp, 99, &script_events, &s), ERR_FULL);
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_active),	     cmocka_unit_test(test_syn_again),
		cmocka_unit_test(test_refused),	     cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_simultaneous), cmocka_unit_test(test_passive),
		cmocka_unit_test(test_strangers),    cmocka_unit_test(test_no_neighbour),
		cmocka_unit_test(test_limits),	     cmocka_unit_test(test_not_resolved_yet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
