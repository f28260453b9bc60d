#include "dataplane/nic/nic_offload.h"
#include "dataplane/nic/nic_rte.h"

#define ETH_LEN    14
#define TAG_LEN    4
#define IP_LEN     20
#define IP_PROTO   9
#define IP_CSUM    10
#define IP6_LEN    40
#define IP6_NEXT   6
#define IP_TCP     6
#define TYPE_IPV4  0x0800
#define TYPE_IPV6  0x86dd
#define TYPE_VLAN  0x8100

u32 nic_rx_flags(u64 ol_flags)
{
	u64 ip = ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK, l4 = ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	if (ip == RTE_MBUF_F_RX_IP_CKSUM_BAD || l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD)
		return FRAME_CSUM_BAD;
	if (ip && l4) /* good or none */
		return FRAME_CSUM_GOOD;
	return 0;
}

static u32 be16_at(const u8 *p) { return (u32)p[0] << 8 | p[1]; }

/* Our own frames: one tag at most, no IPv6 extension headers. */
struct nic_tx_csum nic_tx_csum(u8 *p, u32 n)
{
	struct nic_tx_csum t = { 0 };
	u32 eth = n >= ETH_LEN && be16_at(p + ETH_LEN - 2) == TYPE_VLAN ? ETH_LEN + TAG_LEN : ETH_LEN;
	u32 type = n >= eth ? be16_at(p + eth - 2) : 0;
	u8 *ip = p + eth;
	if (type == TYPE_IPV6 && n >= eth + IP6_LEN && ip[IP6_NEXT] == IP_TCP) {
		t.l3_len = IP6_LEN;
		t.ol_flags = RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_TCP_CKSUM;
	} else if (type == TYPE_IPV4 && n >= eth + IP_LEN) {
		t.l3_len = (u16)((ip[0] & 0xf) * 4);
		t.ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
		if (ip[IP_PROTO] == IP_TCP)
			t.ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
		ip[IP_CSUM] = ip[IP_CSUM + 1] = 0;
	}
	t.l2_len = t.ol_flags ? (u16)eth : 0;
	return t;
}
