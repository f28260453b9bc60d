#include "tests/risk/world.h"

static void test_a_fresh_risk_denies(void **state)
{
	(void)state;
	struct world w;
	struct risk_passed p;
	world_open(&w);
	struct risk *r = risk_new(&w.arena, w.counters);
	assert_int_equal(risk_check(r, &w.req, &w.view, w.now, &p), RISK_NOT_ARMED);
	risk_set_state(r, RISK_STATE_ACTIVE);
	assert_int_equal(risk_check(r, &w.req, &w.view, w.now, &p), RISK_INSTRUMENT);
	assert_false(risk_cancel_allowed(r, w.now));
	world_close(&w);
}

static void test_cancels_have_their_own_budget(void **state)
{
	(void)state;
	struct world w;
	struct risk_passed p;
	world_open(&w);
	w.account.orders_burst = 1;
	world_apply(&w);
	world_send(&w, 1);
	assert_int_equal(world_check(&w, &p), RISK_RATE);
	w.view.kill = KILL_HALT;
	for (u32 i = 0; i < w.account.cancels_burst; i++)
		assert_true(risk_cancel_allowed(w.risk, w.now));
	assert_false(risk_cancel_allowed(w.risk, w.now));
	assert_false(risk_cancel_allowed(w.risk, w.now + NS_PER_MS - 1));
	assert_true(risk_cancel_allowed(w.risk, w.now + NS_PER_MS));
	assert_int_equal(w.counters[RISK_CNT_cancels_deferred], 2);
	world_close(&w);
}

/* A new configuration epoch is no new allowance. */
static void test_limits_replaced_keep_what_was_spent(void **state)
{
	(void)state;
	struct world w;
	struct risk_passed p;
	world_open(&w);
	w.account.orders_burst = 1;
	world_apply(&w);
	world_send(&w, 1);
	world_apply(&w);
	assert_int_equal(world_check(&w, &p), RISK_RATE);
	assert_int_equal(risk_exposure(w.risk, BTC).buy_qty, COIN);
	world_close(&w);
}

static void test_settings_out_of_range(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	struct risk_limits l = w.limits;
	l.max_short = -1;
	assert_int_equal(risk_set_limits(w.risk, BTC, &l), ERR_ARGUMENT);
	assert_int_equal(risk_set_limits(w.risk, BTC + 1, &w.limits),
			 ERR_ARGUMENT); /* no such instrument yet */
	assert_int_equal(risk_set_limits(w.risk, INSTRUMENTS_MAX, &w.limits), ERR_ARGUMENT);
	struct risk_account a = w.account;
	a.max_open_orders = RISK_ORDERS_MAX + 1;
	assert_int_equal(risk_set_account(w.risk, &a, w.now), ERR_ARGUMENT);
	struct instrument i = w.btc;
	i.lot = 0;
	assert_int_equal(risk_set_instrument(w.risk, &i), ERR_ARGUMENT);
	i = w.btc;
	i.qty_scale = 6;
	assert_int_equal(risk_set_instrument(w.risk, &i), ERR_OK); /* nothing held, nothing open */
	assert_int_equal(risk_set_instrument(w.risk, &w.btc), ERR_OK);
	world_send(&w, 1);
	assert_int_equal(risk_set_instrument(w.risk, &i), ERR_ARGUMENT);
	world_close(&w);
}

/* A coarser tick: open orders keep their worth. */
static void test_a_new_version_rescales_open_orders(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	world_send(&w, 1);
	i64 before = risk_exposure(w.risk, BTC).open_notional;
	assert_int_equal(before, 60000 * COIN);
	w.btc.tick = 50;
	w.btc.version++;
	world_apply(&w);
	assert_int_equal(risk_exposure(w.risk, BTC).open_notional, before);
	w.btc.tick = 1;
	w.btc.px_scale = 0;
	w.btc.version++;
	world_apply(&w);
	assert_int_equal(risk_exposure(w.risk, BTC).open_notional, before);
	world_close(&w);
}

/* A latch that leaves a way out gives way to the one that does not. */
static void test_untracked_stands_before_other_latches(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	w.limits.max_loss = 1;
	world_apply(&w);
	assert_int_equal(risk_set_position(w.risk, BTC, COIN, 6000000), ERR_OK);
	risk_mark(w.risk, BTC, 5000000);
	assert_int_equal(risk_latched(w.risk), RISK_LOSS);
	world_fill(&w, 77, 0, LOT, 2 * LOT); /* deduced, of what we know nothing of */
	assert_int_equal(risk_latched(w.risk), RISK_UNTRACKED);
	risk_mark(w.risk, BTC, 5000000);
	assert_int_equal(risk_latched(w.risk), RISK_UNTRACKED);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fresh_risk_denies),
		cmocka_unit_test(test_cancels_have_their_own_budget),
		cmocka_unit_test(test_limits_replaced_keep_what_was_spent),
		cmocka_unit_test(test_settings_out_of_range),
		cmocka_unit_test(test_a_new_version_rescales_open_orders),
		cmocka_unit_test(test_untracked_stands_before_other_latches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
