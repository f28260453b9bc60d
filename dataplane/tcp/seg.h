/*
 * seg.h - a received segment, its header taken apart. Internal to tcp.
 */
#ifndef SAKER_SEG_H
#define SAKER_SEG_H

#include "dataplane/net/net.h"
#include "dataplane/tcp/opt.h"

enum tcp_flags {
	TCP_FIN = 1 << 0,
	TCP_SYN = 1 << 1,
	TCP_RST = 1 << 2,
	TCP_PSH = 1 << 3,
	TCP_ACK = 1 << 4,
};

struct tcp_seg {
	struct ip_addr rem;
	u32 ports; /* as in struct tcp_conn */
	u32 seq, ack;
	u16 wnd; /* as sent, not scaled */
	u8 flags;
	const u8 *p; /* payload */
	u32 n;
	struct tcp_opts opts;
};

/* Sequence space it occupies: payload, SYN and FIN. */
static inline u32 seg_len(const struct tcp_seg *s)
{
	return s->n + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
}

/* false: the data offset lies outside the segment. */
bool seg_parse(const struct net_seg *in, struct tcp_seg *out);

#endif
