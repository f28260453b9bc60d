#include "dataplane/net/csum.h"
#include "dataplane/tcp/conn.h"
#include "dataplane/tcp/rx.h"

static inline u16 load16(const u8 *p)
{
	u16 v;
	memcpy(&v, p, sizeof v);
	return v;
}

static inline u32 load32(const u8 *p)
{
	u32 v;
	memcpy(&v, p, sizeof v);
	return v;
}

static inline u64 load64(const u8 *p)
{
	u64 v;
	memcpy(&v, p, sizeof v);
	return v;
}

#define MAC_MASK 0xffffffffffffULL
#define ACK_ONLY ((TCP_BYTES / 4) << 4 | TCP_ACK << 8) /* data offset 5 and flags, as in memory */

/*
 * Any difference from a TCP segment to us with nothing unusual: not 0 where the cut-through path
 * must not look further. The reasons are collected and branched on once.
 */
static inline u64 unusual_eth(const struct tcp *t, const u8 *p)
{
	return ((load64(p) ^ t->mac) & MAC_MASK) | ((load32(p + ETH_OFF_TYPE) ^ t->tag) & t->tag_mask);
}

static inline u64 unusual_tcp(const u8 *tcp)
{
	return (u64)((load16(tcp + 12) & ~(TCP_PSH << 8)) ^ ACK_ONLY);
}

static inline u64 unusual_ip4(const struct tcp *t, const u8 *ip)
{
	u64 diff = (u64)(ip[0] ^ 0x45);
	diff |= load16(ip + IP_OFF_FRAG) & __builtin_bswap16(IP_FRAG_MASK);
	diff |= ip[IP_OFF_PROTO] ^ IP_TCP;
	return diff | (load32(ip + IP_OFF_DST) ^ t->ip);
}

static inline u64 unusual_ip6(const struct tcp *t, const u8 *ip)
{
	u64 diff = (u64)((ip[0] & 0xf0) ^ 0x60) | (ip[IP6_OFF_NEXT] ^ IP_TCP);
	diff |= load64(ip + IP6_OFF_DST) ^ load64(t->ip6.b);
	return diff | (load64(ip + IP6_OFF_DST + 8) ^ load64(t->ip6.b + 8));
}

/* A segment whose headers are as usual, and whose it is. */
struct fast_seg {
	struct tcp_conn *c;
	const u8 *ip, *tcp;
	u32 tcp_len;
};

static inline bool verified(const struct frame *f, const struct fast_seg *s)
{
	if (f->flags & (FRAME_CSUM_GOOD | FRAME_CSUM_BAD))
		return f->flags & FRAME_CSUM_GOOD;
	bool v4 = s->tcp - s->ip == IP_BYTES;
	const u8 *from = s->ip + (v4 ? IP_OFF_SRC : IP6_OFF_SRC); /* addresses, then the segment */
	u64 sum = csum_bytes(from, (size_t)(s->tcp - from) + s->tcp_len) + csum_word(IP_TCP) +
		  csum_word((u16)s->tcp_len);
	return !csum_finish(sum) && (!v4 || !csum_finish(csum_ip4(s->ip)));
}

/*
 * An in-order segment of an established connection without any trouble. false: not mine, nothing
 * has changed. What is acknowledged is booked, and the ACK sent, by conn_flush after the burst; the
 * user sees the payload first. A copy for each version of IP: 45 instructions a segment less.
 */
static inline __attribute__((always_inline)) bool
fast_take(struct tcp *t, const struct frame *f, const struct fast_seg *s, ns_t now)
{
	struct tcp_conn *c = s->c;
	const u8 *tcp = s->tcp;
	u32 n = s->tcp_len - TCP_BYTES;
	u32 seq = be32(tcp + 4), ack = be32(tcp + 8), wnd = be16(tcp + 14);
	bool news = n || ack != c->snd_una;
	if (seq != c->rcv_nxt || n > c->rcv_wnd || ack - c->snd_una > c->snd_nxt - c->snd_una ||
	    !wnd || !news || !verified(f, s))
		return false;
	c->acks += ack != c->snd_una;
	c->snd_una = ack;
	c->snd_wnd = wnd << c->snd_scale;
	c->max_wnd = u32_max(c->max_wnd, c->snd_wnd);
	c->snd_wl1 = seq;
	c->snd_wl2 = ack;
	c->rcv_nxt += n;
	c->ack_segs += n && c->ack_segs < UINT16_MAX;
	conn_pend(c);
	tcp_count(t, TCP_CNT_rx_fast);
	if (n)
		c->ev->data(c->user, c, tcp + TCP_BYTES, n, now);
	return true;
}

/* The same of IPv6, out of the way of what is usual. */
static __attribute__((noinline)) bool rx_fast6(struct tcp *t, const struct frame *f, const u8 *ip,
					       ns_t now)
{
	struct fast_seg s = { .ip = ip, .tcp = ip + IP6_BYTES };
	u32 have = f->n - t->eth_bytes;
	if (have < IP6_BYTES + TCP_BYTES || unusual_ip6(t, ip) | unusual_tcp(s.tcp))
		return false;
	s.tcp_len = be16(ip + IP6_OFF_LEN);
	if (s.tcp_len < TCP_BYTES || s.tcp_len > have - IP6_BYTES)
		return false;
	struct ip_addr src = ip_addr_of6(ip + IP6_OFF_SRC);
	s.c = ip_addr_is_v4(&src) ? NULL : conn_find(t, &src, load32(s.tcp));
	return s.c && !s.c->slow && fast_take(t, f, &s, now);
}

static bool rx_fast(struct tcp *t, const struct frame *f, ns_t now)
{
	const u8 *ip = f->p + t->eth_bytes;
	if (f->n < t->eth_bytes + IP_BYTES + TCP_BYTES || unusual_eth(t, f->p))
		return false;
	u16 type = load16(ip - 2);
	if (type != __builtin_bswap16(ETH_IPV4))
		return type == __builtin_bswap16(ETH_IPV6) && rx_fast6(t, f, ip, now);
	struct fast_seg s = { .ip = ip, .tcp = ip + IP_BYTES };
	u32 ip_len = be16(ip + IP_OFF_LEN);
	if (unusual_ip4(t, ip) | unusual_tcp(s.tcp) || ip_len < IP_BYTES + TCP_BYTES ||
	    ip_len > f->n - t->eth_bytes)
		return false;
	s.tcp_len = ip_len - IP_BYTES;
	s.c = conn_find4(t, load32(ip + IP_OFF_SRC), load32(s.tcp));
	return s.c && !s.c->slow && fast_take(t, f, &s, now);
}

void tcp_rx(struct tcp *t, const struct frame *f, ns_t now)
{
	assert(!t->room_of && "tcp_tx_fire or tcp_tx_cancel comes first");
	if (!rx_fast(t, f, now))
		rx_slow(t, f, now);
}
