/*
 * eth.h - Ethernet headers of one port, with the VLAN tag where one is configured (802.1Q), and
 * frames of net's own. Internal to net; tcp writes its headers by eth_put.
 */
#ifndef SAKER_ETH_H
#define SAKER_ETH_H

#include "dataplane/net/net.h"
#include "dataplane/net/wire.h"

/* Bytes of the Ethernet header, tag included. */
static inline u32 eth_bytes(const struct net_cfg *c)
{
	return c->vlan ? ETH_BYTES + ETH_TAG_BYTES : ETH_BYTES;
}

/* Writes the header of a frame to `dst`; returns its bytes. */
u32 eth_put(u8 *f, const struct net_cfg *c, const u8 dst[6], u16 type);

/*
 * Room for `len` bytes behind a header; NULL, counted: the device has none, or they do not fit a
 * frame.
 */
u8 *eth_room(struct net *n, const u8 dst[6], u16 type, u32 len);

/* Sends the `len` bytes behind the header eth_room made, padded; false, counted: not taken. */
bool eth_push(struct net *n, u8 *p, u32 len);

/* Takes the header apart. false, counted: too short, or the tag is not ours. */
bool eth_parse(struct net *n, const struct frame *f, u16 *type);

#endif
