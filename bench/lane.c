#include "bench/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/net/wire.h"

#define DEPTH 1024
#define MARKET_PORT 40001
#define ORDER_PORT 40002
#define ORDER_QTY 100000
#define BOOT 1
#define RECV_WINDOW_MS 5000

static void die(const char *what)
{
	fprintf(stderr, "bench: the limit: %s\n", what);
	exit(1);
}

/* ---- the venue ---- */

/* What the product's gateway would have sent. */
static u32 expected_order(const struct lane *l, u8 *out)
{
	const struct limit_order *o = &l->limit.last;
	const struct binance_tmpl *t = l->limit.tmpl;
	u32 n = binance_prepare(t, out);
	bool ok = binance_patch_order(t, out, l->orders_seen, l->seen.ask_px, ORDER_QTY, o->ts_ms);
	return ok ? n : 0;
}

static void on_order(void *user, u32 i, const u8 *p, u32 n)
{
	struct lane *l = user;
	u8 want[BINANCE_TMPL_MAX];
	char text[BINANCE_TMPL_MAX + 1];
	l->orders_seen++;
	if (n != expected_order(l, want) || memcmp(p, want, n))
		die("an order is not the product's");
	snprintf(text, sizeof text, "%.*s", (int)n, (const char *)p);
	venue_answer(&l->trade_peer, i, l->orders_seen, text, true);
}

void lane_add(struct lane *l, const struct world_quote *q)
{
	char t[VENUE_TEXT_MAX];
	struct venue_quote v = { ++l->update_id, q->bid_px, q->bid_qty, q->ask_px, q->ask_qty };
	stock_add(&l->stock, t, venue_quote_text(t, &l->instrument, &v), 0);
}

void lane_let_in(struct lane *l, const struct world_quote *q)
{
	l->seen = *q;
	stock_release(&l->stock, l->stock.next + 1);
}

/* ---- the connections, between ticks ---- */

static void acknowledge(struct limit_conn *c, struct frame_out *out)
{
	struct hdr_var v = {
		.seq = c->snd_nxt, .ack = c->rcv_nxt, .flags = TCP_ACK, .wnd = 0xffff, .id = c->ip_id++
	};
	u8 *f = out->room(out);
	if (!f)
		die("no room for an ACK");
	memcpy(f, c->hdr, TCP_HDR_BYTES);
	out->push(out, hdr_patch(f, &v, hdr_usual, c->ports, &c->sums, false));
}

/* The answers: taken in by number only, before the next order's buffer is asked for. */
static void take_answers(struct lane *lane)
{
	struct limit *l = &lane->limit;
	struct limit_conn *c = &l->trade;
	struct frame f[PORT_BURST_MAX];
	u32 n = port_rx(l->trade_port, f, PORT_BURST_MAX), data = 0;
	for (u32 i = 0; i < n; i++) {
		const u8 *ip = f[i].p + ETH_BYTES, *tcp = ip + IP_BYTES;
		u32 payload = be16(ip + IP_OFF_LEN) - IP_BYTES - (tcp[12] >> 4) * 4u;
		c->snd_una = be32(tcp + 8);
		c->snd_wnd = (u32)be16(tcp + 14) << 7;
		if (be32(tcp + 4) == c->rcv_nxt)
			c->rcv_nxt += payload;
		data += payload > 0;
	}
	if (n)
		port_rx_done(l->trade_port);
	if (data) {
		acknowledge(c, &l->trade_port->out);
		l->frame = NULL; /* a port has one buffer at a time: the ACK took it */
	}
	__atomic_store_n(&lane->taken, lane->taken + data, __ATOMIC_RELEASE);
}

void lane_idle_receiving(struct lane *l)
{
	if (l->limit.ack_due)
		acknowledge(&l->limit.md, &l->md_port.out);
	l->limit.ack_due = false;
}

void lane_idle_trading(struct lane *l)
{
	take_answers(l);
	limit_prepare(&l->limit);
}

void lane_venue_turn(struct lane *l)
{
	struct frame f[PORT_BURST_MAX];
	peer_turn(&l->trade_peer, clock_ns(&l->clock, tsc_now()));
	while (port_rx(&l->md_far, f, PORT_BURST_MAX)) /* the stock speaks for this peer */
		port_rx_done(&l->md_far);
}

/* ---- start ---- */

static void open_keys(struct limit_keys *k, const struct tls_dir_keys *of, tls_gcm_pre_fn pre, tls_gcm_fn run)
{
	pre(of->key, &k->key);
	memcpy(k->iv, of->iv, sizeof k->iv);
	k->seq = of->seq;
	k->run = run;
}

static void open_conn(struct limit_conn *c, const struct port *port, const struct peer_end *us)
{
	struct net n = { .cfg = peer_net_cfg(port, CLIENT_IP), .ip = CLIENT_IP };
	struct hdr_addr to = { .rem = ip_addr_v4(PEER_IP),
			       .ports = ports_of(us->tcp.port, us->tcp.local_port) };
	memcpy(to.mac, us->tcp.peer_mac, sizeof to.mac);
	*c = (struct limit_conn){ .rem_ip = __builtin_bswap32(PEER_IP),
				  .ports = to.ports,
				  .snd_nxt = us->tcp.snd_nxt,
				  .snd_una = us->tcp.snd_nxt,
				  .snd_wnd = us->tcp.snd_wnd,
				  .rcv_nxt = us->tcp.rcv_nxt };
	c->sums = hdr_make(c->hdr, &n, &to);
}

static void open_rules(struct limit_rules *r, const struct instrument *i)
{
	*r = (struct limit_rules){ .max_spread = 10,
				   .qty = ORDER_QTY,
				   .min_px = i->min_px,
				   .max_px = i->max_px,
				   .min_qty = i->min_qty,
				   .max_qty = i->max_qty,
				   .lot = i->lot,
				   .max_position = INT64_MAX / 4,
				   .collar_bps = 10000,
				   .min_raw = i->min_notional,
				   .max_raw = INT64_MAX,
				   .max_open_raw = INT64_MAX,
				   .max_open = 1000,
				   .order_gap_ns = 100 };
}

/* What never changes of an order: the text, and all that stands before it in the frame. */
static void open_order(struct limit *m)
{
	u32 n = binance_prepare(m->tmpl, m->text);
	u8 *rec = m->head + TCP_HDR_BYTES, *ws = rec + TLS_HEADER_LEN;
	memcpy(m->head, m->trade.hdr, TCP_HDR_BYTES);
	rec[0] = TLS_APPLICATION_DATA;
	put_be16(rec + 1, TLS_1_2);
	put_be16(rec + 3, (u16)(LIMIT_WS_HEAD + n + 1 + TLS_TAG_LEN));
	ws[0] = 0x80 | WS_OP_TEXT;
	ws[1] = 0x80 | 126;
	put_be16(ws + 2, (u16)n);
	static_assert(BINANCE_TMPL_MAX > 125 && BINANCE_TMPL_MAX + 64 <= LIMIT_SLOT_BYTES, "fits");
	if (n < 126 || m->tmpl->px_width != 16 || m->tmpl->qty_width != 16 || m->tmpl->px_scale != 2 ||
	    m->tmpl->qty_scale != 8 || m->tmpl->tick != 1)
		die("this instrument is not the one it was written for");
}

static void open_limit(struct lane *l, const struct tls_crypto *crypto)
{
	struct limit *m = &l->limit;
	ns_t now = clock_ns(&l->clock, tsc_now());
	struct peer_end md = peer_accept(&l->md_peer, &l->md_port, crypto, MARKET_PORT, now);
	struct peer_end trade = peer_accept(&l->trade_peer, &l->trade_port, crypto, ORDER_PORT, now);
	struct stock_room room = { .cap = 1 << 15, .bytes = 16u << 20, .message_max = VENUE_TEXT_MAX };
	stock_open(&l->stock, &l->arena, &room, &l->md_peer, 0);
	m->md_port = &l->stock.port;
	m->trade_port = &l->trade_port;
	memcpy(&m->mac, l->md_port.mac, sizeof l->md_port.mac);
	m->ip = __builtin_bswap32(CLIENT_IP);
	open_conn(&m->md, &l->md_port, &md);
	open_conn(&m->trade, &l->trade_port, &trade);
	open_keys(&m->rx, &md.keys.now[TLS_RX], crypto->pre128, crypto->open128);
	open_keys(&m->tx, &trade.keys.now[TLS_TX], crypto->pre128, crypto->seal128);
	open_rules(&m->rules, &l->instrument);
	m->tmpl = binance_tmpl_place(&l->tmpls, SIDE_BUY, ORDER_LIMIT, TIF_IOC);
	m->wall_ns = clock_wall_ns() - now;
	rng_seed(&m->rng, 1);
	m->slot = arena_alloc(&l->arena, LIMIT_SLOTS * LIMIT_SLOT_BYTES, CACHE_LINE);
	if (!m->slot)
		die("no memory");
	open_order(m);
	limit_prepare(m);
}

void lane_open(struct lane *l, const struct clock *clock, const struct tls_crypto *crypto,
	       const struct instrument *i)
{
	*l = (struct lane){ .clock = *clock, .instrument = *i, .update_id = 50093239189 };
	u64 *cnt[4] = { 0 };
	bool ok = arena_open(&l->arena, 128u << 20) == ERR_OK &&
		  binance_tmpls_init(&l->tmpls, i, BOOT, RECV_WINDOW_MS) == ERR_OK;
	for (u32 k = 0; ok && k < ARRAY_LEN(cnt); k++)
		ok = (cnt[k] = ARENA_ARRAY(&l->arena, u64, PORT_CNT_COUNT));
	if (!ok || !crypto->open128 ||
	    port_mem_pair(&l->arena, &l->md_port, &l->md_far, DEPTH, cnt[0], cnt[1]) != ERR_OK ||
	    port_mem_pair(&l->arena, &l->trade_port, &l->trade_far, DEPTH, cnt[2], cnt[3]) != ERR_OK)
		die("no memory, template or AES-GCM");
	peer_open(&l->md_peer, &l->arena, &l->md_far);
	peer_open(&l->trade_peer, &l->arena, &l->trade_far);
	l->trade_peer.text = on_order;
	l->trade_peer.user = l;
	open_limit(l, crypto);
	arena_seal(&l->arena);
}

void lane_close(struct lane *l) { arena_close(&l->arena); }
