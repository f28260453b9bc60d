#include "tests/risk/world.h"

/* One order of 1 BTC at 60000; then steps, and what is left exposed and held after each. */
struct step {
	u8 kind, state;
	u64 trade;      /* FILL: 0 is deduced from order.status */
	i64 fill, cum;  /* lots */
	i64 left, held; /* lots, after it */
	const char *remark;
};

enum { ALL = 100000, STEPS_MAX = 8 };

static const struct {
	const char *name;
	struct step step[STEPS_MAX];
	struct { u32 counter; u64 n; } counted;
} stories[] = {
	{ "filled in two",
	  {
		  { ORDER_EV_ACK, ORDER_LIVE, 0, 0, 0, ALL, 0, "acknowledged: still exposed" },
		  { ORDER_EV_FILL, ORDER_LIVE, 7, 40000, 40000, 60000, 40000, "part" },
		  { ORDER_EV_FILL, ORDER_FILLED, 8, 60000, ALL, 0, ALL, "rest" },
		  { ORDER_EV_ACK, ORDER_LIVE, 0, 0, 0, 0, ALL, "terminal never regresses" },
	  },
	  { RISK_CNT_late_events, 1 } },
	{ "the same trade twice",
	  {
		  { ORDER_EV_FILL, ORDER_LIVE, 7, 40000, 40000, 60000, 40000, "" },
		  { ORDER_EV_FILL, ORDER_LIVE, 7, 40000, 40000, 60000, 40000, "ignored" },
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 40000, 0, 40000, "rest returned" },
		  { ORDER_EV_FILL, ORDER_LIVE, 7, 40000, 40000, 0, 40000,
		    "ignored after the end too" },
	  },
	  { RISK_CNT_duplicate_fills, 2 } },
	{ "unknown keeps exposure",
	  {
		  { ORDER_EV_UNKNOWN, ORDER_UNKNOWN, 0, 0, 0, ALL, 0, "" },
		  { ORDER_EV_UNKNOWN, ORDER_UNKNOWN, 0, 0, 0, ALL, 0, "" },
		  { ORDER_EV_FILL, ORDER_UNKNOWN, 7, 1, 1, ALL - 1, 1, "a fill proves a part" },
		  { ORDER_EV_ACK, ORDER_LIVE, 0, 0, 0, ALL - 1, 1, "found alive" },
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 1, 0, 1, "proven dead" },
	  },
	  { RISK_CNT_passed, 1 } },
	{ "a fill crosses the cancel",
	  {
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 30000, 30000, 0,
		    "30000 executed that we have not seen: kept" },
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 30000, 30000, 0, "said twice" },
		  { ORDER_EV_FILL, ORDER_CANCELED, 7, 20000, 20000, 10000, 20000,
		    "one of the two trades" },
		  { ORDER_EV_FILL, ORDER_CANCELED, 8, 10000, 30000, 0, 30000, "the other: over" },
	  },
	  { RISK_CNT_unbooked_ends, 1 } },
	{ "a fill after the end",
	  {
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 0, 0, 0,
		    "the venue said nothing was executed" },
		  { ORDER_EV_FILL, ORDER_CANCELED, 7, 5, 5, 0, 5,
		    "the venue's trade counts all the same" },
	  },
	  { RISK_CNT_late_fills, 1 } },
	{ "deduced, then the trade itself",
	  {
		  { ORDER_EV_FILL, ORDER_LIVE, 7, 10, 10, ALL - 10, 10, "seen" },
		  { ORDER_EV_FILL, ORDER_LIVE, 0, 20, 30, ALL - 30, 30,
		    "order.status says 30: 20 more" },
		  { ORDER_EV_FILL, ORDER_LIVE, 0, 20, 30, ALL - 30, 30, "said twice" },
		  { ORDER_EV_FILL, ORDER_LIVE, 8, 20, 30, ALL - 30, 30,
		    "the trade it was deduced from: known" },
		  { ORDER_EV_FILL, ORDER_LIVE, 9, 5, 35, ALL - 35, 35, "the next one is news" },
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 35, 0, 35, "" },
	  },
	  { RISK_CNT_duplicate_fills, 2 } },
	{ "a status overtaken by a trade",
	  {
		  { ORDER_EV_FILL, ORDER_LIVE, 8, 10, 40, ALL - 10, 10,
		    "the last of four trades comes first" },
		  { ORDER_EV_FILL, ORDER_LIVE, 0, 0, 30, ALL - 10, 10,
		    "a status from before it: does not say which are missing" },
		  { ORDER_EV_FILL, ORDER_LIVE, 0, 0, 40, ALL - 40, 40, "one from after it does" },
		  { ORDER_EV_FILL, ORDER_LIVE, 7, 30, 30, ALL - 40, 40,
		    "and the trade it made known is no news" },
		  { ORDER_EV_CANCELED, ORDER_CANCELED, 0, 0, 40, 0, 40, "" },
	  },
	  { RISK_CNT_duplicate_fills, 2 } },
	{ "rejected",
	  {
		  { ORDER_EV_REJECTED, ORDER_REJECTED, 0, 0, 0, 0, 0, "nothing left" },
		  { ORDER_EV_UNKNOWN, ORDER_UNKNOWN, 0, 0, 0, 0, 0, "late: never comes back" },
	  },
	  { RISK_CNT_late_events, 1 } },
	{ "a cancel refused because it is gone",
	  {
		  { ORDER_EV_CANCEL_REJECTED, ORDER_LIVE, 0, 0, 0, ALL, 0,
		    "as far as known alive" },
		  { ORDER_EV_CANCEL_REJECTED, ORDER_FILLED, 0, 0, ALL, ALL, 0,
		    "filled, and no trade seen: all of it kept" },
		  { ORDER_EV_FILL, ORDER_FILLED, 7, ALL, ALL, 0, ALL, "" },
	  },
	  { RISK_CNT_unbooked_ends, 1 } },
	{ "more than was ordered",
	  {
		  { ORDER_EV_FILL, ORDER_LIVE, 7, ALL, ALL, 0, ALL, "" },
		  { ORDER_EV_FILL, ORDER_LIVE, 8, 5, ALL + 5, 0, ALL + 5,
		    "the venue is the truth" },
	  },
	  { RISK_CNT_late_fills, 1 } },
	{ "too much at once",
	  {
		  { ORDER_EV_FILL, ORDER_LIVE, 7, ALL + 5, ALL + 5, 0, ALL + 5, "" },
	  },
	  { RISK_CNT_excess_fills, 1 } },
};

static void play(struct world *w, const struct step *s, const char *story)
{
	struct order_event e = { .kind = s->kind,
				 .state = s->state,
				 .order_id = 1,
				 .instrument = BTC,
				 .side = SIDE_BUY,
				 .trade_id = s->trade,
				 .px = 6000000,
				 .qty = COIN,
				 .filled_qty = s->cum * LOT };
	if (s->kind == ORDER_EV_FILL) {
		e.fill_px = 6000000;
		e.fill_qty = s->fill * LOT;
	}
	risk_on_order_event(w->risk, &e, w->now);
	struct risk_exposure x = risk_exposure(w->risk, BTC);
	if (x.buy_qty != s->left * LOT || risk_position(w->risk, BTC)->qty != s->held * LOT)
		fail_msg("%s (%s): left %lld held %lld lots", story, s->remark,
			 (long long)(x.buy_qty / LOT),
			 (long long)(risk_position(w->risk, BTC)->qty / LOT));
	assert_int_equal(x.open_orders, s->left > 0);
	assert_true(x.open_notional == x.buy_qty / LOT * 60000000);
}

static void test_stories(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		struct world w;
		world_open(&w);
		world_send(&w, 1);
		assert_int_equal(risk_exposure(w.risk, BTC).buy_qty, COIN);
		for (u32 k = 0; k < STEPS_MAX && stories[i].step[k].remark; k++)
			play(&w, &stories[i].step[k], stories[i].name);
		if (w.counters[stories[i].counted.counter] != stories[i].counted.n)
			fail_msg("%s: counted %llu", stories[i].name,
				 (unsigned long long)w.counters[stories[i].counted.counter]);
		assert_int_equal(risk_latched(w.risk), 0);
		world_close(&w);
	}
}

static void test_orders_of_others(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	world_event(&w, ORDER_EV_ACK, 77, 0);
	world_event(&w, ORDER_EV_CANCELED, 77, 0);
	assert_int_equal(w.counters[RISK_CNT_orphan_events], 2);
	world_fill(&w, 77, 5, LOT, LOT); /* by hand on the venue's page: it is our position */
	assert_int_equal(risk_position(w.risk, BTC)->qty, LOT);
	assert_int_equal(w.counters[RISK_CNT_orphan_fills], 1);
	assert_int_equal(risk_latched(w.risk), 0);
	world_fill(&w, 77, 0, LOT, 2 * LOT); /* deduced of what we know nothing of */
	assert_int_equal(risk_latched(w.risk), RISK_UNTRACKED);
	world_close(&w);
}

/*
 * The account's status settles what ended orders were waiting for, and their trades are no news
 * afterwards.
 */
static void test_set_position_settles(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	world_send(&w, 1);
	world_event(&w, ORDER_EV_CANCELED, 1, 50 * LOT);
	assert_int_equal(risk_exposure(w.risk, BTC).buy_qty, 50 * LOT);
	assert_int_equal(risk_set_position(w.risk, BTC, 50 * LOT, 6000000), ERR_OK);
	assert_int_equal(risk_exposure(w.risk, BTC).buy_qty, 0);
	world_fill(&w, 1, 3, 50 * LOT, 50 * LOT);
	assert_int_equal(risk_position(w.risk, BTC)->qty, 50 * LOT);
	world_close(&w);
}

static void test_fees_and_loss(void **state)
{
	(void)state;
	struct world w;
	world_open(&w);
	w.limits.max_loss = COIN; /* one quote */
	world_apply(&w);
	world_send(&w, 1);
	struct order_event e = { .kind = ORDER_EV_FILL,
				 .order_id = 1,
				 .instrument = BTC,
				 .trade_id = 1,
				 .fill_px = 6000000,
				 .fill_qty = LOT,
				 .filled_qty = LOT,
				 .fee = COIN,
				 .fee_asset = "USDT" };
	risk_on_order_event(w.risk, &e, w.now);
	assert_int_equal(risk_latched(w.risk), 0); /* exactly the limit */
	e.trade_id = 2;
	e.filled_qty = 2 * LOT;
	e.fee = 1;
	memcpy(e.fee_asset, "BNB", 4);
	risk_on_order_event(w.risk, &e, w.now);
	assert_int_equal(risk_latched(w.risk), 0); /* another asset is no loss of quote */
	assert_int_equal(risk_position(w.risk, BTC)->fee[1].amount, 1);
	e.trade_id = 3;
	e.filled_qty = 3 * LOT;
	memcpy(e.fee_asset, "USDT", 5);
	risk_on_order_event(w.risk, &e, w.now);
	assert_int_equal(risk_latched(w.risk), RISK_LOSS);
	world_close(&w);
}

static void test_fill_out_of_range_latches(void **state)
{
	(void)state;
	static const struct { i64 px, qty; u32 instrument; u8 side; const char *remark; } bad[] = {
		{ 0, LOT, BTC, SIDE_BUY, "no price" },
		{ -5, LOT, BTC, SIDE_BUY, "negative price" },
		{ 6000000, -LOT, BTC, SIDE_BUY, "negative quantity" },
		{ INT64_MAX, INT64_MAX, BTC, SIDE_BUY, "beyond all bounds" },
		{ 6000000, LOT, BTC, 2, "no such side" },
		{ 6000000, LOT, BTC + 1, SIDE_BUY, "an instrument without a scale" },
		{ 6000000, LOT, UINT32_MAX, SIDE_BUY, "no such instrument" },
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct world w;
		world_open(&w);
		risk_on_order_event(w.risk,
				    &(struct order_event){ .kind = ORDER_EV_FILL,
							   .order_id = 8,
							   .trade_id = 1,
							   .instrument = bad[i].instrument,
							   .side = bad[i].side,
							   .fill_px = bad[i].px,
							   .fill_qty = bad[i].qty },
				    w.now);
		if (risk_latched(w.risk) != RISK_UNTRACKED || risk_position(w.risk, BTC)->qty)
			fail_msg("%s", bad[i].remark);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_orders_of_others),
		cmocka_unit_test(test_set_position_settles),
		cmocka_unit_test(test_fees_and_loss),
		cmocka_unit_test(test_fill_out_of_range_latches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
