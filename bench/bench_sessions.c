/*
 * bench_sessions.c - what one core's sessions take: a message by one of 1, 16 and 256 sessions in
 * rotation; messages of 150 bytes to a megabyte by one; and memory. From the receive burst to the
 * text at its user, acknowledgements included; TCP, records, WebSocket, no feed behind.
 *
 * All frames are there before the clock runs: it is the rate at which one core is full. A text that
 * does not arrive ends the bench.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/parts.h"
#include "bench/place.h"
#include "bench/stock.h"
#include "dataplane/nic/nic_mem.h"
#include "dataplane/session_set.h"

#define FIRST_PORT 40001
#define MESSAGE_MAX (2u << 20)
#define OWN_MAX (64u << 10)
#define TEXT_BYTES 227

struct rig {
	struct clock clock;
	struct arena arena;
	struct tls_crypto crypto;
	struct port port, far;
	struct peer peer;
	struct net net;
	struct tcp *tcp;
	struct session_set set;
	struct session *session[PEER_CONNS];
	struct ring *to_slow, *to_ctl;
	struct rng rng;
	struct stock stock;
	u64 cnt[2][PORT_CNT_COUNT], net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	u64 session_cnt[SESSION_CNT_COUNT], tls_cnt[TLS_CNT_COUNT], ws_cnt[WS_CNT_COUNT];
	u32 n;
	u64 texts, bytes;
	u64 session_memory;
};

static struct rig r;
static char text[MESSAGE_MAX];

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_sessions: %s\n", what);
		exit(1);
	}
}

static ns_t now_ns(void) { return clock_ns(&r.clock, tsc_now()); }

/* ---- the sessions' user ---- */

static void up(void *user, struct session *s, ns_t now) { (void)user, (void)s, (void)now; }

static void on_text(void *user, struct session *s, const u8 *p, u32 n, ns_t now)
{
	(void)user, (void)s, (void)p, (void)now;
	r.texts++;
	r.bytes += n;
}

static void down(void *user, struct session *s, err_t why, ns_t now)
{
	(void)user, (void)s, (void)why, (void)now;
	check(false, "a session went down");
}

static const struct session_user user = { .up = up, .text = on_text, .down = down };

/* ---- start ---- */

static void add_session(u32 i)
{
	static const struct session_cfg cfg = { .message_own = OWN_MAX,
						.message_max = MESSAGE_MAX,
						.step_timeout_ns = 10 * NS_PER_S,
						.idle_ns = 3600 * NS_PER_S,
						.retry_min_ns = NS_PER_S,
						.retry_max_ns = NS_PER_S };
	struct session_cfg c = cfg;
	struct session_env env = {
		.tcp = r.tcp, .set = &r.set, .to_slow = r.to_slow, .to_ctl = r.to_ctl, .rng = &r.rng
	};
	struct session_words words = { r.session_cnt, r.tls_cnt, r.ws_cnt };
	c.index = (u16)i;
	size_t before = r.arena.used;
	check((r.session[i] = ARENA_NEW(&r.arena, struct session)) &&
		      session_init(r.session[i], &r.arena, &r.crypto, &c, &env, &words) == ERR_OK,
	      "no memory for a session");
	r.session_memory = r.arena.used - before;
	session_set_user(r.session[i], &user, NULL);
	peer_join(&r.peer, r.session[i], &r.port, &r.crypto, (u16)(FIRST_PORT + i), now_ns());
}

static void rig_open(u32 n)
{
	struct net_cfg nc;
	struct tcp_cfg tc = tcp_cfg_default;
	r.n = n;
	check(arena_open(&r.arena, 2ull << 30) == ERR_OK && clock_calibrate(&r.clock) == ERR_OK &&
		      tls_crypto_init(&r.crypto, true) == ERR_OK &&
		      port_mem_pair(&r.arena, &r.port, &r.far, 1024, r.cnt[0], r.cnt[1]) == ERR_OK,
	      "no memory or clock");
	nc = peer_net_cfg(&r.port, CLIENT_IP);
	tc.max_conns = n;
	tc.secret[0] = 2;
	peer_open_many(&r.peer, &r.arena, &r.far, n);
	r.to_slow = ring_new(&r.arena, 1 << 16);
	r.to_ctl = ring_new(&r.arena, 1 << 20);
	check(net_init(&r.net, &nc, &r.port.out, r.net_cnt) == ERR_OK &&
		      (r.tcp = tcp_new(&r.arena, &tc, &r.net, &r.port.out, r.tcp_cnt)) &&
		      session_set_init(&r.set, &r.arena, n, 1, MESSAGE_MAX) == ERR_OK,
	      "no memory for TCP");
	for (u32 i = 0; i < n; i++)
		add_session(i);
}

static void rig_close(void)
{
	for (u32 i = 0; i < r.n; i++)
		session_fini(r.session[i]);
	arena_close(&r.arena);
	memset(&r, 0, sizeof r);
}

/* ---- the core's turn, without what belongs to markets ---- */

static void turn(struct port *from)
{
	struct frame f[PORT_BURST_MAX];
	ns_t now = now_ns();
	u32 n = port_rx(from, f, PORT_BURST_MAX);
	for (u32 i = 0; i < n; i++)
		tcp_rx(r.tcp, &f[i], now);
	if (n)
		port_rx_done(from);
	tcp_turn(r.tcp, now);
	session_set_turn(&r.set, now);
}

static void lay_out(void)
{
	static const char head[] = "{\"stream\":\"";
	memset(text, 'x', sizeof text);
	memcpy(text, head, sizeof head - 1);
}

/* ---- many sessions ---- */

static void rotation(void)
{
	struct samples s;
	char name[48];
	u32 blocks = samples_blocks_wanted(), next = 0;
	samples_open(&s, blocks * 100);
	s.unit = "ps";
	for (u32 b = 0; b < blocks; b++, samples_block(&s))
		for (u32 i = 0; i < 110; i++) {
			u64 want = r.texts + PARTS_BATCH;
			for (u32 k = 0; k < PARTS_BATCH; k++)
				peer_send(&r.peer, next++ % r.n, text, TEXT_BYTES, now_ns());
			u64 t0 = tsc_now();
			turn(&r.port);
			turn(&r.port);
			u64 ns = tsc_to_ns(&r.clock, tsc_now() - t0);
			for (u32 k = 0; k < 1000 && r.texts < want; k++) { /* a window was full: not a sample */
				peer_turn(&r.peer, now_ns());
				turn(&r.port);
				ns = 0;
			}
			check(r.texts == want, "a text was lost");
			for (u32 k = 0; k < 4; k++)
				peer_turn(&r.peer, now_ns());
			if (i >= 10 && ns)
				samples_add(&s, ns * 1000 / PARTS_BATCH);
		}
	snprintf(name, sizeof name, "sessions.%u.message", r.n);
	samples_print(&s, name, ",\"batch\":64,\"bytes\":227");
	samples_close(&s);
}

/* ---- sizes ---- */

static void throw_acks_away(void)
{
	struct frame f[PORT_BURST_MAX];
	while (port_rx(&r.far, f, PORT_BURST_MAX))
		port_rx_done(&r.far);
}

static u64 one_size(u32 n, u32 count)
{
	u64 want = r.texts + count;
	stock_empty(&r.stock);
	for (u32 i = 0; i < count; i++)
		stock_add(&r.stock, text, n, 0);
	stock_release(&r.stock, r.stock.n);
	u64 t0 = tsc_now();
	while (!stock_is_taken(&r.stock))
		turn(&r.stock.port);
	u64 ns = tsc_to_ns(&r.clock, tsc_now() - t0);
	turn(&r.stock.port);
	check(r.texts == want, "a text was lost");
	throw_acks_away();
	return ns;
}

static void size(u32 n)
{
	struct samples s;
	char name[48], note[32];
	u32 blocks = samples_blocks_wanted(), count = u32_max(1, u32_min(2000, (2u << 20) / n));
	samples_open(&s, blocks * 5);
	for (u32 b = 0; b < blocks; b++, samples_block(&s))
		for (u32 i = 0; i < 6; i++) {
			u64 ns = one_size(n, count);
			if (i)
				samples_add(&s, ns / count);
		}
	snprintf(name, sizeof name, "size.%u", n);
	snprintf(note, sizeof note, ",\"mean_of\":%u", count);
	samples_print(&s, name, note);
	u64 ns = u64_max(s.ns[s.n / 2], 1);
	snprintf(name, sizeof name, "size.%u.messages", n);
	sample_print_figure(name, "messages a second", NS_PER_S / ns, "");
	snprintf(name, sizeof name, "size.%u.bytes", n);
	sample_print_figure(name, "bytes a second", n * NS_PER_S / ns, "");
	samples_close(&s);
}

static void sizes(void)
{
	static const u32 bytes[] = { 150, 500, 1400, 4000, 16000, 64000, 250000, 1000000 };
	struct stock_room room = { .cap = 1 << 14, .bytes = 32u << 20, .message_max = MESSAGE_MAX };
	stock_open(&r.stock, &r.arena, &room, &r.peer, 0);
	for (u32 i = 0; i < ARRAY_LEN(bytes); i++)
		size(bytes[i]);
}

int main(void)
{
	static const u32 n[] = { 1, 16, 256 };
	lay_out();
	pin_to((u32)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	for (u32 i = 0; i < ARRAY_LEN(n); i++) {
		rig_open(n[i]);
		rotation();
		if (n[i] == 1)
			sizes();
		else if (i + 1 == ARRAY_LEN(n))
			sample_print_figure("memory.session", "bytes", r.session_memory, ",\"message_own\":65536");
		rig_close();
	}
	return 0;
}
