/*
 * world.h - both cores and the venue's ends of their sessions in one process, joined in memory: what benches measure.
 *
 * Everything between the ports is the product's own: TCP, TLS records, WebSocket, JSON, book, tape,
 * strategy, risk, order text. Only the handshakes are left out (sessions are adopted), and the
 * venue is the peer below it, which answers as the venue's protocol has it.
 */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include "bench/peer.h"
#include "dataplane/md_core.h"
#include "gateway/trade_core.h"

struct world {
	struct clock clock;
	struct arena arena;
	struct tls_crypto crypto;
	struct port md_port, md_far, trade_port, trade_far;
	struct peer md_peer, trade_peer;
	struct md_core md;
	struct trade_core trade;
	struct md_links ml;
	struct trade_links tl;
	struct instrument instrument;
	struct segment_kill_page kill;
	u64 update_id, venue_order_id, orders_seen;
	u64 pushed_tsc; /* when the last frame of the trade core was handed to the device */
	bool (*push)(struct frame_out *o, u32 n);
	bool expire; /* answer each order by an expiry, so that none stays open */
};

/* Exits with a sentence where something fails. The strategy sees BTCUSDT as instrument 0. */
void world_open(struct world *w, const struct strategy_desc *strategy);
void world_close(struct world *w);

/* One bookTicker around `bid_px` (ticks), its update id the next one; it waits in the md core's receive ring. */
void world_tick(struct world *w, i64 bid_px, i64 bid_qty, i64 ask_qty);

/* The venue's side: takes orders, answers them. */
void world_venue_turn(struct world *w);

#endif
