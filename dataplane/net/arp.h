/*
 * arp.h - ARP of one port (RFC 826, RFC 5227 for the address conflict counter): what it learns goes
 * to the table of neighbours. Internal to net.
 */
#ifndef SAKER_ARP_H
#define SAKER_ARP_H

#include "common/types.h"

struct net;

/* Who has `ip` (host order)? Asks `mac`, or everybody where that is NULL. */
void arp_ask(struct net *n, u32 ip, const u8 *mac);

/* An ARP packet without its Ethernet header, padding included. */
void arp_rx(struct net *n, const u8 *p, u32 len, ns_t now);

#endif
