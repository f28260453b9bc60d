/*
 * raw_port.h - the observer's end of a virtual wire: a port over a packet socket on a network device,
 * which notes when it sends and when it sees a frame.
 *
 * One frame a burst, so that `order_tsc` belongs to the frame at hand. Each call is one system call.
 */
#ifndef PEERS_RAW_PORT_H
#define PEERS_RAW_PORT_H

#include "dataplane/nic/port.h"

#define RAW_ORDER_MIN 200 /* bytes; an order's frame is longer, an ACK's shorter */

struct raw_port {
	int fd;
	u64 sent_tsc;  /* before the newest frame was handed to the kernel */
	u64 order_tsc; /* after the newest frame of RAW_ORDER_MIN bytes or more came back from it */
	u8 in[2048], out[2048];
};

/* `mac` becomes the port's: not the device's own, so that the kernel there passes frames by. false: errno says why. */
bool raw_port_open(struct raw_port *r, struct port *p, const char *device, const u8 mac[6], u64 *counters);

#endif
