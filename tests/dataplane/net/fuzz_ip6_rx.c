/* IPv6 frames: as they come, and put right so that discovery is reached; in a VLAN or none. */
#include <string.h>

#include "dataplane/net/eth.h"
#include "dataplane/net/icmp6.h"
#include "dataplane/net/ip6.h"
#include "dataplane/net/nd.h"
#include "dataplane/net/neigh.h"

static const u8 mac[6] = { 2, 0, 0, 0, 0, 1 };
static const struct ip_addr own = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
static u8 buf[FRAME_MAX];

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static u8 *room(struct frame_out *o)
{
	(void)o;
	return buf;
}

/* What we say is always well formed. */
static bool push(struct frame_out *o, u32 n)
{
	const u8 *ip = buf + (be16(buf + ETH_OFF_TYPE) == ETH_VLAN ? 18 : 14);
	(void)o;
	assert(n >= ETH_FRAME_MIN && n <= FRAME_MAX && ip[0] == 0x60 && !memcmp(ip + IP6_OFF_SRC, own.b, 16));
	u32 len = be16(ip + IP6_OFF_LEN);
	assert((u32)(ip - buf) + IP6_BYTES + len <= n);
	assert(!csum_finish(ip6_pseudo(ip, IP6_ICMP, len) + csum_bytes(ip + IP6_BYTES, len)));
	return true;
}

static void mend(const struct net *net, u8 *f, u32 n)
{
	u32 eth = eth_bytes(&net->cfg);
	if (n < eth + IP6_BYTES + 8)
		return;
	u8 *ip = f + eth, first = f[0], src = ip[IP6_OFF_SRC], *p = ip + IP6_BYTES;
	(void)eth_put(f, &net->cfg, mac, ETH_IPV6);
	f[0] = first & 1 ? 0x33 : mac[0];
	ip[0] = 0x60;
	put_be16(ip + IP6_OFF_LEN, (u16)(n - eth - IP6_BYTES));
	ip[IP6_OFF_HOPS] = 255;
	memcpy(ip + IP6_OFF_DST, own.b, 16);
	if (!(src & 1))
		memset(ip + IP6_OFF_SRC, 0, 16);
	if (ip[IP6_OFF_NEXT] & 0x80)
		ip[IP6_OFF_NEXT] = IP6_ICMP;
	if (ip[IP6_OFF_NEXT] != IP6_ICMP)
		return;
	p[0] = p[0] & 0x80 ? 135 + (p[0] & 1) : p[0];
	memset(p + 2, 0, 2);
	u16 v = csum_finish(ip6_pseudo(ip, IP6_ICMP, n - eth - IP6_BYTES) + csum_bytes(p, n - eth - IP6_BYTES));
	memcpy(p + 2, &v, sizeof v);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct net_cfg cfg = { .mac = { 2, 0, 0, 0, 0, 1 }, .mtu = 1500, .ip6 = own, .prefix6_len = 64,
			       .gateway6 = { { 0xfe, 0x80, [15] = 1 } } };
	struct frame_out out = { room, push, false };
	u64 cnt[NET_CNT_COUNT] = { 0 };
	struct net net;
	struct net_seg seg;
	u8 f[FRAME_MAX];
	ns_t now = 0;
	if (!n)
		return 0;
	cfg.vlan = data[0] & 1 ? 7 : 0;
	cfg.neigh_verify = data[0] & 2;
	if (net_init(&net, &cfg, &out, cnt) != ERR_OK)
		return 0;
	for (data++, n--; n >= 3;) {
		u32 len = (u32)u64_min(data[1] | (data[2] & 3) << 8, n - 3);
		u8 what = data[0];
		memcpy(f, data + 3, len);
		if (what & 1)
			mend(&net, f, len);
		struct frame frame = { .p = f, .n = len, .flags = what & 2 ? FRAME_CSUM_GOOD : 0 };
		enum net_kind k = net_rx(&net, &frame, &seg, now);
		assert(k == NET_NONE || (seg.p >= f && seg.p + seg.n <= f + len));
		assert(k != NET_TCP || seg.n >= TCP_BYTES);
		assert(k != NET_ICMP_ERROR || seg.n >= 8);
		assert(k == NET_NONE || !ip_addr_is_v4(&seg.src));
		now += (ns_t)what << 26;
		(void)net_turn(&net, now);
		data += 3 + len;
		n -= 3 + len;
	}
	return 0;
}
