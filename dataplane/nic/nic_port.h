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
	u16 flow_queue;          /* of our own flows; 0: there is but queue 0 */
	u16 polls;               /* of both queues; wraps */
	u16 tag_mask, tag;       /* a received frame's tag under the mask; 0, 0: any */
	u16 tci;                 /* what the device puts on */
	u32 stamp_at;            /* where a buffer holds the device's stamp */
	u64 tag_flag;            /* flags of a buffer: its tag was taken off */
	u64 stamp_flag;          /* it has a stamp; 0: none ever has */
	u64 tx_flags;            /* of each buffer that is sent */
	struct nic_port_info *info;
	struct rte_mbuf *spare;  /* the buffer of the next room(), taken ahead */
	struct rte_mempool *mem; /* this port's own, so that no other thread touches it */
	struct rte_mbuf *held[PORT_BURST_MAX];
};

u32 nic_burst_rx(struct port *p, struct frame *f, u32 max);
u32 nic_burst_rx_more(struct port *p, struct frame *f, u32 max); /* with stamps, tags, and two queues */
void nic_burst_rx_done(struct port *p);
u8 *nic_burst_room(struct frame_out *o);
bool nic_burst_push(struct frame_out *o, u32 n);      /* checksums are in the frame */
bool nic_burst_push_csum(struct frame_out *o, u32 n); /* the device fills them in, and a tag if any */
bool nic_burst_push_tag(struct frame_out *o, u32 n);  /* the device puts the tag on */

#endif
