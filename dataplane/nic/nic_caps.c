#include "dataplane/nic/nic_caps.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/nic/nic_rte.h"
#include "dataplane/nic/nic_steer.h"

#define RX_CSUM (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_CSUM (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)

static const char *const names[NIC_CAPS] = {
	[NIC_CAP_FAST_FREE] = "fast_free", [NIC_CAP_RX_CSUM] = "rx_checksum",
	[NIC_CAP_TX_CSUM] = "tx_checksum", [NIC_CAP_RX_STAMP] = "rx_stamp",
	[NIC_CAP_VLAN] = "vlan",	   [NIC_CAP_STEERING] = "steering",
	[NIC_CAP_MARK] = "mark",	   [NIC_CAP_RSS] = "rss",
	[NIC_CAP_QUEUES] = "queues",	   [NIC_CAP_MTU] = "mtu",
};

/* What is done in place of a capability, or with it. */
static const char *const ways[NIC_CAPS][2] = {
	[NIC_CAP_FAST_FREE] = { "the driver looks at each buffer", "buffers go back in bulk" },
	[NIC_CAP_RX_CSUM] = { "summed in software", "the device's verdict; what it leaves open is summed in software" },
	[NIC_CAP_TX_CSUM] = { "summed in software", "the device fills them in" },
	[NIC_CAP_RX_STAMP] = { "the time-stamp counter, once a burst", "the device's stamp besides the counter's" },
	[NIC_CAP_VLAN] = { "tags are in the frames", "the device takes tags off and puts them on" },
	[NIC_CAP_STEERING] = { "one queue", "TCP to our addresses has a queue of its own, polled first" },
	[NIC_CAP_MARK] = { "sessions are found by their ports in one look", "" },
	[NIC_CAP_RSS] = { "one core takes all frames of its port", "" },
	[NIC_CAP_QUEUES] = { "", "" },
	[NIC_CAP_MTU] = { "", "" },
};

static void row(struct nic_port_info *info, enum nic_cap c, bool offered, bool asked)
{
	struct nic_cap_row *r = &info->cap[c];
	snprintf(r->name, sizeof(r->name), "%s", names[c]);
	r->asked = asked;
	r->used = asked && offered;
	const char *first = r->used ? "" : asked ? "not offered: " : "not asked for: ";
	snprintf(r->why, sizeof(r->why), "%s%s", first, ways[c][r->used]);
	if (!*r->offered)
		snprintf(r->offered, sizeof(r->offered), "%s", offered ? "yes" : "no");
}

/* Names of the bits that are there, for `offered`. */
static void say_bits(struct nic_port_info *info, enum nic_cap c, u64 capa, u64 ip, u64 tcp)
{
	bool i = capa & ip, t = capa & tcp;
	snprintf(info->cap[c].offered, sizeof(info->cap[c].offered), "%s%s%s", i ? "ip4 header" : "",
		 i && t ? ", " : "", t ? "tcp over ip4 and ip6" : "");
}

static void choose_checksums(struct nic_port_info *info, const struct rte_eth_dev_info *dev,
	const struct nic_port_cfg *cfg)
{
	say_bits(info, NIC_CAP_RX_CSUM, dev->rx_offload_capa, RTE_ETH_RX_OFFLOAD_IPV4_CKSUM,
		 RTE_ETH_RX_OFFLOAD_TCP_CKSUM);
	say_bits(info, NIC_CAP_TX_CSUM, dev->tx_offload_capa, RTE_ETH_TX_OFFLOAD_IPV4_CKSUM,
		 RTE_ETH_TX_OFFLOAD_TCP_CKSUM);
	row(info, NIC_CAP_RX_CSUM, (dev->rx_offload_capa & RX_CSUM) == RX_CSUM, cfg->rx_csum);
	row(info, NIC_CAP_TX_CSUM, (dev->tx_offload_capa & TX_CSUM) == TX_CSUM, cfg->tx_csum);
}

static void choose_vlan(struct nic_port_info *info, const struct rte_eth_dev_info *dev,
	const struct nic_port_cfg *cfg)
{
	bool strip = dev->rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
	bool insert = dev->tx_offload_capa & RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
	struct nic_cap_row *r = &info->cap[NIC_CAP_VLAN];
	snprintf(r->offered, sizeof(r->offered), "%s%s%s", strip ? "strip" : "", strip && insert ? ", " : "",
		 strip || insert ? insert ? "insert" : "" : "no");
	row(info, NIC_CAP_VLAN, strip && insert, cfg->vlan_offload && cfg->vlan_tci);
	if (cfg->vlan_offload && !cfg->vlan_tci)
		snprintf(r->why, sizeof(r->why), "no tag is configured");
}

/* net_tap's rules are programs of the kernel's, which stands at the other end. */
static void choose_steering(struct nic_port_info *info, u16 id, const struct rte_eth_dev_info *dev,
	const struct nic_port_cfg *cfg)
{
	bool rules = strcmp(dev->driver_name, "net_tap") != 0 && nic_steer_is_offered(id);
	row(info, NIC_CAP_STEERING, rules && dev->max_rx_queues > 1, cfg->steering);
	row(info, NIC_CAP_MARK, rules && nic_steer_marks(id), false);
	if (cfg->steering && !nic_steer_wanted(cfg))
		nic_caps_drop(info, NIC_CAP_STEERING, "the port has no address", "");
}

static void say_fixed(struct nic_port_info *info, const struct rte_eth_dev_info *dev)
{
	struct nic_cap_row *q = &info->cap[NIC_CAP_QUEUES], *m = &info->cap[NIC_CAP_MTU];
	snprintf(q->offered, sizeof(q->offered), "%u to receive, %u to send", dev->max_rx_queues, dev->max_tx_queues);
	row(info, NIC_CAP_QUEUES, true, true);
	snprintf(q->why, sizeof(q->why), "one each way%s",
		 nic_caps_uses(info, NIC_CAP_STEERING) ? ", and one for our own flows" : "");
	snprintf(m->offered, sizeof(m->offered), "%u to %u bytes", dev->min_mtu, dev->max_mtu);
	row(info, NIC_CAP_MTU, true, true);
	snprintf(m->why, sizeof(m->why), "%u bytes", info->mtu);
}

void nic_caps_choose(struct nic_port_info *info, u16 id, const struct rte_eth_dev_info *dev,
	const struct nic_port_cfg *cfg)
{
	memset(info->cap, 0, sizeof(info->cap));
	row(info, NIC_CAP_FAST_FREE, dev->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE, true);
	choose_checksums(info, dev, cfg);
	row(info, NIC_CAP_RX_STAMP, dev->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP, cfg->rx_stamp);
	choose_vlan(info, dev, cfg);
	choose_steering(info, id, dev, cfg);
	row(info, NIC_CAP_RSS, dev->flow_type_rss_offloads != 0, false);
	say_fixed(info, dev);
}

void nic_caps_drop(struct nic_port_info *info, enum nic_cap c, const char *why, const char *more)
{
	struct nic_cap_row *r = &info->cap[c];
	r->used = 0;
	snprintf(r->why, sizeof(r->why), "%s%s: %s", why, more, ways[c][0]);
	if (c == NIC_CAP_STEERING)
		snprintf(info->cap[NIC_CAP_QUEUES].why, sizeof(r->why), "one each way");
}

u64 nic_caps_rx_offloads(const struct nic_port_info *info)
{
	return (nic_caps_uses(info, NIC_CAP_RX_CSUM) ? RX_CSUM : 0) |
	       (nic_caps_uses(info, NIC_CAP_RX_STAMP) ? RTE_ETH_RX_OFFLOAD_TIMESTAMP : 0) |
	       (nic_caps_uses(info, NIC_CAP_VLAN) ? RTE_ETH_RX_OFFLOAD_VLAN_STRIP : 0);
}

u64 nic_caps_tx_offloads(const struct nic_port_info *info)
{
	return (nic_caps_uses(info, NIC_CAP_TX_CSUM) ? TX_CSUM : 0) |
	       (nic_caps_uses(info, NIC_CAP_FAST_FREE) ? RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE : 0) |
	       (nic_caps_uses(info, NIC_CAP_VLAN) ? RTE_ETH_TX_OFFLOAD_VLAN_INSERT : 0);
}

u32 nic_caps_port(const struct nic_port_info *info)
{
	return (nic_caps_uses(info, NIC_CAP_RX_CSUM) ? PORT_CAP_RX_CSUM : 0) |
	       (nic_caps_uses(info, NIC_CAP_TX_CSUM) ? PORT_CAP_TX_CSUM : 0) |
	       (nic_caps_uses(info, NIC_CAP_RX_STAMP) ? PORT_CAP_RX_STAMP : 0) |
	       (nic_caps_uses(info, NIC_CAP_VLAN) ? PORT_CAP_VLAN : 0) |
	       (nic_caps_uses(info, NIC_CAP_STEERING) ? PORT_CAP_STEERING : 0);
}
