#include "tests/cmocka_all.h"

#include <string.h>

#include "dataplane/nic/nic_offload.h"

/* Bits of rte_mbuf's ol_flags, which are DPDK's ABI. */
#define RX_IP_BAD   (1ULL << 4)
#define RX_IP_GOOD  (1ULL << 7)
#define RX_IP_NONE  (RX_IP_BAD | RX_IP_GOOD)
#define RX_L4_BAD   (1ULL << 3)
#define RX_L4_GOOD  (1ULL << 8)
#define RX_L4_NONE  (RX_L4_BAD | RX_L4_GOOD)
#define RX_RSS      (1ULL << 1)
#define TX_TCP_CSUM (1ULL << 52)
#define TX_IP_CSUM  (1ULL << 54)
#define TX_IPV4     (1ULL << 55)
#define TX_IPV6     (1ULL << 56)

static void received_flags(void **state)
{
	static const struct {
		u64 ol_flags;
		u32 want;
		const char *remark;
	} rows[] = {
		{ 0, 0, "the device says nothing" },
		{ RX_RSS, 0, "nor does it here" },
		{ RX_IP_GOOD | RX_L4_GOOD, FRAME_CSUM_GOOD, "both verified" },
		{ RX_IP_GOOD | RX_L4_GOOD | RX_RSS, FRAME_CSUM_GOOD, "other flags do not matter" },
		{ RX_IP_GOOD, 0, "TCP unknown: ours to check" },
		{ RX_L4_GOOD, 0, "IP unknown: ours to check" },
		{ RX_IP_GOOD | RX_L4_BAD, FRAME_CSUM_BAD, "TCP wrong" },
		{ RX_IP_BAD | RX_L4_GOOD, FRAME_CSUM_BAD, "IP wrong" },
		{ RX_IP_BAD, FRAME_CSUM_BAD, "one wrong is enough" },
		{ RX_IP_GOOD | RX_L4_NONE, FRAME_CSUM_GOOD, "not filled in, known to be intact" },
		{ RX_IP_NONE | RX_L4_NONE, FRAME_CSUM_GOOD, "the same for both" },
		{ RX_IP_BAD | RX_L4_NONE, FRAME_CSUM_BAD, "a wrong one still counts" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (nic_rx_flags(rows[i].ol_flags) != rows[i].want)
			print_message("row %zu: %s\n", i, rows[i].remark);
		assert_int_equal(nic_rx_flags(rows[i].ol_flags), rows[i].want);
	}
}

static void sent_flags(void **state)
{
	static const struct {
		u8 ether_type[2], version_ihl, protocol;
		u32 n;
		u64 flags;
		u16 l3_len;
		bool ip_csum_cleared;
		const char *remark;
	} rows[] = {
		{ { 8, 0 }, 0x45, 6, 54, TX_IPV4 | TX_IP_CSUM | TX_TCP_CSUM, 20, true, "TCP" },
		{ { 8, 0 }, 0x46, 6, 58, TX_IPV4 | TX_IP_CSUM | TX_TCP_CSUM, 24, true, "TCP behind an IP option" },
		{ { 8, 0 }, 0x45, 1, 98, TX_IPV4 | TX_IP_CSUM, 20, true, "ICMP: only the IP header" },
		{ { 8, 6 }, 0x00, 1, 42, 0, 0, false, "ARP is left alone" },
		{ { 0x86, 0xdd }, 0x60, 6, 53, 0, 0, false, "too short for an IPv6 header" },
		{ { 8, 0 }, 0x45, 6, 33, 0, 0, false, "too short for an IP header" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 p[128], before[128];
		memset(p, 0xee, sizeof(p));
		memcpy(p + 12, rows[i].ether_type, 2);
		p[14] = rows[i].version_ihl;
		p[23] = rows[i].protocol;
		memcpy(before, p, sizeof(p));
		struct nic_tx_csum t = nic_tx_csum(p, rows[i].n);
		if (t.ol_flags != rows[i].flags)
			print_message("row %zu: %s\n", i, rows[i].remark);
		assert_int_equal(t.ol_flags, rows[i].flags);
		assert_int_equal(t.l2_len, rows[i].flags ? 14 : 0);
		assert_int_equal(t.l3_len, rows[i].l3_len);
		if (rows[i].ip_csum_cleared)
			before[24] = before[25] = 0;
		assert_memory_equal(p, before, sizeof(p));
	}
}

/* Behind a tag, and of IPv6, whose header has no checksum. */
static void tags_and_ip6(void **state)
{
	static const struct {
		u8 type[6]; /* from byte 12 on */
		u32 ip, next;
		u64 flags;
		u16 l3_len;
		const char *remark;
	} rows[] = {
		{ { 0x81, 0, 0, 7, 8, 0 }, 18, 9, TX_IPV4 | TX_IP_CSUM | TX_TCP_CSUM, 20, "IPv4, tagged" },
		{ { 0x86, 0xdd }, 14, 6, TX_IPV6 | TX_TCP_CSUM, 40, "IPv6" },
		{ { 0x81, 0, 0, 7, 0x86, 0xdd }, 18, 6, TX_IPV6 | TX_TCP_CSUM, 40, "IPv6, tagged" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 p[128] = { 0 };
		memcpy(p + 12, rows[i].type, 6);
		p[rows[i].ip] = rows[i].l3_len == 20 ? 0x45 : 0x60;
		p[rows[i].ip + rows[i].next] = 6;
		struct nic_tx_csum t = nic_tx_csum(p, 100);
		if (t.ol_flags != rows[i].flags || t.l2_len != rows[i].ip || t.l3_len != rows[i].l3_len)
			fail_msg("%s", rows[i].remark);
		p[rows[i].ip + rows[i].next] = 58;
		assert_int_equal(nic_tx_csum(p, 100).ol_flags & TX_TCP_CSUM, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(received_flags),
		cmocka_unit_test(sent_flags),
		cmocka_unit_test(tags_and_ip6),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
