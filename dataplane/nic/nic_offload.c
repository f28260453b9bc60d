#include "dataplane/nic/nic_offload.h"
#include "dataplane/nic/nic_rte.h"

#define ETH_LEN     14
#define IP_LEN      20
#define IP_PROTO_AT (ETH_LEN + 9)
#define IP_CSUM_AT  (ETH_LEN + 10)
#define IP_TCP      6

u32 nic_rx_flags(u64 ol_flags)
{
	u64 ip = ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK, l4 = ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	if (ip == RTE_MBUF_F_RX_IP_CKSUM_BAD || l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD)
		return FRAME_CSUM_BAD;
	if (ip && l4) /* good or none */
		return FRAME_CSUM_GOOD;
	return 0;
}

struct nic_tx_csum nic_tx_csum(u8 *p, u32 n)
{
	struct nic_tx_csum t = { 0 };
	if (n < ETH_LEN + IP_LEN || p[12] != 0x08 || p[13] != 0x00)
		return t;
	t.l2_len = ETH_LEN;
	t.l3_len = (u16)((p[ETH_LEN] & 0xf) * 4);
	t.ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
	if (p[IP_PROTO_AT] == IP_TCP)
		t.ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
	p[IP_CSUM_AT] = p[IP_CSUM_AT + 1] = 0;
	return t;
}
