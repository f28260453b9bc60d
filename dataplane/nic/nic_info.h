/*
 * nic_info.h - what is known of an opened port: its device, and for each capability what the device
 * offers, whether the configuration asks for it, whether it is used, and if not, why.
 *
 * Plain bytes, so that it can lie in shared memory. nic_port_open fills it; afterwards port_stats
 * alone writes link_mbps and the clock's three words, each relaxed.
 */
#ifndef SAKER_NIC_INFO_H
#define SAKER_NIC_INFO_H

#include "common/types.h"

/* Where the driver refuses to start with several of the optional ones, the last are given up first. */
enum nic_cap {
	NIC_CAP_FAST_FREE, /* buffers of one pool go back in bulk */
	NIC_CAP_RX_CSUM,
	NIC_CAP_TX_CSUM,
	NIC_CAP_RX_STAMP,
	NIC_CAP_VLAN,     /* tags taken off and put on by the device */
	NIC_CAP_STEERING, /* TCP to our addresses has a queue of its own, which is polled first */
	NIC_CAP_OPTIONAL, /* what follows is never in use or always */
	NIC_CAP_MARK = NIC_CAP_OPTIONAL,
	NIC_CAP_RSS,
	NIC_CAP_QUEUES,
	NIC_CAP_MTU,
	NIC_CAPS
};

struct nic_cap_row {
	char name[16];    /* "rx_checksum" */
	char offered[48]; /* "ip4 tcp", "no" */
	char why[120];    /* in use: how. not in use: why not */
	u8 asked, used, rsv[6];
};

struct nic_port_info {
	char port[8]; /* of the configuration: "md" */
	char device[128], driver[32], firmware[48];
	u8 mac[6];
	u16 mtu;
	int node;      /* of memory; -1: the device does not say */
	u32 link_mbps; /* 0: down or unknown */
	/* The device's clock, raw, with the processor's and real time at the same moment; 0: never read. */
	u64 clock_device, clock_tsc, clock_wall_ns;
	struct nic_cap_row cap[NIC_CAPS];
};

#endif
