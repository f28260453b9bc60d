/*
 * session_world.h - one session in virtual time: its port joined in memory to a site (site.h), and
 * the slow thread's work done by hand with tls_client.h. What the session tells its user and ctl
 * stands in a string.
 */
#ifndef TESTS_SESSION_WORLD_H
#define TESTS_SESSION_WORLD_H

#include "dataplane/session_set.h"
#include "dataplane/tls/tls_client.h"
#include "dataplane/tls/tls_kdf.h"
#include "tests/dataplane/site.h"

#define OUR_IP       0x0a4d0002u
#define TURN_NS      NS_PER_MS
#define STEP_NS      (2 * NS_PER_S)
#define IDLE_NS      (10 * NS_PER_S)
#define RETRY_MIN_NS NS_PER_S
#define RETRY_MAX_NS (8 * NS_PER_S)
#define MESSAGE_OWN  (100u << 10)
#define MESSAGE_MAX  (16u << 20)

struct world {
	struct arena arena;
	struct tls_crypto crypto;
	struct venue venue;
	struct port ours, far;
	struct net net;
	struct tcp *tcp;
	struct session_set set;
	struct session s;
	struct ring *to_slow, *from_slow, *to_ctl;
	struct rng rng;
	u64 port_cnt[2][PORT_CNT_COUNT], net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u64 cnt[SESSION_CNT_COUNT], tls_cnt[TLS_CNT_COUNT], ws_cnt[WS_CNT_COUNT];
	ns_t now;
	struct site site;
	/* the slow thread's hand */
	struct tls_client_ctx *ctx;
	struct tls_client *hs;
	u64 hs_tag;
	bool slow_mute;      /* answers nothing */
	bool slow_unable;    /* answers that it failed */
	bool hold_refill;    /* a wish for keys stays where it is */
	bool echo;           /* the user sends each text back at once, by the hot path */
	const char *doom_at; /* the user gives the connection up when it hears this text */
	u32 big_n;           /* length of the last text over 64 bytes, and its sum */
	u64 big_sum;
	char log[SITE_LOG];
	size_t log_n;
};

static inline void note(struct world *w, const char *kind, const char *what, size_t n)
{
	assert_true(w->log_n + n + 32 < SITE_LOG);
	w->log_n += (size_t)sprintf(w->log + w->log_n, "%s%s%.*s", w->log_n ? " " : "", kind,
				    (int)n, what);
}

/* ---- the session's user ---- */

static inline bool hot_send(struct world *w, const void *p, u32 n)
{
	return session_fire(&w->s, p, n, w->now);
}

static inline void on_up(void *user, struct session *s, ns_t now)
{
	(void)s, (void)now;
	note(user, "up", "", 0);
}

static inline void on_text(void *user, struct session *s, const u8 *p, u32 n, ns_t now)
{
	struct world *w = user;
	(void)now;
	if (n > 64) {
		w->big_n = n;
		w->big_sum = 0;
		for (u32 i = 0; i < n; i++)
			w->big_sum += p[i] * (u64)(i + 1);
		note(w, "big", "", 0);
	} else {
		note(w, "text:", (const char *)p, n);
	}
	if (w->echo)
		assert_true(hot_send(w, p, n));
	if (w->doom_at && n == strlen(w->doom_at) && !memcmp(p, w->doom_at, n))
		session_doom(s, ERR_PROTOCOL, "the test has had enough");
}

static inline void on_down(void *user, struct session *s, err_t why, ns_t now)
{
	(void)s, (void)now;
	note(user, "down:", err_name(why), strlen(err_name(why)));
}

static const struct session_user world_user = { .up = on_up, .text = on_text, .down = on_down };

/* ---- the slow thread's hand ---- */

static inline void answer(struct world *w, u16 type, u64 tag, const void *p, size_t n)
{
	assert_true(ring_put(w->from_slow, type, tag, p, (u32)n));
}

static inline void slow_prepare(struct world *w, u64 tag)
{
	u32 words[(sizeof(struct msg_ready) + 1024) / 4];
	struct msg_ready *r = (void *)words;
	struct ws_http_req req = { .host = VENUE_HOST ":9443", .path = "/ws" };
	struct ip_addr ip = ip_addr_v4(SITE_IP);
	struct span hello;
	memset(req.key, 7, sizeof req.key);
	memcpy(r->ip, ip.b, sizeof r->ip);
	r->port = SITE_PORT;
	assert_int_equal(ws_http_accept(req.key, r->accept), ERR_OK);
	r->request_n = (u16)ws_http_request(r->request, 1024, &req);
	answer(w, MSG_SESSION_READY, tag, r, sizeof *r + r->request_n);
	tls_client_free(w->hs);
	assert_int_equal(tls_client_start(&w->hs, w->ctx, VENUE_HOST, &hello), ERR_OK);
	w->hs_tag = tag;
	answer(w, MSG_TLS_SEND, tag, hello.p, hello.n);
}

static inline void slow_failed(struct world *w, u64 tag, err_t e, const char *why)
{
	struct msg_failed m = { .err = e };
	snprintf(m.why, sizeof m.why, "%s", why);
	answer(w, MSG_SESSION_FAILED, tag, &m, sizeof m);
}

static inline void slow_record(struct world *w, const struct ring_msg *m)
{
	struct span out = { 0 };
	struct tls_keys k;
	bool done = false;
	err_t e = tls_client_record(w->hs, m->data, m->n, &out, &done);
	if (out.n)
		answer(w, MSG_TLS_SEND, m->tag, out.p, out.n);
	if (e != ERR_OK) {
		slow_failed(w, m->tag, e, tls_client_why(w->hs));
	} else if (done) {
		assert_int_equal(tls_client_keys(w->hs, &k), ERR_OK);
		answer(w, MSG_TLS_KEYS, m->tag, &k, sizeof k);
	} else {
		answer(w, MSG_TLS_CREDIT, m->tag, NULL, 0);
	}
}

static inline void slow_refill(struct world *w, const struct ring_msg *m)
{
	struct tls_dir_keys newest, next;
	u8 out[sizeof(u64) + sizeof next];
	memcpy(&newest, m->data + sizeof(u64), sizeof newest);
	assert_int_equal(tls_keys_next(&newest, &next), ERR_OK);
	memcpy(out, m->data, sizeof(u64));
	memcpy(out + sizeof(u64), &next, sizeof next);
	answer(w, MSG_TLS_REFILL, m->tag, out, sizeof out);
}

static inline void slow_take(struct world *w, const struct ring_msg *m)
{
	if (m->type == MSG_SESSION_GONE) {
		tls_client_free(w->hs);
		w->hs = NULL;
	} else if (w->slow_mute) {
		return;
	} else if (w->slow_unable) {
		slow_failed(w, m->tag, ERR_NOT_FOUND, "no such host");
	} else if (m->type == MSG_SESSION_PREPARE) {
		slow_prepare(w, m->tag);
	} else if (m->type == MSG_TLS_RECORD && w->hs && w->hs_tag == m->tag) {
		slow_record(w, m);
	} else if (m->type == MSG_TLS_TICKET && w->hs) {
		tls_client_ticket(w->hs, m->data, m->n);
	} else if (m->type == MSG_TLS_WANT_REFILL) {
		slow_refill(w, m);
	}
}

static inline void slow_turn(struct world *w)
{
	const struct ring_msg *m;
	while ((m = ring_peek(w->to_slow)) && !(w->hold_refill && m->type == MSG_TLS_WANT_REFILL)) {
		slow_take(w, m);
		ring_release(w->to_slow, m);
	}
}

/* ---- time ---- */

static inline void core_turn(struct world *w)
{
	struct frame f[PORT_BURST_MAX];
	const struct ring_msg *m;
	u32 n = port_rx(&w->ours, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++)
		tcp_rx(w->tcp, &f[i], w->now);
	if (n)
		port_rx_done(&w->ours);
	while ((m = ring_peek(w->from_slow))) {
		session_message(&w->s, m, w->now);
		ring_release(w->from_slow, m);
	}
	tcp_turn(w->tcp, w->now);
	session_set_turn(&w->set, w->now);
	while ((m = ring_peek(w->to_ctl)))
		ring_release(w->to_ctl, m);
}

static inline void turn(struct world *w)
{
	w->now += TURN_NS;
	core_turn(w);
	slow_turn(w);
	site_turn(&w->site, w->now);
}

static inline void run(struct world *w, ns_t ns)
{
	for (ns_t end = w->now + ns; w->now < end;)
		turn(w);
}

/* Turns until the session is in `state`; returns the time it took. */
static inline ns_t run_to(struct world *w, u32 state, ns_t at_most)
{
	ns_t from = w->now;
	while (w->s.state != state && w->now < from + at_most)
		turn(w);
	assert_string_equal(session_state_name(w->s.state), session_state_name(state));
	return w->now - from;
}

/* ---- life ---- */

static inline void world_session(struct world *w, const struct session_words *words)
{
	struct session_cfg cfg = { .index = 3,
				   .message_own = MESSAGE_OWN,
				   .message_max = MESSAGE_MAX,
				   .step_timeout_ns = STEP_NS,
				   .idle_ns = IDLE_NS,
				   .retry_min_ns = RETRY_MIN_NS,
				   .retry_max_ns = RETRY_MAX_NS };
	struct session_env env = { w->tcp, &w->set, w->to_slow, w->to_ctl, &w->rng, NULL };
	assert_int_equal(session_set_init(&w->set, &w->arena, 4, 1, MESSAGE_MAX), ERR_OK);
	assert_int_equal(session_init(&w->s, &w->arena, &w->crypto, &cfg, &env, words), ERR_OK);
	session_set_user(&w->s, &world_user, w);
}

static inline struct world *world_new(u16 tls_version)
{
	struct world *w =
		aligned_alloc(CACHE_LINE, (sizeof *w + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	char why[TLS_WHY_MAX] = "";
	struct tcp_cfg t = tcp_cfg_default;
	memset(w, 0, sizeof *w);
	assert_int_equal(arena_open(&w->arena, 256u << 20), ERR_OK);
	assert_int_equal(tls_crypto_init(&w->crypto, true), ERR_OK);
	assert_int_equal(
		port_mem_pair(&w->arena, &w->ours, &w->far, 4096, w->port_cnt[0], w->port_cnt[1]),
		ERR_OK);
	venue_open(&w->venue, &(struct venue_cfg){ .version = tls_version });
	struct tls_client_cfg tc = { .ca_file = w->venue.ca_file };
	assert_int_equal(tls_client_ctx_new(&w->ctx, &tc, why), ERR_OK);
	site_open(&w->site, &w->arena, &w->far, w->venue.ctx);
	struct net_cfg n = site_net_cfg(&w->ours, OUR_IP);
	t.secret[0] = 2;
	assert_int_equal(net_init(&w->net, &n, &w->ours.out, w->net_cnt), ERR_OK);
	w->tcp = tcp_new(&w->arena, &t, &w->net, &w->ours.out, w->tcp_cnt);
	w->to_slow = ring_new(&w->arena, 1 << 20);
	w->from_slow = ring_new(&w->arena, 1 << 20);
	w->to_ctl = ring_new(&w->arena, 1 << 16);
	rng_seed(&w->rng, 42);
	w->now = NS_PER_S;
	assert_non_null(w->tcp);
	world_session(w, &(struct session_words){ w->cnt, w->tls_cnt, w->ws_cnt });
	return w;
}

static inline void world_free(struct world *w)
{
	session_fini(&w->s);
	assert_int_equal(w->set.large.n_free, w->s.ws.large ? 0 : 1);
	site_close(&w->site);
	tls_client_free(w->hs);
	tls_client_ctx_free(w->ctx);
	venue_close(&w->venue);
	arena_close(&w->arena);
	free(w);
}

/* Open, and both logs empty. */
static inline struct world *world_open(u16 tls_version)
{
	struct world *w = world_new(tls_version);
	session_open(&w->s, w->now);
	run_to(w, SESSION_OPEN, STEP_NS);
	run(w, 5 * TURN_NS); /* tickets */
	w->log_n = w->site.log_n = 0;
	w->log[0] = w->site.log[0] = 0;
	return w;
}

#endif
