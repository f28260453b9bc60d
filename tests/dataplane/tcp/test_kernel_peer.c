/*
 * Our stack against the Linux kernel's, over a TAP in a name space of our own. Skipped where name
 * spaces are not allowed.
 */
#include "tests/cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/tcp/tcp.h"
#include "tests/dataplane/tcp/mock_port.h"

#define KERNEL_IP "10.9.0.1"
#define OUR_IP 0x0a090002
#define PORT 4000
#define STREAM_BYTES (10u << 20)
#define PATIENCE_NS (20 * NS_PER_S)

/* The bytes of a stream are a function of their place: no copy has to be kept. */
static u8 stream_byte(u32 at) { return (u8)((at * 2654435761u) >> 24 ^ at); }

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
	u8 piece[64 << 10];
};

static ns_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ns_t)t.tv_sec * NS_PER_S + (ns_t)t.tv_nsec;
}

static void on_open(void *user, struct tcp_conn *c, ns_t now)
{
	struct ours *o = user;
	(void)now;
	o->c = c;
	o->opens++;
}

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	struct ours *o = user;
	(void)c;
	(void)now;
	for (u32 i = 0; i < n; i++)
		o->wrong |= p[i] != stream_byte(o->received + i);
	o->received += n;
}

static void on_fin(void *user, struct tcp_conn *c, ns_t now)
{
	struct ours *o = user;
	o->fins++;
	if (o->close_on_fin)
		tcp_close(c, now);
}

static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
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
static void turn(struct fixture *x)
{
	struct frame f;
	ns_t now = now_ns();
	for (u32 i = 0; i < 32 && mock_rx(&x->port, &f); i++)
		tcp_rx(x->tcp, &f, now);
	tcp_turn(x->tcp, now);
}

static void ours_send(struct fixture *x, struct ours *o)
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

static int kernel_socket(void)
{
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
	assert_true(s >= 0);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	return s;
}

static struct sockaddr_in at(const char *ip, u16 port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

static int kernel_listen(u16 port)
{
	int s = kernel_socket();
	struct sockaddr_in a = at(KERNEL_IP, port);
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(s, 4), 0);
	return s;
}

/* We connect to the kernel; returns the kernel's side. */
static int connected(struct fixture *x, struct ours *o, u16 port)
{
	int l = kernel_listen(port), s = -1;
	struct ip_addr dst;
	assert_int_equal(ip_addr_parse(KERNEL_IP, &dst), ERR_OK);
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
static void exchange(struct fixture *x, struct ours *o, int s, u32 bytes)
{
	u32 sent = 0, got = 0;
	bool wrong = false;
	o->to_send = bytes;
	ns_t end = now_ns() + PATIENCE_NS;
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

static bool kernel_sees(struct fixture *x, int s, ssize_t want, int err)
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

static bool ours_ends(struct fixture *x, struct ours *o, err_t why)
{
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && !o->downs;)
		turn(x);
	return o->downs == 1 && o->why == why;
}

static void test_10_mb_each_way(void **state)
{
	struct fixture *x = *state;
	struct ours o = { .close_on_fin = true };
	int s = connected(x, &o, PORT);
	ns_t begin = now_ns();
	exchange(x, &o, s, STREAM_BYTES);
	print_message("10 MiB each way in %llu ms, %llu of %llu segments by the cut-through path\n",
		      (unsigned long long)((now_ns() - begin) / NS_PER_MS),
		      (unsigned long long)x->tcp_cnt[TCP_CNT_rx_fast],
		      (unsigned long long)(x->tcp_cnt[TCP_CNT_rx_fast] +
					   x->tcp_cnt[TCP_CNT_rx_slow]));
	close(s);
	assert_true(ours_ends(x, &o, ERR_CLOSED));
	assert_int_equal(o.fins, 1);
}

static void test_we_close_first(void **state)
{
	struct fixture *x = *state;
	struct ours o = { 0 };
	int s = connected(x, &o, PORT + 1);
	exchange(x, &o, s, 5000);
	tcp_close(o.c, now_ns());
	assert_true(kernel_sees(x, s, 0, 0));
	assert_int_equal(send(s, "late", 4, MSG_NOSIGNAL), 4); /* its direction is still open */
	close(s);
	o.received -= 4;
	o.wrong = false;
	assert_true(ours_ends(x, &o, ERR_CLOSED));
	assert_int_equal(o.received, 5000);
}

static void test_kernel_closes_first(void **state)
{
	struct fixture *x = *state;
	struct ours o = { 0 };
	int s = connected(x, &o, PORT + 2);
	exchange(x, &o, s, 5000);
	shutdown(s, SHUT_WR);
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && !o.fins;)
		turn(x);
	assert_int_equal(o.fins, 1);
	assert_int_equal(tcp_write(o.c, "last words", 10, now_ns()), ERR_OK);
	tcp_close(o.c, now_ns());
	char text[16];
	ssize_t n = -1;
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && n < 0;) {
		turn(x);
		n = recv(s, text, sizeof text, 0);
	}
	assert_int_equal(n, 10);
	assert_memory_equal(text, "last words", 10);
	assert_true(kernel_sees(x, s, 0, 0));
	assert_true(ours_ends(x, &o, ERR_CLOSED));
	close(s);
}

static void test_kernel_resets(void **state)
{
	struct fixture *x = *state;
	struct ours o = { 0 };
	int s = connected(x, &o, PORT + 3);
	struct linger hard = { 1, 0 };
	setsockopt(s, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(s);
	assert_true(ours_ends(x, &o, ERR_RESET));
}

static void test_we_abort(void **state)
{
	struct fixture *x = *state;
	struct ours o = { 0 };
	int s = connected(x, &o, PORT + 4);
	tcp_abort(o.c, now_ns());
	assert_true(kernel_sees(x, s, -1, ECONNRESET));
	assert_int_equal(o.downs, 0);
	close(s);
}

static void test_refused(void **state)
{
	struct fixture *x = *state;
	struct ours o = { 0 };
	struct ip_addr dst;
	assert_int_equal(ip_addr_parse(KERNEL_IP, &dst), ERR_OK);
	o.c = tcp_connect(x->tcp, &dst, 9, &events, &o, now_ns());
	assert_true(ours_ends(x, &o, ERR_REFUSED));
}

static void test_kernel_connects(void **state)
{
	struct fixture *x = *state;
	struct ours o = { .close_on_fin = true };
	assert_int_equal(tcp_listen(x->tcp, PORT, &events, &o), ERR_OK);
	int s = kernel_socket();
	struct sockaddr_in a = at("10.9.0.2", PORT);
	assert_true(connect(s, (struct sockaddr *)&a, sizeof a) == 0 || errno == EINPROGRESS);
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && !o.opens;)
		turn(x);
	assert_int_equal(o.opens, 1);
	exchange(x, &o, s, 1 << 20);
	close(s);
	assert_true(ours_ends(x, &o, ERR_CLOSED));
}

/* The kernel's application stops reading: our side waits in zero window, then goes on. */
static void test_slow_reader(void **state)
{
	struct fixture *x = *state;
	struct ours o = { 0 };
	int s = connected(x, &o, PORT + 5);
	o.to_send = 4 << 20;
	struct tcp_info i = { .snd_wnd = 1 };
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && i.snd_wnd > 0;) {
		turn(x);
		ours_send(x, &o);
		tcp_info(o.c, &i);
	}
	assert_int_equal(i.snd_wnd, 0);
	u32 got = 0;
	bool wrong = false;
	for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end && got < o.to_send;) {
		turn(x);
		ours_send(x, &o);
		ssize_t r = recv(s, x->piece, sizeof x->piece, 0);
		for (ssize_t k = 0; k < r; k++)
			wrong |= x->piece[k] != stream_byte(got + (u32)k);
		got += r > 0 ? (u32)r : 0;
	}
	assert_int_equal(got, o.to_send);
	assert_false(wrong);
	tcp_abort(o.c, now_ns());
	close(s);
}

/* One frame in fifty lost either way: our recovery and the kernel's, each understood by the other. */
static void test_loss(void **state)
{
	struct fixture *x = *state;
	struct ours o = { .close_on_fin = true };
	u64 fast = x->tcp_cnt[TCP_CNT_rtx_fast], late = x->tcp_cnt[TCP_CNT_rtx_timeouts];
	int s = connected(x, &o, PORT + 6);
	rng_seed(&x->port.rng, 20);
	x->port.lose = 20;
	ns_t begin = now_ns();
	exchange(x, &o, s, 2 << 20);
	x->port.lose = 0;
	fast = x->tcp_cnt[TCP_CNT_rtx_fast] - fast;
	late = x->tcp_cnt[TCP_CNT_rtx_timeouts] - late;
	print_message("2 MiB each way in %llu ms: %llu segments again, %llu time-outs\n",
		      (unsigned long long)((now_ns() - begin) / NS_PER_MS),
		      (unsigned long long)fast, (unsigned long long)late);
	assert_true(fast > 0);
	close(s);
	assert_true(ours_ends(x, &o, ERR_CLOSED));
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof *x);
	struct tcp_cfg cfg = tcp_cfg_default;
	struct net_cfg nc = { .mac = { 2, 0, 0, 0, 9, 2 }, .ip = ip_addr_v4(OUR_IP),
			      .prefix_len = 24, .mtu = 1500 };
	*state = x;
	memset(cfg.secret, 0x5a, sizeof cfg.secret);
	if (!mock_open(&x->port, KERNEL_IP)) {
		print_message("no name space or TAP here: skipped\n");
		return 0;
	}
	if (arena_open(&x->arena, tcp_arena_bytes(&cfg)) != ERR_OK ||
	    net_init(&x->net, &nc, &x->port.out, x->net_cnt) != ERR_OK)
		return -1;
	x->tcp = tcp_new(&x->arena, &cfg, &x->net, &x->port.out, x->tcp_cnt);
	return x->tcp ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *x = *state;
	if (x->port.fd >= 0)
		close(x->port.fd);
	arena_close(&x->arena);
	free(x);
	return 0;
}

static int skip_without_tap(void **state)
{
	struct fixture *x = *state;
	if (!x->tcp)
		skip();
	return 0;
}

#define PEER_TEST(f) cmocka_unit_test_setup(f, skip_without_tap)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(test_10_mb_each_way), PEER_TEST(test_we_close_first),
		PEER_TEST(test_kernel_closes_first), PEER_TEST(test_kernel_resets),
		PEER_TEST(test_we_abort), PEER_TEST(test_refused),
		PEER_TEST(test_kernel_connects), PEER_TEST(test_slow_reader),
		PEER_TEST(test_loss),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
