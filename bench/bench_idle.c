/*
 * bench_idle - a thousand sessions on one core: what each takes in memory, what a turn costs in which none is due,
 * and one in which one of them looks at its peer's silence. One session beside them, for comparison.
 *
 * The sessions are adopted, open and idle; frames go nowhere. A sample of an idle turn is the mean of BATCH turns,
 * since the time-stamp counter steps by 10 ns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sample.h"
#include "common/clock.h"
#include "dataplane/session_set.h"

enum { MANY = 1000, BATCH = 64, ROUNDS = 20000, OWN = 16 << 10, LARGE = 16 << 20, WARM_UP = 100 };

#define IDLE_NS (10 * NS_PER_S)
#define STEP_NS (IDLE_NS / MANY) /* between two deadlines */

struct bench {
	struct frame_out out; /* first */
	struct clock clock;
	struct arena arena;
	struct tls_crypto crypto;
	struct net net;
	struct tcp *tcp;
	struct session_set set;
	struct session *s;
	struct ring *to_slow;
	struct rng rng;
	u32 n;
	ns_t now;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u64 cnt[SESSION_CNT_COUNT], tls_cnt[TLS_CNT_COUNT], ws_cnt[WS_CNT_COUNT];
	u8 frame[FRAME_MAX];
};

static void fatal(const char *what)
{
	fprintf(stderr, "bench_idle: %s\n", what);
	exit(1);
}

static u8 *room(struct frame_out *o) { return ((struct bench *)o)->frame; }

static bool push(struct frame_out *o, u32 n)
{
	(void)o, (void)n;
	return true;
}

static void on_up(void *user, struct session *s, ns_t now) { (void)user, (void)s, (void)now; }

static void on_text(void *user, struct session *s, const u8 *p, u32 n, ns_t now)
{
	(void)user, (void)s, (void)p, (void)n, (void)now;
}

static void on_down(void *user, struct session *s, err_t why, ns_t now)
{
	(void)user, (void)s, (void)now;
	fatal(err_text(why));
}

static const struct session_user nobody = { .up = on_up, .text = on_text, .down = on_down };

static void open_session(struct bench *b, u32 i)
{
	struct session_cfg cfg = { .index = (u16)i,
				   .message_own = OWN,
				   .message_max = LARGE,
				   .step_timeout_ns = NS_PER_S,
				   .idle_ns = IDLE_NS,
				   .retry_min_ns = NS_PER_S,
				   .retry_max_ns = NS_PER_S };
	struct session_env env = { .tcp = b->tcp, .set = &b->set, .to_slow = b->to_slow, .rng = &b->rng };
	struct session_words words = { b->cnt, b->tls_cnt, b->ws_cnt };
	struct tcp_adopt how = { .dst = ip_addr_v4(0x0a000009),
				 .port = 443,
				 .local_port = (u16)(20000 + i),
				 .peer_mac = { 2, 9 },
				 .snd_wnd = 1 << 16,
				 .mss = 1460 };
	struct tls_keys k = { .now = { { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 },
				       { .version = TLS_1_3, .suite = TLS_AES_128_GCM_SHA256 } } };
	memcpy(k.now[TLS_TX].key, &i, sizeof i);
	if (session_init(&b->s[i], &b->arena, &b->crypto, &cfg, &env, &words) != ERR_OK)
		fatal("no memory for a session");
	session_set_user(&b->s[i], &nobody, b);
	b->now += STEP_NS;
	if (session_adopt(&b->s[i], &how, &k, b->now) != ERR_OK)
		fatal("a session cannot be adopted");
}

static void print_memory(struct bench *b, u32 n, size_t rings)
{
	char note[160];
	size_t per = (b->arena.used - rings) / n + sizeof *b->s;
	snprintf(note, sizeof note, ",\"sessions\":%u,\"message_own\":%d,\"message_max\":%d,\"large_buffers\":1", n, OWN,
		 LARGE);
	sample_print_figure("sessions.memory_per_session", "bytes", per, note);
	sample_print_figure("sessions.memory_per_core", "bytes", LARGE, note);
}

static struct bench *world(u32 n)
{
	struct bench *b = aligned_alloc(CACHE_LINE, (sizeof *b + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	struct net_cfg nc = {
		.mac = { 2, 0, 0, 0, 0, 1 }, .ip = ip_addr_v4(0x0a000001), .prefix_len = 24, .mtu = 1500
	};
	struct tcp_cfg tc = tcp_cfg_default;
	size_t size = n * ((sizeof *b->s + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	memset(b, 0, sizeof *b);
	b->n = n;
	b->s = aligned_alloc(CACHE_LINE, size);
	b->out = (struct frame_out){ room, push, true };
	tc.max_conns = n;
	tc.snd_ring_bytes = 16 << 10;
	tc.rcv_wnd_bytes = 64 << 10;
	tc.secret[0] = 1;
	if (!b->s || clock_calibrate(&b->clock) != ERR_OK || tls_crypto_init(&b->crypto, true) != ERR_OK ||
	    arena_open(&b->arena, 1ull << 30) != ERR_OK || net_init(&b->net, &nc, &b->out, b->net_cnt) != ERR_OK)
		fatal("cannot start");
	b->tcp = tcp_new(&b->arena, &tc, &b->net, &b->out, b->tcp_cnt);
	b->to_slow = ring_new(&b->arena, 1 << 20);
	size_t rings = (1 << 20) + LARGE;
	if (!b->tcp || !b->to_slow || session_set_init(&b->set, &b->arena, n, 1, LARGE) != ERR_OK)
		fatal("no memory");
	b->now = NS_PER_S;
	for (u32 i = 0; i < n; i++)
		open_session(b, i);
	print_memory(b, n, rings);
	return b;
}

static void bench_idle(struct bench *b)
{
	struct samples s;
	char name[48];
	u64 work = 0;
	samples_open(&s, ROUNDS);
	for (u32 round = 0; round < ROUNDS + WARM_UP; round++) {
		u64 t0 = tsc_now();
		for (u32 i = 0; i < BATCH; i++)
			work += tcp_turn(b->tcp, b->now) + session_set_turn(&b->set, b->now);
		u64 t1 = tsc_now();
		if (round >= WARM_UP)
			samples_add(&s, (tsc_to_ns(&b->clock, t1 - t0) + BATCH / 2) / BATCH);
	}
	if (work)
		fatal("an idle turn did something");
	snprintf(name, sizeof name, "sessions.turn.idle.%u", b->n);
	samples_print(&s, name, ",\"mean_of\":64");
	samples_close(&s);
}

/* The peer has spoken: who is due sees that, and is due again later. */
static void bench_due(struct bench *b)
{
	struct samples s;
	char name[48];
	samples_open(&s, ROUNDS);
	for (u32 round = 0; round < ROUNDS + WARM_UP; round++) {
		ns_t at = due_first(&b->set.due);
		struct session *who = b->set.at[b->set.due.e[0].who];
		who->rx_ns = at - 1;
		u64 t0 = tsc_now();
		u32 woken = session_set_turn(&b->set, at);
		u64 t1 = tsc_now();
		if (woken != 1)
			fatal("one should have been due");
		if (round >= WARM_UP)
			samples_add(&s, tsc_to_ns(&b->clock, t1 - t0));
	}
	snprintf(name, sizeof name, "sessions.turn.one_due.%u", b->n);
	samples_print(&s, name, "");
	samples_close(&s);
}

int main(void)
{
	static const u32 n[] = { 1, MANY };
	for (u32 i = 0; i < 2; i++) {
		struct bench *b = world(n[i]);
		bench_idle(b);
		bench_due(b);
		for (u32 k = 0; k < b->n; k++)
			session_fini(&b->s[k]);
		arena_close(&b->arena);
		free(b->s);
		free(b);
	}
	return 0;
}
