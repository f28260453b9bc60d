/* host.h - one host that keeps what it sends: for the tests of net. */
#ifndef SAKER_TEST_HOST_H
#define SAKER_TEST_HOST_H

#include <string.h>

#include "dataplane/net/net.h"
#include "dataplane/net/wire.h"

#define HOST_IP 0x0a000001
#define HOST_PEER 0x0a000009
#define HOST_GATEWAY 0x0a0000fe
#define HOST_SENT 8

struct host {
	struct frame_out out; /* first */
	struct net net;
	u64 cnt[NET_CNT_COUNT];
	u8 buf[FRAME_MAX];
	bool refuse;
	u32 n_sent, len[HOST_SENT];
	u8 sent[HOST_SENT][FRAME_MAX];
};

static const u8 host_mac[6] = { 2, 0, 0, 0, 0, 1 }, peer_mac[6] = { 2, 0, 0, 0, 0, 9 };

static inline u8 *host_room(struct frame_out *o)
{
	struct host *h = (struct host *)o;
	return h->refuse ? NULL : h->buf;
}

static inline bool host_push(struct frame_out *o, u32 n)
{
	struct host *h = (struct host *)o;
	assert(h->n_sent < HOST_SENT);
	memcpy(h->sent[h->n_sent], h->buf, n);
	h->len[h->n_sent++] = n;
	return true;
}

static inline struct net_cfg host_cfg(void)
{
	struct net_cfg c = { .ip = ip_addr_v4(HOST_IP), .prefix_len = 24, .mtu = 1500,
			     .gateway = ip_addr_v4(HOST_GATEWAY) };
	memcpy(c.mac, host_mac, 6);
	return c;
}

static inline void host_open(struct host *h)
{
	struct net_cfg c = host_cfg();
	*h = (struct host){ .out = { host_room, host_push, false } };
	assert_int_equal(net_init(&h->net, &c, &h->out, h->cnt), ERR_OK);
}

static inline enum net_kind host_rx(struct host *h, const u8 *p, u32 n, struct net_seg *seg, ns_t now)
{
	struct frame f = { .p = p, .n = n };
	return net_rx(&h->net, &f, seg, now);
}

/* RFC 1071 as it is written. */
static inline u16 host_csum(const u8 *p, u32 n, u32 sum)
{
	for (u32 i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (u32)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

/* An IPv4 packet from the peer with `n` bytes of payload, its checksum right. */
static inline u32 host_ip(u8 *f, u8 proto, const u8 *payload, u32 n)
{
	u8 *ip = f + ETH_BYTES;
	memset(f, 0, FRAME_MAX);
	memcpy(f, host_mac, 6);
	memcpy(f + 6, peer_mac, 6);
	put_be16(f + 12, ETH_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(20 + n));
	ip[8] = 64, ip[9] = proto;
	put_be32(ip + 12, HOST_PEER);
	put_be32(ip + 16, HOST_IP);
	put_be16(ip + 10, host_csum(ip, 20, 0));
	memcpy(ip + 20, payload, n);
	return u32_max(34 + n, ETH_FRAME_MIN);
}

static inline u32 host_tcp(u8 *f, u32 payload)
{
	u8 tcp[1480] = { 1, 2, 3, 4, [12] = 0x50, [13] = 0x10 };
	for (u32 i = 0; i < payload; i++)
		tcp[20 + i] = (u8)(i * 3);
	u32 n = host_ip(f, 6, tcp, 20 + payload);
	put_be16(f + 34 + 16, host_csum(f + 34, 20 + payload,
					6 + 20 + payload + (HOST_IP >> 16) + (HOST_IP & 0xffff) +
						(HOST_PEER >> 16) + (HOST_PEER & 0xffff)));
	return n;
}

static inline u32 host_arp(u8 *f, u16 op, const u8 *sha, u32 spa, u32 tpa)
{
	memset(f, 0, ETH_FRAME_MIN);
	memset(f, 0xff, 6);
	memcpy(f + 6, sha, 6);
	put_be16(f + 12, ETH_ARP);
	put_be32(f + 14, 1u << 16 | ETH_IPV4);
	put_be32(f + 18, 6u << 24 | 4u << 16 | op);
	memcpy(f + 22, sha, 6);
	put_be32(f + 28, spa);
	put_be32(f + 38, tpa);
	return ETH_FRAME_MIN;
}

#endif
