#include "tests/cmocka_all.h"

#include <string.h>

#include "gateway/recon.h"
#include "risk/risk.h"

#define BOOT           0x0badcafe
#define RECV_WINDOW_MS 5000
#define SETTLED        (RECV_WINDOW_MS * NS_PER_MS + RECON_SETTLE_NS)
#define QTY            100

static struct arena arena;
static struct order_table t;
static struct recon r;
static u64 cnt[GATEWAY_CNT_COUNT];
static struct instrument table[2];
static struct recon_ask ask;
static ns_t now;
static u32 n_events, n_orphans, n_balances;
static struct order_event events[16];
static i64 orphan_qty;

static void on_event(void *ctx, const struct order_event *ev)
{
	(void)ctx;
	events[n_events++ % ARRAY_LEN(events)] = *ev;
}

static void on_orphan(void *ctx, const struct reply_trade *trade)
{
	(void)ctx;
	n_orphans++;
	orphan_qty += trade->qty;
}

static void on_balance(void *ctx, const struct reply_balance *b)
{
	(void)ctx, (void)b;
	n_balances++;
}

static int setup(void **state)
{
	(void)state;
	memset(cnt, 0, sizeof cnt);
	n_events = n_orphans = n_balances = 0;
	orphan_qty = 0;
	now = 1000 * NS_PER_S;
	if (arena_open(&arena, 16 << 20) || order_table_init(&t, &arena, BOOT, cnt))
		return -1;
	recon_init(&r, &t, table, 1, RECV_WINDOW_MS, cnt);
	r.out = (struct recon_out){ .event = on_event, .orphan = on_orphan, .balance = on_balance };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* An order with its venue number (0: never acknowledged), sent now. */
static struct order *order(u64 venue_id)
{
	struct risk_passed p = { .req = { .instrument = 0, .px = 5000, .qty = QTY } };
	struct order_event ev[ORDER_EVENTS_MAX];
	struct order *o = order_table_sent(&t, &p, now);
	struct order_report ack = { .input = ORDER_IN_ACK, .venue_id = venue_id, .cum_qty = -1 };
	if (venue_id)
		order_table_apply(&t, o, &ack, now, ev);
	return o;
}

static void asks(u8 req)
{
	if (!recon_next(&r, now, &ask))
		fail_msg("nothing asked, expected %s, state %u", binance_method(req), r.state);
	if (ask.req != req)
		fail_msg("asked %s, expected %s", binance_method(ask.req), binance_method(req));
}

static struct binance_msg answer(u16 status, int32_t code)
{
	return (struct binance_msg){
		.kind = BINANCE_MSG_RESPONSE, .req = ask.req, .req_n = ask.n, .status = status, .code = code
	};
}

static void ok(u32 items)
{
	struct binance_msg m = answer(200, 0);
	m.n_items = items;
	recon_on_response(&r, &m, now);
}

static void fails(u16 status, int32_t code)
{
	struct binance_msg m = answer(status, code);
	recon_on_response(&r, &m, now);
}

/* What the venue says of an order; the client order id is the table's, or another boot's, or nobody's of ours. */
static struct reply_order stated(u64 venue_id, u64 id, u8 owner, u8 status, i64 cum)
{
	struct reply_order o = { .venue_id = venue_id,
				 .order_id = id,
				 .owner = owner,
				 .status = status,
				 .qty = QTY,
				 .cum_qty = cum,
				 .coid_n = COID_LEN,
				 .boot = owner == COID_OURS ? BOOT : 1 };
	if (owner == COID_FOREIGN)
		memcpy(o.coid, "web_aaaaaaaaaaaaaaaaaaaaa", COID_LEN);
	else
		coid_print(o.coid, o.boot, id);
	return o;
}

static void lists(struct reply_order o)
{
	struct binance_msg m = answer(200, 0);
	recon_on_order(&r, &m, &o, now);
}

static void says(struct reply_order o)
{
	struct binance_msg m = answer(200, 0);
	m.order = o;
	recon_on_response(&r, &m, now);
}

static void traded(u64 venue_order_id, u64 trade_id, i64 qty)
{
	struct binance_msg m = answer(200, 0);
	struct reply_trade trade = { .venue_order_id = venue_order_id, .trade_id = trade_id, .px = 5000, .qty = qty };
	recon_on_trade(&r, &m, &trade, now);
}

static void start(void)
{
	recon_start(&r, now);
	asks(BINANCE_REQ_ACCOUNT);
	ok(0);
	asks(BINANCE_REQ_OPEN_ORDERS);
}

static void finish(void)
{
	asks(BINANCE_REQ_MY_TRADES);
	ok(0);
	assert_false(recon_next(&r, now, &ask));
	assert_int_equal(r.state, RECON_DONE);
}

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
	struct recon_other left = { .instrument = 0, .boot = 1, .order_id = 9, .owner = COID_OLDER, .coid_n = COID_LEN };
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_to_do),
		TEST(test_never_acknowledged),
		TEST(test_asked_too_early),
		TEST(test_trade_of_an_order_under_way),
		TEST(test_it_had_arrived),
		TEST(test_others),
		TEST(test_older_filled_unseen),
		TEST(test_older_not_found),
		TEST(test_no_answers),
		TEST(test_errors_and_budget),
		TEST(test_unprovable),
		TEST(test_trades),
		TEST(test_session_lost_in_between),
		TEST(test_expire),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
