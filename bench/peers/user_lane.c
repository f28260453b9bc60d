#include "bench/peers/user_lane.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH 1024

static void on_order(void *user, u32 i, const u8 *p, u32 n)
{
	struct user_lane *l = user;
	char text[DESK_ORDER_MAX + 1];
	check_order(&l->check, "peer.user", l->seen.ask_px, p, n);
	snprintf(text, sizeof text, "%.*s", (int)n, (const char *)p);
	venue_answer(&l->trade_peer, i, l->check.orders, text, true);
}

void user_lane_add(struct user_lane *l, const struct world_quote *q)
{
	char t[VENUE_TEXT_MAX];
	struct venue_quote v = { ++l->update_id, q->bid_px, q->bid_qty, q->ask_px, q->ask_qty };
	stock_add(&l->stock, t, venue_quote_text(t, &l->instrument, &v), 0);
}

void user_lane_let_in(struct user_lane *l, const struct world_quote *q)
{
	l->seen = *q;
	stock_release(&l->stock, l->stock.next + 1);
}

void user_lane_venue_turn(struct user_lane *l)
{
	struct frame f[PORT_BURST_MAX];
	peer_turn(&l->trade_peer, clock_ns(&l->clock, tsc_now()));
	user_idle(&l->user);
	while (port_rx(&l->md_far, f, PORT_BURST_MAX)) /* the stock speaks for this peer */
		port_rx_done(&l->md_far);
}

void user_lane_open(struct user_lane *l, const struct clock *clock, const struct tls_crypto *crypto,
		    const struct instrument *i)
{
	l->clock = *clock;
	l->instrument = *i;
	l->update_id = 50093239189;
	u64 *cnt[4] = { 0 };
	bool ok = arena_open(&l->arena, 128u << 20) == ERR_OK;
	for (u32 k = 0; ok && k < ARRAY_LEN(cnt); k++)
		ok = (cnt[k] = ARENA_ARRAY(&l->arena, u64, PORT_CNT_COUNT));
	if (!ok || port_mem_pair(&l->arena, &l->md_port, &l->md_far, DEPTH, cnt[0], cnt[1]) != ERR_OK ||
	    port_mem_pair(&l->arena, &l->trade_port, &l->trade_far, DEPTH, cnt[2], cnt[3]) != ERR_OK) {
		fprintf(stderr, "bench: peer.user: no memory\n");
		exit(1);
	}
	check_open(&l->check, i);
	peer_open(&l->md_peer, &l->arena, &l->md_far);
	peer_open(&l->trade_peer, &l->arena, &l->trade_far);
	l->trade_peer.text = on_order;
	l->trade_peer.user = l;
	l->user.md_port = &l->md_port;
	l->user.trade_port = &l->trade_port;
	user_open(&l->user, &l->md_peer, &l->trade_peer, crypto, clock_ns(clock, tsc_now()));
	struct stock_room room = { .cap = 1 << 15, .bytes = 16u << 20, .message_max = VENUE_TEXT_MAX };
	stock_open(&l->stock, &l->arena, &room, &l->md_peer, 0);
	l->user.md_rx = &l->stock.port;
	arena_seal(&l->arena);
}

void user_lane_close(struct user_lane *l)
{
	user_close(&l->user);
	arena_close(&l->arena);
}
