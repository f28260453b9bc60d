/* host6.h - the host of host.h with an IPv6 address, and frames of its neighbours. */
#ifndef SAKER_TEST_HOST6_H
#define SAKER_TEST_HOST6_H

#include "tests/dataplane/net/host.h"

#define H6_IP(last) { { 0x20, 1, 0xd, 0xb8, [13] = 0xaa, [14] = 0xbb, [15] = (last) } }

static const struct ip_addr host6_ip = H6_IP(1), host6_peer = H6_IP(9);
static const struct ip_addr host6_gateway = { { 0xfe, 0x80, [15] = 0xfe } };
static const struct ip_addr host6_far = { { 0x26, 0x06, [15] = 1 } };
static const struct ip_addr host6_none = { { 0 } };
static const struct ip_addr host6_all = { { 0xff, 2, [15] = 1 } };
static const struct ip_addr host6_group = { { 0xff, 2, [11] = 1, [12] = 0xff, 0xaa, 0xbb, 1 } };
static const u8 host6_group_mac[6] = { 0x33, 0x33, 0xff, 0xaa, 0xbb, 1 };

static inline void host6_open_in(struct host *h, u16 vlan)
{
	struct net_cfg c = { .mtu = 1500, .ip6 = host6_ip, .prefix6_len = 64, .gateway6 = host6_gateway,
			     .vlan = vlan };
	memcpy(c.mac, host_mac, 6);
	*h = (struct host){ .out = { host_room, host_push, false } };
	assert_int_equal(net_init(&h->net, &c, &h->out, h->cnt), ERR_OK);
}

static inline void host6_open(struct host *h) { host6_open_in(h, 0); }

static inline u16 host6_csum(const u8 *ip, u8 proto, const u8 *p, u32 n)
{
	u32 sum = n + proto;
	for (u32 i = 8; i < 40; i += 2)
		sum += (u32)ip[i] << 8 | ip[i + 1];
	return host_csum(p, n, sum);
}

/* A packet to `dst` with `n` bytes behind its header; the sum at `csum_at` of them is put right. */
static inline u32 host6_packet(u8 *f, const struct ip_addr *src, const struct ip_addr *dst, u8 proto,
			       const u8 *payload, u32 n)
{
	u8 *ip = f + 14;
	u32 at = proto == 6 ? 16 : 2;
	memset(f, 0, FRAME_MAX);
	memcpy(f, host_mac, 6);
	if (dst->b[0] == 0xff)
		f[0] = f[1] = 0x33, memcpy(f + 2, dst->b + 12, 4);
	memcpy(f + 6, peer_mac, 6);
	put_be16(f + 12, 0x86dd);
	ip[0] = 0x60;
	put_be16(ip + 4, (u16)n);
	ip[6] = proto, ip[7] = 255;
	memcpy(ip + 8, src->b, 16);
	memcpy(ip + 24, dst->b, 16);
	memcpy(ip + 40, payload, n);
	put_be16(ip + 40 + at, 0);
	put_be16(ip + 40 + at, host6_csum(ip, proto, ip + 40, n));
	return u32_max(54 + n, ETH_FRAME_MIN);
}

static inline u32 host6_tcp(u8 *f, u32 payload)
{
	u8 tcp[1460] = { 1, 2, 3, 4, [12] = 0x50, [13] = 0x10 };
	for (u32 i = 0; i < payload; i++)
		tcp[20 + i] = (u8)(i * 3);
	return host6_packet(f, &host6_peer, &host6_ip, 6, tcp, 20 + payload);
}

/* What a solicitation or an advertisement says; `mac` NULL: without the option. */
struct nd_say {
	u8 type, flags;
	struct ip_addr src, dst, target;
	const u8 *mac;
};

static inline u32 host6_nd(u8 *f, const struct nd_say *s)
{
	u8 m[32] = { s->type, [4] = s->flags };
	memcpy(m + 8, s->target.b, 16);
	if (s->mac) {
		m[24] = s->type == 135 ? 1 : 2, m[25] = 1;
		memcpy(m + 26, s->mac, 6);
	}
	return host6_packet(f, &s->src, &s->dst, 58, m, s->mac ? 32 : 24);
}

#endif
