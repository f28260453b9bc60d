/*
 * net.h - one host on one Ethernet port, with an IPv4 address, an IPv6 address, or both, in one VLAN
 * or none: classification of frames, neighbours by ARP and neighbour discovery, echo.
 *
 * Pure: frames and time in, frames out by `struct frame_out`. One thread. Not supported, and
 * counted: foreign VLAN tags, IPv4 options, fragments (no reassembly), router advertisements. What
 * is dropped is counted by reason in net_cnt.def.
 */
#ifndef SAKER_NET_H
#define SAKER_NET_H

#include "common/counter.h"
#include "common/err.h"
#include "common/frame.h"
#include "dataplane/net/ip_addr.h"
#include "dataplane/net/neigh.h"

#define NET_MTU_MIN 576 /* RFC 791: what every host must take */
#define NET_MTU6_MIN 1280 /* RFC 8200 5, of a port with an IPv6 address */
#define NET_MTU_MAX 1500
#define NET_VLAN_MAX 4094

enum net_cnt {
#define CNT(name, help) NET_CNT_##name,
#include "dataplane/net/net_cnt.def"
#undef CNT
	NET_CNT_COUNT
};

extern const struct counter_def net_counter_defs[NET_CNT_COUNT];

struct net_cfg {
	u8 mac[6];
	struct ip_addr ip;	 /* IPv4; all zero: none */
	u8 prefix_len;		 /* 0 to 32 */
	struct ip_addr gateway;	 /* all zero: none; then only the own network can be reached */
	struct ip_addr ip6;	 /* likewise of IPv6; a gateway may be a link-local address */
	u8 prefix6_len;		 /* 0 to 128 */
	struct ip_addr gateway6;
	u16 mtu;
	u16 vlan;	   /* 1 to 4094: the tag each frame has, both ways; 0: none has */
	u8 vlan_priority;  /* 0 to 7 */
	bool neigh_verify; /* a changed MAC is believed only when the old one no longer answers */
};

struct net {
	struct net_cfg cfg;
	u32 ip, mask;  /* host order; ip 0: no IPv4 here */
	bool has_ip6;
	u32 mac_epoch; /* grows when what net_resolve says may have changed: ask again */
	struct frame_out *out;
	u64 *cnt;
	struct neigh neigh;
};

enum net_kind {
	NET_NONE,	/* answered, not for us, or dropped and counted */
	NET_TCP,	/* a TCP segment, checksums verified */
	NET_ICMP_ERROR, /* an ICMP error about a TCP segment that carries our address as its source */
};

/* What net_rx found. `p` points into the frame. */
struct net_seg {
	struct ip_addr src; /* NET_ICMP_ERROR: where the segment in question was sent */
	const u8 *p;	    /* TCP header; NET_ICMP_ERROR: the quoted one, at least 8 bytes of it */
	u32 n;		    /* bytes of header and payload, padding excluded; NET_TCP: at least 20 */
	u8 icmp_type, icmp_code; /* of ICMP or ICMPv6, as `src` is IPv4 or IPv6 */
	u16 icmp_mtu; /* of "fragmentation needed" (0 from routers older than RFC 1191), "too big" */
};

/*
 * `out` and `counters` (NET_CNT_COUNT words) stay the caller's and outlive `n`. ERR_ARGUMENT: no
 * unicast address, prefix, MAC, MTU or VLAN, or a gateway outside the own network. Announces nothing;
 * resolution of the gateways begins with the first net_turn.
 */
err_t net_init(struct net *n, const struct net_cfg *cfg, struct frame_out *out, u64 *counters);

/*
 * Next hop of `dst`: ERR_OK and `mac` filled; ERR_AGAIN: resolution has begun or goes on, ask
 * again; ERR_UNREACHABLE: no route, or the neighbour has not answered five requests within the last
 * seconds.
 */
err_t net_resolve(struct net *n, const struct ip_addr *dst, u8 mac[6], ns_t now);

/*
 * What went to `dst` has not arrived, it seems (RFC 1122 3.3.1.4, RFC 4861 7.3): its next hop is asked
 * at once whether it is still there; `mac_epoch` grows when it is found elsewhere.
 */
void net_doubt(struct net *n, const struct ip_addr *dst, ns_t now);

/* Retries, refresh and expiry of neighbours. 1: something was due; else it costs a compare. */
u32 net_turn(struct net *n, ns_t now);

/*
 * Classifies one frame; answers ARP, neighbour discovery and echo itself. `seg` is filled unless
 * NET_NONE is returned. Needs a free transmit buffer for an answer; without one the answer is dropped
 * and counted.
 */
enum net_kind net_rx(struct net *n, const struct frame *f, struct net_seg *seg, ns_t now);

#endif
