/*
 * mock.h - a mock device: it stands in the place of DPDK's rte_eth_* and rte_flow_* functions for the
 * ports of net_null, and does to frames what a card would: verifies, completes checksums, takes tags
 * off and puts them on, stamps, steers by rules. What it offers and what it refuses is a test's.
 *
 * To be included by one file of a program: it defines those functions.
 */
#ifndef TESTS_NIC_MOCK_H
#define TESTS_NIC_MOCK_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/net/csum.h"
#include "dataplane/nic/nic.h"
#include "dataplane/nic/nic_rte.h"

#define MOCKS	   4
#define MOCK_QUEUE 64

struct mock_queue {
	struct mock *of;
	struct rte_mbuf *in[MOCK_QUEUE];
	u32 n;
};

struct mock {
	/* what it offers, and what it refuses when it comes to it */
	u64 rx_offers, tx_offers, refuse_rx, refuse_tx;
	u16 max_rx_queues, max_mtu;
	bool rules, refuse_two_queues, refuse_rule, refuse_start, no_mac;
	bool silent; /* verifies, and says nothing about it */
	/* what it was asked */
	struct rte_eth_conf conf;
	u16 n_rx;
	u32 n_configured, n_started, n_rules;
	bool running, promisc;
	u8 rule_ip[2][16];
	u32 rule_ip_n[2], rule_vlan;
	/* what goes through it */
	struct rte_mempool *mem;
	struct mock_queue queue[2];
	void *queues[2], *self[1], *none[2];
	u64 clock, stamp_flag;
	int stamp_at;
	bool full; /* takes nothing that is sent */
	struct rte_mbuf last; /* head of the last buffer taken */
	void (*wire)(void *user, const u8 *p, u32 n);
	void *user;
};

static struct mock mock[MOCKS];

/* ---- the card: frames ---- */

static u32 mock_be16(const u8 *p) { return (u32)p[0] << 8 | p[1]; }

/* Sum over what TCP's checksum covers but the pseudo-header. */
static u64 mock_l4_sum(const u8 *ip, u32 l3, u32 l4) { return csum_bytes(ip + l3, l4); }

static u64 mock_pseudo(const u8 *ip, bool v6, u32 l4)
{
	return (v6 ? csum_bytes(ip + 8, 32) : csum_bytes(ip + 12, 8)) + csum_word(6) + csum_word((u16)l4);
}

/* What rte_mbuf's flags say of a whole frame without tag. */
static u64 mock_verdict(const u8 *p)
{
	const u8 *ip = p + 14;
	bool v6 = mock_be16(p + 12) == 0x86dd;
	if ((!v6 && mock_be16(p + 12) != 0x0800) || ip[v6 ? 6 : 9] != 6)
		return 0;
	u32 l3 = v6 ? 40 : (ip[0] & 15) * 4, l4 = v6 ? mock_be16(ip + 4) : mock_be16(ip + 2) - l3;
	bool ip_good = v6 || csum_finish(csum_bytes(ip, l3)) == 0;
	bool tcp_good = csum_finish(mock_l4_sum(ip, l3, l4) + mock_pseudo(ip, v6, l4)) == 0;
	return (ip_good ? RTE_MBUF_F_RX_IP_CKSUM_GOOD : RTE_MBUF_F_RX_IP_CKSUM_BAD) |
	       (tcp_good ? RTE_MBUF_F_RX_L4_CKSUM_GOOD : RTE_MBUF_F_RX_L4_CKSUM_BAD);
}

/* By the frame as it is on the wire. */
static u32 mock_queue_of(const struct mock *m, const u8 *p)
{
	bool tagged = mock_be16(p + 12) == 0x8100;
	const u8 *ip = p + (tagged ? 18 : 14);
	bool v6 = mock_be16(ip - 2) == 0x86dd;
	if ((!v6 && mock_be16(ip - 2) != 0x0800) || ip[v6 ? 6 : 9] != 6)
		return 0;
	if ((tagged ? mock_be16(p + 14) & 0xfff : 0) != m->rule_vlan)
		return 0;
	for (u32 i = 0; i < m->n_rules; i++)
		if (m->rule_ip_n[i] == (v6 ? 16u : 4u) && !memcmp(m->rule_ip[i], ip + (v6 ? 24 : 16), m->rule_ip_n[i]))
			return 1;
	return 0;
}

/* A frame comes from the wire. */
static void mock_receive(struct mock *m, const u8 *p, u32 n)
{
	u64 rx = m->conf.rxmode.offloads;
	struct rte_mbuf *b = rte_pktmbuf_alloc(m->mem);
	struct mock_queue *q = &m->queue[mock_queue_of(m, p)];
	u8 *to = (u8 *)rte_pktmbuf_append(b, (u16)n);
	memcpy(to, p, n);
	if (rx & RTE_ETH_RX_OFFLOAD_VLAN_STRIP && mock_be16(to + 12) == 0x8100) {
		b->vlan_tci = (u16)mock_be16(to + 14);
		b->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		memmove(to + 4, to, 12);
		to = (u8 *)rte_pktmbuf_adj(b, 4);
	}
	if (rx & RTE_ETH_RX_OFFLOAD_TCP_CKSUM && !m->silent)
		b->ol_flags |= mock_verdict(to);
	if (rx & RTE_ETH_RX_OFFLOAD_TIMESTAMP) {
		*RTE_MBUF_DYNFIELD(b, m->stamp_at, rte_mbuf_timestamp_t *) = ++m->clock;
		b->ol_flags |= m->stamp_flag;
	}
	assert(q->n < MOCK_QUEUE);
	q->in[q->n++] = b;
}

/* As cards do it: the header sum, and TCP's from the pseudo-header's sum in its field. */
static void mock_complete(u8 *p, const struct rte_mbuf *b)
{
	u8 *ip = p + b->l2_len, *tcp = ip + b->l3_len;
	bool v6 = b->ol_flags & RTE_MBUF_F_TX_IPV6;
	u16 sum;
	if (b->ol_flags & RTE_MBUF_F_TX_IP_CKSUM) {
		sum = csum_finish(csum_bytes(ip, b->l3_len));
		memcpy(ip + 10, &sum, 2);
	}
	if ((b->ol_flags & RTE_MBUF_F_TX_L4_MASK) != RTE_MBUF_F_TX_TCP_CKSUM)
		return;
	sum = csum_finish(csum_bytes(tcp, v6 ? mock_be16(ip + 4) : mock_be16(ip + 2) - b->l3_len));
	memcpy(tcp + 16, &sum, 2);
}

static u16 mock_tx(void *queue, struct rte_mbuf **b, u16 n)
{
	struct mock *m = queue;
	u8 p[FRAME_MAX + 4];
	assert(n == 1);
	if (m->full)
		return 0;
	u32 len = b[0]->pkt_len;
	memcpy(p, rte_pktmbuf_mtod(b[0], u8 *), len);
	m->last = *b[0];
	mock_complete(p, b[0]);
	if (b[0]->ol_flags & RTE_MBUF_F_TX_VLAN) {
		memmove(p + 16, p + 12, len - 12);
		p[12] = 0x81, p[13] = 0, p[14] = (u8)(b[0]->vlan_tci >> 8), p[15] = (u8)b[0]->vlan_tci;
		len += 4;
	}
	rte_pktmbuf_free(b[0]);
	m->wire(m->user, p, len);
	return 1;
}

static u16 mock_rx(void *queue, struct rte_mbuf **out, u16 max)
{
	struct mock_queue *q = queue;
	u16 n = (u16)(q->n < max ? q->n : max);
	memcpy(out, q->in, n * sizeof(*out));
	q->n -= n;
	memmove(q->in, q->in + n, q->n * sizeof(*out));
	return n;
}

/* ---- the driver ---- */

int rte_eth_dev_info_get(uint16_t id, struct rte_eth_dev_info *info)
{
	const struct mock *m = &mock[id];
	*info = (struct rte_eth_dev_info){ .driver_name = "mock",
					   .rx_offload_capa = m->rx_offers,
					   .tx_offload_capa = m->tx_offers,
					   .max_rx_queues = m->max_rx_queues,
					   .max_tx_queues = 1,
					   .min_mtu = 68,
					   .max_mtu = m->max_mtu };
	return 0;
}

int rte_eth_dev_configure(uint16_t id, uint16_t n_rx, uint16_t n_tx, const struct rte_eth_conf *conf)
{
	struct mock *m = &mock[id];
	(void)n_tx;
	m->n_configured++;
	m->conf = *conf;
	m->n_rx = n_rx;
	assert(!(conf->rxmode.offloads & ~m->rx_offers) && !(conf->txmode.offloads & ~m->tx_offers));
	if (conf->rxmode.offloads & m->refuse_rx || conf->txmode.offloads & m->refuse_tx)
		return -ENOTSUP;
	return n_rx > 1 && m->refuse_two_queues ? -EINVAL : 0;
}

int rte_eth_rx_queue_setup(uint16_t id, uint16_t q, uint16_t n, unsigned socket, const struct rte_eth_rxconf *conf,
	struct rte_mempool *mem)
{
	(void)q, (void)n, (void)socket, (void)conf;
	mock[id].mem = mem;
	return 0;
}

int rte_eth_tx_queue_setup(uint16_t id, uint16_t q, uint16_t n, unsigned socket, const struct rte_eth_txconf *conf)
{
	(void)id, (void)q, (void)n, (void)socket, (void)conf;
	return 0;
}

int rte_eth_dev_start(uint16_t id)
{
	struct mock *m = &mock[id];
	if (m->refuse_start)
		return -EIO;
	m->running = true;
	m->n_started++;
	for (u32 i = 0; i < 2; i++)
		m->queues[i] = &m->queue[i];
	if (m->conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_TIMESTAMP)
		rte_mbuf_dyn_rx_timestamp_register(&m->stamp_at, &m->stamp_flag);
	rte_eth_fp_ops[id] = (struct rte_eth_fp_ops){ .rx_pkt_burst = mock_rx,
						      .rxq = { .data = m->queues, .clbk = m->none },
						      .tx_pkt_burst = mock_tx,
						      .txq = { .data = m->self, .clbk = m->none } };
	m->self[0] = m;
	return 0;
}

int rte_eth_dev_stop(uint16_t id)
{
	mock[id].running = false;
	return 0;
}

int rte_eth_dev_close(uint16_t id)
{
	(void)id;
	return 0;
}

int rte_eth_dev_adjust_nb_rx_tx_desc(uint16_t id, uint16_t *rx, uint16_t *tx)
{
	(void)id;
	*rx = *tx = MOCK_QUEUE;
	return 0;
}

int rte_eth_dev_socket_id(uint16_t id)
{
	(void)id;
	return -1;
}

int rte_eth_macaddr_get(uint16_t id, struct rte_ether_addr *a)
{
	*a = (struct rte_ether_addr){ { 0x02, 0, 0, 0, 0xee, (u8)id } };
	return 0;
}

int rte_eth_dev_default_mac_addr_set(uint16_t id, struct rte_ether_addr *a)
{
	(void)a;
	return mock[id].no_mac ? -ENOTSUP : 0;
}

int rte_eth_promiscuous_enable(uint16_t id)
{
	mock[id].promisc = true;
	return 0;
}

int rte_eth_allmulticast_enable(uint16_t id)
{
	(void)id;
	return 0;
}

int rte_eth_stats_get(uint16_t id, struct rte_eth_stats *s)
{
	*s = (struct rte_eth_stats){ .imissed = id + 7u };
	return 0;
}

int rte_eth_link_get_nowait(uint16_t id, struct rte_eth_link *l)
{
	*l = (struct rte_eth_link){ .link_speed = 25000, .link_status = mock[id].running };
	return 0;
}

int rte_eth_dev_fw_version_get(uint16_t id, char *text, size_t n)
{
	(void)id;
	return snprintf(text, n, "mock 1.0") < 0;
}

int rte_eth_read_clock(uint16_t id, uint64_t *clock)
{
	*clock = mock[id].clock + 1000;
	return 0;
}

/* ---- rules ---- */

int rte_flow_validate(uint16_t id, const struct rte_flow_attr *attr, const struct rte_flow_item pattern[],
	const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	(void)error;
	assert(attr->ingress && pattern[0].type == RTE_FLOW_ITEM_TYPE_ETH);
	if (!mock[id].rules)
		return -ENOSYS;
	return actions[0].type == RTE_FLOW_ACTION_TYPE_QUEUE ? 0 : -ENOTSUP;
}

struct rte_flow *rte_flow_create(uint16_t id, const struct rte_flow_attr *attr, const struct rte_flow_item pattern[],
	const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	struct mock *m = &mock[id];
	(void)attr;
	u32 i = m->n_rules;
	const struct rte_flow_item_vlan *vlan = pattern[1].type == RTE_FLOW_ITEM_TYPE_VLAN ? pattern[1].spec : NULL;
	const struct rte_flow_item *ip = &pattern[vlan ? 2 : 1];
	bool v6 = ip->type == RTE_FLOW_ITEM_TYPE_IPV6;
	const struct rte_flow_item_ipv4 *ip4 = ip->spec;
	const struct rte_flow_item_ipv6 *ip6 = ip->spec;
	const struct rte_flow_action_queue *queue = actions[0].conf;
	if (m->refuse_rule && i > 0) {
		error->message = "table full";
		return NULL;
	}
	assert(m->running && queue->index < m->n_rx && i < 2);
	assert(ip[1].type == RTE_FLOW_ITEM_TYPE_TCP && ip[2].type == RTE_FLOW_ITEM_TYPE_END);
	m->rule_vlan = vlan ? mock_be16((const u8 *)&vlan->tci) : 0;
	m->rule_ip_n[i] = v6 ? 16 : 4;
	memcpy(m->rule_ip[i], v6 ? (const void *)ip6->hdr.dst_addr : (const void *)&ip4->hdr.dst_addr, m->rule_ip_n[i]);
	m->n_rules++;
	return (void *)&m->rule_ip[i];
}

int rte_flow_flush(uint16_t id, struct rte_flow_error *error)
{
	(void)error;
	mock[id].n_rules = 0;
	return 0;
}

#endif
