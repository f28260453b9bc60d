#include "tests/risk/world.h"

/*
 * Each row changes one thing of an order that passes; where the answer depends on a bound, the row
 * before it stands on the bound.
 */
struct row {
	enum risk_code expect;
	void (*change)(struct world *w);
	const char *remark;
};

#define CHANGE(name) static void name(struct world *w)
CHANGE(nothing) { (void)w; }
CHANGE(kill_halt) { w->view.kill = KILL_HALT; }
CHANGE(kill_nonsense) { w->view.kill = 200; }
CHANGE(kill_cancel_only) { w->view.kill = KILL_CANCEL_ONLY; }
CHANGE(state_cancel_only) { risk_set_state(w->risk, RISK_STATE_CANCEL_ONLY); }
CHANGE(not_armed) { risk_set_state(w->risk, RISK_STATE_NOT_ARMED); }
CHANGE(session_down) { w->view.down = RISK_DOWN_SESSION; }
CHANGE(private_down) { w->view.down = RISK_DOWN_PRIVATE; }
CHANGE(window_full) { w->view.down = RISK_DOWN_WINDOW; }
CHANGE(journal_full) { w->view.down = RISK_DOWN_JOURNAL; }
CHANGE(venue_budget) { w->view.down = RISK_DOWN_BUDGET; }
CHANGE(two_reasons) { w->view.down = RISK_DOWN_JOURNAL | RISK_DOWN_SESSION; }
CHANGE(bad_side) { w->req.side = 2; }
CHANGE(bad_type) { w->req.type = 3; }
CHANGE(bad_tif) { w->req.tif = 3; }
CHANGE(bad_and_killed) { w->req.tif = 3; w->view.kill = KILL_HALT; }
CHANGE(no_instrument) { w->req.instrument = INSTRUMENTS_MAX; }
CHANGE(huge_instrument) { w->req.instrument = UINT32_MAX; }
CHANGE(unset_instrument) { w->req.instrument = BTC + 1; }
CHANGE(not_allowed) { w->limits.allowed = 0; world_apply(w); }
CHANGE(status_break) { w->view.status = INSTRUMENT_BREAK; }
CHANGE(other_version) { w->view.version = 8; }
CHANGE(book_stale) { w->view.book_state = BOOK_STALE; }
CHANGE(book_empty) { w->view.book_state = BOOK_EMPTY; }
CHANGE(book_crossed) { w->view.bid_px = w->view.ask_px; }
CHANGE(book_one_sided) { w->view.bid_px = 0; }
CHANGE(book_at_age) { w->now = w->view.book_rx_ns + NS_PER_S; }
CHANGE(book_too_old) { w->now = w->view.book_rx_ns + NS_PER_S + 1; }
CHANGE(book_ahead) { w->view.book_rx_ns = w->now + 50; }
CHANGE(px_zero) { w->req.px = 0; }
CHANGE(px_huge) { w->req.px = INT64_MAX; }
CHANGE(px_most_negative) { w->req.px = INT64_MIN; }
CHANGE(px_at_max) { w->btc.max_px = 6000000; world_apply(w); }
CHANGE(px_above_max) { w->btc.max_px = 5999999; world_apply(w); }
CHANGE(px_at_min) { w->btc.min_px = 6000000; world_apply(w); }
CHANGE(px_below_min) { w->btc.min_px = 6000001; world_apply(w); }
CHANGE(off_lot) { w->req.qty = COIN + 1; }
CHANGE(market_on_lot) { w->req.type = ORDER_MARKET; w->req.qty = 10 * LOT; }
CHANGE(market_off_lot) { w->req.type = ORDER_MARKET; w->req.qty = 11 * LOT; }
CHANGE(qty_at_min) { w->btc.min_qty = COIN; world_apply(w); }
CHANGE(qty_below_min) { w->btc.min_qty = COIN + LOT; world_apply(w); }
CHANGE(qty_zero) { w->req.qty = 0; }
CHANGE(qty_negative) { w->req.qty = -COIN; }
CHANGE(qty_at_max) { w->limits.max_qty = COIN; world_apply(w); }
CHANGE(qty_above_ours) { w->limits.max_qty = COIN - 1; world_apply(w); }
CHANGE(qty_above_theirs) { w->btc.max_qty = COIN - LOT; world_apply(w); }
CHANGE(qty_above_market)
{
	w->req.type = ORDER_MARKET;
	w->btc.market_max_qty = COIN - 10 * LOT;
	world_apply(w);
}
CHANGE(qty_huge) { w->req.qty = INT64_MAX / LOT * LOT; }
CHANGE(notional_at_min) { w->btc.min_notional = 60000 * COIN; world_apply(w); }
CHANGE(notional_below_min) { w->btc.min_notional = 60000 * COIN + 1; world_apply(w); }
CHANGE(notional_at_max) { w->limits.max_notional = 60000 * COIN; world_apply(w); }
CHANGE(notional_above_ours) { w->limits.max_notional = 60000 * COIN - 1; world_apply(w); }
CHANGE(notional_above_theirs) { w->btc.max_notional = 60000 * COIN - 1; world_apply(w); }
CHANGE(market_weighed_above)
{
	w->req.type = ORDER_MARKET;
	w->limits.max_notional = 63000 * COIN + 10 * COIN / 100;
	world_apply(w);
}
CHANGE(market_weighed_within)
{
	w->req.type = ORDER_MARKET;
	w->limits.max_notional = 63000 * COIN + 11 * COIN / 100;
	world_apply(w);
}
CHANGE(market_sell_by_bid)
{
	w->req.type = ORDER_MARKET;
	w->req.side = SIDE_SELL;
	w->limits.max_notional = 59999 * COIN + COIN / 10 * 9;
	world_apply(w);
}
CHANGE(market_ignores_px) { w->req.type = ORDER_MARKET; w->req.px = INT64_MIN; }
CHANGE(collar_low_edge) { w->req.px = 5700000; }
CHANGE(collar_below) { w->req.px = 5699999; }
CHANGE(collar_high_edge) { w->req.px = 6300000; w->limits.max_through = -1; world_apply(w); }
CHANGE(collar_above) { w->req.px = 6300001; w->limits.max_through = -1; world_apply(w); }
CHANGE(through_edge) { w->req.px = w->view.ask_px + 100; }
CHANGE(through_ask) { w->req.px = w->view.ask_px + 101; }
CHANGE(through_bid) { w->req.side = SIDE_SELL; w->req.px = w->view.bid_px - 101; }
CHANGE(through_bid_edge) { w->req.side = SIDE_SELL; w->req.px = w->view.bid_px - 100; }
CHANGE(not_through_at_all)
{
	w->limits.max_through = 0;
	w->req.px = w->view.ask_px;
	world_apply(w);
}

static void hold(struct world *w, i64 qty)
{
	assert_int_equal(risk_set_position(w->risk, BTC, qty, 6000000), ERR_OK);
}
CHANGE(reduce_flat) { risk_set_state(w->risk, RISK_STATE_REDUCE_ONLY); }
CHANGE(reduce_long)
{
	w->req.side = SIDE_SELL;
	hold(w, COIN);
	risk_set_state(w->risk, RISK_STATE_REDUCE_ONLY);
}
CHANGE(reduce_beyond)
{
	w->req.side = SIDE_SELL;
	hold(w, COIN - LOT);
	risk_set_state(w->risk, RISK_STATE_REDUCE_ONLY);
}
CHANGE(reduce_short) { hold(w, -COIN); risk_set_state(w->risk, RISK_STATE_REDUCE_ONLY); }
CHANGE(reduce_twice)
{
	hold(w, -COIN);
	world_send(w, 1);
	risk_set_state(w->risk, RISK_STATE_REDUCE_ONLY);
}
CHANGE(long_at_limit) { hold(w, 4 * COIN); }
CHANGE(long_above) { hold(w, 4 * COIN + 1); }
CHANGE(short_at_limit) { w->req.side = SIDE_SELL; hold(w, -3 * COIN); }
CHANGE(short_above) { w->req.side = SIDE_SELL; hold(w, -3 * COIN - 1); }
CHANGE(long_by_working) { hold(w, 3 * COIN); world_send(w, 1); world_send(w, 2); }
CHANGE(other_side_is_no_credit)
{
	hold(w, 4 * COIN);
	w->req.side = SIDE_SELL;
	world_send(w, 1);
	world_send(w, 2);
	w->req.side = SIDE_BUY;
	world_send(w, 3);
}
CHANGE(sums_overflow)
{
	w->limits.max_long = INT64_MAX;
	world_apply(w);
	w->req.qty = INT64_MAX / LOT * LOT;
	hold(w, INT64_MAX / 4);
}
CHANGE(orders_at_limit) { w->limits.max_open_orders = 1; world_apply(w); }
CHANGE(orders_above) { w->limits.max_open_orders = 1; world_apply(w); world_send(w, 1); }
CHANGE(orders_above_venue) { w->btc.max_orders = 1; world_apply(w); world_send(w, 1); }
CHANGE(all_orders_above) { w->account.max_open_orders = 1; world_apply(w); world_send(w, 1); }
CHANGE(open_notional_edge)
{
	w->limits.max_open_notional = 120000 * COIN;
	world_apply(w);
	world_send(w, 1);
}
CHANGE(open_notional_above)
{
	w->limits.max_open_notional = 120000 * COIN - 1;
	world_apply(w);
	world_send(w, 1);
}
CHANGE(duplicate) { w->account.duplicate_ns = 10; world_apply(w); world_send(w, 1); w->now += 9; }
CHANGE(duplicate_over)
{
	w->account.duplicate_ns = 10;
	world_apply(w);
	world_send(w, 1);
	w->now += 10;
}
CHANGE(duplicate_other_px) { duplicate(w); w->req.px--; }
CHANGE(rate_spent) { w->account.orders_burst = 1; world_apply(w); world_send(w, 1); }
CHANGE(rate_none)
{
	w->account.orders_per_s = 0;
	world_apply(w);
	w->now += NS_PER_S;
	w->view.book_rx_ns = w->now;
}
CHANGE(rate_back) { rate_spent(w); w->now += NS_PER_MS; }
CHANGE(rate_not_by_cancels)
{
	for (int i = 0; i < 10; i++)
		assert_true(risk_cancel_allowed(w->risk, w->now));
}
CHANGE(rejects_edge)
{
	w->account.max_rejects = 1;
	world_apply(w);
	world_send(w, 1);
	world_event(w, ORDER_EV_REJECTED, 1, 0);
}
CHANGE(rejects_above)
{
	rejects_edge(w);
	world_send(w, 2);
	world_event(w, ORDER_EV_REJECTED, 2, 0);
}
CHANGE(rejects_not_in_a_row)
{
	rejects_edge(w);
	world_send(w, 2);
	world_event(w, ORDER_EV_ACK, 2, 0);
	world_event(w, ORDER_EV_REJECTED, 2, 0);
}
CHANGE(repeats_edge)
{
	w->account.max_fills = 2;
	w->account.fills_window_ns = NS_PER_S;
	world_apply(w);
	world_send(w, 1);
	world_fill(w, 1, 50, LOT, LOT);
	world_fill(w, 1, 51, LOT, 2 * LOT);
}
CHANGE(repeats_above) { repeats_edge(w); world_fill(w, 1, 52, LOT, 3 * LOT); }
CHANGE(repeats_slower)
{
	repeats_edge(w);
	w->now += NS_PER_S;
	world_fill(w, 1, 52, LOT, 3 * LOT);
}
CHANGE(loss_edge)
{
	w->limits.max_loss = 100 * COIN;
	world_apply(w);
	hold(w, COIN);
	risk_mark(w->risk, BTC, 5990000);
}
CHANGE(loss_above) { loss_edge(w); risk_mark(w->risk, BTC, 5989999); }
CHANGE(loss_latched) { loss_above(w); risk_mark(w->risk, BTC, 6000000); }
CHANGE(loss_way_out)
{
	loss_above(w);
	w->req.side = SIDE_SELL;
	risk_set_state(w->risk, RISK_STATE_REDUCE_ONLY);
}
CHANGE(loss_armed_anew) { loss_above(w); risk_set_state(w->risk, RISK_STATE_ACTIVE); }
CHANGE(untracked)
{
	world_fill(w, 77, 0, LOT, 2 * LOT); /* deduced, of what we know nothing of */
}
CHANGE(untracked_no_way_out) { untracked(w); reduce_long(w); }

static const struct row rows[] = {
	{ RISK_PASS, nothing, "as it stands" },
	{ RISK_HALT, kill_halt, "kill word HALT" },
	{ RISK_HALT, kill_nonsense, "a kill word outside the list is the strictest" },
	{ RISK_CANCEL_ONLY, kill_cancel_only, "kill word CANCEL_ONLY" },
	{ RISK_CANCEL_ONLY, state_cancel_only, "the operator's CANCEL_ONLY" },
	{ RISK_NOT_ARMED, not_armed, "as after the start" },
	{ RISK_SESSION, session_down, "" },
	{ RISK_PRIVATE, private_down, "" },
	{ RISK_WINDOW, window_full, "" },
	{ RISK_JOURNAL, journal_full, "" },
	{ RISK_VENUE_BUDGET, venue_budget, "" },
	{ RISK_SESSION, two_reasons, "the first of the list is the answer" },
	{ RISK_REQUEST, bad_side, "" },
	{ RISK_REQUEST, bad_type, "" },
	{ RISK_REQUEST, bad_tif, "" },
	{ RISK_HALT, bad_and_killed, "gates come before the request" },
	{ RISK_INSTRUMENT, no_instrument, "first id beyond the table" },
	{ RISK_INSTRUMENT, huge_instrument, "" },
	{ RISK_INSTRUMENT, unset_instrument, "never set" },
	{ RISK_INSTRUMENT, not_allowed, "set, not allowed" },
	{ RISK_STATUS, status_break, "" },
	{ RISK_VERSION, other_version, "the tape is a version ahead" },
	{ RISK_BOOK_STATE, book_stale, "" },
	{ RISK_BOOK_STATE, book_empty, "" },
	{ RISK_BOOK_STATE, book_crossed, "bid equal to ask" },
	{ RISK_BOOK_STATE, book_one_sided, "no bid" },
	{ RISK_PASS, book_at_age, "exactly as old as allowed" },
	{ RISK_BOOK_AGE, book_too_old, "one ns older" },
	{ RISK_PASS, book_ahead, "received after the turn's now: age 0, no wrap" },
	{ RISK_PRICE_RANGE, px_zero, "" },
	{ RISK_PRICE_RANGE, px_huge, "" },
	{ RISK_PRICE_RANGE, px_most_negative, "" },
	{ RISK_PASS, px_at_max, "" },
	{ RISK_PRICE_RANGE, px_above_max, "one tick above" },
	{ RISK_PASS, px_at_min, "" },
	{ RISK_PRICE_RANGE, px_below_min, "one tick below" },
	{ RISK_LOT, off_lot, "one unit off the step" },
	{ RISK_PASS, market_on_lot, "a multiple of MARKET_LOT_SIZE" },
	{ RISK_LOT, market_off_lot, "of LOT_SIZE, not of MARKET_LOT_SIZE" },
	{ RISK_PASS, qty_at_min, "" },
	{ RISK_MIN_QTY, qty_below_min, "one lot below" },
	{ RISK_MIN_QTY, qty_zero, "" },
	{ RISK_LOT, qty_negative, "as a count it is no multiple, and below the minimum besides" },
	{ RISK_PASS, qty_at_max, "" },
	{ RISK_MAX_QTY, qty_above_ours, "" },
	{ RISK_MAX_QTY, qty_above_theirs, "" },
	{ RISK_MAX_QTY, qty_above_market, "" },
	{ RISK_MAX_QTY, qty_huge, "no product overflows on the way" },
	{ RISK_PASS, notional_at_min, "60000 exactly" },
	{ RISK_MIN_NOTIONAL, notional_below_min, "10^-8 less than asked" },
	{ RISK_PASS, notional_at_max, "" },
	{ RISK_MAX_NOTIONAL, notional_above_ours, "10^-8 more than allowed" },
	{ RISK_MAX_NOTIONAL, notional_above_theirs, "" },
	{ RISK_MAX_NOTIONAL, market_weighed_above, "a market buy weighs as at the ask plus 5 %" },
	{ RISK_PASS, market_weighed_within, "60000.10 * 1.05 = 63000.105, rounded up to the tick" },
	{ RISK_PASS, market_sell_by_bid, "a market sell weighs at the bid, exactly" },
	{ RISK_PASS, market_ignores_px, "no price, no collar" },
	{ RISK_PASS, collar_low_edge, "60000 less 5 %" },
	{ RISK_COLLAR, collar_below, "one tick lower" },
	{ RISK_PASS, collar_high_edge, "60000 plus 5 %, no limit through the book" },
	{ RISK_COLLAR, collar_above, "one tick higher" },
	{ RISK_PASS, through_edge, "100 ticks through the ask" },
	{ RISK_THROUGH, through_ask, "101" },
	{ RISK_PASS, through_bid_edge, "100 ticks through the bid" },
	{ RISK_THROUGH, through_bid, "101" },
	{ RISK_PASS, not_through_at_all, "at the ask is not through it" },
	{ RISK_REDUCE_ONLY, reduce_flat, "nothing to reduce" },
	{ RISK_PASS, reduce_long, "a sell of all we hold" },
	{ RISK_REDUCE_ONLY, reduce_beyond, "one lot more than we hold" },
	{ RISK_PASS, reduce_short, "a buy of all we owe" },
	{ RISK_REDUCE_ONLY, reduce_twice, "what is working already reduces all" },
	{ RISK_PASS, long_at_limit, "4 + 1 of 5" },
	{ RISK_POSITION, long_above, "one unit more" },
	{ RISK_PASS, short_at_limit, "3 + 1 of 4" },
	{ RISK_POSITION, short_above, "one unit more" },
	{ RISK_POSITION, long_by_working, "3 held, 2 working, 1 asked" },
	{ RISK_POSITION, other_side_is_no_credit, "working sells need not fill" },
	{ RISK_MAX_QTY, sums_overflow, "denied before the sum matters" },
	{ RISK_PASS, orders_at_limit, "the first of one" },
	{ RISK_OPEN_ORDERS, orders_above, "the second of one" },
	{ RISK_OPEN_ORDERS, orders_above_venue, "MAX_NUM_ORDERS of the venue" },
	{ RISK_ALL_ORDERS, all_orders_above, "" },
	{ RISK_PASS, open_notional_edge, "60000 open and 60000 asked of 120000" },
	{ RISK_OPEN_NOTIONAL, open_notional_above, "10^-8 too much" },
	{ RISK_DUPLICATE, duplicate, "9 of 10 ns later" },
	{ RISK_PASS, duplicate_over, "10 of 10 ns later" },
	{ RISK_PASS, duplicate_other_px, "another price is another order" },
	{ RISK_RATE, rate_spent, "burst of one, second at once" },
	{ RISK_PASS, rate_back, "one period later" },
	{ RISK_RATE, rate_none, "no rate: none ever" },
	{ RISK_PASS, rate_not_by_cancels, "cancels spend their own budget" },
	{ RISK_PASS, rejects_edge, "one in a row of one allowed" },
	{ RISK_REJECTS, rejects_above, "two" },
	{ RISK_PASS, rejects_not_in_a_row, "an acknowledgement between" },
	{ RISK_PASS, repeats_edge, "two fills of two in the window" },
	{ RISK_REPEATS, repeats_above, "three" },
	{ RISK_PASS, repeats_slower, "the third in the next window" },
	{ RISK_PASS, loss_edge, "down exactly 100" },
	{ RISK_LOSS, loss_above, "down 100.01" },
	{ RISK_LOSS, loss_latched, "it stays when the price comes back" },
	{ RISK_PASS, loss_way_out, "reducing by the operator's REDUCE_ONLY" },
	{ RISK_PASS, loss_armed_anew, "arming clears it" },
	{ RISK_UNTRACKED, untracked, "an order that cannot be booked" },
	{ RISK_UNTRACKED, untracked_no_way_out,
	  "what is held is not known: nothing surely reduces" },
};

static void test_each_check_at_its_bound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;
		struct risk_passed p;
		world_open(&w);
		rows[i].change(&w);
		u64 before = w.counters[rows[i].expect], passed = w.counters[RISK_CNT_passed];
		enum risk_code c = world_check(&w, &p);
		if (c != rows[i].expect)
			fail_msg("row %zu (%s): %s, expected %s", i, rows[i].remark,
				 risk_code_name(c), risk_code_name(rows[i].expect));
		assert_int_equal(w.counters[RISK_CNT_passed] - passed, c == RISK_PASS);
		if (c != RISK_PASS)
			assert_int_equal(w.counters[c], before + 1);
		world_close(&w);
	}
}

/* A sum of quantities beyond i64, each within bounds. */
static void test_overflow_denies(void **state)
{
	(void)state;
	struct world w;
	struct risk_passed p;
	world_open(&w);
	w.btc.lot = 1;
	w.btc.max_qty = w.btc.min_notional = w.btc.max_notional = 0;
	w.limits = (struct risk_limits){ .max_qty = INT64_MAX,
					 .max_notional = INT64_MAX,
					 .max_open_notional = INT64_MAX,
					 .max_long = INT64_MAX,
					 .max_through = -1,
					 .max_open_orders = 20,
					 .collar_bps = 10000,
					 .max_book_age_ns = NS_PER_S,
					 .allowed = 1 };
	world_apply(&w);
	w.view.bid_px = 1;
	w.view.ask_px = 2;
	w.req.px = 1;
	w.req.qty = INT64_MAX / 4;
	for (u64 id = 1; id <= 3; id++)
		world_send(&w, id);
	assert_int_equal(risk_set_position(w.risk, BTC, INT64_MAX / 4, 0), ERR_OK);
	assert_int_equal(risk_latched(w.risk), 0);
	assert_int_equal(world_check(&w, &p), RISK_OVERFLOW);
	world_close(&w);
}

static void test_every_code_has_a_row(void **state)
{
	(void)state;
	u64 seen = 1ULL << RISK_OVERFLOW; /* the test above */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		seen |= 1ULL << rows[i].expect;
	for (u32 c = 0; c < RISK_CODES; c++)
		if (!(seen >> c & 1))
			fail_msg("%s is never expected", risk_code_name((enum risk_code)c));
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(risk_code_name(RISK_COLLAR), "collar");
	assert_string_equal(risk_code_name(RISK_PASS), "pass");
	assert_string_equal(risk_code_name(RISK_CODES), "?");
	assert_string_equal(risk_code_reason(RISK_LOT), "quantity is no multiple of the lot");
	assert_string_equal(risk_counter_defs[RISK_LOT].name, "deny_lot");
	for (u32 i = 0; i < RISK_COUNTERS; i++) {
		assert_non_null(risk_counter_defs[i].name);
		assert_true(strlen(risk_counter_defs[i].name) < COUNTER_NAME_MAX);
		assert_true(strlen(risk_counter_defs[i].help) < COUNTER_HELP_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_check_at_its_bound),
		cmocka_unit_test(test_overflow_denies),
		cmocka_unit_test(test_every_code_has_a_row),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
