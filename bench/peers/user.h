/*
 * user.h - the peer in user space: frame in, frame out, with OpenSSL and simdjson in between, as
 * one builds it on a kernel-bypass device without a record layer and parser of one's own.
 *
 * TCP is as small as bench/limit.c has it (the same checks, checksums and retransmit copy, done by
 * the same functions); TLS is SSL_read and SSL_write over a BIO that reads from the frame and
 * writes into the frame; the rest is desk.h. No allocation of its own and no copy beyond OpenSSL's
 * after user_open.
 */
#ifndef PEERS_USER_H
#define PEERS_USER_H

#include "bench/peers/bio.h"
#include "bench/peers/far.h"

#include "bench/peer.h"
#include "bench/peers/desk.h"
#include "common/clock.h"
#include "dataplane/tcp/hdr.h"

#define USER_SLOTS 512 /* records kept for retransmission */
#define USER_SLOT_BYTES 512
#define USER_TEXT_MAX 4096

/* One TCP connection with its TLS. */
struct user_conn {
	u32 rem_ip, ports; /* as in struct tcp_conn */
	u32 snd_nxt, snd_una, snd_wnd, rcv_nxt;
	u16 ip_id;
	struct hdr_sums sums;
	u8 hdr[TCP_HDR_BYTES];
	bool ack_due;
	SSL *ssl;
	struct bio_ends ends;
};

struct user {
	struct port *md_port, *trade_port;
	struct port *md_rx; /* where market data comes from, md_port or a port before it */
	u64 mac; /* ours, as eight bytes of a frame begin */
	u32 ip;  /* ours, as in memory */
	struct user_conn md, trade;
	struct desk *desk;
	u32 mask_seed;
	u64 orders;
	ns_t wall_ns; /* what the venue's clock is ahead of ours */
	CACHE_ALIGNED u8 text[USER_TEXT_MAX + DESK_PADDING];
	CACHE_ALIGNED u8 frame[8 + DESK_ORDER_MAX];
	u8 slot[USER_SLOTS][USER_SLOT_BYTES];
	SSL_CTX *client, *server;
};

/* Joins with the venue's two peers, in memory. Exits on failure. */
void user_open(struct user *u, struct peer *md, struct peer *trade, const struct tls_crypto *crypto,
	       ns_t now);
void user_close(struct user *u);

enum user_stamp {
	USER_POLL,  /* the burst had returned the frame */
	USER_OPEN,  /* TCP looked at, SSL_read has returned */
	USER_ORDER, /* simdjson, decision, risk, the order's text */
	USER_SEAL,  /* framed, SSL_write has returned */
	USER_SENT,  /* copied, headed, handed to the device */
	USER_STAMPS,
};

/*
 * One frame of the market-data port, and the order it makes: stamps USER_POLL and USER_SENT. False:
 * there was none.
 */
bool user_turn(struct user *u, ns_t now, u64 stamp[USER_STAMPS]);

/* The same with all stamps, each of which costs. */
bool user_turn_stamped(struct user *u, ns_t now, u64 stamp[USER_STAMPS]);

/* Between ticks: the answers and the ACKs, by number alone. */
void user_idle(struct user *u);

#endif
