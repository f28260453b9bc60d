/* Frames of any kind: as they come, and with addresses and checksums put right so that ARP and ICMP are reached. */
#include <string.h>

#include "dataplane/net/arp.h"
#include "dataplane/net/csum.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/net.h"
#include "dataplane/net/wire.h"

static u8 buf[FRAME_MAX];

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static u8 *room(struct frame_out *o)
{
	(void)o;
	return buf;
}

static bool push(struct frame_out *o, u32 n)
{
	(void)o;
	assert(n >= ETH_FRAME_MIN && n <= FRAME_MAX);
	return true;
}

static void put_sum(u8 *at, u64 sum)
{
	u16 v = csum_finish(sum);
	memcpy(at, &v, sizeof v);
}

static void mend(u8 *f, u32 n)
{
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 1 };
	memcpy(f, mac, 6);
	if (n < ETH_BYTES + IP_BYTES || be16(f + ETH_OFF_TYPE) == ETH_ARP)
		return;
	u8 *ip = f + ETH_BYTES;
	u32 len = n - ETH_BYTES;
	put_be16(f + ETH_OFF_TYPE, ETH_IPV4);
	ip[0] = 0x45;
	put_be16(ip + IP_OFF_LEN, (u16)len);
	put_be16(ip + IP_OFF_FRAG, 0);
	ip[IP_OFF_PROTO] = ip[IP_OFF_PROTO] & 1 ? IP_ICMP : IP_TCP;
	put_be32(ip + IP_OFF_DST, 0x0a000001);
	memset(ip + IP_OFF_CSUM, 0, 2);
	put_sum(ip + IP_OFF_CSUM, csum_bytes(ip, IP_BYTES));
	if (ip[IP_OFF_PROTO] == IP_ICMP && len >= IP_BYTES + 8) {
		memset(ip + IP_BYTES + 2, 0, 2);
		put_sum(ip + IP_BYTES + 2, csum_bytes(ip + IP_BYTES, len - IP_BYTES));
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	static const struct net_cfg cfg = { .mac = { 2, 0, 0, 0, 0, 1 }, .prefix_len = 24, .mtu = 1500,
					    .ip = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 } },
					    .gateway = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 254 } } };
	struct frame_out out = { room, push, false };
	u64 cnt[NET_CNT_COUNT] = { 0 };
	struct net net;
	struct net_seg seg;
	u8 f[FRAME_MAX];
	if (net_init(&net, &cfg, &out, cnt) != ERR_OK)
		return 0;
	ns_t now = 0;
	while (n >= 3) {
		u32 len = (u32)u64_min(data[1] | (data[2] & 3) << 8, n - 3);
		u8 what = data[0];
		memcpy(f, data + 3, len);
		if (what & 1 && len >= ETH_BYTES)
			mend(f, len);
		struct frame frame = { .p = f, .n = len, .flags = what & 2 ? FRAME_CSUM_GOOD : 0 };
		enum net_kind k = net_rx(&net, &frame, &seg, now);
		assert(k == NET_NONE || (seg.p >= f && seg.p + seg.n <= f + len));
		assert(k != NET_TCP || seg.n >= TCP_BYTES);
		assert(k != NET_ICMP_ERROR || seg.n >= 8);
		now += (ns_t)what << 26;
		net_turn(&net, now);
		data += 3 + len;
		n -= 3 + len;
	}
	return 0;
}
