/*
 * replay_cores.h - for the tests of replay: both cores over ports the test chooses, with recorders,
 * made the same way each time. Sessions are adopted, there is no handshake.
 */
#ifndef TESTS_REPLAY_CORES_H
#define TESTS_REPLAY_CORES_H

#include "dataplane/md_core.h"
#include "gateway/trade_core.h"
#include "pcap/replay.h"
#include "tests/gateway/trade_rules.h"
#include "tests/gateway/trade_venue.h"

#define START_NS (100 * NS_PER_S)
#define TAPE_SLOTS 256
#define DEPTH 16
#define BOOT 7

struct cores {
	struct arena arena;
	struct arena own[RECORD_CORES]; /* what each core consists of */
	u8 *links_at[RECORD_CORES];     /* what it is linked to */
	size_t links_n[RECORD_CORES];
	struct tls_crypto crypto;
	struct port port[RECORD_CORES];
	struct recorder *rec[RECORD_CORES];
	struct ring *records[RECORD_CORES];
	struct md_core md;
	struct trade_core trade;
	struct md_links ml;
	struct trade_links tl;
	struct tape *trade_tape;
	struct book_image *trade_image;
	struct segment_kill_page kill;
	struct instrument instrument;
	u64 lost;
};

static inline void *take(struct cores *c, size_t n)
{
	void *p = arena_alloc(&c->arena, n, CACHE_LINE);
	assert_non_null(p);
	return p;
}

static inline u64 *words(struct cores *c, u32 n) { return take(c, n * sizeof(u64)); }

static inline struct session_words session_words(struct cores *c)
{
	return (struct session_words){ words(c, SESSION_CNT_COUNT), words(c, TLS_CNT_COUNT),
				       words(c, WS_CNT_COUNT) };
}

static inline u8 *mark(struct cores *c) { return take(c, CACHE_LINE); }

static inline void link_md(struct cores *c)
{
	c->links_at[RECORD_MD] = mark(c);
	c->ml = (struct md_links){ .port = &c->rec[RECORD_MD]->port,
				   .rec = c->rec[RECORD_MD],
				   .in_ctl = ring_new(&c->arena, 1 << 18),
				   .in_slow = ring_new(&c->arena, 1 << 16),
				   .to_ctl = ring_new(&c->arena, 1 << 18),
				   .to_slow = ring_new(&c->arena, 1 << 16),
				   .tape = tape_init(take(c, tape_bytes(TAPE_SLOTS)), TAPE_SLOTS),
				   .image = { book_image_init(take(c, book_image_bytes(DEPTH)), DEPTH) },
				   .status = take(c, sizeof(struct core_status)),
				   .session_status = take(c, sizeof(struct session_status)),
				   .kill = &c->kill,
				   .crypto = &c->crypto,
				   .cnt = words(c, MD_CNT_COUNT),
				   .net_cnt = words(c, NET_CNT_COUNT),
				   .tcp_cnt = words(c, TCP_CNT_COUNT),
				   .feed_cnt = words(c, FEED_CNT_COUNT),
				   .book_cnt = words(c, BOOK_CNT_COUNT),
				   .session_cnt = session_words(c) };
	c->links_n[RECORD_MD] = (size_t)(mark(c) - c->links_at[RECORD_MD]);
}

static inline void link_trade(struct cores *c)
{
	c->links_at[RECORD_TRADE] = mark(c);
	c->tl = (struct trade_links){ .port = &c->rec[RECORD_TRADE]->port,
				      .rec = c->rec[RECORD_TRADE],
				      .in_ctl = ring_new(&c->arena, 1 << 18),
				      .in_slow = ring_new(&c->arena, 1 << 16),
				      .to_ctl = ring_new(&c->arena, 1 << 18),
				      .to_slow = ring_new(&c->arena, 1 << 16),
				      .trace = ring_new(&c->arena, 1 << 18),
				      .journal = ring_new(&c->arena, 1 << 13),
				      .tape = c->trade_tape,
				      .image = { c->trade_image },
				      .status = take(c, sizeof(struct core_status)),
				      .session_status = { take(c, sizeof(struct session_status)),
							  take(c, sizeof(struct session_status)) },
				      .kill = &c->kill,
				      .crypto = &c->crypto,
				      .orders = take(c, ROWS_ORDERS * sizeof(struct order_cell)),
				      .positions = take(c, sizeof(struct position_cell)),
				      .state = take(c, sizeof(struct trade_cell)),
				      .strategies = take(c, HOST_INSTANCES_MAX * sizeof(struct strategy_cell)),
				      .values = take(c, HOST_INSTANCES_MAX * sizeof(struct strategy_values_cell)),
				      .limits = take(c, 1 * sizeof(struct limits_cell)),
				      .cnt = words(c, TRADE_CNT_COUNT),
				      .net_cnt = words(c, NET_CNT_COUNT),
				      .tcp_cnt = words(c, TCP_CNT_COUNT),
				      .gateway_cnt = words(c, GATEWAY_CNT_COUNT),
				      .risk_cnt = words(c, RISK_COUNTERS),
				      .host_cnt = words(c, HOST_COUNTERS),
				      .session_cnt = { session_words(c), session_words(c) } };
	c->links_n[RECORD_TRADE] = (size_t)(mark(c) - c->links_at[RECORD_TRADE]);
}

static const struct session_cfg session_times = { .message_own = 64 << 10,
						  .message_max = 64 << 10,
						  .step_timeout_ns = 2 * NS_PER_S,
						  .idle_ns = 2 * NS_PER_S,
						  .retry_min_ns = NS_PER_S,
						  .retry_max_ns = 2 * NS_PER_S };

static inline void make_md(struct cores *c)
{
	struct md_cfg m = { .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S },
			    .net = net_cfg_of(&c->port[RECORD_MD], OUR_IP),
			    .tcp = tcp_cfg_default,
			    .session = session_times,
			    .book_levels = DEPTH,
			    .book_buffer_levels = 4096,
			    .feed_levels = 100,
			    .stale_ns = NS_PER_S,
			    .snapshot_ns = NS_PER_S };
	m.tcp.secret[0] = 2;
	assert_int_equal(md_core_init(&c->md, &c->own[RECORD_MD], &m, &c->ml), ERR_OK);
}

static inline void make_trade(struct cores *c, ns_t budget_ns)
{
	struct trade_strategy maker = { "maker", "",
					"instrument=BTCUSDT half_spread=20 size=0.001 "
					"max_position=0.1 refresh=3 post_only=false backoff=5",
					false };
	struct param_error why = { "" };
	struct trade_cfg t = { .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S },
			       .net = net_cfg_of(&c->port[RECORD_TRADE], OUR_IP),
			       .tcp = tcp_cfg_default,
			       .session = session_times,
			       .boot = BOOT,
			       .recv_window_ms = 5000,
			       .live = true,
			       .cancel_on_stale = true,
			       .cancel_on_session_loss = true,
			       .instruments = &c->instrument,
			       .n_instruments = 1,
			       .strategies = &maker,
			       .n_strategies = 1,
			       .profile_every = 3,
			       .turn_budget_ns = budget_ns,
			       .seed = 1 };
	t.tcp.secret[0] = 3;
	err_t e = trade_core_init(&c->trade, &c->own[RECORD_TRADE], &t, &c->tl, &why);
	if (e != ERR_OK)
		fail_msg("trading core: %s", why.text);
}

/* `c->port` is open. `own_tape`: the trading core has a tape and an image of its own, for a replay. */
static inline void cores_make(struct cores *c, bool own_tape, ns_t budget_ns)
{
	c->instrument = rules_instrument("BTCUSDT", 0);
	assert_int_equal(tls_crypto_init(&c->crypto, true), ERR_OK);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		c->records[i] = ring_new(&c->arena, 1 << 20);
		c->rec[i] = ARENA_NEW(&c->arena, struct recorder);
		assert_true(c->records[i] && c->rec[i]);
		recorder_init(c->rec[i], &c->port[i], c->records[i], &c->lost);
	}
	for (u32 i = 0; i < RECORD_CORES; i++)
		assert_int_equal(arena_open(&c->own[i], 64u << 20), ERR_OK);
	link_md(c);
	c->trade_tape = c->ml.tape;
	c->trade_image = c->ml.image[0];
	if (own_tape) {
		c->trade_tape = tape_init(take(c, tape_bytes(TAPE_SLOTS)), TAPE_SLOTS);
		c->trade_image = book_image_init(take(c, book_image_bytes(DEPTH)), DEPTH);
	}
	link_trade(c);
	make_md(c);
	make_trade(c, budget_ns);
}

/* Where everything lies that a checkpoint holds or points to. */
static inline u32 cores_places(const struct cores *c, struct state_place *out)
{
	static const char *const names[RECORD_CORES][4] = {
		{ "md lower", "md upper", "md links", "md recorder" },
		{ "trade lower", "trade upper", "trade links", "trade recorder" }
	};
	u32 n = 0;
	out[n++] = state_place("md", &c->md, sizeof c->md, true);
	out[n++] = state_place("trade", &c->trade, sizeof c->trade, true);
	for (u32 i = 0; i < RECORD_CORES; i++) {
		out[n++] = state_place(names[i][0], c->own[i].base, c->own[i].used, true);
		out[n++] = state_place(names[i][1], arena_bulk(&c->own[i]), c->own[i].bulk, true);
		out[n++] = state_place(names[i][2], c->links_at[i], c->links_n[i], true);
		out[n++] = state_place(names[i][3], c->rec[i], sizeof *c->rec[i], false);
	}
	out[n++] = state_place("cores", c, sizeof *c, false);
	return n;
}

/* The three sessions, joined before the first turn: what venue_accept of each side gives. */
static inline void cores_adopt(struct cores *c, const u8 md_mac[6], const u8 trade_mac[6])
{
	c->trade.now = START_NS; /* no turn has told it */
	venue_adopted(&c->md.session, 40001, md_mac, START_NS);
	for (u16 i = 0; i < TRADE_SESSIONS; i++)
		venue_adopted(&c->trade.session[i], (u16)(40001 + i), trade_mac, START_NS);
}

static inline void cores_close(struct cores *c)
{
	md_core_close(&c->md);
	trade_core_close(&c->trade);
	arena_close(&c->arena);
	arena_close(&c->own[RECORD_MD]);
	arena_close(&c->own[RECORD_TRADE]);
}

#endif
