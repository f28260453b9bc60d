/* Connections set up elsewhere, and what tcp_info says of them. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static void test_adopt(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s;
	script_open(&s, "adopted", &cfg);
	struct tcp_adopt how = { .dst = ip_addr_v4(0x0a000009), .port = s.peer_port,
				 .local_port = 4444, .peer_mac = { 2, 0, 0, 0, 0, 9 },
				 .snd_nxt = 0xfffffff0, .rcv_nxt = s.peer_iss + 1, .snd_wnd = 70000,
				 .snd_scale = 7, .rcv_scale = 2, .mss = 1400, .sack = true };
	s.c = tcp_adopt(s.tcp, &how, &script_events, &s, s.now);
	assert_non_null(s.c);
	assert_null(tcp_adopt(s.tcp, &how, &script_events, &s, s.now)); /* the tuple is in use */
	s.iss = how.snd_nxt - 1;
	s.local_port = how.local_port;
	struct tcp_info i;
	tcp_info(s.c, &i);
	assert_string_equal(i.state, "ESTABLISHED");
	assert_int_equal(i.snd_nxt, how.snd_nxt);
	assert_int_equal(i.snd_wnd, 70000);
	assert_int_equal(i.port, s.peer_port);
	assert_int_equal(i.local_port, 4444);
	assert_true(ip_addr_eq(&i.dst, &how.dst));
	script_run(&s, (const char *const[]){
		"hot! 1401", "hot 1400", "> PA 1 1 1400 wnd 65535", "< PA 1 1401 10 wnd 600",
		"> A 1401 11 0", "ev data(10)", "< A 21 1401 10", "> A 1401 11 0 sack 21-31",
		"close", "> FA 1401 11 0", "< A 11 1402 10", "> A 1402 31 0",
		"ev data(20)", "< FA 31 1402 0", "> A 1402 32 0", "ev fin down(CLOSED)", NULL });
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_adopt) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
