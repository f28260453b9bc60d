/*
 * nic_caps.h - decides, once at start, what of a device's capabilities a port uses, and keeps the
 * sentence for each. Start-up code.
 *
 * A capability is in use where the device offers it and the configuration asks for it; the software
 * way beside it needs nothing. A driver that offers a thing and then does not start with it is asked
 * again with less.
 */
#ifndef SAKER_NIC_CAPS_H
#define SAKER_NIC_CAPS_H

#include "dataplane/nic/nic.h"

struct rte_eth_dev_info;

/* Fills info->cap from what the device says of itself. `id`: DPDK's port, not yet configured. */
void nic_caps_choose(struct nic_port_info *info, u16 id, const struct rte_eth_dev_info *dev,
	const struct nic_port_cfg *cfg);

static inline bool nic_caps_uses(const struct nic_port_info *info, enum nic_cap c) { return info->cap[c].used; }

/* `c` is not used after all: `why`, cut where it is too long. */
void nic_caps_drop(struct nic_port_info *info, enum nic_cap c, const char *why, const char *more);

/* The same where the driver said `why` instead of starting with it. */
static inline void nic_caps_refused(struct nic_port_info *info, enum nic_cap c, const char *why)
{
	nic_caps_drop(info, c, "the driver did not start with it, ", why);
}

/* RTE_ETH_RX_OFFLOAD_... and RTE_ETH_TX_OFFLOAD_... of what is in use; enum port_cap of it. */
u64 nic_caps_rx_offloads(const struct nic_port_info *info);
u64 nic_caps_tx_offloads(const struct nic_port_info *info);
u32 nic_caps_port(const struct nic_port_info *info);

#endif
