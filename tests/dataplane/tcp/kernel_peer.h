/*
 * kernel_peer.h - our stack and the Linux kernel's at the two ends of a TAP in a name space of our own:
 * connections between them, and streams both ways, verified byte by byte.
 */
#ifndef SAKER_TEST_KERNEL_PEER_H
#define SAKER_TEST_KERNEL_PEER_H

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/tcp/tcp.h"
#include "tests/dataplane/tcp/mock_port.h"

#define KERNEL_CONGESTION 13 /* TCP_CONGESTION; its header has a struct tcp_info, too */
#define KERNEL_IP "10.9.0.1"
#define OUR_IP 0x0a090002
#define KERNEL_IP6 "fd09::1"
#define OUR_IP6 "fd09::2"
#define PORT 4000
#define PATIENCE_NS (20 * NS_PER_S)

/* The bytes of a stream are a function of their place: no copy has to be kept. */
static inline u8 stream_byte(u32 at) { return (u8)((at * 2654435761u) >> 24 ^ at); }

struct ours {
	struct tcp_conn *c;
	u32 sent, to_send, received, opens, fins, downs;
	err_t why;
	bool wrong, close_on_fin;
};

struct fixture {
	struct mock_port port;
	struct net net;
	struct tcp *tcp;
	struct arena arena;
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	bool v6;
	u8 piece[64 << 10];
};

static inline ns_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

static inline void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct ours *o = user;
	(void)now;
	o->c = c;
	o->opens++;
}

static inline void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct ours *o = user;
	(void)c;
	(void)now;
	for (u32 i = 0; i < n; i++)
		o->wrong |= p[i] != stream_byte(o->received + i);
	o->received += n;
}

static inline void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	struct ours *o = user;
	o->fins++;
	if (o->close_on_fin)
		tcp_close(c, now);
}

static inline void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	struct ours *o = user;
	(void)now;
	o->wrong |= o->c && c != o->c;
	o->c = NULL;
	o->downs++;
	o->why = why;
}

static const struct tcp_events events = { on_open, on_data, on_fin, on_down };

/* What a core does: a burst, a turn. */
static inline void turn(struct fixture *x)
{
	struct frame f;
	ns_t now = now_ns();
	for (u32 i = 0; i < 32 && mock_rx(&x->port, &f); i++)
		tcp_rx(x->tcp, &f, now);
	tcp_turn(x->tcp, now);
}

static inline void ours_send(struct fixture *x, struct ours *o)
{
	while (o->c && o->sent < o->to_send) {
		u32 n = u32_min(o->to_send - o->sent, 1000 + o->sent % 460);
		u8 *hot = tcp_tx_room(o->c, n), *p = hot ? hot : x->piece;
		for (u32 i = 0; i < n; i++)
			p[i] = stream_byte(o->sent + i);
		if (hot)
			tcp_tx_fire(o->c, n, now_ns());
		else if (tcp_write(o->c, p, n, now_ns()) != ERR_OK)
			return;
		o->sent += n;
	}
}

static inline int kernel_socket(const struct fixture *x)
{
	int s = socket(x->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
	assert_true(s >= 0);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(s, IPPROTO_TCP, KERNEL_CONGESTION, "reno", 4); /* ours; the default may be another */
	return s;
}

union sock_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static inline union sock_addr at(const char *ip, u16 port)
{
	union sock_addr a = { 0 };
	if (strchr(ip, ':')) {
		a.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		inet_pton(AF_INET6, ip, &a.v6.sin6_addr);
	} else {
		a.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		inet_pton(AF_INET, ip, &a.v4.sin_addr);
	}
	return a;
}

static inline const char *kernel_ip(const struct fixture *x) { return x->v6 ? KERNEL_IP6 : KERNEL_IP; }

static inline int kernel_listen(const struct fixture *x, u16 port)
{
	int s = kernel_socket(x);
	union sock_addr a = at(kernel_ip(x), port);
	assert_int_equal(bind(s, &a.any, sizeof a), 0);
	assert_int_equal(listen(s, 4), 0);
	return s;
}

/* We connect to the kernel; returns the kernel's side. */
static inline int connected(struct fixture *x, struct ours *o, u16 port)
{
	int l = kernel_listen(x, port), s = -1;
	struct ip_addr dst;
	assert_int_equal(ip_addr_parse(kernel_ip(x), &dst), ERR_OK);
	o->c = tcp_connect(x->tcp, &dst, port, &events, o, now_ns());
	assert_non_null(o->c);
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && (s < 0 || !o->opens);) {
		turn(x);
		if (s < 0)
			s = accept4(l, NULL, NULL, SOCK_NONBLOCK);
	}
	close(l);
	assert_true(s >= 0);
	assert_int_equal(o->opens, 1);
	return s;
}

/* Both directions at once, verified byte by byte. */
static inline void exchange(struct fixture *x, struct ours *o, int s, u32 bytes)
{
	u32 sent = 0, got = 0;
	bool wrong = false;
	o->to_send = bytes;
	ns_t end = now_ns() + PATIENCE_NS + bytes * 10ull; /* at least 100 MB/s */
	while (now_ns() < end && !wrong && (got < bytes || o->received < bytes)) {
		turn(x);
		ours_send(x, o);
		u32 n = u32_min(bytes - sent, sizeof x->piece);
		for (u32 i = 0; i < n; i++)
			x->piece[i] = stream_byte(sent + i);
		ssize_t w = n ? send(s, x->piece, n, MSG_NOSIGNAL) : 0;
		sent += w > 0 ? (u32)w : 0;
		ssize_t r = recv(s, x->piece, sizeof x->piece, 0);
		for (ssize_t i = 0; i < r; i++)
			wrong |= x->piece[i] != stream_byte(got + (u32)i);
		got += r > 0 ? (u32)r : 0;
	}
	assert_false(wrong || o->wrong);
	assert_int_equal(got, bytes);
	assert_int_equal(o->received, bytes);
}

static inline bool kernel_sees(struct fixture *x, int s, ssize_t want, int err)
{
	u8 b;
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end;) {
		turn(x);
		ssize_t r = recv(s, &b, 1, 0);
		if (r >= 0 || errno != EAGAIN)
			return r == want && (r == 0 || errno == err);
	}
	return false;
}

static inline bool ours_ends(struct fixture *x, struct ours *o, err_t why)
{
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && !o->downs;)
		turn(x);
	return o->downs == 1 && o->why == why;
}

static inline int setup_of(void **state, bool v6)
{
	struct fixture *x = calloc(1, sizeof *x);
	struct tcp_cfg cfg = tcp_cfg_default;
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 9, 2 }, .ip = ip_addr_v4(OUR_IP),
			      .prefix_len = 24, .mtu = 1500 };
	*state = x;
	x->v6 = v6;
	if (v6) {
		nc.ip = (struct ip_addr){ { 0 } };
		nc.prefix6_len = 64;
		assert_int_equal(ip_addr_parse(OUR_IP6, &nc.ip6), ERR_OK);
	}
	memset(cfg.secret, 0x5a, sizeof cfg.secret);
	if (!mock_open(&x->port, KERNEL_IP) || (v6 && !if_ip6("saker0", KERNEL_IP6))) {
		print_message("no name space or TAP here: skipped\n");
		return 0;
	}
	if (arena_open(&x->arena, tcp_arena_bytes(&cfg)) != ERR_OK ||
	    net_init(&x->net, &nc, &x->port.out, x->net_cnt) != ERR_OK)
		return -1;
	x->tcp = tcp_new(&x->arena, &cfg, &x->net, &x->port.out, x->tcp_cnt);
	return x->tcp ? 0 : -1;
}

static inline int setup(void **state) { return setup_of(state, false); }
static inline int setup6(void **state) { return setup_of(state, true); }

static inline int teardown(void **state)
{
	struct fixture *x = *state;
	if (x->port.fd >= 0)
		close(x->port.fd);
	arena_close(&x->arena);
	free(x);
	return 0;
}

static inline int skip_without_tap(void **state)
{
	struct fixture *x = *state;
	if (!x->tcp)
		skip();
	return 0;
}

#define PEER_TEST(f) cmocka_unit_test_setup(f, skip_without_tap)

#endif
