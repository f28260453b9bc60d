/*
 * peer.h - just enough ARP and ICMP, written by hand, to talk to the kernel at the other end of a
 * port.
 */
#ifndef TESTS_NIC_PEER_H
#define TESTS_NIC_PEER_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "dataplane/nic/port.h"

#define PEER_WAIT_TSC 30000000000ull /* some ten seconds: the machine may be busy */

struct peer {
	struct port *port;
	u8 ours[4], theirs[4]; /* IPv4 addresses */
	u8 their_mac[6];       /* learnt from their ARP */
	u32 arp_answered, echo_answered;
	bool arp_seen, echo_seen, rst_seen;
	u32 rst_flags;
};

static inline u16 peer_sum(const u8 *p, u32 n, u32 sum)
{
	for (u32 i = 0; i + 1 < n; i += 2)
		sum += (u32)p[i] << 8 | p[i + 1];
	if (n & 1)
		sum += (u32)p[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

static inline void peer_put16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static inline u8 *peer_room(struct peer *e, u16 ether_type)
{
	u8 *p = e->port->out.room(&e->port->out);
	if (!p)
		abort();
	memcpy(p, e->their_mac, 6);
	memcpy(p + 6, e->port->mac, 6);
	peer_put16(p + 12, ether_type);
	return p;
}

static inline bool peer_push(struct peer *e, u32 n) { return e->port->out.push(&e->port->out, n); }

static inline bool peer_arp(struct peer *e, u16 op)
{
	static const u8 head[6] = { 0, 1, 8, 0, 6, 4 };
	u8 *p = peer_room(e, 0x0806);
	if (op == 1)
		memset(p, 0xff, 6);
	memcpy(p + 14, head, 6);
	peer_put16(p + 20, op);
	memcpy(p + 22, e->port->mac, 6);
	memcpy(p + 28, e->ours, 4);
	memcpy(p + 32, e->their_mac, 6);
	memcpy(p + 38, e->theirs, 4);
	return peer_push(e, 42);
}

static inline void peer_ip(struct peer *e, u8 *p, u8 protocol, u16 payload)
{
	u8 *ip = p + 14;
	memset(ip, 0, 20);
	ip[0] = 0x45;
	peer_put16(ip + 2, (u16)(20 + payload));
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, e->ours, 4);
	memcpy(ip + 16, e->theirs, 4);
	peer_put16(ip + 10, (u16)~peer_sum(ip, 20, 0));
}

/* Type 8 asks, type 0 answers; `rest` is identifier, sequence and data. */
static inline bool peer_icmp(struct peer *e, u8 type, const u8 *rest, u16 n)
{
	u8 *p = peer_room(e, 0x0800), *icmp = p + 34;
	peer_ip(e, p, 1, (u16)(4 + n));
	memset(icmp, 0, 4);
	icmp[0] = type;
	memcpy(icmp + 4, rest, n);
	peer_put16(icmp + 2, (u16)~peer_sum(icmp, 4u + n, 0));
	return peer_push(e, 38u + n);
}

/* A TCP SYN to a closed port. With tx_csum the field holds the sum of the pseudo header alone, as TCP will leave it. */
static inline bool peer_syn(struct peer *e, u16 dport)
{
	u8 *p = peer_room(e, 0x0800), *tcp = p + 34, pseudo[12] = { 0 };
	peer_ip(e, p, 6, 20);
	memset(tcp, 0, 20);
	peer_put16(tcp, 40000);
	peer_put16(tcp + 2, dport);
	tcp[12] = 5 << 4;
	tcp[13] = 0x02;
	peer_put16(tcp + 14, 1000);
	memcpy(pseudo, p + 26, 8);
	pseudo[9] = 6;
	peer_put16(pseudo + 10, 20);
	u16 sum = peer_sum(pseudo, 12, 0);
	peer_put16(tcp + 16, e->port->out.tx_csum ? sum : (u16)~peer_sum(tcp, 20, sum));
	return peer_push(e, 54);
}

static inline void peer_on_frame(struct peer *e, const struct frame *f)
{
	const u8 *p = f->p;
	if (f->n >= 42 && p[12] == 8 && p[13] == 6 && memcmp(p + 38, e->ours, 4) == 0) {
		memcpy(e->their_mac, p + 22, 6);
		e->arp_seen = true;
		if (p[21] == 1)
			e->arp_answered += peer_arp(e, 2);
	} else if (f->n >= 42 && p[12] == 8 && p[13] == 0 && memcmp(p + 30, e->ours, 4) == 0) {
		u32 total = (u32)p[16] << 8 | p[17];
		if (p[23] == 1 && p[34] == 8 && 14 + total <= f->n)
			e->echo_answered += peer_icmp(e, 0, p + 38, (u16)(total - 24));
		else if (p[23] == 1 && p[34] == 0)
			e->echo_seen = true;
		else if (p[23] == 6 && f->n >= 54 && (p[47] & 0x04)) {
			e->rst_seen = true;
			e->rst_flags = f->flags;
		}
	}
}

static inline u32 peer_poll(struct peer *e)
{
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(e->port, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++)
		peer_on_frame(e, &f[i]);
	if (n)
		port_rx_done(e->port);
	return n;
}

/* Polls until `*seen`; false after about a second. */
static inline bool peer_await(struct peer *e, const bool *seen)
{
	for (u64 start = tsc_now(); !*seen && tsc_now() - start < PEER_WAIT_TSC;)
		peer_poll(e);
	return *seen;
}

static inline bool peer_ask_arp(struct peer *e)
{
	e->arp_seen = false;
	return peer_arp(e, 1) && peer_await(e, &e->arp_seen);
}

static inline bool peer_ask_echo(struct peer *e, u16 sequence)
{
	u8 rest[60] = { 0x12, 0x34, (u8)(sequence >> 8), (u8)sequence };
	e->echo_seen = false;
	return peer_icmp(e, 8, rest, sizeof(rest)) && peer_await(e, &e->echo_seen);
}

#endif
