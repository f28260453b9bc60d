/*
 * flows.h - the TCP connections of a capture, numbered in the order in which they begin.
 *
 * The same packets in the same order lead to the same numbers. A SYN with another sequence number on
 * ports used before is a new connection. Memory is the caller's.
 */
#ifndef SAKER_PCAP_FLOWS_H
#define SAKER_PCAP_FLOWS_H

#include "pcap/tcp_frame.h"

#define FLOWS_MAX 1024

enum flow_side { FLOW_CLIENT, FLOW_SERVER };

struct flow {
	struct tcp_frame_end end[2]; /* by enum flow_side; where no SYN is there the lower port is the server */
	u32 isn[2];
	bool has_isn[2]; /* its SYN was seen, or the answer to it */
	u64 first_packet, frames;
	u64 bytes[2]; /* of payload sent, repeated ones included */
};

struct flows {
	u32 n;
	u64 n_beyond; /* frames of connections beyond FLOWS_MAX */
	struct flow flow[FLOWS_MAX];
};

/* Takes one frame. Its connection, and which side sent it; NULL: the table is full. */
struct flow *flows_take(struct flows *f, const struct tcp_frame *t, u64 packet, enum flow_side *from);

#endif
