/* Classification: each way a frame can be unfit has its counter. */
#include "tests/cmocka_all.h"

#include "tests/dataplane/net/host.h"

/* A good segment with one byte changed, its IP checksum mended unless that is what is wrong. */
static const struct {
	const char *remark;
	u32 at;
	u8 value;
	bool mend;
	enum net_cnt counter;
} rows[] = {
	{ "another station's", 5, 7, false, NET_CNT_rx_other_mac },
	{ "a multicast group's", 0, 3, false, NET_CNT_rx_other_mac },
	{ "IPv6", 12, 0x86, false, NET_CNT_rx_ethertype },
	{ "a VLAN tag", 12, 0x81, false, NET_CNT_rx_vlan },
	{ "version 6", 14, 0x65, true, NET_CNT_rx_ip_header },
	{ "header of 16 bytes", 14, 0x44, true, NET_CNT_rx_ip_header },
	{ "header of 24 bytes", 14, 0x46, true, NET_CNT_rx_ip_options },
	{ "longer than the frame", 16, 1, true, NET_CNT_rx_ip_header },
	{ "shorter than a header", 17, 19, true, NET_CNT_rx_ip_header },
	{ "IP checksum", 24, 0, false, NET_CNT_rx_ip_checksum },
	{ "more fragments", 20, 0x20, true, NET_CNT_rx_ip_fragment },
	{ "a later fragment", 21, 1, true, NET_CNT_rx_ip_fragment },
	{ "another host's", 33, 77, true, NET_CNT_rx_other_ip },
	{ "broadcast", 33, 255, true, NET_CNT_rx_other_ip },
	{ "from a multicast address", 26, 224, true, NET_CNT_rx_ip_source },
	{ "from the broadcast address", 29, 255, true, NET_CNT_rx_ip_source },
	{ "from network zero", 26, 0, true, NET_CNT_rx_ip_source },
	{ "from the loopback", 26, 127, true, NET_CNT_rx_ip_source },
	{ "from ourselves", 29, 1, true, NET_CNT_rx_ip_source },
	{ "UDP", 23, 17, true, NET_CNT_rx_ip_protocol },
	{ "shorter than a TCP header", 17, 39, true, NET_CNT_rx_tcp_short },
	{ "TCP checksum", 50, 0, true, NET_CNT_rx_tcp_checksum },
	{ "TCP payload", 60, 1, true, NET_CNT_rx_tcp_checksum },
};

static void test_drops(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host h;
		struct net_seg seg;
		u8 f[FRAME_MAX];
		host_open(&h);
		u32 n = host_tcp(f, 30);
		assert_int_not_equal(f[rows[i].at], rows[i].value);
		f[rows[i].at] = rows[i].value;
		if (rows[i].mend) {
			put_be16(f + 24, 0);
			put_be16(f + 24, host_csum(f + 14, 20, 0));
		}
		enum net_kind k = host_rx(&h, f, n, &seg, 1);
		u64 all = 0;
		for (u32 c = 0; c < NET_CNT_COUNT; c++)
			all += h.cnt[c];
		if (k != NET_NONE || h.cnt[rows[i].counter] != 1 || all != 1)
			fail_msg("%s: %d", rows[i].remark, k);
		assert_int_equal(h.n_sent, 0);
	}
}

static void test_segment(void **state)
{
	(void)state;
	struct host h;
	struct net_seg seg;
	struct ip_addr peer = ip_addr_v4(HOST_PEER);
	u8 f[FRAME_MAX];
	host_open(&h);
	for (u32 payload = 0; payload <= 1460; payload++) {
		u32 n = host_tcp(f, payload);
		assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_TCP);
		assert_ptr_equal(seg.p, f + 34);
		assert_int_equal(seg.n, 20 + payload); /* without padding */
		assert_true(ip_addr_eq(&seg.src, &peer));
	}
	assert_int_equal(h.cnt[NET_CNT_rx_tcp], 1461);
	for (u32 n = 0; n < 54; n++)
		assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
}

static void test_device_verdict(void **state)
{
	(void)state;
	struct host h;
	struct net_seg seg;
	u8 b[FRAME_MAX];
	host_open(&h);
	struct frame f = { .p = b, .n = host_tcp(b, 30), .flags = FRAME_CSUM_BAD };
	assert_int_equal(net_rx(&h.net, &f, &seg, 1), NET_NONE);
	assert_int_equal(h.cnt[NET_CNT_rx_tcp_checksum], 1);
	b[60] ^= 1;
	b[24] ^= 1;
	f.flags = FRAME_CSUM_GOOD;
	assert_int_equal(net_rx(&h.net, &f, &seg, 1), NET_TCP);
}

static void test_config(void **state)
{
	(void)state;
	struct {
		const char *remark;
		struct net_cfg c;
		err_t err;
	} cfg[28];
	for (size_t i = 0; i < ARRAY_LEN(cfg); i++)
		cfg[i].c = host_cfg(), cfg[i].err = ERR_ARGUMENT;
	u32 n = 0;
	cfg[n].remark = "good", cfg[n++].err = ERR_OK;
	cfg[n].remark = "no gateway", cfg[n].err = ERR_OK, cfg[n++].c.gateway = (struct ip_addr){ { 0 } };
	cfg[n].remark = "a /31 has no broadcast", cfg[n].err = ERR_OK, cfg[n].c.prefix_len = 31,
	cfg[n++].c.gateway = ip_addr_v4(0x0a000000);
	cfg[n].remark = "group MAC", cfg[n++].c.mac[0] = 3;
	cfg[n].remark = "zero MAC", memset(cfg[n++].c.mac, 0, 6);
	cfg[n].remark = "prefix of 33", cfg[n++].c.prefix_len = 33;
	cfg[n].remark = "MTU below 576", cfg[n++].c.mtu = 575;
	cfg[n].remark = "MTU beyond 1500", cfg[n++].c.mtu = 1501;
	cfg[n].remark = "not IPv4", cfg[n++].c.ip = (struct ip_addr){ { 0x20, 1 } };
	cfg[n].remark = "multicast", cfg[n++].c.ip = ip_addr_v4(0xe0000001);
	cfg[n].remark = "the network's broadcast", cfg[n++].c.ip = ip_addr_v4(0x0a0000ff);
	cfg[n].remark = "gateway elsewhere", cfg[n++].c.gateway = ip_addr_v4(0x0b000001);
	cfg[n].remark = "gateway is us", cfg[n++].c.gateway = ip_addr_v4(HOST_IP);
	cfg[n].remark = "gateway is the broadcast", cfg[n++].c.gateway = ip_addr_v4(0x0a0000ff);
	const struct ip_addr v6 = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } }, far = { { 0x20, 2, [15] = 1 } };
	cfg[n].remark = "both", cfg[n].err = ERR_OK, cfg[n].c.prefix6_len = 64, cfg[n++].c.ip6 = v6;
	cfg[n].remark = "IPv6 alone", cfg[n].err = ERR_OK, cfg[n].c.ip = cfg[n].c.gateway = (struct ip_addr){ { 0 } },
	cfg[n].c.prefix6_len = 128, cfg[n++].c.ip6 = v6;
	cfg[n].remark = "a gateway6 by its link-local address", cfg[n].err = ERR_OK, cfg[n].c.ip6 = v6,
	cfg[n].c.prefix6_len = 64, cfg[n++].c.gateway6 = (struct ip_addr){ { 0xfe, 0x80, [15] = 1 } };
	cfg[n].remark = "neither", cfg[n].c.gateway = (struct ip_addr){ { 0 } }, cfg[n++].c.ip = (struct ip_addr){ { 0 } };
	cfg[n].remark = "a gateway without address", cfg[n].c.ip6 = v6, cfg[n++].c.ip = (struct ip_addr){ { 0 } };
	cfg[n].remark = "a gateway6 without address", cfg[n++].c.gateway6 = v6;
	cfg[n].remark = "gateway6 elsewhere", cfg[n].c.ip6 = v6, cfg[n].c.prefix6_len = 64, cfg[n++].c.gateway6 = far;
	cfg[n].remark = "gateway6 is us", cfg[n].c.ip6 = v6, cfg[n++].c.gateway6 = v6;
	cfg[n].remark = "gateway6 is IPv4", cfg[n].c.ip6 = v6, cfg[n++].c.gateway6 = ip_addr_v4(HOST_PEER);
	cfg[n].remark = "not IPv6", cfg[n++].c.ip6 = ip_addr_v4(HOST_PEER);
	cfg[n].remark = "a group", cfg[n++].c.ip6 = (struct ip_addr){ { 0xff, 2, [15] = 1 } };
	cfg[n].remark = "prefix of 129", cfg[n].c.ip6 = v6, cfg[n++].c.prefix6_len = 129;
	cfg[n].remark = "MTU below 1280", cfg[n].c.ip6 = v6, cfg[n++].c.mtu = 1279;
	cfg[n].remark = "VLAN 4095", cfg[n++].c.vlan = 4095;
	assert_int_equal(n, ARRAY_LEN(cfg));
	for (u32 i = 0; i < n; i++) {
		struct host h = { .out = { host_room, host_push, false } };
		if (net_init(&h.net, &cfg[i].c, &h.out, h.cnt) != cfg[i].err)
			fail_msg("%s", cfg[i].remark);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_segment),
		cmocka_unit_test(test_device_verdict),
		cmocka_unit_test(test_config),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
