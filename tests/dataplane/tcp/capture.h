/*
 * capture.h - recorded conversations (libpcap), taken apart into IPv4 TCP segments, and what each
 * direction of a connection must deliver: a plain table of bytes in which the first copy wins.
 */
#ifndef SAKER_TEST_CAPTURE_H
#define SAKER_TEST_CAPTURE_H

#include <pcap.h>
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "dataplane/net/wire.h"
#include "dataplane/tcp/seg.h"
#include "dataplane/tcp/seq.h"

#define CAPTURE_PACKETS 4096
#define CAPTURE_STREAM (2u << 20)

struct capture_packet {
	u8 *raw; /* as captured, with whatever link header */
	u32 raw_n;
	ns_t at;
	const u8 *ip; /* NULL: no whole IPv4 TCP segment */
	u32 ip_n;
	u32 src, dst, seq, ack, n; /* n: payload */
	u16 sport, dport;
	u8 flags;
	const u8 *data;
};

struct capture {
	struct capture_packet p[CAPTURE_PACKETS];
	u32 n;
};

/* Where the IP header begins; -1: some other protocol or link. */
static inline int capture_ip_at(int link, const u8 *p, u32 n)
{
	if (link == DLT_RAW || link == 101)
		return 0;
	if (link == DLT_NULL)
		return n > 4 && p[0] == 2 ? 4 : -1;
	if (link == DLT_LINUX_SLL)
		return n > 16 && be16(p + 14) == ETH_IPV4 ? 16 : -1;
	if (link != DLT_EN10MB || n < 14)
		return -1;
	if (be16(p + 12) == ETH_VLAN)
		return n > 18 && be16(p + 16) == ETH_IPV4 ? 18 : -1;
	return be16(p + 12) == ETH_IPV4 ? 14 : -1;
}

static inline void capture_dissect(struct capture_packet *p, int at)
{
	const u8 *ip = p->raw + at;
	u32 have = p->raw_n - (u32)at, len = have >= 40 ? be16(ip + IP_OFF_LEN) : 0;
	if (len < 40 || len > have || ip[0] != 0x45 || ip[IP_OFF_PROTO] != IP_TCP ||
	    be16(ip + IP_OFF_FRAG) & IP_FRAG_MASK)
		return;
	const u8 *tcp = ip + IP_BYTES;
	u32 hdr = (tcp[12] >> 4) * 4u;
	if (hdr < TCP_BYTES || hdr > len - IP_BYTES || len > 1500)
		return;
	p->ip = ip;
	p->ip_n = len;
	p->src = be32(ip + IP_OFF_SRC), p->dst = be32(ip + IP_OFF_DST);
	p->sport = be16(tcp), p->dport = be16(tcp + 2);
	p->seq = be32(tcp + 4), p->ack = be32(tcp + 8);
	p->flags = tcp[13];
	p->n = len - IP_BYTES - hdr;
	p->data = tcp + hdr;
}

static inline bool capture_read(struct capture *c, const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_open_offline(path, error);
	struct pcap_pkthdr *h;
	const u8 *bytes;
	c->n = 0;
	if (!in)
		return false;
	while (c->n < CAPTURE_PACKETS && pcap_next_ex(in, &h, &bytes) == 1) {
		struct capture_packet *p = &c->p[c->n++];
		*p = (struct capture_packet){ .raw = malloc(h->caplen + 1), .raw_n = h->caplen };
		memcpy(p->raw, bytes, h->caplen);
		p->at = (ns_t)h->ts.tv_sec * NS_PER_S + (ns_t)h->ts.tv_usec * NS_PER_US;
		int at = capture_ip_at(pcap_datalink(in), p->raw, p->raw_n);
		if (at >= 0)
			capture_dissect(p, at);
	}
	pcap_close(in);
	return true;
}

static inline void capture_free(struct capture *c)
{
	for (u32 i = 0; i < c->n; i++)
		free(c->p[i].raw);
	c->n = 0;
}

/* What one direction says, as far as it has no hole. */
struct capture_stream {
	u32 base, top_ack; /* sequence number of the first byte; the highest ACK it sends */
	bool begun;
	u8 *bytes;
	bool *have;
	u32 n, fin; /* n: without a hole from the beginning; fin: its place, UINT32_MAX: none */
};

static inline void capture_add(struct capture_stream *s, const struct capture_packet *p)
{
	if (p->flags & TCP_SYN) {
		s->base = s->begun && s->n ? s->base : p->seq + 1;
		s->begun = true;
		return; /* data on a SYN is sent again or lost: the connection is set up elsewhere */
	}
	if (!s->begun)
		s->base = p->seq;
	s->begun = true;
	if (p->flags & TCP_RST || !(p->flags & TCP_ACK))
		return;
	for (u32 i = 0; i < p->n; i++) {
		u32 at = p->seq + i - s->base;
		if (at < CAPTURE_STREAM && at < s->fin && !s->have[at]) {
			s->have[at] = true;
			s->bytes[at] = p->data[i];
		}
	}
	u32 fin = p->seq + p->n - s->base;
	if (p->flags & TCP_FIN && fin < CAPTURE_STREAM && s->fin == UINT32_MAX)
		s->fin = fin;
	while (s->n < CAPTURE_STREAM && s->n < s->fin && s->have[s->n])
		s->n++;
}

#endif
