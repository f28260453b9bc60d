#include "bench/peers/user_lane.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH 256

static void on_order(void *user, u32 i, const u8 *p, u32 n)
{
	struct user_lane *l = user;
	char text[DESK_ORDER_MAX + 1];
	check_order(&l->check, "peer.user", l->quote.bid_px + 1, p, n);
	snprintf(text, sizeof text, "%.*s", (int)n, (const char *)p);
	venue_answer(&l->trade_peer, i, l->check.orders, text, true);
}

void user_lane_tick(struct user_lane *l, i64 bid_px, i64 bid_qty, i64 ask_qty)
{
	l->quote = (struct venue_quote){ l->quote.update_id + 1, bid_px, bid_qty, ask_qty };
	venue_tick(&l->md_peer, &l->instrument, &l->quote);
}

void user_lane_venue_turn(struct user_lane *l)
{
	ns_t now = clock_ns(&l->clock, tsc_now());
	peer_turn(&l->trade_peer, now);
	user_idle(&l->user);
	peer_turn(&l->md_peer, now);
	peer_turn(&l->trade_peer, now);
}

void user_lane_open(struct user_lane *l, const struct clock *clock, const struct tls_crypto *crypto,
		    const struct instrument *i)
{
	l->clock = *clock;
	l->instrument = *i;
	l->quote.update_id = 50093239189;
	u64 *cnt[4] = { 0 };
	bool ok = arena_open(&l->arena, 64u << 20) == ERR_OK;
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
	arena_seal(&l->arena);
}

void user_lane_close(struct user_lane *l)
{
	user_close(&l->user);
	arena_close(&l->arena);
}
