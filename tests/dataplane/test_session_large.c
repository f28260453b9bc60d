/*
 * Messages of up to 16 MB through a whole session: gathered in the core's one large buffer, given
 * back whatever becomes of the connection, and refused where it is taken.
 */
#include "tests/dataplane/session_world.h"

/* A message of `n` bytes in frames of `fragment`; a ping stands between any two. */
static u64 send_large(struct world *w, u32 n, u32 fragment)
{
	u8 *t = malloc(fragment + WS_HEAD_MAX);
	u64 sum = 0;
	for (u32 at = 0, k; at < n; at += k) {
		k = u32_min(fragment, n - at);
		u8 *p = t + ws_head_len_plain(k);
		for (u32 i = 0; i < k; i++) {
			p[i] = (u8)('a' + (at + i) * 7ull % 26);
			sum += p[i] * (u64)(at + i + 1);
		}
		u32 len = ws_frame_plain(t, k, at ? WS_OP_CONT : WS_OP_TEXT);
		if (at + k < n)
			t[0] &= 0x7f;
		site_write(&w->site, t, len);
		if (at + k < n)
			site_frame(&w->site, WS_OP_PING, "p", 1);
	}
	free(t);
	return sum;
}

static void run_until(struct world *w, const char *log)
{
	for (int i = 0; i < 5000 && strcmp(w->log, log); i++)
		turn(w);
	assert_string_equal(w->log, log);
}

static void arrives(void **state)
{
	static const struct {
		u32 n, fragment;
		u16 version;
	} rows[] = {
		{ MESSAGE_OWN + 1, MESSAGE_OWN + 1, TLS_1_3 }, /* the first that needs the buffer */
		{ MESSAGE_OWN + 1, MESSAGE_OWN, TLS_1_3 },     /* joined, then moved there */
		{ MESSAGE_MAX, MESSAGE_MAX, TLS_1_3 },
		{ MESSAGE_MAX, MESSAGE_MAX, TLS_1_2 },
		{ MESSAGE_MAX, 1u << 20, TLS_1_3 },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_open(rows[i].version);
		site_text(&w->site, "before");
		u64 sum = send_large(w, rows[i].n, rows[i].fragment);
		site_text(&w->site, "after");
		run_until(w, "text:before big text:after");
		assert_int_equal(w->big_n, rows[i].n);
		assert_int_equal(w->big_sum, sum);
		assert_int_equal(w->ws_cnt[WS_CNT_rx_large], 1);
		assert_int_equal(w->cnt[SESSION_CNT_pings_rx],
				 (rows[i].n + rows[i].fragment - 1) / rows[i].fragment - 1);
		assert_int_equal(w->set.large.n_free, 1);
		world_free(w);
	}
}

/* The user answers from within the callback, by the hot path, while the buffer is lent. */
static void is_answered_from_within_the_callback(void **state)
{
	struct world *w = world_open(TLS_1_3);
	(void)state;
	u64 sum = send_large(w, MESSAGE_MAX, MESSAGE_MAX);
	run_until(w, "big");
	assert_int_equal(w->big_sum, sum);
	sum = send_large(w, MESSAGE_OWN + 5, 1000);
	run_until(w, "big big");
	assert_int_equal(w->big_sum, sum);
	assert_int_equal(w->ws_cnt[WS_CNT_rx_large], 2);
	world_free(w);
}

/* Another session of the core has the buffer: 1009, counted, opened again; then it works. */
static void is_refused_where_none_is_free(void **state)
{
	struct world *w = world_open(TLS_1_3);
	void *taken = pool_get(&w->set.large);
	(void)state;
	send_large(w, MESSAGE_MAX, MESSAGE_MAX);
	run_until(w, "down:PROTOCOL up");
	assert_int_equal(w->ws_cnt[WS_CNT_rx_no_large], 1);
	pool_put(&w->set.large, taken);
	u64 sum = send_large(w, MESSAGE_MAX, MESSAGE_MAX);
	run_until(w, "down:PROTOCOL up big");
	assert_int_equal(w->big_sum, sum);
	world_free(w);
}

/* ---- the connection ends in the middle of a message ---- */

static void by_reset(struct world *w)
{
	tcp_abort(w->site.conn, w->now);
	w->site.conn = NULL;
}

static void by_command(struct world *w) { session_close(&w->s, w->now); }

static void by_user(struct world *w) { session_fail(&w->s, ERR_TIMEOUT, "enough", w->now); }

static void comes_back_when_the_connection_ends(void **state)
{
	static void (*const end[])(struct world *w) = { by_reset, by_command, by_user };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(end); i++) {
		struct world *w = world_open(TLS_1_3);
		send_large(w, MESSAGE_MAX, MESSAGE_MAX);
		for (int k = 0; k < 1000 && w->set.large.n_free; k++)
			turn(w);
		assert_int_equal(w->set.large.n_free, 0);
		assert_string_equal(w->log, "");
		end[i](w);
		run(w, STEP_NS + 10 * TURN_NS);
		assert_int_equal(w->set.large.n_free, 1);
		assert_int_equal(w->s.state, end[i] == by_command ? SESSION_IDLE : SESSION_OPEN);
		world_free(w);
	}
}

/* What a session takes follows message_own alone. */
static void memory(void **state)
{
	static const u32 own[] = { 16 << 10, 64 << 10, 256 << 10 };
	struct world *w = world_new(TLS_1_3);
	struct session *s =
		aligned_alloc(CACHE_LINE, (sizeof *s + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	size_t before = 0;
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(own); i++) {
		struct session_cfg cfg = { .message_own = own[i], .message_max = MESSAGE_MAX };
		size_t used = w->arena.used;
		assert_int_equal(session_init(s, &w->arena, &w->crypto, &cfg, &w->s.env, &w->s.cnt),
				 ERR_OK);
		used = w->arena.used - used;
		printf("a session for messages of %u KB, longer ones shared: %zu KB and %zu in it\n",
		       own[i] >> 10, used >> 10, sizeof *s);
		if (i)
			assert_in_range(used - before, 2 * (own[i] - own[i - 1]),
					2 * (own[i] - own[i - 1]) + 4096);
		assert_true(used < 2 * own[i] + (256 << 10));
		before = used;
		session_fini(s);
	}
	free(s);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives),
		cmocka_unit_test(is_answered_from_within_the_callback),
		cmocka_unit_test(is_refused_where_none_is_free),
		cmocka_unit_test(comes_back_when_the_connection_ends),
		cmocka_unit_test(memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
