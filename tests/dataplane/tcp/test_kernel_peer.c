/*
 * Our stack against the Linux kernel's, over a TAP in a name space of our own. Skipped where name
 * spaces are not allowed.
 */
#include "tests/cmocka_all.h"

#include "dataplane/net/csum.h"
#include "tests/dataplane/tcp/kernel_peer.h"

static void test_clean(void **state)
{
	struct fixture *x = *state;
	struct ours o = { .close_on_fin = true };
	int s = connected(x, &o, PORT);
	ns_t begin = now_ns();
	u32 mib = getenv("TRANSPORT_FULL") ? 100 : 10;
	exchange(x, &o, s, mib << 20);
	print_message("%u MiB each way in %llu ms, %llu of %llu segments by the cut-through path\n",
		      mib, (unsigned long long)((now_ns() - begin) / NS_PER_MS),
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
	assert_int_equal(ip_addr_parse(kernel_ip(x), &dst), ERR_OK);
	o.c = tcp_connect(x->tcp, &dst, 9, &events, &o, now_ns());
	assert_true(ours_ends(x, &o, ERR_REFUSED));
}

static void test_kernel_connects(void **state)
{
	struct fixture *x = *state;
	struct ours o = { .close_on_fin = true };
	assert_int_equal(tcp_listen(x->tcp, PORT, &events, &o), ERR_OK);
	int s = kernel_socket(x);
	union sock_addr a = at(x->v6 ? OUR_IP6 : "10.9.0.2", PORT);
	assert_true(connect(s, &a.any, sizeof a) == 0 || errno == EINPROGRESS);
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
	x->port.bad.lose = 20;
	ns_t begin = now_ns();
	exchange(x, &o, s, 2 << 20);
	x->port.bad.lose = 0;
	fast = x->tcp_cnt[TCP_CNT_rtx_fast] - fast;
	late = x->tcp_cnt[TCP_CNT_rtx_timeouts] - late;
	print_message("2 MiB each way in %llu ms: %llu segments again, %llu time-outs\n",
		      (unsigned long long)((now_ns() - begin) / NS_PER_MS),
		      (unsigned long long)fast, (unsigned long long)late);
	assert_true(fast > 0);
	close(s);
	assert_true(ours_ends(x, &o, ERR_CLOSED));
}

/* The kernel pings us, in all sizes of one frame. */
static void test_ping(void **state)
{
	struct fixture *x = *state;
	union sock_addr to = at(x->v6 ? OUR_IP6 : "10.9.0.2", 0);
	int s = socket(to.any.sa_family, SOCK_RAW | SOCK_NONBLOCK, x->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	assert_true(s >= 0);
	static const u32 sizes[] = { 0, 1, 56, 1400 };
	for (u16 i = 0; i < ARRAY_LEN(sizes); i++) {
		u8 m[1500] = { x->v6 ? 128 : 8, 0, 0, 0, 0x12, 0x34, 0, (u8)i }, got[1600];
		u32 n = 8 + sizes[i], ip = x->v6 ? 0 : 20; /* the kernel hands an IPv4 header over, too */
		for (u32 k = 8; k < n; k++)
			m[k] = (u8)(k * 7);
		u16 sum = csum_finish(csum_bytes(m, n)); /* of ICMPv6 the kernel makes it */
		memcpy(m + 2, &sum, 2);
		assert_int_equal(sendto(s, m, n, 0, &to.any, sizeof to), n);
		ssize_t r = -1;
		for (ns_t end = now_ns() + PATIENCE_NS; now_ns() < end;) {
			turn(x);
			r = recv(s, got, sizeof got, 0);
			if (r > (ssize_t)ip && got[ip] == (x->v6 ? 129 : 0) && got[ip + 7] == i)
				break;
		}
		assert_int_equal(r, ip + n);
		assert_memory_equal(got + ip + 4, m + 4, n - 4);
	}
	close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(test_clean), PEER_TEST(test_we_close_first),
		PEER_TEST(test_kernel_closes_first), PEER_TEST(test_kernel_resets),
		PEER_TEST(test_we_abort), PEER_TEST(test_refused),
		PEER_TEST(test_kernel_connects), PEER_TEST(test_slow_reader),
		PEER_TEST(test_loss), PEER_TEST(test_ping),
	};
	return cmocka_run_group_tests_name("IPv4", tests, setup, teardown) +
	       cmocka_run_group_tests_name("IPv6", tests, setup6, teardown);
}
