/* Echo, and errors that quote a segment of ours. */
#include "tests/cmocka_all.h"

#include "dataplane/net/icmp.h"
#include "tests/dataplane/net/host.h"

static u32 echo(u8 *f, u32 payload)
{
	u8 m[FRAME_MAX] = { 8, 0, 0, 0, 0x12, 0x34, 0, 1 };
	for (u32 i = 0; i < payload; i++)
		m[8 + i] = (u8)i;
	put_be16(m + 2, host_csum(m, 8 + payload, 0));
	return host_ip(f, 1, m, 8 + payload);
}

static void test_echo(void **state)
{
	(void)state;
	static const u32 sizes[] = { 0, 1, 17, 18, 56, 1472 };
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct host h;
		struct net_seg seg;
		u8 f[FRAME_MAX];
		host_open(&h);
		u32 n = echo(f, sizes[i]);
		assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
		assert_int_equal(h.n_sent, 1);
		const u8 *r = h.sent[0], *ip = r + 14;
		assert_int_equal(h.len[0], u32_max(42 + sizes[i], 60));
		assert_memory_equal(r, peer_mac, 6);
		assert_memory_equal(r + 6, host_mac, 6);
		assert_int_equal(be32(ip + 12), HOST_IP);
		assert_int_equal(be32(ip + 16), HOST_PEER);
		assert_int_equal(host_csum(ip, 20, 0), 0);
		assert_int_equal(ip[20], 0);
		assert_int_equal(host_csum(ip + 20, 8 + sizes[i], 0), 0);
		assert_memory_equal(ip + 24, f + 14 + 24, 4 + sizes[i]);
	}
}

static void test_echo_not_answered(void **state)
{
	(void)state;
	struct host h;
	struct net_seg seg;
	u8 f[FRAME_MAX];
	host_open(&h);
	u32 n = echo(f, 20);
	f[45] ^= 1;
	assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
	assert_int_equal(h.cnt[NET_CNT_rx_icmp_bad], 1);
	n = echo(f, 20);
	h.refuse = true;
	assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
	assert_int_equal(h.cnt[NET_CNT_tx_no_room], 1);
	assert_int_equal(h.n_sent, 0);
	static const u8 brief[7] = { 8 };
	n = host_ip(f, 1, brief, 7);
	assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
	assert_int_equal(h.cnt[NET_CNT_rx_icmp_bad], 2);
}

struct row {
	const char *remark;
	u8 type, code, quote[40];
	u32 n;
	bool taken;
};

#define QUOTE(ihl, frag, proto, src, port)                                                         \
	{ ihl, [7] = frag, [9] = proto, [12] = 10, [15] = src, [16] = 10, [19] = 9, [20] = port }

static const struct row rows[] = {
	{ "unreachable", 3, 1, QUOTE(0x45, 0, 6, 1, 5), 28, true },
	{ "too big", 3, 4, QUOTE(0x45, 0, 6, 1, 5), 28, true },
	{ "time exceeded", 11, 0, QUOTE(0x45, 0, 6, 1, 5), 28, true },
	{ "parameter problem", 12, 0, QUOTE(0x45, 0, 6, 1, 5), 28, true },
	{ "redirect", 5, 0, QUOTE(0x45, 0, 6, 1, 5), 28, false },
	{ "source quench", 4, 0, QUOTE(0x45, 0, 6, 1, 5), 28, false },
	{ "an echo reply", 0, 0, QUOTE(0x45, 0, 6, 1, 5), 28, false },
	{ "quoted: UDP", 3, 1, QUOTE(0x45, 0, 17, 1, 5), 28, false },
	{ "quoted: somebody else's", 3, 1, QUOTE(0x45, 0, 6, 2, 5), 28, false },
	{ "quoted: a later fragment", 3, 1, QUOTE(0x45, 1, 6, 1, 5), 28, false },
	{ "quoted: version 6", 3, 1, QUOTE(0x65, 0, 6, 1, 5), 28, false },
	{ "quoted: header of 16", 3, 1, QUOTE(0x44, 0, 6, 1, 5), 28, false },
	{ "quoted: options", 3, 1, QUOTE(0x46, 0, 6, 1, 5), 32, true },
	{ "quoted: options beyond it", 3, 1, QUOTE(0x4f, 0, 6, 1, 5), 32, false },
	{ "quoted: seven bytes", 3, 1, QUOTE(0x45, 0, 6, 1, 5), 27, false },
	{ "quoted: nothing", 3, 1, QUOTE(0x45, 0, 6, 1, 5), 0, false },
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host h;
		struct net_seg seg;
		u8 f[FRAME_MAX], m[48] = { rows[i].type, rows[i].code, [6] = 5, [7] = 100 };
		host_open(&h);
		memcpy(m + 8, rows[i].quote, rows[i].n);
		put_be16(m + 2, host_csum(m, 8 + rows[i].n, 0));
		u32 n = host_ip(f, 1, m, 8 + rows[i].n);
		enum net_kind k = host_rx(&h, f, n, &seg, 1);
		if (k != (rows[i].taken ? NET_ICMP_ERROR : NET_NONE))
			fail_msg("%s: %d", rows[i].remark, k);
		if (!rows[i].taken)
			continue;
		struct ip_addr peer = ip_addr_v4(HOST_PEER);
		u32 ihl = (rows[i].quote[0] & 0xf) * 4u;
		assert_true(ip_addr_eq(&seg.src, &peer));
		assert_ptr_equal(seg.p, f + 42 + ihl);
		assert_int_equal(seg.n, rows[i].n - ihl);
		assert_int_equal(seg.icmp_type, rows[i].type);
		assert_int_equal(seg.icmp_code, rows[i].code);
		assert_int_equal(seg.icmp_mtu, rows[i].type == 3 && rows[i].code == 4 ? 0x564 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_echo_not_answered),
		cmocka_unit_test(test_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
