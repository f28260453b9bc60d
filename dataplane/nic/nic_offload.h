/*
 * nic_offload.h - checksum offload, free of DPDK's types so that it can be tested by literal bits.
 */
#ifndef SAKER_NIC_OFFLOAD_H
#define SAKER_NIC_OFFLOAD_H

#include "common/frame.h"

struct nic_tx_csum {
	u64 ol_flags; /* of struct rte_mbuf; 0: the device leaves the frame as it is */
	u16 l2_len, l3_len;
};

/*
 * DPDK's verdict on a received frame as enum frame_flags. GOOD needs both layers; an unknown one
 * leaves the check to us. "None" (the field is not filled in, yet the data are known to be intact:
 * a peer on the same machine) counts as good.
 */
u32 nic_rx_flags(u64 ol_flags);

/* What the device has to do for this frame; clears the IPv4 header checksum, as devices expect. */
struct nic_tx_csum nic_tx_csum(u8 *p, u32 n);

#endif
