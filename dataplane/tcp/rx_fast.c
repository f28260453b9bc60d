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
static inline u64 unusual(const struct tcp *t, const u8 *p)
{
	const u8 *ip = p + ETH_BYTES, *tcp = ip + IP_BYTES;
	u64 diff = (load64(p) ^ t->mac) & MAC_MASK;
	diff |= load16(p + ETH_OFF_TYPE) ^ __builtin_bswap16(ETH_IPV4);
	diff |= ip[0] ^ 0x45;
	diff |= load16(ip + IP_OFF_FRAG) & __builtin_bswap16(IP_FRAG_MASK);
	diff |= ip[IP_OFF_PROTO] ^ IP_TCP;
	diff |= load32(ip + IP_OFF_DST) ^ t->ip;
	diff |= (load16(tcp + 12) & ~(TCP_PSH << 8)) ^ ACK_ONLY;
	return diff;
}

static inline bool verified(const struct frame *f, const u8 *ip, u32 ip_len)
{
	if (f->flags & (FRAME_CSUM_GOOD | FRAME_CSUM_BAD))
		return f->flags & FRAME_CSUM_GOOD;
	u64 sum = csum_bytes(ip + IP_OFF_SRC, ip_len - IP_OFF_SRC) + csum_word(IP_TCP) +
		  csum_word((u16)(ip_len - IP_BYTES));
	return (csum_finish(sum) | csum_finish(csum_bytes(ip, IP_BYTES))) == 0;
}

/*
 * An in-order segment of an established connection without any trouble. false: not mine, nothing
 * has changed. What is acknowledged is booked, and the ACK sent, by conn_flush after the burst; the
 * user sees the payload first.
 */
static bool rx_fast(struct tcp *t, const struct frame *f, ns_t now)
{
	if (f->n < TCP_HDR_BYTES || unusual(t, f->p))
		return false;
	const u8 *ip = f->p + ETH_BYTES, *tcp = ip + IP_BYTES;
	u32 ip_len = be16(ip + IP_OFF_LEN), n = ip_len - IP_BYTES - TCP_BYTES;
	if (ip_len < IP_BYTES + TCP_BYTES || ip_len > f->n - ETH_BYTES)
		return false;
	struct tcp_conn *c = conn_find(t, load32(ip + IP_OFF_SRC), load32(tcp));
	if (!c || c->slow)
		return false;
	u32 seq = be32(tcp + 4), ack = be32(tcp + 8), wnd = be16(tcp + 14);
	bool news = n || ack != c->snd_una;
	if (seq != c->rcv_nxt || n > c->rcv_wnd || ack - c->snd_una > c->snd_nxt - c->snd_una ||
	    !wnd || !news || !verified(f, ip, ip_len))
		return false;
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

void tcp_rx(struct tcp *t, const struct frame *f, ns_t now)
{
	assert(!t->room_of && "tcp_tx_fire or tcp_tx_cancel comes first");
	if (!rx_fast(t, f, now))
		rx_slow(t, f, now);
}
