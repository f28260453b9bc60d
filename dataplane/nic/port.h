/*
 * port.h - one Ethernet port of one core: bursts in, frames out.
 *
 * Whoever opens the port (nic_mem.h, nic.h) fills the struct; afterwards one thread alone uses it.
 * Nothing here allocates, waits or fails: what cannot be done now is counted, and done again by the
 * caller's next turn.
 */
#ifndef SAKER_PORT_H
#define SAKER_PORT_H

#include "common/counter.h"
#include "common/frame.h"

#define PORT_BURST_MAX 32 /* frames one port_rx returns at most */

enum port_counter {
#define CNT(name, help) PORT_CNT_##name,
#include "dataplane/nic/port_counters.def"
#undef CNT
	PORT_CNT_COUNT
};

extern const struct counter_def port_counter_defs[PORT_CNT_COUNT];

enum port_cap {
	PORT_CAP_RX_CSUM  = 1 << 0, /* in use: frames carry FRAME_CSUM_GOOD or _BAD */
	PORT_CAP_TX_CSUM  = 1 << 1, /* in use: the device fills checksums in (out.tx_csum) */
	PORT_CAP_RX_STAMP = 1 << 2, /* in use: frames may carry the device's stamp, too */
	PORT_CAP_PROMISC  = 1 << 3, /* frames for others come in too; the receiver filters */
	PORT_CAP_VLAN     = 1 << 4, /* in use: the device takes our tag off, drops others, and puts ours on */
	PORT_CAP_STEERING = 1 << 5, /* in use: TCP to us has a queue of its own */
};

struct port;

struct port_ops {
	u32 (*rx)(struct port *p, struct frame *f, u32 max);
	void (*rx_done)(struct port *p);
	void (*stats)(struct port *p);
	void (*close)(struct port *p);
};

struct port {
	struct frame_out out; /* how frames leave; first, so that a frame_out of a port is the port */
	const struct port_ops *ops;
	void *impl;    /* the backend's state */
	u64 *counters; /* PORT_CNT_COUNT words, the opener's */
	u32 caps;      /* enum port_cap */
	u16 mtu;       /* payload bytes of an Ethernet frame */
	u8 mac[6];     /* our address: the source of what we send */
};

/*
 * Up to `max` (<= PORT_BURST_MAX) frames that have arrived, in order. They live until port_rx_done,
 * which is due before the next port_rx, and due only where this returned more than 0. Every frame
 * is 14 to FRAME_MAX bytes long; rx_tsc is read once a burst. Some drivers give nothing where `max`
 * is below 4.
 */
static inline u32 port_rx(struct port *p, struct frame *f, u32 max)
{
	assert(max <= PORT_BURST_MAX);
	return p->ops->rx(p, f, max);
}

static inline void port_rx_done(struct port *p) { p->ops->rx_done(p); }

/* Reads the device's counters and link state into `counters`. Slow: never in a hot core's turn. */
static inline void port_stats(struct port *p) { p->ops->stats(p); }

/* The device stops. The struct, its counters and its arena memory stay the caller's. */
static inline void port_close(struct port *p) { p->ops->close(p); }

#endif
