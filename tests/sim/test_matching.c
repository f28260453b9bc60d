#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "sim/matching.h"

#define P(x) ((x)*SIM_ONE)
#define Q(x) ((x)*100000LL) /* thousandths */

static struct rules rules;
static struct matching m;
static struct ladder ladder;

static void start(void)
{
	rules_init(&rules, "BTCUSDT");
	struct account a = { .base.free = P(10), .quote.free = P(1000000) };
	matching_init(&m, &rules, (struct fees){ 0 }, a);
	ladder = (struct ladder){ 0 };
}

static void end(void)
{
	matching_free(&m);
	ladder_free(&ladder);
}

static void ticker(i64 bid, i64 bid_qty, i64 ask, i64 ask_qty)
{
	struct message t = { .kind = MESSAGE_TICKER,
			     .bid = { bid, bid_qty },
			     .ask = { ask, ask_qty } };
	matching_on_market(&m, &t, &ladder, 1);
}

static void trade(i64 price, i64 qty, bool buyer_maker)
{
	struct message t = { .kind = MESSAGE_TRADE,
			     .trade = { price, qty },
			     .buyer_maker = buyer_maker };
	matching_on_market(&m, &t, &ladder, 2);
}

static void show(enum side s, i64 price, i64 qty)
{
	struct message d = { .kind = MESSAGE_DEPTH };
	ladder_set(&ladder, s, price, qty);
	matching_on_market(&m, &d, &ladder, 3);
}

static struct order_request limit(enum side s, enum tif tif, i64 price, i64 qty)
{
	return (struct order_request){ .side = s, .tif = tif, .price = price, .qty = qty };
}

static const struct order *place(struct order_request r)
{
	struct refusal no = matching_check(&m, &r);
	if (no.code)
		fail_msg("refused: %s", no.text);
	return matching_by_id(&m, matching_place(&m, &r, &ladder, 5));
}

/* One resting buy of 3 at 100 with 5 displayed there; then one trade. */
static const struct {
	i64 price, qty;
	bool buyer_maker;
	i64 filled, ahead;
	const char *remark;
} trades[] = {
	{ P(101), Q(9), true, 0, Q(5), "above us: nothing" },
	{ P(100), Q(4), true, 0, Q(1), "at our price: the queue ahead shrinks" },
	{ P(100), Q(5), true, 0, 0, "exactly the queue" },
	{ P(100), Q(7), true, Q(2), 0, "what is left reaches us" },
	{ P(100), Q(20), true, Q(3), 0, "never more than we asked for" },
	{ P(100), Q(20), false, 0, Q(5), "a buyer took: not from our side" },
	{ P(99), Q(2), true, Q(2), Q(5), "through our price: no queue" },
	{ P(99), Q(2), false, Q(2), Q(5), "through, whoever took" },
	{ P(99), Q(20), true, Q(3), Q(5), "through, up to what we asked for" },
	{ P(99), 999, true, 0, Q(5), "less than a lot" },
};

static void test_one_trade(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(trades); i++) {
		start();
		ticker(P(100), Q(5), P(102), Q(5));
		show(SIDE_BUY, P(100), Q(5));
		const struct order *o = place(limit(SIDE_BUY, TIF_GTC, P(100), Q(3) * 20));
		assert_int_equal(o->filled, 0);
		m.orders[0].req.qty = Q(
			3); /* below the venue's least notional, to keep the table readable */
		m.account.quote.locked = notional(P(100), Q(3));
		trade(trades[i].price, trades[i].qty, trades[i].buyer_maker);
		if (o->filled != trades[i].filled || o->queue_ahead != trades[i].ahead)
			fail_msg("%s: filled %lld ahead %lld", trades[i].remark,
				 (long long)o->filled, (long long)o->queue_ahead);
		if (o->filled)
			assert_int_equal(m.fills[0].price,
					 P(100)); /* a resting order is filled at its price */
		end();
	}
}

static void test_price_then_time(void **state)
{
	(void)state;
	start();
	ticker(P(95), Q(5), P(102), Q(5));
	const struct order *late;
	place(limit(SIDE_BUY, TIF_GTC, P(99), Q(100)));
	place(limit(SIDE_BUY, TIF_GTC, P(100), Q(100)));
	place(limit(SIDE_BUY, TIF_GTC, P(99), Q(100)));
	trade(P(98), Q(250), true);
	assert_int_equal(m.orders[1].status, STATUS_FILLED);
	assert_int_equal(m.orders[0].status, STATUS_FILLED);
	late = &m.orders[2];
	assert_int_equal(late->status, STATUS_PARTIALLY_FILLED);
	assert_int_equal(late->filled, Q(50));
	assert_int_equal(m.open_n, 1);
	end();
}

static void test_queue_shrinks_with_the_display(void **state)
{
	(void)state;
	start();
	ticker(P(100), Q(50), P(102), Q(5));
	show(SIDE_BUY, P(100), Q(50));
	const struct order *o = place(limit(SIDE_BUY, TIF_GTC, P(100), Q(100)));
	assert_int_equal(o->queue_ahead, Q(50));
	show(SIDE_BUY, P(100), Q(30));
	assert_int_equal(o->queue_ahead, Q(30));
	show(SIDE_BUY, P(100), Q(80));
	assert_int_equal(o->queue_ahead, Q(30)); /* who comes later stands behind us */
	show(SIDE_BUY, P(100), 0);
	assert_int_equal(o->queue_ahead, 0);
	end();
}

static void test_taking(void **state)
{
	(void)state;
	start();
	ticker(P(100), Q(500), P(101), Q(200) + 7); /* off the step, as real depth is */
	const struct order *o = place(limit(SIDE_BUY, TIF_GTC, P(105), Q(300)));
	assert_int_equal(o->filled, Q(200)); /* what the touch shows, in whole lots */
	assert_int_equal(o->status, STATUS_PARTIALLY_FILLED);
	assert_int_equal(m.fills[0].price, P(101));
	assert_int_equal(m.account.quote.locked, notional(P(105), Q(100)));
	assert_false(m.fills[0].maker);

	o = place(limit(SIDE_BUY, TIF_IOC, P(105), Q(100)));
	assert_int_equal(o->status, STATUS_EXPIRED); /* nothing of it is left */
	assert_int_equal(o->filled, 0);
	assert_int_equal(o->expiry, EXPIRY_IOC);
	ticker(P(100), Q(500), P(101), Q(150));
	o = place(limit(SIDE_BUY, TIF_FOK, P(101), Q(200)));
	assert_int_equal(o->status, STATUS_EXPIRED);
	assert_int_equal(o->expiry, EXPIRY_FOK);
	o = place(limit(SIDE_BUY, TIF_FOK, P(101), Q(150)));
	assert_int_equal(o->status, STATUS_FILLED);
	o = place(limit(SIDE_SELL, TIF_IOC, P(99), Q(600)));
	assert_int_equal(o->status, STATUS_EXPIRED);
	assert_int_equal(o->filled, Q(500));
	ticker(P(100), Q(501), P(101), Q(150));
	o = place((struct order_request){
		.side = SIDE_SELL, .type = TYPE_MARKET, .quote_qty = P(33) });
	assert_int_equal(o->status, STATUS_FILLED);
	assert_int_equal(o->req.qty, Q(330));
	o = place((struct order_request){ .side = SIDE_SELL, .type = TYPE_MARKET, .qty = Q(200) });
	assert_int_equal(o->filled, Q(171));
	assert_int_equal(o->expiry, EXPIRY_LIQUIDITY);
	end();
}

static const struct {
	struct order_request r;
	int code;
	const char *remark;
} refusals[] = {
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(100), Q(100), 0, "" }, 0, "as it should be" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(100) + 1, Q(100), 0, "" }, -1013, "off the tick" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(100), Q(100) + 1, 0, "" }, -1013, "off the step" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(100), Q(49), 0, "" }, -1013, "4.90 is less than 5" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(100), Q(50), 0, "" }, 0, "5.00 is not" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(2000), P(9000), 0, "" },
	  -1013,
	  "more than nine millions" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(1000), P(1000), 0, "" }, 0, "all the money" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(1000), P(1000) + 1000, 0, "" },
	  -2010,
	  "a little more" },
	{ { SIDE_SELL, TYPE_LIMIT, TIF_GTC, P(1000), P(10), 0, "" }, 0, "all there is to sell" },
	{ { SIDE_SELL, TYPE_LIMIT, TIF_GTC, P(1000), P(10) + 1000, 0, "" },
	  -2010,
	  "a little more" },
	{ { SIDE_SELL, TYPE_MARKET, TIF_GTC, 0, P(11), 0, "" },
	  -2010,
	  "selling what is not there" },
	{ { SIDE_BUY, TYPE_MARKET, TIF_GTC, 0, 0, P(4), "" },
	  -1013,
	  "by quote quantity, too little" },
	{ { SIDE_BUY, TYPE_MARKET, TIF_GTC, 0, 0, INT64_MAX, "" },
	  -1013,
	  "by quote quantity, absurdly much" },
	{ { SIDE_BUY, TYPE_LIMIT_MAKER, TIF_GTC, P(102), Q(100), 0, "" }, -2010, "would take" },
	{ { SIDE_BUY, TYPE_LIMIT_MAKER, TIF_GTC, P(101), Q(100), 0, "" }, 0, "would not" },
	{ { SIDE_SELL, TYPE_LIMIT_MAKER, TIF_GTC, P(100), Q(100), 0, "" }, -2010, "would take" },
	{ { SIDE_BUY, TYPE_LIMIT, TIF_GTC, P(90), Q(100), 0, "taken" },
	  -2010,
	  "the client id is in use" },
};

static void test_refusals(void **state)
{
	(void)state;
	start();
	ticker(P(100), Q(500), P(102), P(9));
	struct order_request first = limit(SIDE_BUY, TIF_GTC, P(1), P(5));
	strcpy(first.client_id, "taken");
	u64 id = place(first)->id;
	m.account = (struct account){ .base.free = P(10),
				      .quote.free = P(1000000),
				      .quote.locked = P(5) };
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (matching_check(&m, &refusals[i].r).code != refusals[i].code)
			fail_msg("%s: %d", refusals[i].remark,
				 matching_check(&m, &refusals[i].r).code);
	matching_cancel(&m, id, "", 9);
	assert_int_equal(matching_check(&m, &refusals[ARRAY_LEN(refusals) - 1].r).code,
			 0); /* free again */
	for (u32 i = 0; i < rules.orders_max; i++)
		place(limit(SIDE_BUY, TIF_GTC, P(50), Q(100)));
	assert_int_equal(matching_check(&m, &first).code, -1013); /* MAX_NUM_ORDERS */
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_trade),
		cmocka_unit_test(test_price_then_time),
		cmocka_unit_test(test_queue_shrinks_with_the_display),
		cmocka_unit_test(test_taking),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
