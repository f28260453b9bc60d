/*
 * Many sessions of one core on one heap of deadlines, against asking each of them each turn: no one
 * is woken late, none before its time, and a turn in which nothing is due touches none.
 */
#include "dataplane/session_internal.h"
#include "tests/dataplane/session_world.h"

#define N     64
#define TURNS 20000

struct many {
	struct world *w; /* its slow thread, its TCP */
	struct session_set set;
	struct session *s;
	u64 cnt[N][SESSION_CNT_COUNT];
};

static void drain(struct many *m)
{
	const struct ring_msg *msg;
	while ((msg = ring_peek(m->w->to_slow)))
		ring_release(m->w->to_slow, msg);
	while ((msg = ring_peek(m->w->to_ctl)))
		ring_release(m->w->to_ctl, msg);
}

static struct many *many_new(void)
{
	struct many *m = calloc(1, sizeof *m);
	m->w = world_new(TLS_1_3);
	m->s = aligned_alloc(CACHE_LINE, N * ((sizeof *m->s + CACHE_LINE - 1) & ~(CACHE_LINE - 1ull)));
	assert_int_equal(session_set_init(&m->set, &m->w->arena, N, 1, 4096), ERR_OK);
	for (u32 i = 0; i < N; i++) {
		struct session_words words = { m->cnt[i], m->w->tls_cnt, m->w->ws_cnt };
		struct session_env env = m->w->s.env;
		struct session_cfg cfg = { .index = (u16)i,
					   .message_own = 1024,
					   .message_max = 4096,
					   .step_timeout_ns = (100 + 37 * i) * TURN_NS,
					   .idle_ns = IDLE_NS,
					   .retry_min_ns = (10 + i) * TURN_NS,
					   .retry_max_ns = 1000 * TURN_NS };
		env.set = &m->set;
		assert_int_equal(session_init(&m->s[i], &m->w->arena, &m->w->crypto, &cfg, &env,
					      &words),
				 ERR_OK);
		session_set_user(&m->s[i], &world_user, m->w);
	}
	return m;
}

static void many_free(struct many *m)
{
	for (u32 i = 0; i < N; i++)
		session_fini(&m->s[i]);
	world_free(m->w);
	free(m->s);
	free(m);
}

/* The slow thread never answers: each attempt times out, each wait ends, as its deadline says. */
static void wakes_each_in_its_time(void **state)
{
	struct many *m = many_new();
	u32 idle = 0;
	(void)state;
	for (u32 i = 0; i < N; i++)
		session_open(&m->s[i], m->w->now);
	for (u32 k = 0; k < TURNS; k++) {
		u32 due = 0, changed = 0;
		u8 was[N];
		m->w->now += TURN_NS;
		for (u32 i = 0; i < N; i++) {
			was[i] = m->s[i].state;
			due += m->s[i].deadline_ns <= m->w->now;
		}
		u32 woken = session_set_turn(&m->set, m->w->now);
		for (u32 i = 0; i < N; i++) {
			changed += m->s[i].state != was[i];
			assert_true(m->s[i].deadline_ns > m->w->now);
		}
		assert_int_equal(changed, due);
		assert_true(woken >= due);
		idle += !woken;
		drain(m);
	}
	assert_true(idle > TURNS / 4); /* there were turns without anything */
	for (u32 i = 0; i < N; i++)
		assert_true(m->cnt[i][SESSION_CNT_timeouts] > 3);
	many_free(m);
}

/* A closed one is not woken again; opened anew it is. */
static void forgets_who_closed(void **state)
{
	struct many *m = many_new();
	(void)state;
	session_open(&m->s[5], m->w->now);
	session_close(&m->s[5], m->w->now);
	assert_int_equal(m->s[5].state, SESSION_IDLE);
	m->w->now += 100 * NS_PER_S;
	session_set_turn(&m->set, m->w->now);
	assert_int_equal(m->s[5].state, SESSION_IDLE);
	assert_int_equal(session_set_turn(&m->set, m->w->now + 100 * NS_PER_S), 0);
	session_open(&m->s[5], m->w->now);
	drain(m);
	assert_int_equal(session_set_turn(&m->set, m->w->now + NS_PER_S), 1);
	assert_int_equal(m->s[5].state, SESSION_WAITING);
	many_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wakes_each_in_its_time),
		cmocka_unit_test(forgets_who_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
