#include "tests/strategy/fake_core.h"

static void test_events_reach_their_own(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	struct probe *btc = add(&c, "instrument=BTCUSDT"), *eth = add(&c, "instrument=ETHUSDT"),
		     *eth2 = add(&c, "instrument=ETHUSDT");
	assert_int_equal(tick(&c, 0), 1);
	assert_int_equal(tick(&c, 1), 2);
	assert_int_equal(tick(&c, 2), 0);
	assert_true(btc->markets == 1 && eth->markets == 1 && eth2->markets == 1);
	host_on_order(c.host, &(struct order_event){ .strategy = 1 }, 50, 0);
	host_on_order(c.host, &(struct order_event){ .strategy = 3 }, 50, 0);
	assert_true(btc->orders == 0 && eth->orders == 1 && eth2->orders == 0);
	assert_int_equal(c.counters[HOST_CNT_orphan_events], 1);
	assert_int_equal(c.counters[HOST_CNT_calls], 4);
	core_close(&c);
}

static void test_timers(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	struct probe *a = add(&c, "instrument=BTCUSDT"), *b = add(&c, "instrument=BTCUSDT");
	assert_true(host_next_timer(c.host) == UINT64_MAX);
	a->api->set_timer(a->ctx, 100);
	b->api->set_timer(b->ctx, 60);
	b->again_ns = 50;
	assert_int_equal(host_next_timer(c.host), 60);
	assert_int_equal(host_on_time(c.host, 59, 0), 0);
	assert_int_equal(host_on_time(c.host, 60, 0), 1); /* b, which asks for 110 */
	assert_int_equal(host_next_timer(c.host), 100);
	assert_int_equal(host_on_time(c.host, 200, 0), 2); /* one call each, however late */
	assert_int_equal(host_next_timer(c.host), 250);
	b->api->set_timer(b->ctx, 0);
	assert_int_equal(host_on_time(c.host, 300, 0), 0);
	assert_true(host_next_timer(c.host) == UINT64_MAX);
	assert_true(a->timers == 1 && b->timers == 2);
	core_close(&c);
}

static void test_pause_and_resume(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	struct probe *p = add(&c, "instrument=BTCUSDT");
	p->submit_on_order = true;
	p->api->set_timer(p->ctx, 100);
	assert_int_equal(host_pause(c.host, 0), ERR_OK);
	assert_int_equal(host_pause(c.host, 1), ERR_NOT_FOUND);
	assert_int_equal(tick(&c, 0), 0);
	assert_int_equal(host_on_time(c.host, 150, 0), 0);
	host_on_order(c.host, &(struct order_event){ .strategy = 0 }, 160, 0);
	assert_int_equal(p->orders, 1); /* it must know what becomes of its orders */
	assert_int_equal(p->submitted, STRATEGY_PAUSED);
	assert_int_equal(p->api->cancel(p->ctx, 77), 0);
	assert_int_equal(c.submits, 0);
	assert_int_equal(host_resume(c.host, 0), ERR_OK);
	assert_int_equal(host_on_time(c.host, 170, 0), 1); /* what fell due meanwhile */
	assert_int_equal(tick(&c, 0), 1);
	core_close(&c);
}

static void test_stopped_is_not_resumed(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	struct probe *p = add(&c, "instrument=BTCUSDT");
	p->submit_on_order = true;
	p->api->set_timer(p->ctx, 100);
	assert_int_equal(host_enable(c.host, 0, true), ERR_OK); /* it runs: nothing */
	assert_int_equal(host_enable(c.host, 0, false), ERR_OK);
	assert_int_equal(host_enable(c.host, 1, false), ERR_NOT_FOUND);
	assert_int_equal(host_pause(c.host, 0), ERR_STATE);
	assert_int_equal(host_resume(c.host, 0), ERR_STATE);
	assert_int_equal(tick(&c, 0), 0);
	assert_int_equal(host_on_time(c.host, 150, 0), 0);
	host_on_order(c.host, &(struct order_event){ .strategy = 0 }, 160, 0);
	assert_int_equal(p->submitted, STRATEGY_PAUSED);
	assert_int_equal(host_enable(c.host, 0, true), ERR_OK);
	assert_int_equal(host_on_time(c.host, 170, 0), 1); /* what fell due meanwhile */
	assert_int_equal(tick(&c, 0), 1);
	assert_int_equal(host_pause(c.host, 0), ERR_OK);
	assert_int_equal(host_enable(c.host, 0, true), ERR_OK); /* no resume */
	assert_int_equal(tick(&c, 0), 0);
	core_close(&c);
}

static void test_overruns_in_a_row_pause(void **state)
{
	(void)state;
	struct core c;
	struct host_status s;
	core_open(&c);
	struct probe *slow = add(&c, "instrument=BTCUSDT");
	add(&c, "instrument=ETHUSDT");
	c.tsc_step = 1001; /* budget 1000 */
	tick(&c, 0);
	tick(&c, 0);
	c.tsc_step = 1000;
	tick(&c, 0); /* within: the count begins anew */
	c.tsc_step = 1001;
	tick(&c, 0);
	tick(&c, 0);
	assert_int_equal(c.pauses, 0);
	tick(&c, 0);
	assert_int_equal(c.pauses, 1);
	assert_int_equal(c.paused, 0);
	assert_int_equal(tick(&c, 0), 0);
	assert_true(host_status(c.host, 0, &s));
	assert_int_equal(s.pause, HOST_PAUSED_BY_BUDGET);
	assert_int_equal(s.overruns_all, 5);
	assert_int_equal(s.max_tsc, 1001);
	assert_true(host_status(c.host, 1, &s));
	assert_int_equal(s.pause, HOST_RUNNING);
	assert_int_equal(slow->markets, 6);
	assert_int_equal(c.counters[HOST_CNT_overruns], 5);
	assert_int_equal(c.counters[HOST_CNT_budget_pauses], 1);
	host_on_order(c.host, &(struct order_event){ .strategy = 0 }, 1,
		      c.tsc); /* over again, paused already */
	assert_int_equal(c.pauses, 1);
	assert_int_equal(host_resume(c.host, 0), ERR_OK);
	assert_int_equal(tick(&c, 0), 1);
	assert_int_equal(c.pauses, 1);
	core_close(&c);
}

/*
 * The measure of one callback begins where the one before ended: a slow neighbour is not another's
 * fault.
 */
static void test_each_is_measured_alone(void **state)
{
	(void)state;
	struct core c;
	struct host_status s;
	core_open(&c);
	for (int i = 0; i < 10; i++)
		add(&c, "instrument=BTCUSDT");
	c.tsc_step = 900;
	for (int i = 0; i < 5; i++)
		assert_int_equal(tick(&c, 0), 10);
	assert_int_equal(c.counters[HOST_CNT_overruns], 0);
	assert_true(host_status(c.host, 9, &s));
	assert_int_equal(s.max_tsc, 900);
	assert_int_equal(s.calls, 5);
	core_close(&c);
}

static void test_live_parameters(void **state)
{
	(void)state;
	struct core c;
	struct host_status s;
	struct strategy_value v[2];
	struct param_error why;
	u32 given;
	core_open(&c);
	struct probe *p = add(&c, "instrument=BTCUSDT depth=4");
	assert_int_equal(p->depth, 4);
	assert_true(host_status(c.host, 0, &s));
	memcpy(v, s.values, sizeof v);
	assert_int_equal(param_parse(s.desc->params, s.desc->n_params, "depth=5", v, &given, &why),
			 ERR_OK);
	assert_int_equal(host_set_params(c.host, 0, v, 2, 1), ERR_OK);
	assert_int_equal(p->depth, 5);
	assert_int_equal(s.values[1].i, 5);
	v[1].i = 7; /* this strategy does not like 7 */
	assert_int_equal(host_set_params(c.host, 0, v, 2, 1), ERR_STATE);
	assert_int_equal(s.values[1].i, 5);
	assert_int_equal(host_set_params(c.host, 0, v, 1, 1), ERR_ARGUMENT);
	assert_int_equal(host_set_params(c.host, 1, v, 2, 1), ERR_NOT_FOUND);
	assert_int_equal(c.counters[HOST_CNT_param_changes], 1);
	assert_int_equal(c.counters[HOST_CNT_param_refusals], 1);
	core_close(&c);
}

static void test_save_and_load(void **state)
{
	(void)state;
	struct core c;
	u8 kept[64];
	core_open(&c);
	struct probe *a = add(&c, "instrument=BTCUSDT"), *b = add(&c, "instrument=ETHUSDT");
	tick(&c, 0);
	u32 n = host_save(c.host, 0, kept, sizeof kept);
	assert_int_equal(n, 4);
	assert_int_equal(host_load_state(c.host, 1, kept, n), ERR_OK);
	assert_int_equal(b->markets, a->markets);
	assert_int_equal(host_load_state(c.host, 1, kept, n - 1), ERR_SYNTAX);
	assert_int_equal(host_load_state(c.host, 9, kept, n), ERR_NOT_FOUND);
	core_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_reach_their_own),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_pause_and_resume),
		cmocka_unit_test(test_stopped_is_not_resumed),
		cmocka_unit_test(test_overruns_in_a_row_pause),
		cmocka_unit_test(test_each_is_measured_alone),
		cmocka_unit_test(test_live_parameters),
		cmocka_unit_test(test_save_and_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
