/*
 * Messages in large buffers that connections share: taken when one begins, given back when it was
 * read or the connection ends, refused where none is free. What arrives in them is compared with
 * the slow model in test_ws_model.c.
 */
#include "tests/dataplane/ws/ws_peer.h"

#define N 2 /* connections */

struct pair {
	struct arena arena;
	struct pool pool; /* of one buffer */
	struct ws ws[N];
	u64 cnt[N][WS_CNT_COUNT];
	u8 frame[LIMIT + WS_HEAD_MAX];
};

static int set_up(void **state)
{
	struct pair *p = calloc(1, sizeof *p);

	assert_int_equal(arena_open(&p->arena, 1 << 16), ERR_OK);
	assert_int_equal(pool_init(&p->pool, &p->arena, 1, LIMIT), ERR_OK);
	for (int i = 0; i < N; i++) {
		assert_int_equal(ws_init(&p->ws[i], &p->arena, WS_CLIENT, OWN, p->cnt[i]), ERR_OK);
		ws_share(&p->ws[i], &p->pool, LIMIT);
	}
	memset(p->frame, 'x', sizeof p->frame);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct pair *p = *state;

	for (int i = 0; i < N; i++)
		ws_reset(&p->ws[i]);
	assert_int_equal(p->pool.n_free, 1);
	arena_close(&p->arena);
	free(p);
	return 0;
}

/* The first `n` bytes of a frame of LIMIT bytes. */
static u8 begin(struct pair *p, int i, u32 n)
{
	struct ws_event ev;

	(void)ws_frame_plain(p->frame, LIMIT, WS_OP_BINARY);
	u32 used = ws_next(&p->ws[i], p->frame, n, &ev);
	assert_int_equal(used, ev.kind == WS_FAILED ? 0 : n);
	return ev.kind;
}

static void test_given_back_by_the_next_call(void **state)
{
	struct pair *p = *state;
	struct ws_event ev;

	assert_int_equal(begin(p, 0, 4 + LIMIT), WS_BINARY);
	assert_int_equal(p->pool.n_free, 0); /* the message is still to be read */
	assert_int_equal(ws_next(&p->ws[0], p->frame, 0, &ev), 0);
	assert_int_equal(p->pool.n_free, 1);
	assert_int_equal(begin(p, 1, 4 + LIMIT), WS_BINARY);
	assert_int_equal(p->cnt[0][WS_CNT_rx_large] + p->cnt[1][WS_CNT_rx_large], 2);
}

static void test_none_free(void **state)
{
	struct pair *p = *state;
	struct ws_event ev;

	assert_int_equal(begin(p, 0, 4), WS_NONE);
	assert_int_equal(p->pool.n_free, 0);
	assert_int_equal(begin(p, 1, 4), WS_FAILED);
	assert_int_equal(p->ws[1].fail_code, WS_TOO_BIG);
	assert_int_equal(p->cnt[1][WS_CNT_rx_no_large], 1);
	assert_int_equal(ws_next(&p->ws[0], p->frame + 4, LIMIT, &ev), LIMIT); /* not disturbed */
	assert_int_equal(ev.kind, WS_BINARY);
	assert_int_equal(ev.data.n, LIMIT);
}

/* Fragments fit the connection's own memory at first; then one does not. */
static void test_fragments_move(void **state)
{
	struct pair *p = *state;
	struct ws_event ev;
	u32 n = ws_frame_plain(p->frame, OWN, WS_OP_TEXT);

	p->frame[0] &= 0x7f;
	memset(p->frame + 2, 'a', OWN);
	assert_int_equal(ws_next(&p->ws[0], p->frame, n, &ev), n);
	assert_int_equal(p->pool.n_free, 1);
	n = ws_frame_plain(p->frame, 1, WS_OP_CONT);
	p->frame[2] = 'b';
	assert_int_equal(ws_next(&p->ws[0], p->frame, n, &ev), n);
	assert_int_equal(ev.kind, WS_TEXT);
	assert_int_equal(ev.data.n, OWN + 1);
	assert_memory_equal(ev.data.p, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", OWN + 1);
	assert_int_equal(p->pool.n_free, 0);
}

/* Each way a connection ends in the middle of a message. */
static void test_given_back_at_the_end(void **state)
{
	static const u8 close[] = { 0x88, 0 }, broken[] = { 0x83, 0 };
	struct pair *p = *state;
	struct ws_event ev;
	u8 s[2];

	begin(p, 0, 100);
	ws_reset(&p->ws[0]);
	assert_int_equal(p->pool.n_free, 1);
	for (int i = 0; i < 2; i++) {
		(void)ws_frame_plain(p->frame, LIMIT - 1, WS_OP_TEXT);
		p->frame[0] &= 0x7f;
		assert_int_equal(ws_next(&p->ws[0], p->frame, 3 + LIMIT, &ev), 3 + LIMIT);
		assert_int_equal(p->pool.n_free, 0);
		memcpy(s, i ? broken : close, 2);
		(void)ws_next(&p->ws[0], s, 2, &ev);
		assert_int_equal(ev.kind, i ? WS_FAILED : WS_CLOSE);
		assert_int_equal(p->pool.n_free, 1);
		ws_reset(&p->ws[0]);
	}
}

/* However long the message, the caller keeps no more than one small frame. */
static void test_need(void **state)
{
	struct pair *p = *state;
	struct ws_event ev;
	u32 n = ws_frame_plain(p->frame, LIMIT, WS_OP_BINARY), taken = 0;

	assert_int_equal(ws_next(&p->ws[0], p->frame, 3, &ev), 0);
	assert_int_equal(ws_need(&p->ws[0]), 4);
	for (taken = ws_next(&p->ws[0], p->frame, 4, &ev); taken < n; taken++) {
		assert_int_equal(ev.kind, WS_NONE);
		assert_int_equal(ws_need(&p->ws[0]), 1);
		assert_int_equal(ws_next(&p->ws[0], p->frame + taken, 1, &ev), 1);
	}
	assert_int_equal(ev.kind, WS_BINARY);
	assert_int_equal(ws_need(&p->ws[0]), 0);
	n = ws_frame_plain(p->frame, OWN, WS_OP_BINARY);
	assert_int_equal(ws_next(&p->ws[0], p->frame, 2, &ev), 0);
	assert_int_equal(ws_need(&p->ws[0]), n); /* a small one is pointed at where it lies */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_given_back_by_the_next_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_none_free, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fragments_move, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_given_back_at_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_need, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
