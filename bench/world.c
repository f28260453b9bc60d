#include "bench/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/place.h"
#include "bench/venue.h"

#define DEPTH 1024 /* frames of a port */
#define LEVELS 256
#define TAPE_SLOTS 16384
#define FIRST_PX 6183763 /* the bid of the snapshot */
#define FIRST_UPDATE 50093239189
#define MARKET_PORT 40001
#define ORDER_PORT 40002

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

static void *take(struct world *w, size_t n)
{
	void *p = arena_alloc(&w->arena, n, CACHE_LINE);
	if (!p)
		die("memory", "the arena is too small");
	return p;
}

static u64 *words(struct world *w, u32 n) { return take(w, n * sizeof(u64)); }

/* ---- the venue's answers ---- */

static const char *result_of(const char *method)
{
	static const struct {
		const char *method, *result;
	} rows[] = {
		{ "session.logon",
		  "{\"apiKey\":\"k\",\"authorizedSince\":1,\"connectedSince\":1,\"returnRateLimits\":false,"
		  "\"serverTime\":1723161255000,\"userDataStream\":false}" },
		{ "userDataStream.subscribe", "{\"subscriptionId\":0}" },
		{ "account.status", "{\"makerCommission\":0,\"takerCommission\":0,\"balances\":[]}" },
		{ "openOrders.status", "[]" },
		{ "myTrades", "[]" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].method, method))
			return rows[i].result;
	die("a request the bench's venue does not know", method);
	return "";
}

static void on_request(void *user, u32 i, const u8 *p, u32 n)
{
	struct world *w = user;
	char text[2048], id[40], method[48], out[512];
	snprintf(text, sizeof text, "%.*s", (int)n, (const char *)p);
	if (!venue_field(text, "\"id\":\"", id, sizeof id) ||
	    !venue_field(text, "\"method\":\"", method, sizeof method))
		die("a request without id or method", text);
	if (!strcmp(method, "order.place")) {
		w->orders_seen++;
		venue_field(text, "\"newClientOrderId\":\"", w->coid, sizeof w->coid);
		venue_answer(&w->trade_peer, i, ++w->venue_order_id, text, !w->cfg.stay_open);
		return;
	}
	if (!strcmp(method, "order.cancel")) {
		w->cancels_seen++;
		venue_answer_cancel(&w->trade_peer, i, w->venue_order_id, w->coid, text);
		return;
	}
	int len = snprintf(out, sizeof out, "{\"id\":\"%s\",\"status\":200,\"result\":%s}", id,
			   result_of(method));
	peer_send(&w->trade_peer, i, out, (u32)len, w->trade_peer.now);
}

/* Once the stock speaks for the venue, the peer must not: what comes back is not looked at. */
static void throw_acks_away(struct port *p)
{
	struct frame f[PORT_BURST_MAX];
	while (port_rx(p, f, PORT_BURST_MAX))
		port_rx_done(p);
}

void world_venue_turn(struct world *w)
{
	peer_turn(&w->trade_peer, clock_ns(&w->clock, tsc_now()));
	throw_acks_away(&w->md_far);
}

/* ---- both cores ---- */

static struct world *hooked; /* the hook has no argument of its own; one world a process */

/* The time first; the note of it is made before the device is told, outside what is measured. */
static bool push_hook(struct frame_out *o, u32 n)
{
	u64 tsc = tsc_fenced();
	struct world *w = hooked;
	struct tape_event cause;
	if (w->trade.cause_seq && tape_read(w->tl.tape, w->trade.cause_seq, &cause) == TAPE_OK) {
		w->sent[w->n_sent % WORLD_SENT] = (struct world_sent){ cause.update_id, cause.poll_tsc, tsc };
		__atomic_store_n(&w->n_sent, w->n_sent + 1, __ATOMIC_RELEASE);
	}
	return w->push(o, n);
}

static struct session_words session_words(struct world *w)
{
	return (struct session_words){ words(w, SESSION_CNT_COUNT), words(w, TLS_CNT_COUNT),
				       words(w, WS_CNT_COUNT) };
}

static void make_links(struct world *w)
{
	struct tape *tape = tape_init(take(w, tape_bytes(TAPE_SLOTS)), TAPE_SLOTS);
	w->ml = (struct md_links){ .port = &w->md_port,
				   .in_ctl = ring_new(&w->arena, 1 << 20),
				   .in_slow = ring_new(&w->arena, 1 << 16),
				   .to_ctl = ring_new(&w->arena, 1 << 20),
				   .to_slow = ring_new(&w->arena, 1 << 16),
				   .tape = tape,
				   .status = take(w, sizeof(struct core_status)),
				   .session_status = take(w, sizeof(struct session_status)),
				   .kill = &w->kill,
				   .crypto = &w->crypto,
				   .cnt = words(w, MD_CNT_COUNT),
				   .net_cnt = words(w, NET_CNT_COUNT),
				   .tcp_cnt = words(w, TCP_CNT_COUNT),
				   .feed_cnt = words(w, FEED_CNT_COUNT),
				   .book_cnt = words(w, BOOK_CNT_COUNT),
				   .session_cnt = session_words(w) };
	w->tl = (struct trade_links){ .port = &w->trade_port,
				      .in_ctl = ring_new(&w->arena, 1 << 20),
				      .in_slow = ring_new(&w->arena, 1 << 16),
				      .to_ctl = ring_new(&w->arena, 1 << 20),
				      .to_slow = ring_new(&w->arena, 1 << 16),
				      .trace = ring_new(&w->arena, 1 << 20),
				      .journal = ring_new(&w->arena, 1 << 20),
				      .tape = tape,
				      .status = take(w, sizeof(struct core_status)),
				      .session_status = { take(w, sizeof(struct session_status)),
							  take(w, sizeof(struct session_status)) },
				      .kill = &w->kill,
				      .crypto = &w->crypto,
				      .orders = take(w, ROWS_ORDERS * sizeof(struct order_cell)),
				      .positions = take(w, INSTRUMENTS_MAX * sizeof(struct position_cell)),
				      .state = take(w, sizeof(struct trade_cell)),
				      .strategies = take(w, HOST_INSTANCES_MAX * sizeof(struct strategy_cell)),
				      .values = take(w, HOST_INSTANCES_MAX * sizeof(struct strategy_values_cell)),
				      .limits = take(w, INSTRUMENTS_MAX * sizeof(struct limits_cell)),
				      .cnt = words(w, TRADE_CNT_COUNT),
				      .net_cnt = words(w, NET_CNT_COUNT),
				      .tcp_cnt = words(w, TCP_CNT_COUNT),
				      .gateway_cnt = words(w, GATEWAY_CNT_COUNT),
				      .risk_cnt = words(w, RISK_COUNTERS),
				      .host_cnt = words(w, HOST_COUNTERS),
				      .session_cnt = { session_words(w), session_words(w) } };
	for (u32 i = 0; i < w->cfg.instruments; i++) {
		w->ml.image[i] = book_image_init(take(w, book_image_bytes(LEVELS)), LEVELS);
		w->tl.image[i] = w->ml.image[i];
	}
}

static void record_trade(struct world *w)
{
	recorder_init(&w->trade_recorder, &w->trade_port, ring_new(&w->arena, 1 << 22), &w->lost);
	w->tl.port = &w->trade_recorder.port;
	w->tl.rec = &w->trade_recorder;
}

/* Before the stock, and so once that speaks. */
static void record_md(struct world *w)
{
	recorder_init(&w->md_recorder, &w->stock.port, ring_new(&w->arena, 1 << 22), &w->lost);
	w->md.port = &w->md_recorder.port;
	w->md.l.rec = &w->md_recorder;
}

static const struct session_cfg session_defaults = { .message_own = 64 << 10,
						     .message_max = 64 << 10,
						     .step_timeout_ns = 10 * NS_PER_S,
						     .idle_ns = 3600 * NS_PER_S,
						     .retry_min_ns = NS_PER_S,
						     .retry_max_ns = NS_PER_S };

static void make_md(struct world *w)
{
	struct md_cfg m = { .clock = w->clock,
			    .net = peer_net_cfg(&w->md_port, CLIENT_IP),
			    .tcp = tcp_cfg_default,
			    .session = session_defaults,
			    .book_levels = LEVELS,
			    .book_buffer_levels = 4096,
			    .feed_levels = 1000,
			    .stale_ns = 3600 * NS_PER_S,
			    .snapshot_ns = 3600 * NS_PER_S };
	m.tcp.secret[0] = 2;
	err_t e = md_core_init(&w->md, &w->arena, &m, &w->ml);
	if (e != ERR_OK)
		die("market-data core", err_text(e));
}

static void make_trade(struct world *w)
{
	const struct strategy_desc *d = w->cfg.strategy;
	struct trade_strategy idle[HOST_INSTANCES_MAX];
	for (u32 i = 0; i < w->cfg.idle_strategies; i++)
		idle[i] = (struct trade_strategy){ "null", "", "instrument=BTCUSDT", false };
	struct param_error why = { "" };
	struct trade_cfg t = { .clock = w->clock,
			       .net = peer_net_cfg(&w->trade_port, CLIENT_IP),
			       .tcp = tcp_cfg_default,
			       .session = session_defaults,
			       .boot = 1,
			       .recv_window_ms = 5000,
			       .live = true,
			       .instruments = w->instrument,
			       .n_instruments = w->cfg.instruments,
			       .strategies = idle,
			       .n_strategies = w->cfg.idle_strategies,
			       .turn_budget_ns = NS_PER_S,
			       .seed = 1,
			       .profile_every = 0 };
	u16 id;
	t.tcp.secret[0] = 3;
	err_t e = trade_core_init(&w->trade, &w->arena, &t, &w->tl, &why);
	if (e == ERR_OK)
		e = host_register(w->trade.host, d, &why);
	if (e == ERR_OK)
		e = host_add(w->trade.host, &w->arena, d->name, "", &id, &why);
	if (e != ERR_OK)
		die("trading core", why.text[0] ? why.text : err_text(e));
}

/* ---- from adopted sessions to a core that may trade ---- */

static void step(struct world *w)
{
	md_core_step(&w->md, tsc_now());
	trade_core_step(&w->trade, tsc_now());
	peer_turn(&w->md_peer, clock_ns(&w->clock, tsc_now()));
	world_venue_turn(w);
}

static void tell(struct ring *r, u16 type, u64 tag, const void *p, u32 n)
{
	if (!ring_put(r, type, tag, p, n))
		die("inbox", "full");
}

static void send_text(struct world *w, const char *t, u32 n)
{
	peer_send(&w->md_peer, 0, t, n, w->md_peer.now);
	step(w);
}

/* Snapshot, diff and best prices, as after a start. */
static void load_book(struct world *w, u32 i)
{
	char t[VENUE_TEXT_MAX];
	struct rng r;
	struct msg_snapshot s = { .instrument = i, .update_id = FIRST_UPDATE };
	struct {
		struct msg_levels m;
		struct msg_level l[2];
	} bids = { .m = { .instrument = i, .n = 2 } }, asks = { .m = { .instrument = i, .n = 2, .ask = 1 } };
	struct venue_diff d = { FIRST_UPDATE + 1, FIRST_UPDATE + 1, FIRST_PX };
	struct venue_quote q = { FIRST_UPDATE + 2, FIRST_PX, 100000000, FIRST_PX + 1, 100000000 };
	rng_seed(&r, 4);
	send_text(w, t, venue_depth_text(t, &w->instrument[i], &d, &r));
	for (int k = 0; k < 2; k++) {
		bids.l[k] = (struct msg_level){ FIRST_PX - k, 100000000 };
		asks.l[k] = (struct msg_level){ FIRST_PX + 1 + k, 100000000 };
	}
	tell(w->ml.in_ctl, MSG_SNAPSHOT_BEGIN, i, &s, sizeof s);
	tell(w->ml.in_ctl, MSG_SNAPSHOT_LEVELS, i, &bids, sizeof bids);
	tell(w->ml.in_ctl, MSG_SNAPSHOT_LEVELS, i, &asks, sizeof asks);
	tell(w->ml.in_ctl, MSG_SNAPSHOT_END, i, &s, sizeof s);
	send_text(w, t, venue_quote_text(t, &w->instrument[i], &q));
	w->update_id[i] = FIRST_UPDATE + 2;
	w->ladder_id = FIRST_UPDATE + 1; /* of instrument 0, which alone has more diffs */
	if (book_state(w->md.book[i]) != BOOK_VALID)
		die("a book", "not valid after snapshot and diff");
}

static void set_limits(struct world *w)
{
	struct msg_limits l = { .limits = { .max_qty = 1000000000,
					    .max_notional = INT64_MAX,
					    .max_open_notional = INT64_MAX,
					    .max_long = INT64_MAX / 4,
					    .max_short = INT64_MAX / 4,
					    .max_through = -1,
					    .max_open_orders = 1000,
					    .collar_bps = 10000,
					    .max_book_age_ns = 3600 * NS_PER_S,
					    .allowed = 1 },
				.account = { .orders_per_s = 10000000,
					     .orders_burst = 10000000,
					     .cancels_per_s = 10000000,
					     .cancels_burst = 10000000,
					     .max_open_orders = 1000 } };
	for (l.instrument = 0; l.instrument < w->cfg.instruments; l.instrument++)
		tell(w->tl.in_ctl, MSG_LIMITS, 0, &l, sizeof l);
}

/* What the slow thread would send: a logon, signed or not; this venue looks at no signature. */
static void send_logons(struct world *w)
{
	static const char logon[] = "{\"id\":\"l0000000001\",\"method\":\"session.logon\",\"params\":{}}";
	for (const struct ring_msg *m; (m = ring_peek(w->tl.to_slow)); ring_release(w->tl.to_slow, m))
		if (m->type == MSG_SIGN)
			tell(w->tl.in_slow, MSG_SEND, m->tag, logon, sizeof logon - 1);
}

static void make_ready(struct world *w)
{
	struct msg_command arm = { .verb = CMD_ARM };
	struct msg_clock k = { .offset_ns = (i64)(clock_wall_ns() - clock_ns(&w->clock, tsc_now())) };
	for (u32 i = 0; i < w->cfg.instruments; i++)
		tell(w->ml.in_ctl, MSG_INSTRUMENT, 0, &w->instrument[i], sizeof w->instrument[i]);
	tell(w->tl.in_ctl, MSG_CLOCK, 0, &k, sizeof k);
	set_limits(w);
	step(w);
	ns_t now = clock_ns(&w->clock, tsc_now());
	peer_join(&w->md_peer, &w->md.session, &w->md_port, &w->crypto, MARKET_PORT, now);
	for (u16 i = 0; i < TRADE_SESSIONS; i++)
		peer_join(&w->trade_peer, &w->trade.session[i], &w->trade_port, &w->crypto,
			  (u16)(ORDER_PORT + i), now);
	for (u32 turn = 0; turn < 1000000 && w->trade.link[0] != LINK_READY; turn++) {
		send_logons(w);
		step(w);
	}
	if (w->trade.link[0] != LINK_READY)
		die("the order session", "never became ready");
	for (u32 i = 0; i < w->cfg.instruments; i++)
		load_book(w, i);
	tell(w->tl.in_ctl, MSG_COMMAND, 0, &arm, sizeof arm);
	step(w);
}

static struct instrument instrument_of(u32 id)
{
	struct instrument i = { .id = id,
				.version = 1,
				.px_scale = 2,
				.qty_scale = 8,
				.symbol_n = 7,
				.symbol = "BTCUSDT",
				.base = "BTC",
				.quote = "USDT",
				.tick = 1,
				.min_px = 1,
				.max_px = 100000000,
				.lot = 1000,
				.min_qty = 1000,
				.max_qty = 900000000000,
				.min_notional = 500000000 };
	if (id)
		i.symbol_n = (u8)snprintf(i.symbol, sizeof i.symbol, "C%02uUSDT", id);
	return i;
}

static bool memory_ports(struct world *w)
{
	u64 *cnt[4];
	for (int i = 0; i < 4; i++)
		cnt[i] = words(w, PORT_CNT_COUNT);
	return port_mem_pair(&w->arena, &w->md_port, &w->md_far, DEPTH, cnt[0], cnt[1]) == ERR_OK &&
	       port_mem_pair(&w->arena, &w->trade_port, &w->trade_far, DEPTH, cnt[2], cnt[3]) == ERR_OK;
}

/* From here on what the md core receives was laid down before. */
static void take_over(struct world *w)
{
	struct stock_room room = { .cap = 1 << 15, .bytes = 32u << 20, .message_max = VENUE_TEXT_MAX };
	stock_open(&w->stock, &w->arena, &room, &w->md_peer, 0);
	w->md.port = &w->stock.port;
	if (w->cfg.capture)
		record_md(w);
}

/* Before a recorder looks at the port. */
static void hook(struct world *w)
{
	hooked = w;
	w->push = w->trade_port.out.push;
	w->trade_port.out.push = push_hook;
}

void world_open(struct world *w, const struct world_cfg *cfg)
{
	memset(w, 0, sizeof *w);
	w->cfg = *cfg;
	w->cfg.instruments = u32_max(cfg->instruments, 1);
	for (u32 i = 0; i < w->cfg.instruments; i++)
		w->instrument[i] = instrument_of(i);
	if (clock_calibrate(&w->clock) != ERR_OK || arena_open(&w->arena, 2ull << 30) != ERR_OK ||
	    tls_crypto_init(&w->crypto, true) != ERR_OK)
		die("start", "clock, memory or crypto");
	if (cfg->ports ? !cfg->ports(w) : !memory_ports(w))
		die("ports", "could not be opened");
	if (!cfg->ports)
		hook(w);
	make_links(w);
	if (cfg->capture)
		record_trade(w);
	make_md(w);
	make_trade(w);
	peer_open(&w->md_peer, &w->arena, &w->md_far);
	peer_open(&w->trade_peer, &w->arena, &w->trade_far);
	w->trade_peer.text = on_request;
	w->trade_peer.user = w;
	make_ready(w);
	if (!cfg->ports)
		take_over(w);
}

void world_close(struct world *w)
{
	md_core_close(&w->md);
	trade_core_close(&w->trade);
	arena_close(&w->arena);
}

/* ---- ticks ---- */

void world_add_quote(struct world *w, u32 instrument, const struct world_quote *q, u64 due_tsc)
{
	char t[VENUE_TEXT_MAX];
	struct venue_quote v = { ++w->update_id[instrument], q->bid_px, q->bid_qty, q->ask_px, q->ask_qty };
	stock_add(&w->stock, t, venue_quote_text(t, &w->instrument[instrument], &v), due_tsc);
}

void world_add_trade(struct world *w, i64 px, i64 qty, u64 due_tsc)
{
	char t[VENUE_TEXT_MAX];
	stock_add(&w->stock, t, venue_trade_text(t, &w->instrument[0], ++w->trade_id, px, qty), due_tsc);
}

void world_add_depth(struct world *w, struct rng *r, u64 due_tsc)
{
	char t[VENUE_TEXT_MAX];
	struct venue_diff d = { w->ladder_id + 1, ++w->update_id[0], FIRST_PX };
	w->ladder_id = d.update_id;
	stock_add(&w->stock, t, venue_depth_text(t, &w->instrument[0], &d, r), due_tsc);
}
