/*
 * tcp_frame.h - the TCP segment in a captured frame: whose it is, and its payload.
 *
 * Frames are outside bytes: every access is bounded, nothing is checked but lengths. The payload
 * points into the frame and ends where the IP header says, before any padding of the link; where
 * the capture cut the frame it ends earlier. Any thread.
 */
#ifndef SAKER_PCAP_TCP_FRAME_H
#define SAKER_PCAP_TCP_FRAME_H

#include "common/err.h"
#include "common/types.h"

enum tcp_frame_flags {
	TCP_FRAME_FIN = 1 << 0,
	TCP_FRAME_SYN = 1 << 1,
	TCP_FRAME_RST = 1 << 2,
	TCP_FRAME_ACK = 1 << 4,
};

/* One end of a connection; IPv4 as ::ffff:a.b.c.d. Without padding: ends compare by memcmp. */
struct tcp_frame_end {
	u8 ip[16];
	u16 port;
};
static_assert(sizeof(struct tcp_frame_end) == 18, "no padding");

struct tcp_frame {
	struct tcp_frame_end from, to;
	u32 seq, ack;
	u8 flags; /* enum tcp_frame_flags, and the others of RFC 9293 */
	struct span payload;
	struct span segment; /* header and payload */
	bool cut; /* the IP header says there is more of it */
};

/*
 * `link` is enum link_type. ERR_UNSUPPORTED: no TCP, a fragment, or IPv6 with extension headers.
 * ERR_TRUNCATED: the frame ends within a header. ERR_SYNTAX: a header's length cannot be.
 */
err_t tcp_frame_parse(u16 link, struct span frame, struct tcp_frame *out);

/* Whether the TCP checksum of a frame that is not cut is right. */
bool tcp_frame_sum_ok(const struct tcp_frame *f);

#endif
