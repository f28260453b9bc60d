/*
 * nic_port.h - a DPDK port's state, shared by its opening (nic_port.c) and its bursts
 * (nic_burst.c).
 */
#ifndef SAKER_NIC_PORT_H
#define SAKER_NIC_PORT_H

#include "dataplane/nic/port.h"

struct rte_mbuf;
struct rte_mempool;

struct nic_port {
	u16 id;                  /* DPDK's port number */
	u16 n_held;              /* buffers of the burst not yet given back */
	struct rte_mbuf *spare;  /* the buffer of the next room(), taken ahead */
	struct rte_mempool *mem; /* this port's own, so that no other thread touches it */
	struct rte_mbuf *held[PORT_BURST_MAX];
};

u32 nic_burst_rx(struct port *p, struct frame *f, u32 max);
void nic_burst_rx_done(struct port *p);
u8 *nic_burst_room(struct frame_out *o);
bool nic_burst_push(struct frame_out *o, u32 n);      /* checksums are in the frame */
bool nic_burst_push_csum(struct frame_out *o, u32 n); /* the device fills them in */

#endif
