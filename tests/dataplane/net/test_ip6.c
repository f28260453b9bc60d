/* IPv6: each reason to drop a packet, extension headers, segments, echo and errors; and VLAN tags. */
#include "tests/cmocka_all.h"

#include <stdlib.h>

#include "tests/dataplane/net/host6.h"

static struct net_seg seg;

static const struct {
	const char *remark;
	u32 at;
	u8 value;
	enum net_cnt why;
} drops[] = {
	{ "another station's", 5, 7, NET_CNT_rx_other_mac },
	{ "another group's", 0, 0x33, NET_CNT_rx_other_mac },
	{ "IPv4", 13, 0, NET_CNT_rx_ethertype },
	{ "a VLAN tag", 12, 0x81, NET_CNT_rx_ethertype },
	{ "version 4", 14, 0x45, NET_CNT_rx_ip_header },
	{ "longer than the frame", 18, 1, NET_CNT_rx_ip_header },
	{ "of no length", 19, 0, NET_CNT_rx_ip_header },
	{ "UDP", 20, 17, NET_CNT_rx_ip_protocol },
	{ "a fragment", 20, 44, NET_CNT_rx_ip_fragment },
	{ "hop-by-hop options of garbage", 20, 0, NET_CNT_rx_ip6_extension },
	{ "another host's", 53, 7, NET_CNT_rx_other_ip },
	{ "from a group", 22, 0xff, NET_CNT_rx_ip_source },
	{ "from ourselves", 37, 1, NET_CNT_rx_ip_source },
	{ "shorter than a TCP header", 19, 19, NET_CNT_rx_tcp_short },
	{ "TCP checksum", 70, 0, NET_CNT_rx_tcp_checksum },
	{ "TCP payload", 80, 1, NET_CNT_rx_tcp_checksum },
	{ "source of the sum", 24, 1, NET_CNT_rx_tcp_checksum },
};

static void test_drops(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(drops); i++) {
		struct host h;
		u8 f[FRAME_MAX];
		host6_open(&h);
		u32 n = host6_tcp(f, 30);
		f[drops[i].at] = f[drops[i].at] == drops[i].value ? drops[i].value + 1 : drops[i].value;
		u64 all = 0;
		if (drops[i].why == NET_CNT_rx_ethertype && drops[i].at == 12) {
			f[13] = 0; /* 0x8100 */
			assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
			assert_int_equal(h.cnt[NET_CNT_rx_vlan], 1);
			continue;
		}
		enum net_kind k = host_rx(&h, f, n, &seg, 1);
		for (u32 c = 0; c < NET_CNT_COUNT; c++)
			all += h.cnt[c];
		if (k != NET_NONE || h.cnt[drops[i].why] != 1 || all != 1)
			fail_msg("%s", drops[i].remark);
	}
}

/* Of every size, padded, at the end of the memory there is, and cut short. */
static void test_segment(void **state)
{
	(void)state;
	struct host h;
	u8 f[FRAME_MAX];
	host6_open(&h);
	for (u32 payload = 0; payload <= 1440; payload += 1 + payload / 50) {
		u32 n = host6_tcp(f, payload);
		u8 *exact = malloc(n);
		memcpy(exact, f, n);
		assert_int_equal(host_rx(&h, exact, n, &seg, 1), NET_TCP);
		assert_int_equal(seg.n, 20 + payload);
		assert_true(ip_addr_eq(&seg.src, &host6_peer));
		free(exact);
	}
	u32 n = host6_tcp(f, 100);
	assert_int_equal(host_rx(&h, f, n + 6, &seg, 1), NET_TCP); /* padding */
	assert_int_equal(seg.n, 120);
	for (u32 cut = 0; cut < n; cut++) {
		u8 *exact = malloc(cut + 1);
		memcpy(exact, f, cut);
		assert_int_equal(host_rx(&h, exact, cut, &seg, 1), NET_NONE);
		free(exact);
	}
}

/* Whatever its options are, an address of IPv4 in disguise is nobody's. */
static void test_mapped_source(void **state)
{
	(void)state;
	struct host h;
	u8 f[FRAME_MAX], tcp[20] = { 1, 2, 3, 4, [12] = 0x50, [13] = 0x10 };
	struct ip_addr mapped = ip_addr_v4(0x0a000009);
	host6_open(&h);
	u32 n = host6_packet(f, &mapped, &host6_ip, 6, tcp, sizeof tcp);
	assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
	assert_int_equal(h.cnt[NET_CNT_rx_ip_source], 1);
}

/* Extension headers before a TCP segment; the sum is that of the segment alone. */
static const struct {
	const char *remark;
	u8 first;
	u8 ext[48];
	u32 n;
	enum net_cnt why; /* NET_CNT_rx_tcp: taken */
} exts[] = {
	{ "hop-by-hop, padding", 0, { 6, 0, 1, 4 }, 8, NET_CNT_rx_tcp },
	{ "router alert", 0, { 6, 0, 5, 2, 0, 0, 1, 0 }, 8, NET_CNT_rx_tcp },
	{ "destination options, single padding", 60, { 6, 0, 0, 0, 0, 0, 0, 0 }, 8, NET_CNT_rx_tcp },
	{ "an unknown option to be skipped", 60, { 6, 0, 0x1e, 4 }, 8, NET_CNT_rx_tcp },
	{ "an unknown option not to be skipped", 60, { 6, 0, 0x5e, 4 }, 8, NET_CNT_rx_ip6_extension },
	{ "one to be told about", 60, { 6, 0, 0xde, 4 }, 8, NET_CNT_rx_ip6_extension },
	{ "an option beyond its header", 60, { 6, 0, 1, 5 }, 8, NET_CNT_rx_ip6_extension },
	{ "a header beyond the packet", 60, { 6, 9, 1, 4 }, 8, NET_CNT_rx_ip6_extension },
	{ "a route that is at its end", 43, { 6, 0, 0, 0 }, 8, NET_CNT_rx_tcp },
	{ "a route that goes on", 43, { 6, 0, 0, 1 }, 8, NET_CNT_rx_ip6_extension },
	{ "hop-by-hop, then destination", 0, { 60, 0, 1, 4, [8] = 6, 0, 1, 4 }, 16, NET_CNT_rx_tcp },
	{ "hop-by-hop not at first", 60, { 0, 0, 1, 4, [8] = 6, 0, 1, 4 }, 16, NET_CNT_rx_ip6_extension },
	{ "four", 60, { 60, 0, 1, 4, [8] = 60, 0, 1, 4, [16] = 60, 0, 1, 4, [24] = 6, 0, 1, 4 }, 32, NET_CNT_rx_tcp },
	{ "five", 60,
	  { 60, 0, 1, 4, [8] = 60, 0, 1, 4, [16] = 60, 0, 1, 4, [24] = 60, 0, 1, 4, [32] = 6, 0, 1, 4 },
	  40, NET_CNT_rx_ip6_extension },
	{ "a fragment behind options", 60, { 44, 0, 1, 4, [8] = 6 }, 16, NET_CNT_rx_ip_fragment },
	{ "nothing behind them", 60, { 59, 0, 1, 4 }, 8, NET_CNT_rx_ip_protocol },
	{ "a header of 16 bytes", 60, { 6, 1, 1, 12 }, 16, NET_CNT_rx_tcp },
};

static void test_extensions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exts); i++) {
		struct host h;
		u8 f[FRAME_MAX], g[FRAME_MAX] = { 0 };
		host6_open(&h);
		u32 n = host6_tcp(f, 30), x = exts[i].n;
		memcpy(g, f, 54);
		memcpy(g + 54, exts[i].ext, x);
		memcpy(g + 54 + x, f + 54, n - 54);
		put_be16(g + 18, (u16)(be16(f + 18) + x));
		g[20] = exts[i].first;
		enum net_kind k = host_rx(&h, g, n + x, &seg, 1);
		bool taken = exts[i].why == NET_CNT_rx_tcp;
		if (k != (taken ? NET_TCP : NET_NONE) || h.cnt[exts[i].why] != 1)
			fail_msg("%s", exts[i].remark);
		if (taken)
			assert_memory_equal(seg.p, f + 54, 50);
	}
}

static u32 echo(u8 *f, const struct ip_addr *to, u32 payload)
{
	u8 m[FRAME_MAX] = { 128, 0, 0, 0, 0x12, 0x34, 0, 1 };
	for (u32 i = 0; i < payload; i++)
		m[8 + i] = (u8)i;
	return host6_packet(f, &host6_peer, to, 58, m, 8 + payload);
}

static void test_echo(void **state)
{
	(void)state;
	static const u32 sizes[] = { 0, 1, 56, 1452 };
	struct host h;
	u8 f[FRAME_MAX];
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		host6_open(&h);
		u32 n = echo(f, &host6_ip, sizes[i]);
		assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
		const u8 *r = h.sent[0], *ip = r + 14;
		assert_int_equal(h.n_sent, 1);
		assert_int_equal(h.len[0], 62 + sizes[i]);
		assert_memory_equal(r, peer_mac, 6);
		assert_memory_equal(ip + 8, host6_ip.b, 16);
		assert_memory_equal(ip + 24, host6_peer.b, 16);
		assert_int_equal(ip[40], 129);
		assert_int_equal(host6_csum(ip, 58, ip + 40, 8 + sizes[i]), 0);
		assert_memory_equal(ip + 44, f + 58, 4 + sizes[i]);
	}
	host6_open(&h);
	u32 n = echo(f, &host6_all, 8);
	assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
	n = echo(f, &host6_ip, 8);
	f[69] ^= 1;
	assert_int_equal(host_rx(&h, f, n, &seg, 1), NET_NONE);
	assert_int_equal(h.cnt[NET_CNT_rx_icmp_ignored], 1);
	assert_int_equal(h.cnt[NET_CNT_rx_icmp_bad], 1);
	assert_int_equal(h.n_sent, 0);
}

static void test_errors(void **state)
{
	(void)state;
	static const struct {
		const char *remark;
		u8 type, code, proto, src;
		u32 n;
		bool taken;
	} rows[] = {
		{ "unreachable", 1, 4, 6, 1, 56, true },    { "too big", 2, 0, 6, 1, 56, true },
		{ "exceeded", 3, 0, 6, 1, 56, true },	    { "parameter", 4, 1, 6, 1, 56, true },
		{ "an echo reply", 129, 0, 6, 1, 56, false }, { "quoted: UDP", 1, 0, 17, 1, 56, false },
		{ "quoted: another's", 1, 0, 6, 2, 56, false }, { "quoted: too little", 1, 0, 6, 1, 55, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host h;
		u8 f[FRAME_MAX], m[64] = { rows[i].type, rows[i].code, [6] = 5, [7] = 0xdc, [8] = 0x60 };
		host6_open(&h);
		m[14] = rows[i].proto;
		memcpy(m + 16, host6_ip.b, 16);
		m[31] = rows[i].src;
		memcpy(m + 32, host6_far.b, 16);
		u32 n = host6_packet(f, &host6_peer, &host6_ip, 58, m, rows[i].n);
		enum net_kind k = host_rx(&h, f, n, &seg, 1);
		if (k != (rows[i].taken ? NET_ICMP_ERROR : NET_NONE))
			fail_msg("%s", rows[i].remark);
		if (!rows[i].taken)
			continue;
		assert_true(ip_addr_eq(&seg.src, &host6_far));
		assert_int_equal(seg.icmp_type, rows[i].type);
		assert_int_equal(seg.icmp_mtu, rows[i].type == 2 ? 1500 : 0);
		assert_ptr_equal(seg.p, f + 54 + 48);
	}
}

/* 802.1Q: ours alone, whatever its priority; where none is configured none is taken. */
static void test_vlan(void **state)
{
	(void)state;
	static const struct {
		const char *remark;
		u16 ours, tpid, tci;
		enum net_cnt why;
	} rows[] = {
		{ "ours", 7, 0x8100, 7, NET_CNT_rx_tcp },
		{ "ours, of priority 5, may be dropped", 7, 0x8100, 0xb007, NET_CNT_rx_tcp },
		{ "another", 7, 0x8100, 8, NET_CNT_rx_vlan },
		{ "priority alone", 7, 0x8100, 0xa000, NET_CNT_rx_vlan },
		{ "a service tag", 7, 0x88a8, 7, NET_CNT_rx_vlan },
		{ "none", 7, 0, 0, NET_CNT_rx_untagged },
		{ "one where there is to be none", 0, 0x8100, 7, NET_CNT_rx_vlan },
		{ "none where there is to be none", 0, 0, 0, NET_CNT_rx_tcp },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host h;
		u8 f[FRAME_MAX], g[FRAME_MAX];
		host6_open_in(&h, rows[i].ours);
		u32 n = host6_tcp(f, 30), tag = rows[i].tpid ? 4 : 0;
		memcpy(g, f, 12);
		put_be16(g + 12, rows[i].tpid);
		put_be16(g + 14, rows[i].tci);
		memcpy(g + 12 + tag, f + 12, n - 12);
		enum net_kind k = host_rx(&h, g, n + tag, &seg, 1);
		bool taken = rows[i].why == NET_CNT_rx_tcp;
		if (k != (taken ? NET_TCP : NET_NONE) || h.cnt[rows[i].why] != 1)
			fail_msg("%s", rows[i].remark);
		net_turn(&h.net, 0); /* what it says is tagged likewise */
		assert_int_equal(be16(h.sent[0] + 12), rows[i].ours ? 0x8100 : 0x86dd);
		if (rows[i].ours)
			assert_int_equal(be32(h.sent[0] + 14), 7u << 16 | 0x86dd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_segment),
		cmocka_unit_test(test_mapped_source),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_vlan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
