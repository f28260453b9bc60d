/*
 * Initial numbers and ports: they move with the clock, and tell nothing of one connection to
 * another (RFC 6528, RFC 6056).
 */
#include "tests/cmocka_all.h"

#include <stdlib.h>

#include "dataplane/tcp/isn.h"
#include "tests/dataplane/tcp/script.h"

static void test_isn(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	struct script s, r;
	script_open(&s, "isn", &cfg);
	cfg.secret[3] ^= 1; /* the same machine after a restart */
	script_open(&r, "isn, other secret", &cfg);
	struct ip_addr v4 = ip_addr_v4(1), v6 = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
	u32 a = tcp_isn(s.tcp, &v4, 2, s.now);
	assert_int_equal(tcp_isn(s.tcp, &v4, 2, s.now + NS_PER_S) - a, 250000); /* 4 us a step */
	assert_int_equal(tcp_isn(s.tcp, &v4, 2, s.now), a);
	assert_int_not_equal(tcp_isn(r.tcp, &v4, 2, s.now), a);
	assert_int_not_equal(tcp_isn(s.tcp, &v6, 2, s.now), a);
	u32 of_v6 = tcp_isn(s.tcp, &v6, 2, s.now);
	v6.b[1] ^= 1; /* every byte of the address counts */
	assert_int_not_equal(tcp_isn(s.tcp, &v6, 2, s.now), of_v6);
	u32 near = 0;
	for (u32 i = 0; i < 1000; i++)
		near += abs((int)(tcp_isn(s.tcp, &v4, 3 + i, s.now) - a)) < 1 << 20;
	assert_true(near < 10); /* 0.5 expected */
	script_close(&s);
	script_close(&r);
}

static void test_ports(void **state)
{
	(void)state;
	struct tcp_cfg cfg = script_cfg();
	cfg.port_lo = 100, cfg.port_hi = 119;
	struct script s;
	script_open(&s, "ports", &cfg);
	struct ip_addr dst = ip_addr_v4(1);
	bool seen[20] = { false };
	for (u32 i = 0; i < 20; i++) {
		u16 port = tcp_port_choose(s.tcp, &dst, 80, s.now);
		bool evicted;
		assert_true(port >= 100 && port <= 119 && !seen[port - 100]);
		seen[port - 100] = true;
		tw_add(&s.tcp->tw, &dst, ports_of(80, port), s.now, &evicted);
		assert_false(evicted);
	}
	assert_int_equal(tcp_port_choose(s.tcp, &dst, 80, s.now), 0);
	assert_int_not_equal(tcp_port_choose(s.tcp, &dst, 81, s.now), 0); /* another peer port */
	assert_int_not_equal(tcp_port_choose(s.tcp, &dst, 80, s.now + cfg.time_wait_ns), 0); /* expired */
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isn),
		cmocka_unit_test(test_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
