/*
 * A configuration epoch at the trade core: all of it in one turn, or nothing of it; parameters,
 * limits, strategies on and off, one more strategy.
 */
#include "tests/gateway/trade_world.h"

#include "tests/gateway/epoch_text.h"

static struct epoch_text t;

static const struct msg_command *send(struct world *w)
{
	tell(w, MSG_EPOCH, 0, &t, epoch_bytes(&t));
	run(w, TURN_NS);
	assert_int_equal(w->answer.id, t.m.id);
	assert_int_equal(w->answer.verb, CMD_EPOCH);
	return &w->answer;
}

static i64 shown(const struct world *w, u32 strategy)
{
	struct strategy_values_row v;
	assert_true(row_read(&w->l.values[strategy].seq, w->l.values[strategy].w, &v, sizeof v));
	return v.value[0].i;
}

static i64 in_force(const struct world *w)
{
	struct host_status st;
	assert_true(host_status(w->c.host, 0, &st));
	return st.values[0].i;
}

static void parameters(void **state)
{
	static const struct {
		const char *text, *why;
		err_t e;
		i64 shown, seen; /* in the table; by the strategy, last */
	} rows[] = {
		{ "size=5", "in force", ERR_OK, 5, 5 },
		{ "size=500", "size=500: expected an integer", ERR_ARGUMENT, 5, 5 },
		{ "nonsense=1", "nonsense: no such parameter", ERR_NOT_FOUND, 5, 5 },
		{ "size=13", "the strategy refused these values", ERR_ARGUMENT, 5, 13 },
		{ "", "in force", ERR_OK, 1, 1 }, /* the default again */
	};
	struct world *w = world_armed();
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		epoch_begin(&t, 40 + i);
		epoch_strategy(&t, "probe", rows[i].text, true);
		const struct msg_command *a = send(w);
		assert_int_equal(a->result, rows[i].e);
		assert_int_equal(a->target, 1); /* whose it is */
		assert_memory_equal(a->why, rows[i].why, strlen(rows[i].why));
		assert_int_equal(shown(w, 0), rows[i].shown);
		assert_int_equal(w->param, rows[i].seen);
	}
	world_free(w);
}

static void parameters_that_stay_are_not_told(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->param = -1;
	epoch_begin(&t, 1);
	epoch_strategy(&t, "probe", "size=1", true);
	assert_int_equal(send(w)->result, ERR_OK);
	assert_int_equal(w->param, -1);
	world_free(w);
}

static void all_or_nothing(void **state)
{
	struct world *w = world_armed();
	struct msg_limits l, now;
	(void)state;
	assert_true(row_read(&w->l.limits[0].seq, w->l.limits[0].w, &l, sizeof l));
	i64 max_qty = l.limits.max_qty;
	for (u32 bad = 0; bad < 4; bad++) {
		w->param = 1;
		l.limits.max_qty = bad == 0 ? -1 : 3 * LOT;
		epoch_begin(&t, bad + 1);
		t.m.cancel_on_stale = false;
		epoch_limits(&t, &l);
		epoch_strategy(&t, bad == 2 ? "null" : "probe", bad == 1 ? "size=13" : "size=7", false);
		if (bad == 3)
			epoch_strategy(&t, "null", "instrument=NONE", true); /* its init refuses, last of all */
		assert_int_not_equal(send(w)->result, ERR_OK);
		assert_true(row_read(&w->l.limits[0].seq, w->l.limits[0].w, &now, sizeof now));
		assert_int_equal(now.limits.max_qty, max_qty);
		assert_int_equal(in_force(w), 1);
		assert_true(w->c.cfg.cancel_on_stale);
		assert_true(submit(w, 0, 1) > 0); /* not stopped */
		assert_int_equal(w->param, bad == 1 ? 13 : 1);
		assert_int_equal(host_count(w->c.host), 1);
	}
	l.limits.max_qty = 3 * LOT;
	epoch_begin(&t, 9);
	t.m.cancel_on_stale = false;
	epoch_limits(&t, &l);
	epoch_strategy(&t, "probe", "size=7", true);
	assert_int_equal(send(w)->result, ERR_OK);
	assert_true(row_read(&w->l.limits[0].seq, w->l.limits[0].w, &now, sizeof now));
	assert_int_equal(now.limits.max_qty, 3 * LOT);
	assert_int_equal(shown(w, 0), 7);
	assert_false(w->c.cfg.cancel_on_stale);
	assert_true(submit(w, 0, 4) < 0);
	world_free(w);
}

static void stopped_and_started(void **state)
{
	struct world *w = world_armed();
	struct host_status st;
	(void)state;
	i64 id = submit(w, 0, 1);
	run(w, 10 * TURN_NS);
	assert_order(w, id, "LIVE");
	epoch_begin(&t, 1);
	epoch_strategy(&t, "probe", "", false);
	assert_int_equal(send(w)->result, ERR_OK);
	run(w, 20 * TURN_NS);
	assert_order(w, id, "CANCELED");
	assert_int_equal(submit(w, 0, 1), STRATEGY_PAUSED);
	assert_int_equal(command(w, CMD_RESUME)->result, ERR_OK); /* all that are paused: it is not */
	assert_int_equal(submit(w, 0, 1), STRATEGY_PAUSED);
	assert_true(host_status(w->c.host, 0, &st) && st.pause == HOST_STOPPED);
	epoch_begin(&t, 2);
	epoch_strategy(&t, "probe", "", true);
	assert_int_equal(send(w)->result, ERR_OK);
	assert_true(submit(w, 0, 1) > 0);
	world_free(w);
}

static void one_more(void **state)
{
	struct world *w = world_armed();
	struct host_status st;
	size_t used = w->c.spare.used;
	(void)state;
	epoch_begin(&t, 1);
	epoch_strategy(&t, "probe", "", true);
	epoch_strategy(&t, "null", "instrument=NONE", true);
	assert_int_equal(send(w)->result, ERR_NOT_FOUND);
	assert_true(w->c.spare.used == used); /* what it took is free again */
	epoch_begin(&t, 2);
	epoch_strategy(&t, "probe", "", true);
	epoch_strategy(&t, "null", "instrument=ETHUSDT", true);
	epoch_strategy(&t, "null", "instrument=ETHUSDT", true);
	assert_int_equal(send(w)->result, ERR_ARGUMENT);
	t.m.n_strategies = 2;
	t.m.id = 3;
	assert_int_equal(send(w)->result, ERR_OK);
	assert_int_equal(host_count(w->c.host), 2);
	assert_true(host_status(w->c.host, 1, &st) && !strcmp(st.name, "null") && st.pause == HOST_RUNNING);
	best(w, 1, 100, 101);
	run(w, TURN_NS);
	assert_true(host_status(w->c.host, 1, &st) && st.calls > 0);
	assert_true(w->l.values[1].seq);
	world_free(w);
}

static void nonsense_is_counted(void **state)
{
	struct world *w = world_armed();
	u64 unknown = counter_get(&w->l.cnt[TRADE_CNT_inbox_unknown]);
	(void)state;
	epoch_begin(&t, 1);
	epoch_strategy(&t, "probe", "size=7", true);
	tell(w, MSG_EPOCH, 0, &t, epoch_bytes(&t) - 8);
	tell(w, MSG_EPOCH, 0, &t, 8);
	t.m.n_strategies = 1u << 31;
	tell(w, MSG_EPOCH, 0, &t, sizeof t);
	run(w, TURN_NS);
	assert_int_equal(counter_get(&w->l.cnt[TRADE_CNT_inbox_unknown]), unknown + 3);
	epoch_begin(&t, 2);
	epoch_strategy(&t, "probe", "size=7", true);
	memset(msg_epoch_strategies(&t.m)->params, ' ', EPOCH_PARAMS_TEXT);
	assert_int_equal(send(w)->result, ERR_SYNTAX);
	assert_int_equal(in_force(w), 1);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters),
		cmocka_unit_test(parameters_that_stay_are_not_told),
		cmocka_unit_test(all_or_nothing),
		cmocka_unit_test(stopped_and_started),
		cmocka_unit_test(one_more),
		cmocka_unit_test(nonsense_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
