/*
 * trade_world.h - for the tests of the trade core: the core in virtual time, with a tape and a book
 * image the test writes, a strategy that does as the test says, and the venue of trade_venue.h.
 */
#ifndef TESTS_TRADE_WORLD_H
#define TESTS_TRADE_WORLD_H

#include "gateway/trade_internal.h"
#include "tests/gateway/trade_rules.h"
#include "tests/gateway/trade_venue.h"

#define TURN_NS NS_PER_MS
#define START_NS (100 * NS_PER_S)
#define WALL_NS (1723161255000 * NS_PER_MS)
#define TAPE_SLOTS 64
#define BOOT 7

struct world {
	struct arena arena;
	struct tls_crypto crypto;
	struct port ours, far;
	u64 port_cnt[2][PORT_CNT_COUNT];
	struct venue venue;
	struct trade_core c;
	struct trade_links l;
	struct trade_cfg cfg;
	struct instrument instrument[2];
	struct segment_kill_page kill;
	struct tape *tape;
	struct book *book[2];
	u64 book_cnt[BOOK_CNT_COUNT];
	ns_t now;
	u64 bbo_id;
	bool quiet;        /* no best price each turn */
	struct msg_command answer; /* the last one */
	u32 n_answers;
	char notice[160];  /* the last one */
	u32 n_reconciled;
	u32 n_journal[JOURNAL_TYPES];
	bool hold_journal; /* nobody takes the journal's records away */
	/* the strategy */
	const struct strategy_api *api;
	struct strategy_ctx *ctx;
	u32 n_market;
	struct market_view view; /* the last one of instrument 0 */
	char log[4096];          /* order events: "ACK1" */
	size_t log_n;
	i64 param;
	void (*on_order)(struct world *w, const struct order_event *e);
};

/* ---- the strategy ---- */

static struct world *in_init; /* a strategy's init is handed no pointer of ours */

struct probe {
	struct world *w;
};

static inline err_t probe_init(void *state, const struct strategy_api *api,
			       struct strategy_ctx *ctx, const struct strategy_value *v)
{
	struct probe *p = state;
	p->w = in_init;
	p->w->api = api;
	p->w->ctx = ctx;
	p->w->param = v[0].i;
	api->subscribe(ctx, 0);
	return api->subscribe(ctx, 1);
}

static inline void probe_on_market(void *state, const struct market_view *m)
{
	struct world *w = ((struct probe *)state)->w;
	w->n_market++;
	if (m->instrument == 0)
		w->view = *m;
}

static inline void probe_on_order(void *state, const struct order_event *e, ns_t now)
{
	static const char *const name[] = {
		"ACK", "FILL", "CANCELED", "REJECTED", "CANCEL_REJECTED", "UNKNOWN"
	};
	struct world *w = ((struct probe *)state)->w;
	(void)now;
	assert_true(w->log_n + 32 < sizeof w->log);
	w->log_n += (size_t)sprintf(w->log + w->log_n, "%s%s%llu", w->log_n ? " " : "",
				    name[e->kind], (unsigned long long)e->order_id);
	if (w->on_order)
		w->on_order(w, e);
}

static inline err_t probe_on_params(void *state, const struct strategy_value *v, ns_t now)
{
	(void)now;
	((struct probe *)state)->w->param = v[0].i;
	return v[0].i == 13 ? ERR_ARGUMENT : ERR_OK;
}

static const struct strategy_param probe_params[] = {
	{ .name = "size", .type = PARAM_INT, .def = "1", .min = "1", .max = "100", .help = "x" }
};

static const struct strategy_desc probe = { STRATEGY_ABI,
					    .name = "probe",
					    .help = "does as the test says",
					    .params = probe_params,
					    .n_params = 1,
					    .state_size = sizeof(struct probe),
					    .init = probe_init,
					    .on_market = probe_on_market,
					    .on_order = probe_on_order,
					    .on_params = probe_on_params };

/* An order of the strategy: buys `lots` at 0.01 below the ask. */
static inline i64 submit(struct world *w, u32 instrument, i64 lots)
{
	struct order_req q = { .instrument = instrument,
			       .side = lots < 0 ? SIDE_SELL : SIDE_BUY,
			       .type = ORDER_LIMIT,
			       .px = 6000000 + 10 * (i64)w->c.orders.next_id,
			       .qty = (lots < 0 ? -lots : lots) * LOT };
	return w->api->submit(w->ctx, &q);
}

/* ---- the market ---- */

static inline void publish(struct world *w, struct tape_event *e, bool image)
{
	e->version = 1;
	e->flags = TAPE_LAST;
	e->rx_ns = w->now;
	u64 seq = tape_publish(w->tape, e);
	if (!image)
		return;
	book_image_write_top((struct book_image *)(uintptr_t)w->l.image[e->instrument],
			     w->book[e->instrument], seq);
	tape_set_imaged(w->tape, seq);
}

static inline void best(struct world *w, u32 i, i64 bid, i64 ask)
{
	struct book_bbo b = { .update_id = ++w->bbo_id,
			      .bid_px = bid,
			      .bid_qty = 1,
			      .ask_px = ask,
			      .ask_qty = 1,
			      .rx_ns = w->now };
	book_on_bbo(w->book[i], &b);
	publish(w,
		&(struct tape_event){ .instrument = i,
				      .kind = TAPE_BBO,
				      .bid_px = bid,
				      .bid_qty = 1,
				      .ask_px = ask,
				      .ask_qty = 1,
				      .update_id = w->bbo_id },
		true);
}

static inline void book_says(struct world *w, u32 i, enum book_state state)
{
	if (state == BOOK_STALE)
		book_mark_stale(w->book[i], w->now);
	publish(w,
		&(struct tape_event){ .instrument = i, .kind = TAPE_STATUS, .book_state = state },
		true);
}

/* ---- time ---- */

static inline void tell(struct world *w, u16 type, u64 tag, const void *p, u32 n)
{
	assert_true(ring_put(w->l.in_ctl, type, tag, p, n));
}

static inline void drain_ctl(struct world *w)
{
	const struct ring_msg *m;
	for (; (m = ring_peek(w->l.to_ctl)); ring_release(w->l.to_ctl, m)) {
		const struct msg_notice *n = (const void *)m->data;
		if (m->type == MSG_ANSWER) {
			memcpy(&w->answer, m->data, sizeof w->answer);
			w->n_answers++;
		} else if (m->type == MSG_NOTICE) {
			memcpy(w->notice, n->text, sizeof w->notice);
			w->n_reconciled += n->kind == NOTICE_RECONCILED;
		}
	}
}

/* What the other threads do: ctl reads, slow signs, io takes records away. */
static inline void others(struct world *w)
{
	static const char logon[] =
		"{\"id\":\"l0000000001\",\"method\":\"session.logon\",\"params\":{}}";
	const struct ring_msg *m;
	drain_ctl(w);
	for (; (m = ring_peek(w->l.to_slow)); ring_release(w->l.to_slow, m))
		if (m->type == MSG_SIGN)
			assert_true(
				ring_put(w->l.in_slow, MSG_SEND, m->tag, logon, sizeof logon - 1));
	for (; (m = ring_peek(w->l.trace)); ring_release(w->l.trace, m))
		;
	for (; !w->hold_journal && (m = ring_peek(w->l.journal)); ring_release(w->l.journal, m))
		w->n_journal[m->type]++;
}

static inline void core_turn(struct world *w) { trade_core_step(&w->c, w->now); }

static inline void turn(struct world *w)
{
	w->now += TURN_NS;
	for (u32 i = 0; i < 2 && !w->quiet; i++)
		best(w, i, 6000000 + 100 * (i64)i, 6100000);
	core_turn(w);
	venue_turn(&w->venue, w->now);
	others(w);
}

static inline void run(struct world *w, ns_t ns)
{
	for (ns_t end = w->now + ns; w->now < end;)
		turn(w);
}

static inline const struct msg_command *command(struct world *w, u32 verb)
{
	struct msg_command m = { .verb = verb, .id = w->n_answers + 1 };
	tell(w, MSG_COMMAND, 0, &m, sizeof m);
	run(w, 2 * TURN_NS);
	return &w->answer;
}

static inline void forget(struct world *w)
{
	w->log_n = w->venue.log_n = 0;
	w->log[0] = w->venue.log[0] = 0;
}

/* How often `what` stands in what the venue was asked. */
static inline u32 asked(const struct world *w, const char *what)
{
	u32 n = 0;
	for (const char *p = w->venue.log; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

/* ---- life ---- */

static inline void *take(struct world *w, size_t n)
{
	void *p = arena_alloc(&w->arena, n, CACHE_LINE);
	assert_non_null(p);
	return p;
}

static inline u64 *words(struct world *w, u32 n) { return take(w, n * sizeof(u64)); }

static inline void make_links(struct world *w)
{
	struct trade_links *l = &w->l;
	*l = (struct trade_links){ .port = &w->ours,
				   .in_ctl = ring_new(&w->arena, 1 << 20),
				   .in_slow = ring_new(&w->arena, 1 << 16),
				   .to_ctl = ring_new(&w->arena, 1 << 20),
				   .to_slow = ring_new(&w->arena, 1 << 16),
				   .trace = ring_new(&w->arena, 1 << 20),
				   .journal = ring_new(&w->arena, 1 << 16),
				   .tape = w->tape,
				   .status = take(w, sizeof(struct core_status)),
				   .kill = &w->kill,
				   .crypto = &w->crypto,
				   .orders = take(w, ROWS_ORDERS * sizeof(struct order_cell)),
				   .positions =
					   take(w, INSTRUMENTS_MAX * sizeof(struct position_cell)),
				   .state = take(w, sizeof(struct trade_cell)),
				   .strategies = take(w, HOST_INSTANCES_MAX * sizeof(struct strategy_cell)),
				   .values = take(w, HOST_INSTANCES_MAX * sizeof(struct strategy_values_cell)),
				   .limits = take(w, INSTRUMENTS_MAX * sizeof(struct limits_cell)),
				   .cnt = words(w, TRADE_CNT_COUNT),
				   .net_cnt = words(w, NET_CNT_COUNT),
				   .tcp_cnt = words(w, TCP_CNT_COUNT),
				   .gateway_cnt = words(w, GATEWAY_CNT_COUNT),
				   .risk_cnt = words(w, RISK_COUNTERS),
				   .host_cnt = words(w, HOST_COUNTERS) };
	for (u32 i = 0; i < TRADE_SESSIONS; i++) {
		l->session_status[i] = take(w, sizeof(struct session_status));
		l->session_cnt[i] =
			(struct session_words){ words(w, SESSION_CNT_COUNT),
						words(w, TLS_CNT_COUNT), words(w, WS_CNT_COUNT) };
	}
	for (u32 i = 0; i < 2; i++) {
		struct book_config bc = { .instrument = i, .version = 1 };
		l->image[i] = book_image_init(take(w, book_image_bytes(4)), 4);
		w->book[i] = book_new(&w->arena, w->book_cnt, &bc);
	}
}

static inline void make_core(struct world *w)
{
	struct param_error why = { "" };
	u16 id;
	w->cfg = (struct trade_cfg){ .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S },
				     .net = net_cfg_of(&w->ours, OUR_IP),
				     .tcp = tcp_cfg_default,
				     .boot = BOOT,
				     .recv_window_ms = 5000,
				     .live = true,
				     .cancel_on_stale = true,
				     .cancel_on_session_loss = true,
				     .instruments = w->instrument,
				     .n_instruments = 2,
				     .turn_budget_ns = 1000000 * NS_PER_S,
				     .seed = 1 };
	w->cfg.session = (struct session_cfg){ .message_own = 64 << 10,
					       .message_max = 64 << 10,
					       .step_timeout_ns = 2 * NS_PER_S,
					       .idle_ns = 60 * NS_PER_S,
					       .retry_min_ns = 100 * NS_PER_S,
					       .retry_max_ns = 100 * NS_PER_S };
	w->cfg.tcp.secret[0] = 3;
	assert_int_equal(trade_core_init(&w->c, &w->arena, &w->cfg, &w->l, &why), ERR_OK);
	assert_int_equal(host_register(w->c.host, &probe, &why), ERR_OK);
	in_init = w;
	assert_int_equal(host_add(w->c.host, &w->arena, "probe", "", &id, &why), ERR_OK);
}

static inline void set_limits(struct world *w)
{
	struct msg_clock k = { .offset_ns = (i64)(WALL_NS - START_NS) };
	tell(w, MSG_CLOCK, 0, &k, sizeof k);
	for (u32 i = 0; i < 2; i++) {
		struct msg_limits l = rules_limits(i);
		tell(w, MSG_LIMITS, 0, &l, sizeof l);
	}
}

static inline struct world *world_new(void)
{
	struct world *w =
		aligned_alloc(CACHE_LINE, (sizeof *w + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	memset(w, 0, sizeof *w);
	w->now = w->venue.now = START_NS;
	w->instrument[0] = rules_instrument("BTCUSDT", 0);
	w->instrument[1] = rules_instrument("ETHUSDT", 1);
	assert_int_equal(arena_open(&w->arena, 256u << 20), ERR_OK);
	assert_int_equal(tls_crypto_init(&w->crypto, true), ERR_OK);
	assert_int_equal(
		port_mem_pair(&w->arena, &w->ours, &w->far, 1024, w->port_cnt[0], w->port_cnt[1]),
		ERR_OK);
	w->tape = tape_init(take(w, tape_bytes(TAPE_SLOTS)), TAPE_SLOTS);
	make_links(w);
	make_core(w);
	venue_open(&w->venue, &w->arena, &w->far);
	set_limits(w);
	run(w, 3 * TURN_NS);
	for (u32 i = 0; i < 2; i++)
		book_says(w, i, BOOK_VALID);
	run(w, TURN_NS);
	return w;
}

static inline void join(struct world *w, u32 i)
{
	struct session *s = &w->c.session[i];
	session_close(s, w->now); /* a session that waits for its next attempt: this is it */
	venue_join(&w->venue, i, s, &w->ours, &w->crypto);
}

/* Logged on, reconciled, armed; logs empty. */
static inline struct world *world_armed(void)
{
	struct world *w = world_new();
	join(w, 0);
	join(w, 1);
	run(w, 50 * TURN_NS);
	assert_string_equal(link_state_name(w->c.link[0]), "READY");
	assert_int_equal(command(w, CMD_ARM)->result, ERR_OK);
	forget(w);
	return w;
}

static inline void world_free(struct world *w)
{
	trade_core_close(&w->c);
	venue_close(&w->venue);
	arena_close(&w->arena);
	free(w);
}

static inline u8 state_of(const struct world *w, u64 id)
{
	return order_table_find(&w->c.orders, id)->state;
}

#define assert_order(w, id, what)                                                                  \
	assert_string_equal(order_state_name(state_of(w, (u64)(id))), what)

#endif
