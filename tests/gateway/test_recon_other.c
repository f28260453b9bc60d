/* Orders that are not in the table: foreign ones, and those an older boot left. */
#include "tests/gateway/recon_world.h"

static void test_others(void **state)
{
	(void)state;
	struct recon_other left = { .instrument = 0, .boot = 1, .order_id = 6, .coid_n = COID_LEN, .qty = QTY };
	coid_print(left.coid, 1, 6);
	assert_int_equal(recon_add_older(&r, &left), ERR_OK);
	start();
	lists(stated(300, 0, COID_FOREIGN, VENUE_NEW, 0));
	lists(stated(301, 5, COID_OLDER, VENUE_NEW, 0));
	ok(2);
	assert_true(r.n_foreign == 1 && r.n_other == 3);
	asks(BINANCE_REQ_ORDER_STATUS); /* the journal's: is it still there? */
	assert_memory_equal(ask.coid, "saker-00000001-0000000006", COID_LEN);
	says(stated(302, 6, COID_OLDER, VENUE_PARTIALLY_FILLED, 10));
	asks(BINANCE_REQ_CANCEL_OTHER);
	assert_int_equal(ask.venue_id, 302);
	fails(400, -2011); /* gone in between */
	assert_false(recon_next(&r, now, &ask));
	now += RECON_RETRY_NS;
	asks(BINANCE_REQ_ORDER_STATUS);
	says(stated(302, 6, COID_OLDER, VENUE_FILLED, QTY));
	assert_true(r.other[0].ended && !r.other[0].open && r.other[0].filled_qty == QTY);
	asks(BINANCE_REQ_CANCEL_OTHER);
	assert_int_equal(ask.venue_id, 301);
	says(stated(301, 5, COID_OLDER, VENUE_CANCELED, 0));
	finish();
	assert_true(r.other[1].owner == COID_FOREIGN && r.other[1].open); /* left alone, and listed */
	assert_true(r.other[2].ended);
	assert_int_equal(cnt[GATEWAY_CNT_recon_foreign], 1);
	assert_int_equal(cnt[GATEWAY_CNT_recon_older], 1);
	now += NS_PER_S;
	start();
	ok(0);
	finish();
	assert_int_equal(r.n_foreign, 0); /* listed anew each time */
}

/* It filled between two boots, and no journal has a trade id to ask from: its trade alone is new. */
static void test_older_filled_unseen(void **state)
{
	(void)state;
	struct recon_other left = { .instrument = 0, .boot = 1, .order_id = 9, .coid_n = COID_LEN };
	coid_print(left.coid, 1, 9);
	assert_int_equal(recon_add_older(&r, &left), ERR_OK);
	start();
	ok(0);
	asks(BINANCE_REQ_ORDER_STATUS);
	says(stated(800, 9, COID_OLDER, VENUE_FILLED, QTY));
	asks(BINANCE_REQ_MY_TRADES);
	assert_int_equal(ask.from_trade_id, 0);
	traded(700, 50, 3); /* of somebody else, or long ago */
	traded(800, 51, QTY);
	ok(2);
	assert_true(n_orphans == 1 && orphan_qty == QTY && r.last_trade_id[0] == 51);
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_DONE);
}

static void test_older_not_found(void **state)
{
	(void)state;
	struct recon_other left = { .instrument = 0, .boot = 1, .order_id = 6, .coid_n = COID_LEN };
	coid_print(left.coid, 1, 6);
	assert_int_equal(recon_add_older(&r, &left), ERR_OK);
	left.instrument = 1;
	assert_int_equal(recon_add_older(&r, &left), ERR_ARGUMENT);
	start();
	ok(0);
	asks(BINANCE_REQ_ORDER_STATUS);
	fails(400, -2013);
	assert_false(recon_next(&r, now, &ask)); /* a quick restart: it may still be on its way */
	now += SETTLED;
	asks(BINANCE_REQ_ORDER_STATUS);
	fails(400, -2013);
	finish();
	assert_true(r.other[0].ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_others),
		TEST(test_older_filled_unseen),
		TEST(test_older_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
