/* What reconciliation asks about our own orders, and what it makes of the answers. */
#include "tests/gateway/recon_world.h"

static void test_nothing_to_do(void **state)
{
	(void)state;
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_IDLE);
	recon_start(&r, now);
	asks(BINANCE_REQ_ACCOUNT);
	assert_false(recon_next(&r, now, &ask)); /* one at a time */
	struct binance_msg m = answer(200, 0);
	recon_on_balance(&r, &m, &(struct reply_balance){ .asset = "BTC" });
	ok(1);
	asks(BINANCE_REQ_OPEN_ORDERS);
	ok(0);
	asks(BINANCE_REQ_MY_TRADES);
	assert_true(ask.from_trade_id == 0 && ask.venue_id == 0);
	traded(900, 55, 10); /* the first run only learns where to begin */
	ok(1);
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_DONE);
	assert_true(n_balances == 1 && n_orphans == 0 && r.last_trade_id[0] == 55);
}

static void test_never_acknowledged(void **state)
{
	(void)state;
	struct order *o = order(0);
	recon_session_lost(&r, now);
	assert_true(o->state == ORDER_UNKNOWN && n_events == 1 && events[0].kind == ORDER_EV_UNKNOWN);
	start();
	ok(0);
	asks(BINANCE_REQ_ORDER_STATUS);
	assert_true(ask.venue_id == 0 && ask.coid_n == COID_LEN &&
		    memcmp(ask.coid, "saker-0badcafe-0000000001", COID_LEN) == 0);
	fails(400, -2013);
	assert_int_equal(o->state, ORDER_UNKNOWN); /* it may still be on its way */
	now += SETTLED - 1;
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(recon_doubtful(&r), 1);
	now += 1;
	asks(BINANCE_REQ_ORDER_STATUS);
	fails(400, -2013);
	assert_true(o->state == ORDER_REJECTED && events[1].kind == ORDER_EV_REJECTED);
	finish();
	assert_int_equal(recon_doubtful(&r), 0);
}

/* What counts is when the question went: the venue may have looked long before its answer came. */
static void test_asked_too_early(void **state)
{
	(void)state;
	struct order *o = order(0);
	recon_session_lost(&r, now);
	now += SETTLED - 1;
	start();
	ok(0);
	asks(BINANCE_REQ_ORDER_STATUS);
	now += NS_PER_S;
	fails(400, -2013);
	assert_int_equal(o->state, ORDER_UNKNOWN);
	asks(BINANCE_REQ_ORDER_STATUS);
	fails(400, -2013);
	assert_int_equal(o->state, ORDER_REJECTED);
}

/* A trade of an order whose number we have not been told yet must not be booked as nobody's. */
static void test_trade_of_an_order_under_way(void **state)
{
	(void)state;
	recon_set_last_trade(&r, 0, 100);
	struct order *o = order(0);
	struct order_event ev[ORDER_EVENTS_MAX];
	start();
	ok(0);
	asks(BINANCE_REQ_MY_TRADES);
	traded(77, 101, 10);
	traded(9999, 102, 5);
	ok(2);
	assert_true(n_orphans == 0 && r.last_trade_id[0] == 100);
	order_table_apply(&t, o, &(struct order_report){ .input = ORDER_IN_ACK, .venue_id = 77, .cum_qty = -1 }, now,
			  ev);
	assert_false(recon_next(&r, now, &ask));
	now += RECON_RETRY_NS;
	asks(BINANCE_REQ_MY_TRADES);
	assert_int_equal(ask.from_trade_id, 101);
	traded(77, 101, 10);
	traded(9999, 102, 5);
	ok(2);
	assert_true(o->filled_qty == 10 && n_orphans == 1 && orphan_qty == 5);
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_DONE);
}

static void test_it_had_arrived(void **state)
{
	(void)state;
	struct order *open = order(0), *filled = order(0), *canceled = order(77);
	recon_session_lost(&r, now);
	assert_true(canceled->state == ORDER_LIVE && canceled->unconfirmed);
	start();
	lists(stated(500, open->id, COID_OURS, VENUE_PARTIALLY_FILLED, 30));
	ok(1);
	assert_true(open->state == ORDER_LIVE && order_missing_qty(open) == 30);
	asks(BINANCE_REQ_ORDER_STATUS);
	says(stated(501, filled->id, COID_OURS, VENUE_FILLED, QTY));
	assert_true(filled->state == ORDER_UNKNOWN && order_missing_qty(filled) == QTY);
	asks(BINANCE_REQ_ORDER_STATUS);
	assert_int_equal(ask.venue_id, 77);
	says(stated(77, canceled->id, COID_OURS, VENUE_CANCELED, 0));
	assert_true(canceled->state == ORDER_CANCELED && !canceled->unconfirmed);
	asks(BINANCE_REQ_MY_TRADES);
	traded(501, 8, 60);
	ok(1);
	asks(BINANCE_REQ_MY_TRADES); /* what this did not bring is asked for order by order */
	assert_int_equal(ask.venue_id, 500);
	traded(500, 7, 30);
	ok(1);
	asks(BINANCE_REQ_MY_TRADES);
	assert_int_equal(ask.venue_id, 501);
	traded(501, 8, 60);
	traded(501, 9, 40);
	ok(2);
	assert_true(filled->state == ORDER_FILLED && open->filled_qty == 30 && n_orphans == 0);
	assert_false(recon_next(&r, now, &ask));
	assert_true(r.state == RECON_DONE && recon_doubtful(&r) == 0);
}

static void test_no_answers(void **state)
{
	(void)state;
	recon_start(&r, now);
	for (int i = 0; i < RECON_TRIES; i++) {
		asks(BINANCE_REQ_ACCOUNT);
		now += RECON_TIMEOUT_NS;
		assert_false(recon_next(&r, now, &ask));
		now += 1;
		assert_false(recon_next(&r, now, &ask)); /* notices the time-out, and waits */
		now += RECON_RETRY_NS;
	}
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_FAILED);
	assert_true(cnt[GATEWAY_CNT_recon_failed] == 1 && cnt[GATEWAY_CNT_recon_retries] == RECON_TRIES);
	start(); /* may begin anew */
}

static void test_errors_and_budget(void **state)
{
	(void)state;
	struct order *o = order(77);
	recon_session_lost(&r, now);
	start();
	ok(0);
	for (int i = 0; i < 3 * RECON_TRIES; i++) { /* a stop is no failure */
		asks(BINANCE_REQ_ORDER_STATUS);
		if (i % 2)
			fails(429, -1003);
		else
			recon_unsent(&r, now);
		assert_false(recon_next(&r, now, &ask));
		now += RECON_RETRY_NS;
	}
	asks(BINANCE_REQ_ORDER_STATUS);
	says(stated(78, o->id, COID_OURS, VENUE_CANCELED, 0)); /* of another order: not believed */
	assert_int_equal(o->state, ORDER_LIVE);
	now += RECON_RETRY_NS;
	asks(BINANCE_REQ_ORDER_STATUS);
	struct binance_msg late = answer(200, 0);
	late.req_n--; /* the answer to an earlier request */
	late.order = stated(77, o->id, COID_OURS, VENUE_CANCELED, 0);
	recon_on_response(&r, &late, now);
	assert_int_equal(o->state, ORDER_LIVE);
	fails(500, -1000);
	now += RECON_RETRY_NS;
	asks(BINANCE_REQ_ORDER_STATUS);
	says(stated(77, o->id, COID_OURS, VENUE_CANCELED, 0));
	assert_int_equal(o->state, ORDER_CANCELED);
	finish();
}

static void test_unprovable(void **state)
{
	(void)state;
	struct order *o = order(77);
	recon_session_lost(&r, now);
	start();
	ok(0);
	asks(BINANCE_REQ_ORDER_STATUS);
	fails(400, -2013); /* it had acknowledged it */
	assert_int_equal(o->state, ORDER_UNKNOWN);
	asks(BINANCE_REQ_MY_TRADES);
	ok(0);
	for (int round = 1; round < RECON_ROUNDS; round++) {
		assert_false(recon_next(&r, now, &ask));
		now += RECON_RETRY_NS;
		asks(BINANCE_REQ_ORDER_STATUS);
		fails(400, -2013);
		asks(BINANCE_REQ_MY_TRADES);
		ok(0);
	}
	assert_false(recon_next(&r, now, &ask));
	assert_true(r.state == RECON_DONE && o->state == ORDER_UNKNOWN && recon_doubtful(&r) == 1);
}

static void test_trades(void **state)
{
	(void)state;
	struct order *o = order(77);
	recon_set_last_trade(&r, 0, 100);
	recon_saw_trade(&r, 0, 140); /* live, on a session that is not reconciled yet: 101 to 139 may be missing */
	recon_session_lost(&r, now);
	start();
	lists(stated(77, o->id, COID_OURS, VENUE_PARTIALLY_FILLED, 40));
	ok(1);
	asks(BINANCE_REQ_MY_TRADES);
	assert_int_equal(ask.from_trade_id, 101);
	traded(77, 120, 40);
	traded(9999, 130, 7);
	ok(RECON_TRADES_LIMIT); /* a full page */
	assert_true(o->filled_qty == 40 && n_orphans == 1 && orphan_qty == 7);
	asks(BINANCE_REQ_MY_TRADES);
	assert_int_equal(ask.from_trade_id, 131);
	ok(RECON_TRADES_LIMIT); /* full of nothing new: an end must be */
	assert_false(recon_next(&r, now, &ask));
	assert_true(r.state == RECON_DONE && r.last_trade_id[0] == 140);
	recon_saw_trade(&r, 0, 150);
	assert_int_equal(r.last_trade_id[0], 150);
	start();
	ok(0);
	asks(BINANCE_REQ_MY_TRADES);
	assert_int_equal(ask.from_trade_id, 151);
	traded(9999, 130, 7); /* told before */
	ok(1);
	assert_int_equal(n_orphans, 1);
}

static void test_session_lost_in_between(void **state)
{
	(void)state;
	order(77);
	start();
	recon_session_lost(&r, now);
	assert_int_equal(r.state, RECON_IDLE);
	lists(stated(77, 1, COID_OURS, VENUE_NEW, 0)); /* from the old session: nobody waits for it */
	ok(1);
	assert_false(recon_next(&r, now, &ask));
	assert_true(order_table_find(&t, 1)->unconfirmed);
}

static void test_expire(void **state)
{
	(void)state;
	struct order *sent = order(0), *canceling = order(77), *live = order(78);
	struct order_event ev[ORDER_EVENTS_MAX];
	now += NS_PER_S;
	order_table_apply(&t, canceling, &(struct order_report){ .input = ORDER_IN_CANCEL_SENT, .cum_qty = -1 }, now,
			  ev);
	now += RECON_TIMEOUT_NS;
	recon_expire(&r, now);
	assert_true(sent->state == ORDER_UNKNOWN && canceling->state == ORDER_CANCELLING && live->state == ORDER_LIVE);
	recon_expire(&r, now + 1);
	assert_true(canceling->state == ORDER_UNKNOWN && live->state == ORDER_LIVE && n_events == 2);
	assert_int_equal(recon_doubtful(&r), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_to_do),
		TEST(test_never_acknowledged),
		TEST(test_asked_too_early),
		TEST(test_trade_of_an_order_under_way),
		TEST(test_it_had_arrived),
		TEST(test_no_answers),
		TEST(test_errors_and_budget),
		TEST(test_unprovable),
		TEST(test_trades),
		TEST(test_session_lost_in_between),
		TEST(test_expire),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
