/*
 * script_peer.h - the two sides of a script: our stack with what it has sent and told, and the
 * frames of the peer made by hand. Checksums are computed and verified as RFC 1071 says it, not by
 * what is tested.
 */
#ifndef SAKER_TEST_SCRIPT_PEER_H
#define SAKER_TEST_SCRIPT_PEER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/net/eth.h"
#include "dataplane/tcp/conn.h"

#define SCRIPT_PORT 7000
#define SCRIPT_SENT_MAX 256
#define SCRIPT_LOCAL_PORT 80
#define SCRIPT_FRAME_MAX (FRAME_MAX + 20) /* segments of 1460 over IPv6, too */

static const struct ip_addr script_own6 = { { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
static const struct ip_addr script_peer6 = { { 0x20, 1, 0xd, 0xb8, [15] = 9 } };

struct script_seg {
	u8 flags;
	u32 seq, ack, n; /* absolute */
	u16 wnd, mss, peer_port;
	i64 ws;
	bool sack_ok, bad, has_ts;
	u32 ts_val, ts_ecr; /* of ours: since the first one */
	u32 n_sack;
	struct range sack[4];
	ns_t at; /* when it was sent */
	u8 data[FRAME_MAX];
};

struct script {
	struct frame_out out; /* first */
	struct arena arena;
	struct net net;
	struct tcp *tcp;
	struct tcp_conn *c;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	ns_t now;
	bool v6;
	bool refuse, asked; /* asked: a question for a neighbour, or an answer, went out */
	u8 buf[FRAME_MAX];
	u32 iss, peer_iss; /* ours is known from the first segment with SYN */
	bool have_iss;
	u16 local_port, peer_port;
	u32 written, read; /* bytes of either stream so far */
	u32 ts_base;
	u32 edge; /* right edge of the window we have offered */
	char events[512];
	struct script_seg *sent;
	u32 n_sent, n_seen;
	const char *name, *line;
	u32 nr;
};

static inline u8 script_byte(u32 at) { return (u8)(at * 7 + (at >> 8) * 13 + 1); }

static inline void script_fail(const struct script *s, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fail_msg("%s, line %u, \"%s\": %s", s->name, s->nr, s->line, text);
}

/* RFC 1071 as it is written, so as not to trust what is being tested. */
static inline u16 slow_csum(const u8 *p, u32 n, u32 sum)
{
	for (u32 i = 0; i < n; i += 2)
		sum += (u32)p[i] << 8 | (i + 1 < n ? p[i + 1] : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

/* Over IPv4 or IPv6, as the header says. */
static inline u16 slow_pseudo_csum(const u8 *ip, u8 proto, u32 len)
{
	bool v6 = ip[0] >> 4 == 6;
	u32 sum = proto + len;
	for (u32 i = v6 ? 8 : 12; i < (v6 ? 40 : 20); i += 2)
		sum += (u32)ip[i] << 8 | ip[i + 1];
	return slow_csum(ip + (v6 ? 40 : 20), len, sum);
}

static inline u16 slow_tcp_csum(const u8 *ip, u32 tcp_len) { return slow_pseudo_csum(ip, 6, tcp_len); }

/* ---- what we send ---- */

static inline void script_opts(struct script_seg *g, const u8 *p, u32 n)
{
	struct tcp_opts o;
	tcp_opts_parse(p, n, &o);
	g->mss = o.has_mss ? o.mss : 0;
	g->ws = o.has_scale ? o.scale : -1;
	g->sack_ok = o.sack_ok;
	g->has_ts = o.has_ts;
	g->ts_val = o.ts_val;
	g->ts_ecr = o.ts_ecr;
	g->n_sack = o.n_sack;
	memcpy(g->sack, o.sack, sizeof g->sack);
}

/* What has been offered is never taken back: RFC 9293 SHLD-14. */
static inline void script_edge(struct script *s, const struct script_seg *g)
{
	if (!s->c || !conn_synchronized(s->c) || g->flags & (TCP_SYN | TCP_RST))
		return;
	u32 edge = g->ack + ((u32)g->wnd << s->c->rcv_scale);
	if (s->edge && seq_lt(edge, s->edge))
		script_fail(s, "the window's right edge moved back by %u", s->edge - edge);
	s->edge = edge;
}

static inline void script_capture(struct script *s, const u8 *f, u32 n)
{
	u32 eth = eth_bytes(&s->net.cfg), ip_n = s->v6 ? 40 : 20;
	const u8 *ip = f + eth, *tcp = ip + ip_n;
	if (be16(ip - 2) == ETH_ARP || (s->v6 && ip[6] == IP6_ICMP)) {
		s->asked = true;
		return;
	}
	u32 tcp_len = s->v6 ? be16(ip + 4) : be16(ip + 2) - 20u, hdr = (tcp[12] >> 4) * 4u;
	if (be16(ip - 2) != (s->v6 ? ETH_IPV6 : ETH_IPV4) || eth + ip_n + tcp_len > n ||
	    (!s->v6 && slow_csum(ip, 20, 0)) || slow_tcp_csum(ip, tcp_len))
		script_fail(s, "sent a frame with wrong length or checksum");
	assert(s->n_sent < SCRIPT_SENT_MAX);
	struct script_seg *g = &s->sent[s->n_sent++];
	*g = (struct script_seg){ .flags = tcp[13], .seq = be32(tcp + 4), .ack = be32(tcp + 8) };
	g->at = s->now;
	g->wnd = be16(tcp + 14);
	g->n = tcp_len - hdr;
	g->peer_port = be16(tcp + 2);
	memcpy(g->data, tcp + hdr, g->n);
	script_opts(g, tcp + 20, hdr - 20);
	if (g->flags & TCP_SYN) {
		s->iss = g->seq;
		s->ts_base = s->have_iss ? s->ts_base : g->ts_val;
		s->have_iss = true;
		s->local_port = be16(tcp);
	}
	else if (g->mss || g->ws >= 0 || g->sack_ok)
		script_fail(s, "sent options of a SYN without one");
	g->ts_val -= s->ts_base;
	script_edge(s, g);
	for (u32 i = 0; i < g->n; i++)
		g->bad |= g->data[i] != script_byte(g->seq - s->iss - 1 + i);
}

static inline u8 *script_room(struct frame_out *o) { return ((struct script *)o)->buf; }

static inline bool script_push(struct frame_out *o, u32 n)
{
	struct script *s = (struct script *)o;
	if (!s->refuse)
		script_capture(s, s->buf, n);
	return !s->refuse;
}

/* ---- events ---- */

static inline void script_event(struct script *s, const char *fmt, ...)
{
	size_t at = strlen(s->events);
	va_list ap;
	va_start(ap, fmt);
	if (at)
		s->events[at++] = ' ';
	vsnprintf(s->events + at, sizeof s->events - at, fmt, ap);
	va_end(ap);
}

static inline void script_on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct script *s = user;
	(void)now;
	s->c = c;
	script_event(s, "open");
}

static inline void script_on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct script *s = user;
	bool bad = c != s->c;
	(void)now;
	for (u32 i = 0; i < n; i++)
		bad |= p[i] != script_byte(s->read++);
	script_event(s, "data(%u%s)", n, bad ? "!" : "");
}

static inline void script_on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)c;
	(void)now;
	script_event(user, "fin");
}

static inline void script_on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct script *s = user;
	(void)c;
	(void)now;
	s->c = NULL;
	script_event(s, "down(%s)", err_name(why));
}

static const struct tcp_events script_events = { script_on_open, script_on_data, script_on_fin,
						 script_on_down };

/* ---- what the peer sends ---- */

static inline void script_frame(struct script *s, const u8 *f, u32 n)
{
	struct frame frame = { .p = f, .n = n };
	tcp_rx(s->tcp, &frame, s->now);
}

/* The peer's Ethernet header, in the VLAN of the stack. */
static inline void script_eth(const struct script *s, u8 *f, const u8 *dst, u16 type)
{
	u32 eth = eth_bytes(&s->net.cfg);
	memcpy(f, dst, 6);
	f[6] = 2, f[11] = 9;
	if (eth > 14)
		put_be16(f + 12, 0x8100), put_be16(f + 14, s->net.cfg.vlan);
	put_be16(f + eth - 2, type);
}

static inline void script_ip4(const struct script *s, u8 *ip, u32 tcp_len)
{
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(20 + tcp_len));
	ip[8] = 64, ip[9] = 6;
	put_be32(ip + 12, 0x0a000009);
	put_be32(ip + 16, s->net.ip);
	put_be16(ip + 10, slow_csum(ip, 20, 0));
}

static inline void script_ip6(const struct script *s, u8 *ip, u8 proto, u32 len)
{
	ip[0] = 0x60;
	put_be16(ip + 4, (u16)len);
	ip[6] = proto, ip[7] = 255;
	memcpy(ip + 8, script_peer6.b, 16);
	memcpy(ip + 24, s->net.cfg.ip6.b, 16);
}

static inline u32 script_build(const struct script *s, const struct script_seg *g, u8 *f)
{
	u32 eth = eth_bytes(&s->net.cfg), ip_n = s->v6 ? 40 : 20;
	u8 *ip = f + eth, *tcp = ip + ip_n, *opt = tcp + 20;
	memset(f, 0, SCRIPT_FRAME_MAX);
	script_eth(s, f, s->net.cfg.mac, s->v6 ? ETH_IPV6 : ETH_IPV4);
	if (g->mss)
		put_be32(opt, 2u << 24 | 4u << 16 | g->mss), opt += 4;
	if (g->ws >= 0)
		put_be32(opt, 1u << 24 | 3u << 16 | 3u << 8 | (u32)g->ws), opt += 4;
	if (g->sack_ok)
		put_be32(opt, 0x01010402), opt += 4;
	if (g->has_ts)
		opt += tcp_opts_write_ts(opt, g->ts_val, g->ts_ecr);
	if (g->n_sack)
		opt += tcp_opts_write_sack(opt, g->sack, g->n_sack);
	u32 hdr = (u32)(opt - tcp), tcp_len = hdr + g->n;
	u32 place = g->seq - s->peer_iss - !(g->flags & TCP_SYN);
	for (u32 i = 0; i < g->n; i++)
		opt[i] = script_byte(place + i) ^ (g->bad ? 0x80 : 0);
	if (s->v6)
		script_ip6(s, ip, 6, tcp_len);
	else
		script_ip4(s, ip, tcp_len);
	put_be16(tcp, g->peer_port);
	put_be16(tcp + 2, s->local_port);
	put_be32(tcp + 4, g->seq);
	put_be32(tcp + 8, g->ack);
	tcp[12] = (u8)(hdr / 4 << 4);
	tcp[13] = g->flags;
	put_be16(tcp + 14, g->wnd);
	put_be16(tcp + 16, slow_tcp_csum(ip, tcp_len));
	return u32_max(eth + ip_n + tcp_len, 60);
}

#endif
