/*
 * A thousand connections of one core: a turn looks at those that are due and at no other. Prints
 * what it costs; VERBOSE or not, no test depends on the clock.
 */
#include "tests/cmocka_all.h"

#include <time.h>

#include "tests/dataplane/tcp/script.h"

#define MANY 1000

static u64 real_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NS_PER_S + (u64)t.tv_nsec;
}

struct many {
	struct script s;
	struct tcp_conn *c[MANY];
	u32 down;
};

static void on_any(void *user, struct tcp_conn *c, ns_t now) { (void)user, (void)c, (void)now; }

static void on_data(void *user, struct tcp_conn *c, const u8 *p, u32 n, ns_t now)
{
	(void)p, (void)n;
	on_any(user, c, now);
}

/* What is lost is begun anew from within: the place is another connection's at once. */
static void on_down(void *user, struct tcp_conn *c, err_t why, ns_t now)
{
	static const struct tcp_events events = { on_any, on_data, on_any, on_down };
	struct many *m = user;
	struct ip_addr dst = ip_addr_v4(0x0a000009);
	(void)c, (void)why;
	m->down++;
	(void)tcp_connect(m->s.tcp, &dst, 443, &events, m, now);
}

static const struct tcp_events events = { on_any, on_data, on_any, on_down };

static bool into_nothing(struct frame_out *o, u32 n)
{
	(void)o, (void)n;
	return true;
}

static void many_open(struct many *m, u32 free_places)
{
	struct tcp_cfg cfg = script_cfg();
	cfg.max_conns = MANY + free_places;
	cfg.snd_ring_bytes = cfg.rcv_wnd_bytes = 4096;
	script_open(&m->s, "many", &cfg);
	for (u32 i = 0; i < MANY; i++) {
		struct tcp_adopt how = { .dst = ip_addr_v4(0x0a000009), .port = 443, .mss = 1460,
					 .local_port = (u16)(10000 + i), .peer_mac = { 2 },
					 .snd_nxt = i, .rcv_nxt = i, .snd_wnd = 65535 };
		m->c[i] = tcp_adopt(m->s.tcp, &how, &events, m, m->s.now);
		assert_non_null(m->c[i]);
	}
	m->s.out.push = into_nothing;
	m->down = 0;
	(void)tcp_turn(m->s.tcp, m->s.now); /* the neighbour has become known */
}

/* Nanoseconds a turn, the best of some. */
static double turn_cost(struct many *m, ns_t step)
{
	double best = 1e9;
	for (u32 k = 0; k < 20; k++) {
		u64 begin = real_ns();
		for (u32 i = 0; i < 100; i++)
			tcp_turn(m->s.tcp, m->s.now += step);
		double each = (double)(real_ns() - begin) / 100;
		best = each < best ? each : best;
	}
	return best;
}

static void test_idle(void **state)
{
	struct many *m = *state;
	many_open(m, 0);
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(tcp_turn(m->s.tcp, m->s.now += NS_PER_MS), 0);
	assert_true(m->s.tcp->next_ns == TCP_NEVER);
	print_message("%u idle connections: %.0f ns a turn; %zu bytes each beside its two rings\n", MANY,
		      turn_cost(m, 1), sizeof(struct tcp_conn));
	script_close(&m->s);
}

/* Each has its timer: one a millisecond runs out. */
static void test_one_due(void **state)
{
	struct many *m = *state;
	u8 *room;
	many_open(m, 0);
	for (u32 i = 0; i < MANY; i++) {
		room = tcp_tx_room(m->c[i], 10);
		assert_non_null(room);
		tcp_tx_fire(m->c[i], 10, m->s.now + i * NS_PER_MS);
	}
	ns_t first = m->s.tcp->next_ns;
	u64 cost = 0;
	for (u32 i = 0; i < MANY; i++) {
		u64 begin = real_ns();
		assert_int_equal(tcp_turn(m->s.tcp, first + i * NS_PER_MS), 1);
		cost += real_ns() - begin;
	}
	assert_int_equal(m->s.tcp_cnt[TCP_CNT_rtx_timeouts] + m->s.tcp_cnt[TCP_CNT_rtx_probe], MANY);
	print_message("one of %u due: %.0f ns a turn, with what it sends\n", MANY,
		      (double)cost / MANY);
	script_close(&m->s);
}

/* All are given up in one turn, and each is followed by a new one from within its event. */
static void test_all_due(void **state)
{
	struct many *m = *state;
	many_open(m, MANY);
	for (u32 i = 0; i < MANY; i++)
		assert_int_equal(tcp_write(m->c[i], "x", 1, m->s.now), ERR_OK);
	for (u32 i = 0; i < 100 && m->down < MANY; i++)
		tcp_turn(m->s.tcp, m->s.now += NS_PER_S);
	assert_int_equal(m->down, MANY);
	for (u32 i = 0; i < 100 && m->down < 2 * MANY; i++)
		tcp_turn(m->s.tcp, m->s.now += NS_PER_S); /* nobody answers those either */
	assert_true(m->down >= 2 * MANY);
	assert_true(m->s.tcp->next_ns != TCP_NEVER);
	script_close(&m->s);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct many));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_one_due),
		cmocka_unit_test(test_all_due),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
