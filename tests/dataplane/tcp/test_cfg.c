/* What tcp_new takes and what it refuses. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/script.h"

static bool taken(const struct tcp_cfg *cfg)
{
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 0, 1 }, .ip = ip_addr_v4(0x0a000001),
			      .prefix_len = 24, .mtu = 1500 };
	struct frame_out out = { script_room, script_push, false };
	u64 net_cnt[NET_CNT_COUNT] = { 0 }, tcp_cnt[TCP_CNT_COUNT] = { 0 };
	struct net net;
	struct arena a;
	assert_int_equal(arena_open(&a, 64 << 20), ERR_OK);
	assert_int_equal(net_init(&net, &nc, &out, net_cnt), ERR_OK);
	bool ok = tcp_new(&a, cfg, &net, &out, tcp_cnt) != NULL;
	arena_close(&a);
	return ok;
}

static void test_limits(void **state)
{
	(void)state;
	struct {
		const char *remark;
		bool ok;
		struct tcp_cfg c;
	} rows[32];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rows[i].ok = false;
		rows[i].c = script_cfg();
	}
	u32 n = 0;
	rows[n].remark = "the usual", rows[n++].ok = true;
	rows[n].remark = "no connections", rows[n++].c.max_conns = 0;
	rows[n].remark = "4097 connections", rows[n++].c.max_conns = 4097;
	rows[n].remark = "a ring that is no power of two", rows[n++].c.snd_ring_bytes = 5000;
	rows[n].remark = "a window that is none", rows[n++].c.rcv_wnd_bytes = 70000;
	rows[n].remark = "a window too small", rows[n++].c.rcv_wnd_bytes = 2048;
	rows[n].remark = "the smallest window", rows[n].ok = true, rows[n++].c.rcv_wnd_bytes = 4096;
	rows[n].remark = "port 0", rows[n++].c.port_lo = 0;
	rows[n].remark = "no ports", rows[n].c.port_lo = 10, rows[n++].c.port_hi = 9;
	rows[n].remark = "no least time-out", rows[n++].c.rto_min_ns = 0;
	rows[n].remark = "no user time-out", rows[n++].c.user_timeout_ns = 0;
	rows[n].remark = "an ACK delayed by half a second", rows[n].ok = true,
	rows[n++].c.ack_delay_ns = 500 * NS_PER_MS;
	rows[n].remark = "longer: MUST-40", rows[n++].c.ack_delay_ns = 500 * NS_PER_MS + 1;
	rows[n].remark = "keep-alive", rows[n].ok = true, rows[n++].c.keepalive_ns = NS_PER_S;
	rows[n].remark = "keep-alive without an interval", rows[n].c.keepalive_ns = NS_PER_S,
	rows[n++].c.keepalive_retry_ns = 0;
	assert_true(n <= ARRAY_LEN(rows));
	for (u32 i = 0; i < n; i++)
		if (taken(&rows[i].c) != rows[i].ok)
			fail_msg("%s", rows[i].remark);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(tcp_cfg_default.keepalive_ns, 0); /* RFC 9293 MUST-25 */
	assert_false(tcp_cfg_default.keep_cwnd);
	assert_true(taken(&tcp_cfg_default));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_defaults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
