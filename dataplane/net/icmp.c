#include "dataplane/net/icmp.h"

#include "common/cursor.h"
#include "dataplane/net/csum.h"
#include "dataplane/net/eth.h"

#define ICMP_OFF_CSUM 2
#define ICMP_BYTES 8
#define ICMP_QUOTE_BYTES 8 /* of the offending packet's payload (RFC 792) */

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO = 8,
	ICMP_EXCEEDED = 11,
	ICMP_PARAM = 12,
};

static void put_csum(u8 *at, u64 sum)
{
	u16 v = csum_finish(sum);
	memcpy(at, &v, sizeof v);
}

/* The request turned round: what differs is addresses, TTL, type and checksums. */
static void echo_reply(struct net *n, const u8 *ip, u32 len, const u8 mac[6])
{
	u8 *h = eth_room(n, mac, ETH_IPV4, len);
	if (!h)
		return;
	memcpy(h, ip, len);
	h[IP_OFF_TTL] = IP_TTL;
	memcpy(h + IP_OFF_SRC, ip + IP_OFF_DST, 4);
	memcpy(h + IP_OFF_DST, ip + IP_OFF_SRC, 4);
	memset(h + IP_OFF_CSUM, 0, 2);
	if (!n->out->tx_csum)
		put_csum(h + IP_OFF_CSUM, csum_bytes(h, IP_BYTES));
	u8 *icmp = h + IP_BYTES;
	icmp[0] = ICMP_ECHO_REPLY;
	memset(icmp + ICMP_OFF_CSUM, 0, 2);
	put_csum(icmp + ICMP_OFF_CSUM, csum_bytes(icmp, len - IP_BYTES));
	if (eth_push(n, h, len))
		counter_inc(&n->cnt[NET_CNT_rx_icmp_echo]);
}

/* The quoted packet must be TCP from our address; whether its numbers are ours TCP has to say. */
static bool quoted_segment(const struct net *n, struct rd *r, struct net_seg *seg)
{
	u32 ihl = (rd_left(r) ? *r->p & 0xf : 0) * 4u;
	struct rd h = rd_sub(r, ihl);
	const u8 *ip = rd_bytes(&h, IP_BYTES);
	if (!ip || ip[0] >> 4 != 4 || ip[IP_OFF_PROTO] != IP_TCP || be32(ip + IP_OFF_SRC) != n->ip)
		return false;
	if (be16(ip + IP_OFF_FRAG) & (IP_FRAG_MASK >> 1) || rd_left(r) < ICMP_QUOTE_BYTES)
		return false;
	seg->src = ip_addr_of(ip + IP_OFF_DST);
	seg->p = r->p;
	seg->n = (u32)rd_left(r);
	return true;
}

enum net_kind icmp_rx(struct net *n, const u8 *ip, u32 len, const u8 mac[6], struct net_seg *seg)
{
	assert(len >= IP_BYTES);
	struct rd r = rd_of(ip + IP_BYTES, len - IP_BYTES);
	u64 sum = csum_bytes(r.p, rd_left(&r));
	const u8 *h = rd_bytes(&r, ICMP_BYTES);
	if (!h || csum_finish(sum)) {
		counter_inc(&n->cnt[NET_CNT_rx_icmp_bad]);
		return NET_NONE;
	}
	if (h[0] == ICMP_ECHO && h[1] == 0) {
		echo_reply(n, ip, len, mac);
		return NET_NONE;
	}
	bool error = h[0] == ICMP_UNREACHABLE || h[0] == ICMP_EXCEEDED || h[0] == ICMP_PARAM;
	if (!error || !quoted_segment(n, &r, seg)) {
		counter_inc(&n->cnt[NET_CNT_rx_icmp_ignored]);
		return NET_NONE;
	}
	seg->icmp_type = h[0];
	seg->icmp_code = h[1];
	seg->icmp_mtu = h[0] == ICMP_UNREACHABLE && h[1] == 4 ? be16(h + 6) : 0;
	counter_inc(&n->cnt[NET_CNT_rx_icmp_error]);
	return NET_ICMP_ERROR;
}
