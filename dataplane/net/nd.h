/*
 * nd.h - neighbour discovery for IPv6 (RFC 4861): solicitations and advertisements of neighbours;
 * what it learns goes to the table of neighbours. Probes of our address by others are answered (RFC
 * 4862 5.4.3); our own is configured and not probed. Router advertisements and redirects are counted
 * and ignored: the gateway is configured. Internal to net.
 */
#ifndef SAKER_ND_H
#define SAKER_ND_H

#include "dataplane/net/ip6.h"

/* Who has `ip`? Asks `mac`, or the group of the address where that is NULL. */
void nd_ask(struct net *n, const struct ip_addr *ip, const u8 *mac);

/* A message of discovery, its checksum verified and at least 8 bytes long. */
void nd_rx(struct net *n, const struct ip6_pkt *p, ns_t now);

#endif
