/*
 * conn.h - what a connection and an instance are made of. Internal to tcp.
 *
 * Invariants, asserted by conn_check: snd_una <= snd_nxt <= snd_end (+ 1 once the FIN is sent);
 * snd_end - snd_una <= ring; snd_una <= rtx_nxt <= rtx_end <= snd_nxt while anything is to be sent
 * again.
 */
#ifndef SAKER_CONN_H
#define SAKER_CONN_H

#include "common/due.h"
#include "common/pool.h"
#include "dataplane/net/wire.h"
#include "dataplane/tcp/ooo.h"
#include "dataplane/tcp/rto.h"
#include "dataplane/tcp/seg.h"
#include "dataplane/tcp/sndbuf.h"
#include "dataplane/tcp/tcp.h"
#include "dataplane/tcp/tw.h"

#define TCP_NEVER UINT64_MAX
#define TCP_HDR_BYTES (ETH_BYTES + IP_BYTES + TCP_BYTES)
#define TCP_HDR_MAX (ETH_BYTES + ETH_TAG_BYTES + IP6_BYTES + TCP_BYTES)
#define TCP_LISTENERS 8
#define TCP_QUICK_ACKS 16 /* segments acknowledged at once so that the peer's window opens */
#define TCP_DUP_THRESH 3  /* RFC 5681 3.2 */

/* LISTEN and TIME-WAIT need no connection: they are a struct tcp_listener and a struct tw. */
enum tcp_state {
	TCP_CLOSED,
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED,
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
};

/* What the one retransmission timer is for. */
enum tcp_timer {
	TIMER_OFF,
	TIMER_RESOLVE,
	TIMER_SYN,
	TIMER_RTO,
	TIMER_PROBE,
	TIMER_PERSIST,
	TIMER_LINGER, /* FIN-WAIT-2 */
	TIMER_KEEPALIVE,
};

enum tcp_loss { LOSS_NONE, LOSS_RECOVERY, LOSS_TIMEOUT };

/* Where in a frame its IP and TCP headers begin: with or without VLAN tag, IPv4 or IPv6. */
struct hdr_at {
	u8 ip, tcp;
};

/*
 * Partial checksums of what does not change: the IPv4 header, and addresses and protocol
 * (pseudo-header).
 */
struct hdr_sums {
	u32 ip, pseudo;
};

struct tcp_conn {
	/* Line 0: all the cut-through path reads and writes. */
	u32 rem_key;	/* addr_key of `rem`; IPv4: as it stands in memory in a received header */
	u32 ports;	/* source and destination port of a received header, likewise */
	u32 rcv_nxt, rcv_wnd;
	u32 snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2;
	u8 state;	/* enum tcp_state */
	u8 snd_scale;
	bool slow;	/* the cut-through path must not be taken */
	bool pending;	/* on tcp.pend */
	u16 ack_segs;	/* segments with data not acknowledged yet */
	u8 quick;	/* segments still to be acknowledged at once */
	u8 acks;	/* that came since una_done was booked: they are booked as one */
	u32 max_wnd;	/* the largest window the peer has offered */
	const struct tcp_events *ev;
	void *user;

	/* Line 1: sending. */
	CACHE_ALIGNED struct tcp *t;
	struct sndbuf snd;
	u32 snd_end;	/* end of the queued bytes; the FIN's sequence number */
	u32 cwnd;
	u16 mss, ip_id;
	u32 rtt_seq;	/* the timed segment is acknowledged when snd_una reaches this */
	ns_t rtx_at;
	ns_t rtt_at;
	u8 timer;	/* enum tcp_timer: what rtx_at is for */
	u8 loss;	/* enum tcp_loss */
	bool rtt_on, ack_now;
	u8 ts_bytes;	/* options on each segment: TCP_TS_BYTES, or 0 */
	struct hdr_at at;

	/*
	 * Line 2: the frame header, ready but for length, identification, numbers and checksums. One of
	 * IPv4 without tag ends with the line.
	 */
	CACHE_ALIGNED struct hdr_sums sums;
	u16 wnd_field;	/* our window as it is sent: data is delivered at once, so it never changes */
	u8 hdr[TCP_HDR_MAX];

	/* The rest. */
	struct tcp_conn *pend_next;
	ns_t sent_at;		/* when new data went last */
	ns_t ack_at;
	ns_t progress_at;	/* last sign that the peer takes what we send */
	struct ip_addr rem;
	struct rto rto;
	struct tcp_conn *hash_next;
	u32 una_done;		/* acknowledgement up to here is booked; snd_una runs ahead of it */
	u32 ssthresh, recover;
	u32 rtx_nxt, rtx_end;	/* [rtx_nxt, rtx_end) is deemed lost and not sent again yet */
	u32 dup_bytes;		/* what duplicate ACKs say has left the network; without SACK */
	u32 probe_end;		/* the tail-loss probe is answered when snd_una reaches this */
	u32 probe_flight;	/* what was in flight when it went */
	u32 cwnd_acked;		/* bytes counted towards the next step of congestion avoidance */
	u32 iss, rcv_fin;	/* rcv_fin: sequence number of the peer's FIN, where it is known */
	u32 ts_recent, ts_recent_ms; /* RFC 7323 4.3: what is echoed, and when it came */
	u32 ts_offset;		/* of our clock on this connection (RFC 7323 5.4) */
	u32 last_ack;		/* the last acknowledgement sent */
	u32 index;		/* in the pool, and in tcp.due */
	struct tcp_conn *due_next;
	u32 retransmits;
	u32 keep_seen;		/* rcv_nxt + snd_una when the keep-alive timer was last looked at */
	struct range dsack;	/* duplicate to be reported by the next ACK (RFC 2883); lo == hi: none */
	ns_t challenge_at;	/* start of the second challenge ACKs are counted in */
	u8 challenges;
	u8 dupacks, tries, rcv_scale, keep_tries;
	bool sack_ok, scale_ok, ts_ok, passive;
	bool fin_queued, fin_sent, fin_known, probe_out, hurried, mac_known;
	bool probe_again; /* the probe was a segment sent before, and nobody knows yet whether it was lost */
	struct ranges sacked;	/* what the peer holds above snd_una */
	struct ooo ooo;
};
static_assert(offsetof(struct tcp_conn, user) + 8 == CACHE_LINE, "line 0");
static_assert(offsetof(struct tcp_conn, t) == CACHE_LINE, "line 1");
static_assert(offsetof(struct tcp_conn, at) < 2 * CACHE_LINE, "line 1 is one line");
static_assert(offsetof(struct tcp_conn, sums) == 2 * CACHE_LINE, "line 2");
static_assert(offsetof(struct tcp_conn, hdr) + TCP_HDR_BYTES == 3 * CACHE_LINE, "line 2 is one line");

struct tcp_listener {
	const struct tcp_events *ev;
	void *user;
	u16 port;
};

struct tcp {
	/* Read by each frame and turn. */
	u64 mac;		/* ours, as the first six bytes of a frame */
	u32 ip;			/* ours, as in memory */
	u32 bucket_mask;
	u32 tag, tag_mask;	/* the VLAN tag as in memory, and which of its bits are looked at */
	u32 eth_bytes;
	u32 mac_epoch;		/* net.mac_epoch the headers were made with */
	struct tcp_conn **buckets; /* of IPv4 */
	u64 *cnt;
	struct tcp_conn *pend;	/* connections with something to do at the next turn */
	ns_t next_ns;		/* due_first(&due): no timer is due earlier */

	CACHE_ALIGNED struct net *net;
	struct frame_out *out;
	struct tcp_conn **buckets6;
	struct ip_addr ip6;

	CACHE_ALIGNED struct tcp_cfg cfg;
	struct pool conns;
	struct due due;
	struct tcp_conn *dead;	/* given back to the pool at the end of the turn */
	struct tcp_conn *room_of; /* whose tcp_tx_room is open */
	u8 *room;
	struct tw_table tw;
	u32 half_open, ports_tried;
	u32 ts_now; /* milliseconds; only where timestamps are configured */
	ns_t replies_at;	/* start of the second answers to strangers are counted in */
	u32 replies;
	u8 rcv_scale;
	u8 n_listeners;
	struct tcp_listener listeners[TCP_LISTENERS];
	u8 *snd_mem, *rcv_mem;
};

static inline void tcp_count(struct tcp *t, enum tcp_cnt what) { counter_inc(&t->cnt[what]); }

/* What stands for an address in a line too short for it: all of an IPv4 one, a mixture of IPv6. */
static inline u32 addr_key(const struct ip_addr *a)
{
	u64 w[2];
	memcpy(w, a->b, sizeof w);
	return ip_addr_is_v4(a) ? (u32)(w[1] >> 32) : (u32)(((w[0] ^ w[1]) * 0x9e3779b97f4a7c15ULL) >> 32);
}

static inline u32 tcp_hash(const struct tcp *t, u32 rem_key, u32 ports)
{
	u64 h = (rem_key ^ (u64)ports << 32) * 0x9e3779b97f4a7c15ULL;
	return (u32)(h >> 40) & t->bucket_mask;
}

/* Where a connection to `rem` is listed: those of IPv6 never meet those of IPv4. */
static inline struct tcp_conn **conn_bucket(const struct tcp *t, const struct ip_addr *rem, u32 ports)
{
	struct tcp_conn **table = ip_addr_is_v4(rem) ? t->buckets : t->buckets6;
	return &table[tcp_hash(t, addr_key(rem), ports)];
}

static inline struct tcp_conn *conn_find(const struct tcp *t, const struct ip_addr *rem, u32 ports)
{
	struct tcp_conn *c = *conn_bucket(t, rem, ports);
	while (c && (c->ports != ports || !ip_addr_eq(&c->rem, rem)))
		c = c->hash_next;
	return c;
}

/* The same of an IPv4 address as it stands in memory. */
static inline struct tcp_conn *conn_find4(const struct tcp *t, u32 rem_key, u32 ports)
{
	struct tcp_conn *c = t->buckets[tcp_hash(t, rem_key, ports)];
	while (c && (c->rem_key != rem_key || c->ports != ports))
		c = c->hash_next;
	return c;
}

/* At the next turn conn_flush is called. */
static inline void conn_pend(struct tcp_conn *c)
{
	if (!c->pending) {
		c->pending = true;
		c->pend_next = c->t->pend;
		c->t->pend = c;
	}
}

/* `ports` as they stand in a received header: the peer's first. */
static inline u32 ports_of(u16 remote, u16 local)
{
	return __builtin_bswap16(remote) | (u32)__builtin_bswap16(local) << 16;
}

static inline u16 ports_remote(u32 ports) { return __builtin_bswap16((u16)ports); }
static inline u16 ports_local(u32 ports) { return __builtin_bswap16((u16)(ports >> 16)); }

/* The clock of timestamps; wherever something may be sent afterwards. */
static inline void ts_tick(struct tcp *t, ns_t now)
{
	if (t->cfg.timestamps)
		t->ts_now = (u32)(now / NS_PER_MS);
}

/* Bytes of the IP header. */
static inline u32 conn_ip_bytes(const struct tcp_conn *c) { return c->at.tcp - c->at.ip; }

/* The largest segment we can send and receive: the MTU without headers. */
static inline u16 conn_mss_max(const struct tcp_conn *c)
{
	return (u16)(c->t->net->cfg.mtu - conn_ip_bytes(c) - TCP_BYTES);
}

static inline u32 conn_flight(const struct tcp_conn *c) { return c->snd_nxt - c->snd_una; }
static inline bool conn_fin_due(const struct tcp_conn *c) { return c->fin_queued && !c->fin_sent; }

/* Bytes queued and never sent. */
static inline u32 conn_unsent(const struct tcp_conn *c)
{
	return c->fin_sent ? 0 : c->snd_end - c->snd_nxt;
}

static inline bool conn_synchronized(const struct tcp_conn *c) { return c->state >= TCP_ESTABLISHED; }

/* conn.c: life and death. */
struct tcp_conn *conn_new(struct tcp *t, const struct ip_addr *rem, u32 ports, ns_t now);
void conn_check(const struct tcp_conn *c);
void conn_slow_update(struct tcp_conn *c);
void conn_peer_opts(struct tcp_conn *c, const struct tcp_opts *o); /* what the peer's SYN offers */
void conn_established(struct tcp_conn *c, ns_t now);
void conn_end(struct tcp_conn *c, err_t why, ns_t now);	 /* no event for a passive one never opened */
void conn_fail(struct tcp_conn *c, err_t why, ns_t now); /* the same, with a reset to the peer */
void conn_drop(struct tcp_conn *c);			 /* the same without event */
void conn_time_wait(struct tcp_conn *c, ns_t now);

#endif
