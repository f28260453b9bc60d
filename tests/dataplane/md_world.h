/*
 * md_world.h - for the tests of the market-data core: the core in virtual time, texts handed to it
 * as its session would, the tape written as a string. There is no peer: the session is adopted.
 */
#ifndef TESTS_MD_WORLD_H
#define TESTS_MD_WORLD_H

#include "dataplane/md_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"
#include "dataplane/nic/nic_mem.h"
#include "tests/cmocka_all.h"

#define TURN_NS NS_PER_MS
#define STALE_NS (2 * NS_PER_S)
#define SNAPSHOT_NS (3 * NS_PER_S)
#define DEPTH 16
#define SLOTS 4096

struct world {
	struct arena arena;
	struct tls_crypto crypto;
	struct port ours, far;
	struct md_core c;
	struct md_links l;
	struct segment_kill_page kill;
	struct instrument instrument;
	ns_t now;
	u64 seq;          /* of the tape, read so far */
	u32 n_wanted;     /* snapshots asked for */
	u32 n_prepare;    /* connections begun */
	char log[4096];   /* the tape: "bbo 100/101" */
	size_t log_n;
};

static const char *const book_states[] = { "EMPTY", "VALID", "STALE", "RESYNC" };

/* ---- the tape as a string ---- */

static inline void log_event(struct world *w, const struct tape_event *e)
{
	char t[96] = "";
	if (e->kind == TAPE_BBO)
		sprintf(t, "bbo %lld/%lld", (long long)e->bid_px, (long long)e->ask_px);
	else if (e->kind == TAPE_TRADE)
		sprintf(t, "trade %lld%s", (long long)e->px,
			e->flags & TAPE_BUYER_MAKER ? " sold" : "");
	else if (e->kind == TAPE_LEVEL)
		sprintf(t, "%s %lld:%lld%s", e->flags & TAPE_ASK ? "ask" : "bid", (long long)e->px,
			(long long)e->qty, e->flags & TAPE_LAST ? "." : "");
	else if (e->kind == TAPE_RESET)
		sprintf(t, "reset %llu", (unsigned long long)e->update_id);
	else
		sprintf(t, "%s", book_states[e->book_state]);
	assert_true(w->log_n + sizeof t < sizeof w->log);
	w->log_n += (size_t)sprintf(w->log + w->log_n, "%s%s", w->log_n ? ", " : "", t);
}

static inline void read_tape(struct world *w)
{
	struct tape_event e;
	for (; tape_read(w->l.tape, w->seq + 1, &e) == TAPE_OK; w->seq++)
		log_event(w, &e);
}

static inline void forget(struct world *w)
{
	read_tape(w);
	w->log_n = 0;
	w->log[0] = 0;
}

/* ---- inputs ---- */

static inline void text(struct world *w, const char *t)
{
	w->c.session.user->text(w->c.session.ctx, &w->c.session, (const u8 *)t, (u32)strlen(t),
				w->now);
	read_tape(w);
}

static inline void ticker(struct world *w, u64 u, i64 bid, i64 ask)
{
	char t[256];
	sprintf(t,
		"{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\",\"b\":"
		"\"%lld.%02lld\",\"B\":\"1.00\","
		"\"a\":\"%lld.%02lld\",\"A\":\"1.00\"}}",
		(unsigned long long)u, (long long)bid / 100, (long long)bid % 100,
		(long long)ask / 100, (long long)ask % 100);
	text(w, t);
}

/* `bids` and `asks`: JSON lists of ["1.00","2"]. */
static inline void diff(struct world *w, u64 from, u64 to, const char *bids, const char *asks)
{
	char t[8192];
	snprintf(t, sizeof t,
		 "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":"
		 "1723161255208,\"s\":\"BTCUSDT\","
		 "\"U\":%llu,\"u\":%llu,\"b\":[%s],\"a\":[%s]}}",
		 (unsigned long long)from, (unsigned long long)to, bids, asks);
	text(w, t);
}

static inline void tell(struct world *w, u16 type, const void *p, u32 n)
{
	assert_true(ring_put(w->l.in_ctl, type, 0, p, n));
}

static inline void turn(struct world *w)
{
	struct frame f[PORT_BURST_MAX];
	const struct ring_msg *m;
	w->now += TURN_NS;
	md_core_step(&w->c, w->now);
	for (; (m = ring_peek(w->l.to_ctl)); ring_release(w->l.to_ctl, m))
		w->n_wanted += m->type == MSG_WANT_SNAPSHOT;
	for (; (m = ring_peek(w->l.to_slow)); ring_release(w->l.to_slow, m))
		w->n_prepare += m->type == MSG_SESSION_PREPARE;
	while (port_rx(&w->far, f, PORT_BURST_MAX))
		port_rx_done(&w->far);
	read_tape(w);
}

static inline void run(struct world *w, ns_t ns)
{
	for (ns_t end = w->now + ns; w->now < end;)
		turn(w);
}

static inline void slice(struct world *w, bool ask, const struct msg_level *l, u32 n)
{
	u64 words[(sizeof(struct msg_levels) + MSG_LEVELS_MAX * sizeof *l) / 8];
	struct msg_levels *m = (void *)words;
	*m = (struct msg_levels){ .n = (u16)n, .ask = ask };
	memcpy(m->level, l, n * sizeof *l);
	tell(w, MSG_SNAPSHOT_LEVELS, m, (u32)(sizeof *m + n * sizeof *l));
}

/* Bid 1.00 x 1.00 and 0.99 x 2.00, ask 1.02 x 1.00, as of update `id`. */
static inline void snapshot(struct world *w, u64 id)
{
	static const struct msg_level bids[] = { { 100, 100 }, { 99, 200 } },
				      asks[] = { { 102, 100 } };
	struct msg_snapshot s = { .update_id = id };
	tell(w, MSG_SNAPSHOT_BEGIN, &s, sizeof s);
	slice(w, false, bids, 1);
	slice(w, false, bids + 1, 1);
	slice(w, true, asks, 1);
	tell(w, MSG_SNAPSHOT_END, &s, sizeof s);
	turn(w);
}

/* ---- life ---- */

static inline u64 *words(struct world *w, u32 n)
{
	return arena_alloc(&w->arena, n * sizeof(u64), CACHE_LINE);
}

static inline void make_links(struct world *w)
{
	struct arena *a = &w->arena;
	w->l = (struct md_links){
		.port = &w->ours,
		.in_ctl = ring_new(a, 1 << 20),
		.in_slow = ring_new(a, 1 << 16),
		.to_ctl = ring_new(a, 1 << 16),
		.to_slow = ring_new(a, 1 << 16),
		.tape = tape_init(arena_alloc(a, tape_bytes(SLOTS), CACHE_LINE), SLOTS),
		.status = arena_alloc(a, sizeof(struct core_status), CACHE_LINE),
		.session_status = arena_alloc(a, sizeof(struct session_status), CACHE_LINE),
		.kill = &w->kill,
		.crypto = &w->crypto,
		.cnt = words(w, MD_CNT_COUNT),
		.net_cnt = words(w, NET_CNT_COUNT),
		.tcp_cnt = words(w, TCP_CNT_COUNT),
		.feed_cnt = words(w, FEED_CNT_COUNT),
		.book_cnt = words(w, BOOK_CNT_COUNT)
	};
	w->l.image[0] = book_image_init(arena_alloc(a, book_image_bytes(DEPTH), CACHE_LINE), DEPTH);
	w->l.session_cnt =
		(struct session_words){ words(w, SESSION_CNT_COUNT), words(w, TLS_CNT_COUNT),
					words(w, WS_CNT_COUNT) };
}

static inline struct world *world_new(void)
{
	struct world *w =
		aligned_alloc(CACHE_LINE, (sizeof *w + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	memset(w, 0, sizeof *w);
	w->now = 100 * NS_PER_S;
	w->instrument = (struct instrument){ .version = 1,
					     .px_scale = 2,
					     .qty_scale = 2,
					     .symbol_n = 7,
					     .symbol = "BTCUSDT",
					     .tick = 1 };
	assert_int_equal(arena_open(&w->arena, 256u << 20), ERR_OK);
	assert_int_equal(tls_crypto_init(&w->crypto, true), ERR_OK);
	assert_int_equal(port_mem_pair(&w->arena, &w->ours, &w->far, 256, words(w, PORT_CNT_COUNT),
				       words(w, PORT_CNT_COUNT)),
			 ERR_OK);
	make_links(w);
	struct md_cfg m = { .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S },
			    .tcp = tcp_cfg_default,
			    .book_levels = 64,
			    .book_buffer_levels = 4096,
			    .feed_levels = 256,
			    .stale_ns = STALE_NS,
			    .snapshot_ns = SNAPSHOT_NS };
	m.net = (struct net_cfg){ .ip = ip_addr_v4(0x0a4d0002),
				  .prefix_len = 24,
				  .mtu = w->ours.mtu };
	memcpy(m.net.mac, w->ours.mac, 6);
	m.session = (struct session_cfg){ .message_own = 64 << 10,
					  .message_max = 64 << 10,
					  .step_timeout_ns = 2 * NS_PER_S,
					  .idle_ns = 600 * NS_PER_S,
					  .retry_min_ns = NS_PER_S,
					  .retry_max_ns = NS_PER_S };
	m.tcp.secret[0] = 1;
	assert_int_equal(md_core_init(&w->c, &w->arena, &m, &w->l), ERR_OK);
	tell(w, MSG_INSTRUMENT, &w->instrument, sizeof w->instrument);
	turn(w);
	return w;
}

/*
 * The session is open, by adoption: there is no peer, texts are handed to the core as the session
 * would.
 */
static inline void open_session(struct world *w)
{
	struct tcp_adopt how = { .dst = ip_addr_v4(0x0a4d0001),
				 .port = 443,
				 .local_port = 40001,
				 .snd_wnd = 1 << 20,
				 .mss = 1460 };
	struct tls_keys k = { .now = { { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 },
				       { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 } } };
	k.now[TLS_TX].key[0] = (u8)++w->n_prepare;
	w->n_prepare--;
	assert_int_equal(session_adopt(&w->c.session, &how, &k, w->now), ERR_OK);
	w->c.wanted = true;
	turn(w);
}

/* The book of `snapshot` as of update 10, VALID; the log empty. */
static inline struct world *world_valid(void)
{
	struct world *w = world_new();
	open_session(w);
	diff(w, 9, 10, "", "");
	snapshot(w, 10);
	assert_int_equal(book_state(w->c.book[0]), BOOK_VALID);
	forget(w);
	return w;
}

static inline void world_free(struct world *w)
{
	md_core_close(&w->c);
	arena_close(&w->arena);
	free(w);
}

static inline struct book_top top_of(const struct world *w)
{
	struct book_top t;
	assert_int_equal(book_image_read_top(w->l.image[0], &t), ERR_OK);
	return t;
}

#endif
