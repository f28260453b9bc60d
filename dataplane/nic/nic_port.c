#include "dataplane/nic/nic_port.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "dataplane/nic/nic_caps.h"
#include "dataplane/nic/nic_rte.h"
#include "dataplane/nic/nic_steer.h"

#define MTU       1500
#define RX_DESC   1024 /* what may come while a turn is busy: 12 ms of full frames at 1 Gbit/s */
#define TX_DESC   256
#define CACHE     128  /* buffers a thread keeps at hand, up to 1.5 times as many */
#define VLAN_ID   0xfff
#define XDP_TAKES 4096 /* buffers net_af_xdp takes for its own rings */

static_assert(RTE_MBUF_DEFAULT_DATAROOM >= FRAME_MAX, "room() gives FRAME_MAX bytes");

static bool is_driver(const struct rte_eth_dev_info *info, const char *name)
{
	return strcmp(info->driver_name, name) == 0;
}

struct queues {
	u16 rx_desc, tx_desc, n_rx;
	u32 n_buffers;
};

/* Full rings, a burst and the caches leave some buffers; a power of two less one wastes nothing. */
static struct queues choose_queues(const struct nic_port *np, const struct rte_eth_dev_info *dev)
{
	struct queues q = { .rx_desc = RX_DESC, .tx_desc = TX_DESC, .n_rx = 1 };
	rte_eth_dev_adjust_nb_rx_tx_desc(np->id, &q.rx_desc, &q.tx_desc);
	q.n_rx += nic_caps_uses(np->info, NIC_CAP_STEERING);
	u32 n = q.rx_desc * q.n_rx + q.tx_desc + 2 * PORT_BURST_MAX + 3 * CACHE;
	n += is_driver(dev, "net_af_xdp") ? XDP_TAKES : 0;
	q.n_buffers = rte_align32pow2(n + 1) - 1;
	return q;
}

/* Where a buffer holds a stamp is agreed with the driver before it makes its queues. */
static void find_stamps(struct nic_port *np)
{
	int at;
	u64 flag;
	if (!nic_caps_uses(np->info, NIC_CAP_RX_STAMP))
		return;
	if (rte_mbuf_dyn_rx_timestamp_register(&at, &flag) == 0) {
		np->stamp_at = (u32)at;
		np->stamp_flag = flag;
	} else {
		nic_caps_drop(np->info, NIC_CAP_RX_STAMP, "buffers have no room for stamps, ", strerror(rte_errno));
	}
}

/* Buffers of one pool with one reference, which is what fast free asks for. */
static int start_queues(const struct nic_port *np)
{
	struct rte_eth_dev_info dev;
	struct rte_eth_conf conf = { .rxmode.mtu = np->info->mtu,
				     .rxmode.offloads = nic_caps_rx_offloads(np->info),
				     .txmode.offloads = nic_caps_tx_offloads(np->info) };
	unsigned socket = (unsigned)rte_eth_dev_socket_id(np->id);
	int rc = rte_eth_dev_info_get(np->id, &dev);
	if (rc != 0)
		return rc;
	struct queues q = choose_queues(np, &dev);
	rc = rte_eth_dev_configure(np->id, q.n_rx, 1, &conf);
	for (u16 i = 0; rc == 0 && i < q.n_rx; i++)
		rc = rte_eth_rx_queue_setup(np->id, i, q.rx_desc, socket, NULL, np->mem);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(np->id, 0, q.tx_desc, socket, NULL);
	return rc == 0 ? rte_eth_dev_start(np->id) : rc;
}

/* A rule that the device refuses costs the second queue as well: nobody would look at it. */
static int attempt(const struct nic_port *np, const struct nic_port_cfg *cfg)
{
	char why[NIC_STEER_WHY];
	int rc = start_queues(np);
	if (rc == 0 && nic_caps_uses(np->info, NIC_CAP_STEERING) && !nic_steer_start(np->id, cfg, why)) {
		nic_caps_drop(np->info, NIC_CAP_STEERING, "the device refused the rule, ", why);
		rte_eth_dev_stop(np->id);
		rc = start_queues(np);
	}
	if (rc != 0)
		rte_eth_dev_stop(np->id); /* an error where it had not started */
	return rc;
}

/* With all that was chosen; else without the one thing that stands in the way; else with what is left. */
static int start_with_less(const struct nic_port *np, const struct nic_port_cfg *cfg)
{
	struct nic_cap_row chosen[NIC_CAPS];
	int first = attempt(np, cfg), rc = first;
	memcpy(chosen, np->info->cap, sizeof(chosen));
	for (u32 c = NIC_CAP_OPTIONAL; rc != 0 && c-- > 0;) {
		if (!chosen[c].used)
			continue;
		memcpy(np->info->cap, chosen, sizeof(chosen));
		nic_caps_refused(np->info, c, strerror(-first));
		rc = attempt(np, cfg);
	}
	if (rc != 0)
		memcpy(np->info->cap, chosen, sizeof(chosen));
	for (u32 c = NIC_CAP_OPTIONAL; rc != 0 && c-- > 0;) {
		if (!nic_caps_uses(np->info, c))
			continue;
		nic_caps_refused(np->info, c, strerror(-first));
		rc = attempt(np, cfg);
	}
	return rc;
}

static u64 hash(const char *s, u64 h)
{
	for (; *s; s++)
		h = (h ^ (u8)*s) * 0x100000001b3ULL; /* FNV-1a */
	return h;
}

/* net_tap's own address belongs to the kernel, which stands at the other end. */
static void derive_mac(const struct nic *nic, u32 index, u8 mac[6])
{
	u64 h = (hash(nic->instance, 0xcbf29ce484222325ULL) ^ index) * 0x100000001b3ULL;
	mac[0] = 0x02; /* locally administered, unicast */
	for (int i = 1; i < 6; i++)
		mac[i] = (u8)(h >> (8 * i));
}

/* Sets port->mac, and has the device accept frames for it. */
static void set_address(const struct nic *nic, u32 index, struct port *port,
	const struct rte_eth_dev_info *info)
{
	static const u8 none[6];
	struct rte_ether_addr addr, own;
	u16 id = nic->ids[index];
	bool tap = is_driver(info, "net_tap"), given = memcmp(nic->cfg[index].mac, none, 6) != 0;
	rte_eth_macaddr_get(id, &own);
	memcpy(port->mac, given ? nic->cfg[index].mac : own.addr_bytes, 6);
	if (tap && !given)
		derive_mac(nic, index, port->mac);
	memcpy(addr.addr_bytes, port->mac, 6);
	if (nic->cfg[index].groups && !tap && rte_eth_allmulticast_enable(id) != 0 &&
	    rte_eth_promiscuous_enable(id) == 0)
		port->caps |= PORT_CAP_PROMISC;
	if (tap || rte_is_same_ether_addr(&addr, &own))
		return; /* net_tap would change the kernel's side, and hands us every frame */
	if (rte_eth_dev_default_mac_addr_set(id, &addr) != 0 && rte_eth_promiscuous_enable(id) == 0)
		port->caps |= PORT_CAP_PROMISC;
}

/* A device's clock is read from here alone, so that its stamps can be converted off the path. */
static void read_clock(const struct nic_port *np)
{
	u64 at = 0;
	if (!nic_caps_uses(np->info, NIC_CAP_RX_STAMP) || rte_eth_read_clock(np->id, &at) != 0)
		return;
	counter_set(&np->info->clock_tsc, tsc_now());
	counter_set(&np->info->clock_wall_ns, clock_wall_ns());
	counter_set(&np->info->clock_device, at);
}

static void stats(struct port *p)
{
	struct nic_port *np = p->impl;
	struct rte_eth_stats s;
	struct rte_eth_link link = { 0 };
	if (rte_eth_stats_get(np->id, &s) == 0) {
		counter_set(&p->counters[PORT_CNT_dev_rx_missed], s.imissed);
		counter_set(&p->counters[PORT_CNT_dev_rx_errors], s.ierrors);
		counter_set(&p->counters[PORT_CNT_dev_rx_nobuf], s.rx_nombuf);
		counter_set(&p->counters[PORT_CNT_dev_tx_errors], s.oerrors);
	}
	if (rte_eth_link_get_nowait(np->id, &link) == 0) {
		bool up = link.link_status == RTE_ETH_LINK_UP;
		bool known = link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN;
		counter_set(&p->counters[PORT_CNT_link_up], up);
		__atomic_store_n(&np->info->link_mbps, up && known ? link.link_speed : 0, __ATOMIC_RELAXED);
	}
	read_clock(np);
}

static void close_device(struct nic_port *np)
{
	if (np->n_held)
		rte_pktmbuf_free_bulk(np->held, np->n_held);
	rte_pktmbuf_free(np->spare); /* NULL is allowed */
	np->n_held = 0;
	np->spare = NULL;
	if (nic_caps_uses(np->info, NIC_CAP_STEERING))
		nic_steer_stop(np->id);
	rte_eth_dev_stop(np->id);
	rte_eth_dev_close(np->id);
	rte_mempool_free(np->mem);
	np->mem = NULL;
}

static void close_port(struct port *p)
{
	close_device(p->impl);
	counter_set(&p->counters[PORT_CNT_link_up], 0);
}

static const struct port_ops nic_ops = { nic_burst_rx, nic_burst_rx_done, stats, close_port };
static const struct port_ops nic_ops_more = { nic_burst_rx_more, nic_burst_rx_done, stats, close_port };

/* What the device is and can do. */
static err_t look_at_device(struct nic *nic, u32 index, const struct nic_port *np, struct rte_eth_dev_info *dev)
{
	const struct nic_port_cfg *cfg = &nic->cfg[index];
	struct nic_port_info *info = np->info;
	int rc = rte_eth_dev_info_get(np->id, dev);
	if (rc != 0)
		return nic_error(nic->error, ERR_IO, "device %s: %s", cfg->device, strerror(-rc));
	snprintf(info->device, sizeof(info->device), "%s", cfg->device);
	snprintf(info->driver, sizeof(info->driver), "%s", dev->driver_name);
	if (rte_eth_dev_fw_version_get(np->id, info->firmware, sizeof(info->firmware)) != 0)
		info->firmware[0] = 0;
	info->node = rte_eth_dev_socket_id(np->id);
	info->mtu = dev->max_mtu && dev->max_mtu < MTU ? dev->max_mtu : MTU;
	nic_caps_choose(info, np->id, dev, cfg);
	return ERR_OK;
}

static err_t make_buffers(struct nic *nic, u32 index, struct nic_port *np, const struct rte_eth_dev_info *dev)
{
	struct queues q = choose_queues(np, dev);
	char name[32];
	snprintf(name, sizeof(name), "saker_port_%u", index);
	np->mem = rte_pktmbuf_pool_create(name, q.n_buffers, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
		rte_eth_dev_socket_id(np->id));
	if (np->mem)
		return ERR_OK;
	return nic_error(nic->error, ERR_NO_MEMORY,
		"device %s: no memory for %u packet buffers (%u MB): raise memory_mb",
		nic->cfg[index].device, q.n_buffers, q.n_buffers * (RTE_MBUF_DEFAULT_BUF_SIZE + 128) >> 20);
}

/* From here on what was chosen is only followed: by the functions, and by words that fit any frame. */
static void use_caps(struct port *port, const struct nic_port_cfg *cfg)
{
	struct nic_port *np = port->impl;
	bool vlan = nic_caps_uses(np->info, NIC_CAP_VLAN), steered = nic_caps_uses(np->info, NIC_CAP_STEERING);
	port->caps |= nic_caps_port(np->info);
	port->mtu = np->info->mtu;
	port->out.tx_csum = port->caps & PORT_CAP_TX_CSUM;
	port->out.push = port->out.tx_csum ? nic_burst_push_csum : vlan ? nic_burst_push_tag : nic_burst_push;
	if (vlan || steered || nic_caps_uses(np->info, NIC_CAP_RX_STAMP))
		port->ops = &nic_ops_more;
	np->flow_queue = steered ? NIC_STEER_QUEUE : 0;
	if (!vlan)
		return;
	np->tag_flag = RTE_MBUF_F_RX_VLAN_STRIPPED;
	np->tag_mask = VLAN_ID;
	np->tag = cfg->vlan_tci & VLAN_ID;
	np->tci = cfg->vlan_tci;
	np->tx_flags = RTE_MBUF_F_TX_VLAN;
}

static err_t start_device(struct nic *nic, u32 index, struct port *port)
{
	struct nic_port *np = port->impl;
	struct rte_eth_dev_info dev;
	err_t e = look_at_device(nic, index, np, &dev);
	if (e == ERR_OK)
		e = make_buffers(nic, index, np, &dev);
	if (e != ERR_OK)
		return e;
	find_stamps(np);
	int rc = start_with_less(np, &nic->cfg[index]);
	if (rc != 0)
		return nic_error(nic->error, ERR_IO,
			"device %s: the driver did not start it (%s). DPDK said: %s",
			nic->cfg[index].device, strerror(-rc), nic->log_n ? nic->log : "nothing");
	use_caps(port, &nic->cfg[index]);
	set_address(nic, index, port, &dev);
	memcpy(np->info->mac, port->mac, 6);
	return ERR_OK;
}

err_t nic_port_open(struct nic *nic, u32 index, struct arena *a, struct port *out, u64 *counters,
	struct nic_port_info *info)
{
	assert(index < nic->n_ports && counters && info);
	nic->error[0] = 0;
	struct nic_port *np = ARENA_NEW(a, struct nic_port);
	if (!np)
		return nic_error(nic->error, ERR_NO_MEMORY, "device %s: the core's arena is full",
			nic->cfg[index].device);
	np->id = nic->ids[index];
	np->info = info;
	*out = (struct port){ .ops = &nic_ops, .impl = np, .counters = counters };
	out->out.room = nic_burst_room;
	err_t e = start_device(nic, index, out);
	if (e) {
		close_device(np);
		return e;
	}
	np->spare = rte_pktmbuf_alloc(np->mem);
	port_stats(out);
	return ERR_OK;
}
