/*
 * world.h - both cores and the venue's ends of their sessions in one process, joined in memory: what benches measure.
 *
 * Everything between the ports is the product's own: TCP, TLS records, WebSocket, JSON, book, tape,
 * strategy, risk, order text. Only the handshakes are left out (sessions are adopted), and the
 * venue is the peer below it, which answers as the venue's protocol has it.
 */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include "bench/stock.h"
#include "dataplane/md_core.h"
#include "gateway/trade_core.h"

#define WORLD_SENT 8192

struct world;

/* A frame that left while the trading core was deciding on a market event. */
struct world_sent {
	u64 update_id; /* of the event */
	u64 poll_tsc;  /* the receive burst returned its frame */
	u64 pushed_tsc;
};

struct world_cfg {
	const struct strategy_desc *strategy; /* the last instance */
	u32 idle_strategies;                  /* as many `null` before it; all see instrument 0 */
	u32 instruments;                      /* 0: one */
	bool capture;                         /* both cores have a recorder, off */
	bool stay_open;                       /* the venue lets orders rest, else each expires at once */
	/*
	 * NULL: ports in memory, market data by the stock. Else it opens all four ports, false where it cannot,
	 * and the venue's peers speak for themselves; what one end pushes is in the other's receive ring at once.
	 */
	bool (*ports)(struct world *w);
};

struct world {
	struct world_cfg cfg;
	struct clock clock;
	struct arena arena;
	struct tls_crypto crypto;
	struct port md_port, md_far, trade_port, trade_far;
	struct peer md_peer, trade_peer;
	struct md_core md;
	struct trade_core trade;
	struct md_links ml;
	struct trade_links tl;
	struct instrument instrument[INSTRUMENTS_MAX];
	struct segment_kill_page kill;
	struct stock stock; /* what the md core receives */
	struct recorder md_recorder, trade_recorder;
	u64 lost; /* by the recorders */
	u64 update_id[INSTRUMENTS_MAX], ladder_id, trade_id, venue_order_id, orders_seen, cancels_seen;
	char coid[48]; /* of the newest order */
	bool (*push)(struct frame_out *o, u32 n);
	struct world_sent sent[WORLD_SENT]; /* by n_sent % WORLD_SENT */
	u64 n_sent;                         /* written by the trading core's thread, with release */
};

/* Exits with a sentence where something fails. Instrument 0 is BTCUSDT. The arena is still open. */
void world_open(struct world *w, const struct world_cfg *cfg);
void world_close(struct world *w);

/* Into the stock, each with the next update id or trade id of its stream; due at `due_tsc`. */
struct world_quote {
	i64 bid_px, bid_qty, ask_px, ask_qty;
};
void world_add_quote(struct world *w, u32 instrument, const struct world_quote *q, u64 due_tsc);
void world_add_trade(struct world *w, i64 px, i64 qty, u64 due_tsc);
/* A diff of ten levels a side beside the touch, which it does not change. */
void world_add_depth(struct world *w, struct rng *r, u64 due_tsc);

/* The venue's side: takes orders, answers them; throws the market-data session's ACKs away. */
void world_venue_turn(struct world *w);

#endif
