/*
 * icmp.h - answers echo requests, and finds errors about TCP segments of ours (RFC 792, RFC 1122
 * 3.2.2). Internal to net.
 */
#ifndef SAKER_ICMP_H
#define SAKER_ICMP_H

#include "dataplane/net/net.h"

/* `ip` is a verified IPv4 header without options, `len` its total length, `mac` the sender's. */
enum net_kind icmp_rx(struct net *n, const u8 *ip, u32 len, const u8 mac[6], struct net_seg *seg);

#endif
