/*
 * Two stacks over a bad link: whatever it does, each stream arrives whole, in order and once, and
 * both ends come to rest.
 */
#include "tests/cmocka_all.h"

#include "tests/dataplane/tcp/world.h"

#define STREAM_BYTES (1u << 20)
#define SEEDS 20
#define PORT 7

struct app {
	struct world *w;
	struct tcp_conn *c;
	struct rng out, in; /* the bytes of a stream come from its seed */
	u32 sent, received, opened, fins, downs;
	err_t why;
	bool wrong;
};

static u8 next_byte(struct rng *r) { return (u8)rng_next(r); }

/* As much as goes: by the hot path, by the queue, in pieces of any size. */
static void app_send(struct app *a, ns_t now)
{
	u8 piece[3000];
	while (a->c && a->sent < STREAM_BYTES) {
		struct rng at = a->out;
		u32 n = 1 + (u32)rng_below(&a->w->rng, sizeof piece);
		n = u32_min(n, STREAM_BYTES - a->sent);
		bool hot = n <= 1460 && rng_below(&a->w->rng, 2);
		u8 *room = hot ? tcp_tx_room(a->c, n) : piece;
		if (!room)
			room = piece, hot = false;
		for (u32 i = 0; i < n; i++)
			room[i] = next_byte(&at);
		if (hot)
			tcp_tx_fire(a->c, n, now);
		else if (tcp_write(a->c, piece, n, now) != ERR_OK)
			return;
		a->out = at;
		a->sent += n;
	}
	if (a->c && a->sent == STREAM_BYTES)
		tcp_close(a->c, now);
}

static void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct app *a = user;
	a->opened++;
	a->c = c;
	app_send(a, now);
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct app *a = user;
	a->wrong |= a->fins || c != a->c || n == 0;
	for (u32 i = 0; i < n; i++)
		a->wrong |= p[i] != next_byte(&a->in);
	a->received += n;
	app_send(a, now);
}

static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	(void)c;
	(void)now;
	((struct app *)user)->fins++;
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct app *a = user;
	(void)now;
	a->wrong |= c != a->c;
	a->c = NULL;
	a->downs++;
	a->why = why;
}

static const struct tcp_events events = { on_open, on_data, on_fin, on_down };

static void streams(u64 seed, const struct impair *impair, const struct tcp_cfg *cfg, u32 isn)
{
	struct world w;
	world_open(&w, seed, cfg);
	struct app a = { .w = &w }, b = { .w = &w };
	rng_seed(&a.out, seed * 2);
	rng_seed(&b.in, seed * 2);
	rng_seed(&b.out, seed * 2 + 1);
	rng_seed(&a.in, seed * 2 + 1);
	struct ip_addr dst = end_ip(1);
	u8 mac[6];
	/* ARP has no checksum: that is the Ethernet's business, which this link does not have. */
	while (net_resolve(&w.end[0].net, &dst, mac, w.now) == ERR_AGAIN)
		assert_true(world_step(&w));
	assert_int_equal(tcp_listen(w.end[1].tcp, PORT, &events, &b), ERR_OK);
	a.c = tcp_connect(w.end[0].tcp, &dst, PORT, &events, &a, w.now);
	assert_non_null(a.c);
	if (isn) { /* so that the numbers wrap on the way */
		struct tcp_conn *c = a.c;
		c->iss = c->snd_una = c->snd_nxt = c->una_done = c->rtx_nxt = c->rtx_end = isn;
		c->snd_end = isn + 1;
	}
	a.c->sack_ok = a.c->scale_ok = seed % 4; /* at times the plain protocol */
	w.impair = *impair;
	u64 steps = 0;
	while ((a.downs == 0 || b.downs == 0) && world_step(&w) && ++steps < 2000000) {
		if (a.opened)
			app_send(&a, w.now);
		if (b.opened)
			app_send(&b, w.now);
	}
	if (a.wrong || b.wrong || a.received != STREAM_BYTES || b.received != STREAM_BYTES ||
	    a.fins != 1 || b.fins != 1 || a.downs != 1 || b.downs != 1 || a.why != ERR_CLOSED ||
	    b.why != ERR_CLOSED || a.opened != 1 || b.opened != 1)
		fail_msg("seed %llu: received %u %u, %s %s, fins %u %u, %llu steps, %.3f s",
			 (unsigned long long)seed, a.received, b.received, err_name(a.why),
			 err_name(b.why), a.fins, b.fins, (unsigned long long)steps,
			 (double)(w.now - 1000 * NS_PER_S) / 1e9);
	for (u32 i = 0; i < 2; i++) {
		tcp_turn(w.end[i].tcp, w.now);
		assert_int_equal(w.end[i].tcp->conns.n_free, w.end[i].tcp->conns.n);
	}
	if (getenv("VERBOSE"))
		print_message("seed %llu: %.3f virtual s, rto %llu fast %llu probe %llu hot %llu fastrx %llu\n",
			      (unsigned long long)seed, (double)(w.now - 1000 * NS_PER_S) / 1e9,
			      (unsigned long long)w.end[0].tcp_cnt[TCP_CNT_rtx_timeouts],
			      (unsigned long long)w.end[0].tcp_cnt[TCP_CNT_rtx_fast],
			      (unsigned long long)w.end[0].tcp_cnt[TCP_CNT_rtx_probe],
			      (unsigned long long)w.end[0].tcp_cnt[TCP_CNT_tx_hot],
			      (unsigned long long)w.end[0].tcp_cnt[TCP_CNT_rx_fast]);
	world_close(&w);
}

static struct tcp_cfg small_cfg(void)
{
	struct tcp_cfg cfg = tcp_cfg_default;
	cfg.max_conns = 4;
	cfg.snd_ring_bytes = 64 << 10;
	cfg.rcv_wnd_bytes = 256 << 10;
	cfg.user_timeout_ns = 600 * NS_PER_S;
	cfg.syn_retries = 10;
	return cfg;
}

static void test_clean_link(void **state)
{
	(void)state;
	struct tcp_cfg cfg = small_cfg();
	struct impair none = { .delay_ns = 100 * NS_PER_US };
	streams(1, &none, &cfg, 0);
	streams(2, &none, &cfg, 0xffffff00);
}

static void test_bad_link(void **state)
{
	(void)state;
	static const struct impair rows[] = {
		{ .loss = 100, .delay_ns = 1 * NS_PER_MS },
		{ .dup = 300, .delay_ns = 1 * NS_PER_MS },
		{ .reorder = 1000, .jitter_ns = 3 * NS_PER_MS, .delay_ns = 1 * NS_PER_MS },
		{ .corrupt = 200, .delay_ns = 1 * NS_PER_MS },
		{ .refuse = 1000, .delay_ns = 1 * NS_PER_MS },
		{ .loss = 300, .dup = 200, .reorder = 500, .corrupt = 100, .refuse = 300,
		  .delay_ns = 2 * NS_PER_MS, .jitter_ns = 5 * NS_PER_MS },
	};
	struct tcp_cfg cfg = small_cfg();
	for (u64 seed = 1; seed <= SEEDS; seed++) {
		cfg.rcv_wnd_bytes = seed % 5 ? 256 << 10 : 4096;
		cfg.snd_ring_bytes = seed % 7 ? 64 << 10 : 4096;
		streams(seed, &rows[seed % ARRAY_LEN(rows)], &cfg, seed % 3 ? 0 : (u32)-seed * 977);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_link),
		cmocka_unit_test(test_bad_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
