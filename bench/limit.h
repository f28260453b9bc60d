/*
 * limit.h - the practical limit of tick to trade: the product's bytes and its work as one straight
 * line, without modules, tables, callbacks, counters or stamps in between.
 *
 * One market-data and one order connection, one stream, one instrument, one kind of order, and
 * nothing that could go wrong is mended: what is unusual is dropped. bench/lane.h surrounds it.
 */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <intel-ipsec-mb.h>

#include "common/clock.h"
#include "common/rng.h"
#include "dataplane/nic/port.h"
#include "dataplane/tcp/hdr.h"
#include "dataplane/tls/tls_rec.h"
#include "gateway/binance_order.h"

#define LIMIT_TEXT_MAX (BINANCE_TMPL_MAX + 32) /* read and written in whole vectors */
#define LIMIT_WS_HEAD 8                        /* two bytes of length, and the mask */
#define LIMIT_HEAD (TCP_HDR_BYTES + TLS_HEADER_LEN + LIMIT_WS_HEAD)
#define LIMIT_SLOTS 512                        /* records kept for retransmission */
#define LIMIT_SLOT_BYTES 512

/* One TCP connection. */
struct limit_conn {
	u32 rem_ip, ports; /* as in struct tcp_conn */
	u32 snd_nxt, snd_una, snd_wnd, rcv_nxt;
	u16 ip_id;
	struct hdr_sums sums;
	u8 hdr[TCP_HDR_BYTES];
};

/* One direction of TLS 1.3. */
struct limit_keys {
	CACHE_ALIGNED struct gcm_key_data key;
	tls_gcm_fn run;
	u64 seq;
	u8 iv[TLS_IV_LEN];
};

struct limit_rules {
	i64 max_spread; /* the decision: buy at the ask where it is no wider */
	i64 qty;
	i64 min_px, max_px, min_qty, max_qty, lot, max_position, collar_bps;
	i128 min_raw, max_raw, max_open_raw;
	u32 max_open;
	ns_t max_age_ns, order_gap_ns;
};

struct limit_order {
	u64 id, ts_ms;
	i64 px, qty;
};

struct quote {
	u64 id;
	i64 bid_px, bid_qty, ask_px, ask_qty;
};

/* The one hop: two lines that one core writes and the other reads. */
struct limit_hop {
	u64 seq; /* of the quote */
	struct quote quote;
	u64 poll_tsc;
	u8 rest[72];
} __attribute__((aligned(2 * CACHE_LINE)));

struct limit {
	/* receive */
	struct port *md_port;
	u64 mac; /* ours, as eight bytes of a frame begin */
	u32 ip;  /* ours, as in memory */
	bool ack_due;
	struct limit_conn md;
	struct limit_keys rx;
	CACHE_ALIGNED u8 plain[TLS_INNER_MAX];
	struct limit_hop hop;
	/* trade */
	CACHE_ALIGNED struct port *trade_port;
	u64 hop_seq; /* taken */
	u64 update_id;
	u8 *frame; /* the next order's, its head is there; NULL: limit_prepare is due */
	struct limit_conn trade;
	struct limit_keys tx;
	struct limit_rules rules;
	struct limit_order last;
	struct rng rng;
	i64 position;
	i128 open_raw;
	u32 open;
	ns_t next_order_ns;
	const struct binance_tmpl *tmpl;
	ns_t wall_ns; /* what the venue's clock is ahead of ours */
	CACHE_ALIGNED u8 text[LIMIT_TEXT_MAX];
	u8 head[LIMIT_HEAD];
	u8 (*slot)[LIMIT_SLOT_BYTES];
};

enum limit_stamp {
	LIMIT_POLL,  /* the burst had returned the frame */
	LIMIT_OPEN,  /* its record was opened */
	LIMIT_READ,  /* its text was integers */
	LIMIT_ORDER, /* decided, allowed, the order's text patched */
	LIMIT_SEAL,  /* masked and sealed in the frame */
	LIMIT_SENT,  /* handed to the device */
	LIMIT_STAMPS,
};

/*
 * One frame of the market-data port, and the order it makes: stamps LIMIT_POLL and LIMIT_SENT. False:
 * there was none.
 */
bool limit_turn(struct limit *l, ns_t now, u64 stamp[LIMIT_STAMPS]);

/* The same with all stamps, each of which costs. */
bool limit_turn_stamped(struct limit *l, ns_t now, u64 stamp[LIMIT_STAMPS]);

/*
 * The same cut at the tape. The receiving core's half takes a frame as far as integers, and hands
 * them over; the trading core's half begins with them. False: there was nothing.
 */
bool limit_receive(struct limit *l);
static inline bool limit_is_handed(const struct limit *l);
bool limit_trade(struct limit *l, ns_t now, u64 stamp[LIMIT_STAMPS]);

/* While idle: the next order's frame and its head. */
void limit_prepare(struct limit *l);

/* ---- inline bodies ---- */

static inline bool limit_is_handed(const struct limit *l)
{
	return __atomic_load_n(&l->hop.seq, __ATOMIC_ACQUIRE) != l->hop_seq; /* pairs with limit_receive */
}

#endif
