/*
 * link.h - what lies behind the link-layer header of a captured frame.
 *
 * Frames are outside bytes: every access is bounded. The payload points into the frame.
 */
#ifndef SAKER_PCAP_LINK_H
#define SAKER_PCAP_LINK_H

#include "common/err.h"
#include "common/types.h"

/* Numbers of the tcpdump.org registry; 12 is not in it, but is what DLT_RAW is called inside libpcap. */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW = 101,
	LINK_LINUX_SLL = 113,
	LINK_LINUX_SLL2 = 276,
};

struct link_payload {
	u16 ethertype; /* 0x0800, 0x86dd, 0x0806, ...; below 0x0600 it is an 802.3 length or a Linux type */
	struct span data;
};

/*
 * Ethernet: behind at most two VLAN tags. ERR_UNSUPPORTED: another link type, or an address family
 * that is not IP. ERR_TRUNCATED: the frame ends within its header.
 */
err_t link_payload(u16 link, struct span frame, struct link_payload *out);

#endif
