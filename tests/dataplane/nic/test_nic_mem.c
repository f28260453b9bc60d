#include "tests/cmocka_all.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/rng.h"
#include "dataplane/nic/nic_mem.h"

#define DEPTH 8

struct pair {
	struct arena arena;
	struct port x, y;
	u64 cx[PORT_CNT_COUNT], cy[PORT_CNT_COUNT];
};

static int setup(void **state)
{
	static struct pair p;
	memset(&p, 0, sizeof(p));
	assert_int_equal(arena_open(&p.arena, 1 << 20), ERR_OK);
	assert_int_equal(port_mem_pair(&p.arena, &p.x, &p.y, DEPTH, p.cx, p.cy), ERR_OK);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;
	arena_close(&p->arena);
	return 0;
}

/* A frame whose bytes follow from its number, so that the receiver can check all of them. */
static u32 fill(u8 *to, u64 number)
{
	u32 n = 14 + (u32)(number * 7919 % (FRAME_MAX - 13));
	memcpy(to, &number, 8);
	memset(to + 8, (int)(number & 0xff), n - 8);
	return n;
}

static bool is_frame(const struct frame *f, u64 number)
{
	u8 want[FRAME_MAX];
	return f->n == fill(want, number) && memcmp(f->p, want, f->n) == 0;
}

static bool send_one(struct port *p, u64 number)
{
	u8 *room = p->out.room(&p->out);
	return room && p->out.push(&p->out, fill(room, number));
}

static void frames_arrive_in_order_both_ways(void **state)
{
	struct pair *p = *state;
	struct frame f[PORT_BURST_MAX];
	for (u64 i = 0; i < 1000; i++) {
		u64 before = tsc_now();
		assert_true(send_one(&p->x, 2 * i));
		assert_true(send_one(&p->y, 2 * i + 1));
		assert_int_equal(port_rx(&p->y, f, PORT_BURST_MAX), 1);
		assert_true(is_frame(&f[0], 2 * i));
		assert_true(f[0].rx_tsc >= before && f[0].rx_tsc <= tsc_now());
		assert_int_equal(f[0].flags, 0);
		port_rx_done(&p->y);
		assert_int_equal(port_rx(&p->x, f, PORT_BURST_MAX), 1);
		assert_true(is_frame(&f[0], 2 * i + 1));
		port_rx_done(&p->x);
	}
	assert_int_equal(p->cx[PORT_CNT_tx_frames], 1000);
	assert_int_equal(p->cy[PORT_CNT_rx_frames], 1000);
	assert_int_equal(p->cx[PORT_CNT_tx_bytes], p->cy[PORT_CNT_rx_bytes]);
	assert_int_equal(p->cx[PORT_CNT_link_up], 1);
}

static void a_full_ring_gives_no_room_until_the_burst_is_back(void **state)
{
	struct pair *p = *state;
	struct frame f[PORT_BURST_MAX];
	for (u64 i = 0; i < DEPTH; i++)
		assert_true(send_one(&p->x, i));
	assert_null(p->x.out.room(&p->x.out));
	assert_int_equal(p->cx[PORT_CNT_no_buffer], 1);

	assert_int_equal(port_rx(&p->y, f, 3), 3);
	assert_null(p->x.out.room(&p->x.out)); /* received, but not given back */
	for (u32 i = 0; i < 3; i++)
		assert_true(is_frame(&f[i], i));
	port_rx_done(&p->y);
	assert_true(send_one(&p->x, DEPTH));

	assert_int_equal(port_rx(&p->y, f, PORT_BURST_MAX), DEPTH - 3);
	port_rx_done(&p->y);
	assert_int_equal(port_rx(&p->y, f, PORT_BURST_MAX), 1);
	assert_true(is_frame(&f[0], DEPTH));
	port_rx_done(&p->y);
	assert_int_equal(port_rx(&p->y, f, PORT_BURST_MAX), 0);
}

static void room_without_push_sends_nothing(void **state)
{
	struct pair *p = *state;
	struct frame f[PORT_BURST_MAX];
	u8 *first = p->x.out.room(&p->x.out);
	assert_ptr_equal(p->x.out.room(&p->x.out), first);
	assert_int_equal(port_rx(&p->y, f, PORT_BURST_MAX), 0);
	assert_true(p->x.out.push(&p->x.out, fill(first, 5)));
	assert_int_equal(port_rx(&p->y, f, PORT_BURST_MAX), 1);
	assert_ptr_equal(f[0].p, first); /* the slot itself: no copy */
	port_rx_done(&p->y);
}

static void marks_reach_the_other_end(void **state)
{
	struct pair *p = *state;
	struct frame f[PORT_BURST_MAX];
	static const struct {
		u64 tsc;
		u32 flags, bad;
		const char *remark;
	} rows[] = {
		{ 12345, FRAME_CSUM_GOOD, 0, "a recorded stamp and a verified frame" },
		{ 12346, FRAME_CSUM_BAD, 1, "a bad frame is handed over and counted" },
		{ 0, 0, 1, "back to the time of the burst" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		port_mem_mark(&p->x, rows[i].tsc, rows[i].flags);
		assert_true(send_one(&p->x, i));
		assert_int_equal(port_rx(&p->y, f, 1), 1);
		port_rx_done(&p->y);
		if (rows[i].tsc)
			assert_int_equal(f[0].rx_tsc, rows[i].tsc);
		else
			assert_true(f[0].rx_tsc > 1000000);
		assert_int_equal(f[0].flags, rows[i].flags);
		assert_int_equal(p->cy[PORT_CNT_rx_csum_bad], rows[i].bad);
	}
}

/* Random sends, bursts and give-backs against the simplest model: two counts. */
static void behaves_like_a_queue(void **state)
{
	struct pair *p = *state;
	struct frame f[PORT_BURST_MAX];
	u64 sent = 0, received = 0;
	struct rng r;
	u64 seed = tsc_now();
	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (int turn = 0; turn < 20000; turn++) {
		for (u32 k = rng_below(&r, 4); k; k--) {
			bool room = sent - received < DEPTH;
			assert_int_equal(send_one(&p->x, sent), room);
			sent += room;
		}
		u32 max = 1 + rng_below(&r, 4);
		u32 n = port_rx(&p->y, f, max);
		assert_true(n <= max && (n > 0) == (sent > received));
		for (u32 i = 0; i < n; i++)
			assert_true(is_frame(&f[i], received + i));
		received += n;
		if (n)
			port_rx_done(&p->y);
	}
	assert_true(received > 10000);
}

#define ECHOES 50000

static void *echo_thread(void *arg)
{
	struct port *y = arg;
	struct frame f[PORT_BURST_MAX];
	for (u64 seen = 0; seen < ECHOES;) {
		u32 n = port_rx(y, f, PORT_BURST_MAX);
		for (u32 i = 0; i < n; i++, seen++) {
			u8 *room;
			while (!(room = y->out.room(&y->out)))
				sched_yield();
			memcpy(room, f[i].p, f[i].n);
			y->out.push(&y->out, f[i].n);
		}
		if (n)
			port_rx_done(y);
		else
			sched_yield();
	}
	return NULL;
}

static void two_threads_echo_every_frame(void **state)
{
	struct pair *p = *state;
	struct frame f[PORT_BURST_MAX];
	pthread_t t;
	assert_int_equal(pthread_create(&t, NULL, echo_thread, &p->y), 0);
	u64 sent = 0, back = 0, wrong = 0;
	while (back < ECHOES) {
		if (sent < ECHOES && sent - back < DEPTH)
			sent += send_one(&p->x, sent);
		u32 n = port_rx(&p->x, f, PORT_BURST_MAX);
		for (u32 i = 0; i < n; i++)
			wrong += !is_frame(&f[i], back++);
		if (n)
			port_rx_done(&p->x);
		else
			sched_yield();
	}
	pthread_join(t, NULL);
	assert_int_equal(wrong, 0);
	assert_int_equal(p->cy[PORT_CNT_tx_frames], ECHOES);
}

static void a_small_arena_is_refused(void **state)
{
	(void)state;
	struct arena a;
	struct port x, y;
	u64 c[PORT_CNT_COUNT];
	assert_int_equal(arena_open(&a, 16384), ERR_OK);
	assert_int_equal(port_mem_pair(&a, &x, &y, 64, c, c), ERR_NO_MEMORY);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frames_arrive_in_order_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_gives_no_room_until_the_burst_is_back, setup, teardown),
		cmocka_unit_test_setup_teardown(room_without_push_sends_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(marks_reach_the_other_end, setup, teardown),
		cmocka_unit_test_setup_teardown(behaves_like_a_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(two_threads_echo_every_frame, setup, teardown),
		cmocka_unit_test(a_small_arena_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
