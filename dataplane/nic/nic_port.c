#include "dataplane/nic/nic_port.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/nic/nic.h"
#include "dataplane/nic/nic_rte.h"

#define MTU       1500
#define RX_DESC   1024 /* what may come while a turn is busy: 12 ms of full frames at 1 Gbit/s */
#define TX_DESC   256
#define CACHE     128  /* buffers a thread keeps at hand, up to 1.5 times as many */
#define XDP_TAKES 4096 /* buffers net_af_xdp takes for its own rings */
#define RX_CSUM   (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_CSUM   (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)

static_assert(RTE_MBUF_DEFAULT_DATAROOM >= FRAME_MAX, "room() gives FRAME_MAX bytes");

static bool is_driver(const struct rte_eth_dev_info *info, const char *name)
{
	return strcmp(info->driver_name, name) == 0;
}

static u32 choose_caps(const struct nic_port_cfg *cfg, const struct rte_eth_dev_info *info)
{
	u32 caps = 0;
	if (cfg->rx_csum && (info->rx_offload_capa & RX_CSUM) == RX_CSUM)
		caps |= PORT_CAP_RX_CSUM;
	if (cfg->tx_csum && (info->tx_offload_capa & TX_CSUM) == TX_CSUM)
		caps |= PORT_CAP_TX_CSUM;
	if (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP)
		caps |= PORT_CAP_RX_STAMP;
	return caps;
}

struct queues {
	u16 rx_desc, tx_desc;
	u32 n_buffers;
};

/* Full rings, a burst and the caches leave some buffers; a power of two less one wastes nothing. */
static struct queues choose_queues(u16 id, const struct rte_eth_dev_info *info)
{
	struct queues q = { .rx_desc = RX_DESC, .tx_desc = TX_DESC };
	rte_eth_dev_adjust_nb_rx_tx_desc(id, &q.rx_desc, &q.tx_desc);
	u32 n = q.rx_desc + q.tx_desc + 2 * PORT_BURST_MAX + 3 * CACHE;
	n += is_driver(info, "net_af_xdp") ? XDP_TAKES : 0;
	q.n_buffers = rte_align32pow2(n + 1) - 1;
	return q;
}

/* One queue each way; buffers of one pool with one reference, which is what fast free asks for. */
static int set_up_queues(struct nic_port *np, const struct rte_eth_dev_info *info,
	const struct queues *q, u32 caps)
{
	struct rte_eth_conf conf = { .rxmode.mtu = (u32)MTU };
	conf.rxmode.offloads = caps & PORT_CAP_RX_CSUM ? RX_CSUM : 0;
	conf.txmode.offloads = (caps & PORT_CAP_TX_CSUM ? TX_CSUM : 0) |
		(info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
	unsigned socket = (unsigned)rte_eth_dev_socket_id(np->id);
	int rc = rte_eth_dev_configure(np->id, 1, 1, &conf);
	if (rc == 0)
		rc = rte_eth_rx_queue_setup(np->id, 0, q->rx_desc, socket, NULL, np->mem);
	if (rc == 0)
		rc = rte_eth_tx_queue_setup(np->id, 0, q->tx_desc, socket, NULL);
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
	if (rte_eth_link_get_nowait(np->id, &link) == 0)
		counter_set(&p->counters[PORT_CNT_link_up], link.link_status == RTE_ETH_LINK_UP);
}

static void close_device(struct nic_port *np)
{
	if (np->n_held)
		rte_pktmbuf_free_bulk(np->held, np->n_held);
	rte_pktmbuf_free(np->spare); /* NULL is allowed */
	np->n_held = 0;
	np->spare = NULL;
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

static err_t start_device(struct nic *nic, u32 index, struct port *port)
{
	struct nic_port *np = port->impl;
	const char *device = nic->cfg[index].device;
	struct rte_eth_dev_info info;
	char name[32];
	int rc = rte_eth_dev_info_get(np->id, &info);
	if (rc != 0)
		return nic_error(nic->error, ERR_IO, "device %s: %s", device, strerror(-rc));
	port->caps = choose_caps(&nic->cfg[index], &info);
	port->out.tx_csum = port->caps & PORT_CAP_TX_CSUM;
	port->out.push = port->out.tx_csum ? nic_burst_push_csum : nic_burst_push;
	struct queues q = choose_queues(np->id, &info);
	snprintf(name, sizeof(name), "saker_port_%u", index);
	np->mem = rte_pktmbuf_pool_create(name, q.n_buffers, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
		rte_eth_dev_socket_id(np->id));
	if (!np->mem)
		return nic_error(nic->error, ERR_NO_MEMORY,
			"device %s: no memory for %u packet buffers (%u MB): raise memory_mb",
			device, q.n_buffers, q.n_buffers * (RTE_MBUF_DEFAULT_BUF_SIZE + 128) >> 20);
	rc = set_up_queues(np, &info, &q, port->caps);
	if (rc == 0)
		rc = rte_eth_dev_start(np->id);
	if (rc != 0)
		return nic_error(nic->error, ERR_IO,
			"device %s: the driver did not start it (%s). DPDK said: %s",
			device, strerror(-rc), nic->log_n ? nic->log : "nothing");
	set_address(nic, index, port, &info);
	return ERR_OK;
}

err_t nic_port_open(struct nic *nic, u32 index, struct arena *a, struct port *out, u64 *counters)
{
	assert(index < nic->n_ports && counters);
	nic->error[0] = 0;
	struct nic_port *np = ARENA_NEW(a, struct nic_port);
	if (!np)
		return nic_error(nic->error, ERR_NO_MEMORY, "device %s: the core's arena is full",
			nic->cfg[index].device);
	np->id = nic->ids[index];
	*out = (struct port){ .ops = &nic_ops, .impl = np, .counters = counters, .mtu = MTU };
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

static const char *offload(bool in_use, bool offered)
{
	return in_use ? "device" : offered ? "software (device could)" : "software";
}

char *nic_port_describe(const struct nic *nic, u32 index, const struct port *p, char *text,
	size_t n)
{
	const char *device = nic->cfg[index].device;
	const u8 *m = p->mac;
	struct rte_eth_dev_info info;
	if (rte_eth_dev_info_get(nic->ids[index], &info) != 0) {
		snprintf(text, n, "%s: closed", device);
		return text;
	}
	snprintf(text, n,
		"%s: driver %s, mac %02x:%02x:%02x:%02x:%02x:%02x%s, link %s, rx checksum %s, "
		"tx checksum %s, rx stamp %s, queues %u/%u",
		device, info.driver_name, m[0], m[1], m[2], m[3], m[4], m[5],
		p->caps & PORT_CAP_PROMISC ? " (promiscuous)" : "",
		counter_get(&p->counters[PORT_CNT_link_up]) ? "up" : "down",
		offload(p->caps & PORT_CAP_RX_CSUM, (info.rx_offload_capa & RX_CSUM) == RX_CSUM),
		offload(p->caps & PORT_CAP_TX_CSUM, (info.tx_offload_capa & TX_CSUM) == TX_CSUM),
		p->caps & PORT_CAP_RX_STAMP ? "offered" : "none", info.max_rx_queues,
		info.max_tx_queues);
	return text;
}
