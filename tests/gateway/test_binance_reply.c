#include "tests/gateway/reply_text.h"

#include <stdio.h>

#include "common/rng.h"
#include "gateway/rate.h"

#define RATES                                                                                               \
	",'rateLimits':[{'rateLimitType':'ORDERS','interval':'SECOND','intervalNum':10,'limit':50,"         \
	"'count':12},{'rateLimitType':'ORDERS','interval':'DAY','intervalNum':1,'limit':160000,"            \
	"'count':4043},{'rateLimitType':'REQUEST_WEIGHT','interval':'MINUTE','intervalNum':1,'limit':6000," \
	"'count':321},{'rateLimitType':'SOMETHING_NEW','interval':'MINUTE','intervalNum':1,'limit':1,"      \
	"'count':1}]"

static void test_place_ack(void **state)
{
	(void)state;
	assert_int_equal(decode("{'id':'p0000000017','status':200,'result':{'symbol':'BTCUSDT','orderId':12569099453,"
				"'orderListId':-1,'clientOrderId':'" OURS "','transactTime':1660801715639}" RATES "}"),
			 ERR_OK);
	assert_true(m.kind == BINANCE_MSG_RESPONSE && m.req == BINANCE_REQ_PLACE && m.req_n == 17 && m.status == 200 &&
		    !m.code);
	assert_true(m.order.instrument == 0 && m.order.venue_id == 12569099453 && m.order.owner == COID_OURS &&
		    m.order.order_id == 17 && m.order.status == VENUE_NONE && m.order.cum_qty == -1 &&
		    m.order.venue_time_us == 1660801715639000);
	assert_int_equal(m.n_rates, 3);
	assert_true(m.rate[0].type == RATE_ORDERS && m.rate[0].interval_s == 10 && m.rate[0].limit == 50 &&
		    m.rate[0].count == 12);
	assert_true(m.rate[1].interval_s == 86400 && m.rate[1].count == 4043);
	assert_true(m.rate[2].type == RATE_REQUEST_WEIGHT && m.rate[2].interval_s == 60 && m.rate[2].limit == 6000);
	struct order_report r;
	u64 id;
	assert_true(binance_report_of(&m, &id, &r));
	assert_true(id == 17 && r.input == ORDER_IN_ACK && r.venue_id == 12569099453 && r.cum_qty == -1);
}

/* The same with the fields in the least convenient order, white space, and fields nobody knows. */
static void test_any_order(void **state)
{
	(void)state;
	assert_int_equal(decode(" { 'new' : [ { } , [ 1 , ']}' ] ] , 'result' : { 'executedQty' : '0.00100000' , "
				"'origQty':'0.00847', 'price':'23416.10000000','status':'PARTIALLY_FILLED',"
				"'x\\\"y':null,'clientOrderId':'" OURS "','side':'SELL','fills':[{'price':'1'}],"
				"'transactTime':1660801715639123,'orderId':7,'symbol':'BTCUSDT'},\r\n\t'status':200,"
				"'id':'p0000000017' } "),
			 ERR_OK);
	assert_true(m.order.px == 2341610 && m.order.qty == 847000 && m.order.cum_qty == 100000 &&
		    m.order.side == SIDE_SELL && m.order.status == VENUE_PARTIALLY_FILLED &&
		    m.order.venue_time_us == 1660801715639123);
}

static void test_execution_report(void **state)
{
	(void)state;
	assert_int_equal(
		decode("{'subscriptionId':0,'event':{'e':'executionReport','E':1499405658658,'s':'ETHBTC',"
		       "'c':'" OURS "','S':'BUY','o':'LIMIT','f':'GTC','q':'1.00000000','p':'0.10264410',"
		       "'P':'0.00000000','F':'0.00000000','g':-1,'C':'','x':'TRADE','X':'FILLED','r':'NONE',"
		       "'i':4293153,'l':'0.40000000','z':'1.00000000','L':'0.10264400','n':'0.00010000','N':'BNB',"
		       "'T':1499405658657,'t':77,'I':8641984,'w':true,'m':true,'M':false,'O':1499405658657,"
		       "'Z':'0.00000000','Y':'0.00000000','Q':'0.00000000','W':1499405658657,'V':'NONE'}}"),
		ERR_OK);
	assert_true(m.kind == BINANCE_MSG_EXECUTION && m.order.instrument == 1 && m.order.venue_id == 4293153 &&
		    m.order.trade && m.order.maker && m.order.trade_id == 77 && m.order.fill_px == 1026440 &&
		    m.order.fill_qty == 40000000 && m.order.cum_qty == 100000000 && m.order.fee == 10000 &&
		    m.order.px == 1026441 && strcmp(m.order.fee_asset, "BNB") == 0);
	struct order_report r;
	u64 id;
	assert_true(binance_report_of(&m, &id, &r));
	assert_true(id == 17 && r.input == ORDER_IN_FILL_LAST && r.fill_qty == 40000000 && r.fill_px == 1026440 &&
		    r.cum_qty == 100000000 && r.maker && r.fee == 10000 && r.trade_id == 77);
}

static void test_ban(void **state)
{
	(void)state;
	assert_int_equal(
		decode("{'id':'o0000000003','status':418,'error':{'code':-1003,'msg':'Way too much request weight "
		       "used','data':{'serverTime':1659142907531,'retryAfter':1659146400000}},'rateLimits':[]}"),
		ERR_OK);
	assert_true(m.status == 418 && m.code == -1003 && m.retry_after_ms == 1659146400000 &&
		    m.server_time_ms == 1659142907531 && m.req == BINANCE_REQ_OPEN_ORDERS && m.req_n == 3);
}

static void test_cancel_response(void **state)
{
	(void)state;
	struct order_report r;
	u64 id;
	assert_int_equal(
		decode("{'id':'c0000000017','status':200,'result':{'symbol':'BTCUSDT','origClientOrderId':'" OURS
		       "','orderId':12569099453,'orderListId':-1,'clientOrderId':'91fe37ce9e69c90d6358c0',"
		       "'transactTime':1684804350068,'price':'23416.10000000','origQty':'0.00847000',"
		       "'executedQty':'0.00001000','status':'CANCELED','timeInForce':'GTC','type':'LIMIT','side':'SELL'"
		       "}}"),
		ERR_OK);
	assert_true(m.order.owner == COID_OURS && m.order.order_id == 17);
	assert_true(binance_report_of(&m, &id, &r) && id == 17 && r.input == ORDER_IN_CANCELED && r.cum_qty == 1000);
	/* an answer that names another order of ours than its request did is not believed */
	assert_int_equal(
		decode("{'id':'c0000000018','status':200,'result':{'symbol':'BTCUSDT','origClientOrderId':'" OURS
		       "','orderId':1,'clientOrderId':'x','status':'CANCELED','executedQty':'0'}}"),
		ERR_OK);
	assert_false(binance_report_of(&m, &id, &r));
}

static void test_lists(void **state)
{
	(void)state;
	assert_int_equal(decode("{'id':'o0000000003','status':200,'result':[]}"), ERR_OK);
	assert_int_equal(m.n_items, 0);
	assert_int_equal(decode("{'id':'o0000000003','status':200,'result':[{'symbol':'BTCUSDT','orderId':1,'"
				"clientOrderId':'" OURS
				"','price':'1.00','origQty':'2','executedQty':'1','status':'NEW','side':'BUY'},"
				"{'symbol':'DOGEUSDT','orderId':2,'clientOrderId':'web_x','price':'0.123456789123','"
				"origQty':'2',"
				"'executedQty':'0','status':'NEW','side':'SELL'},{'symbol':'BTCUSDT','orderId':3,'"
				"clientOrderId':"
				"'web_y','price':'0.123456789123','status':'NEW','side':'SELL'}]}"),
			 ERR_OK);
	assert_true(m.n_items == 3 && got.n == 3 && got.req_n == 3);
	assert_true(got.order[0].owner == COID_OURS && got.order[0].px == 100 && got.order[0].cum_qty == 100000000);
	assert_true(got.order[1].instrument == REPLY_INSTRUMENT_NONE && got.order[1].venue_id == 2 &&
		    got.order[1].symbol_n == 8);
	assert_true(got.order[2].instrument == 0 && got.order[2].px == 0); /* does not fit, and is not ours */
	struct order_report r;
	u64 id;
	assert_true(binance_report_of_order(&got.order[0], &id, &r) && id == 17 && r.input == ORDER_IN_PROOF_OPEN);
	assert_false(binance_report_of_order(&got.order[1], &id, &r));

	got.n = 0;
	assert_int_equal(decode("{'id':'t0000000004','status':200,'result':[{'symbol':'BTCUSDT','id':1650422481,"
				"'orderId':12569099453,'orderListId':-1,'price':'23416.10000000','qty':'0.00635000',"
				"'quoteQty':'148.69223500','commission':'0.00000100','commissionAsset':'BNB','time':"
				"1660801715793,"
				"'isBuyer':false,'isMaker':true,'isBestMatch':true}]}"),
			 ERR_OK);
	assert_true(got.n == 1 && got.trade[0].trade_id == 1650422481 && got.trade[0].venue_order_id == 12569099453 &&
		    got.trade[0].px == 2341610 && got.trade[0].qty == 635000 && got.trade[0].fee == 100 &&
		    got.trade[0].maker && got.trade[0].side == SIDE_SELL &&
		    got.trade[0].venue_time_us == 1660801715793000);
	binance_report_of_trade(&got.trade[0], &r);
	assert_true(r.input == ORDER_IN_FILL_PART && r.trade_id == 1650422481 && r.fill_qty == 635000 &&
		    r.cum_qty == -1 && strcmp(r.fee_asset, "BNB") == 0);

	got.n = 0;
	assert_int_equal(
		decode("{'id':'b0000000005','status':200,'result':{'commissionRates':{'maker':'0'},'balances':["
		       "{'asset':'BTC','free':'1.3447112','locked':'0.08600000'},{'asset':'A_VERY_LONG_ASSET_NAME',"
		       "'free':'0','locked':'5'}],'uid':354937868}}"),
		ERR_OK);
	assert_true(got.n == 2 && got.balance[0].free == 134471120 && got.balance[0].locked == 8600000);
	assert_string_equal(got.balance[1].asset, "A_VERY_LONG_ASS");

	got.n = 0;
	assert_int_equal(
		decode("{'subscriptionId':0,'event':{'e':'outboundAccountPosition','E':1,'u':2,'B':[{'a':'ETH',"
		       "'f':'10000.000000','l':'0.5'}]}}"),
		ERR_OK);
	assert_true(m.kind == BINANCE_MSG_POSITION && got.n == 1 && got.balance[0].free == 1000000000000 &&
		    got.balance[0].locked == 50000000);
}

static void test_cancel_all_with_a_list(void **state)
{
	(void)state;
	assert_int_equal(
		decode("{'id':'a0000000001','status':200,'result':[{'orderListId':19431,'contingencyType':'OCO',"
		       "'orders':[{'symbol':'BTCUSDT','orderId':5}],'orderReports':[]},{'symbol':'BTCUSDT',"
		       "'origClientOrderId':'" OURS
		       "','orderId':1,'clientOrderId':'z','status':'CANCELED','executedQty':'0'}]}"),
		ERR_OK);
	assert_true(got.n == 1 && got.order[0].order_id == 17 && got.order[0].status == VENUE_CANCELED);
}

static const struct {
	const char *text;
	u8 kind;
	const char *remark;
} events[] = {
	{ "{'event':{'e':'serverShutdown','E':1770123456789}}", BINANCE_MSG_SERVER_SHUTDOWN, "no subscription" },
	{ "{'subscriptionId':0,'event':{'e':'eventStreamTerminated','E':1}}", BINANCE_MSG_STREAM_ENDED,
	  "no more reports" },
	{ "{'subscriptionId':0,'event':{'e':'balanceUpdate','E':1,'a':'BTC','d':'100.00000000','T':1}}",
	  BINANCE_MSG_BALANCE_UPDATE, "deposit" },
	{ "{'subscriptionId':0,'event':{'e':'listStatus','E':1,'s':'ETHBTC','g':2,'c':'OCO','O':[{'s':'ETHBTC'}]}}",
	  BINANCE_MSG_OTHER, "order lists are not ours" },
	{ "{'subscriptionId':0,'event':{'e':'externalLockUpdate','E':1,'a':'NEO'}}", BINANCE_MSG_OTHER, "not used" },
	{ "{'subscriptionId':0,'event':{'e':'somethingNew'}}", BINANCE_MSG_OTHER, "not yet known" },
};

static void test_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (decode(events[i].text) != ERR_OK || m.kind != events[i].kind)
			fail_msg("%s", events[i].remark);
	assert_int_equal(cnt[GATEWAY_CNT_reply_other], 3);
}

static void test_session(void **state)
{
	(void)state;
	assert_int_equal(
		decode("{'id':'l0000000001','status':200,'result':{'apiKey':'vmPU','authorizedSince':1649729878532,"
		       "'connectedSince':1649729873021,'returnRateLimits':false,'serverTime':1649729878630,'"
		       "userDataStream':false}}"),
		ERR_OK);
	assert_true(m.req == BINANCE_REQ_LOGON && m.logged_on && !m.user_stream && m.server_time_ms == 1649729878630);
	assert_int_equal(decode("{'id':'e0000000002','status':200,'result':{'apiKey':null,'userDataStream':true}}"),
			 ERR_OK);
	assert_true(m.req == BINANCE_REQ_SESSION_STATUS && !m.logged_on && m.user_stream);
	assert_int_equal(decode("{'id':'u0000000003','status':200,'result':{'subscriptionId':0}}"), ERR_OK);
	assert_true(m.req == BINANCE_REQ_SUBSCRIBE && m.user_stream);
	assert_int_equal(decode("{'id':'m0000000004','status':200,'result':{'serverTime':1656400526260}}"), ERR_OK);
	assert_true(m.req == BINANCE_REQ_TIME && m.server_time_ms == 1656400526260);
	assert_int_equal(decode("{'id':'g0000000005','status':200,'result':{}}"), ERR_OK);
	assert_int_equal(m.req, BINANCE_REQ_PING);
	assert_int_equal(decode("{'id':12,'status':200,'result':{'any':[1,2]}}"), ERR_OK);
	assert_true(m.req == BINANCE_REQ_NONE && cnt[GATEWAY_CNT_reply_no_request] == 1);
	assert_int_equal(decode("{'id':null,'status':400,'error':{'code':-1135,'msg':'Invalid JSON Request'}}"),
			 ERR_OK);
	assert_true(m.req == BINANCE_REQ_NONE && m.code == -1135);
}

#define PLACED(fields) "{'id':'p0000000017','status':200,'result':{" fields "}}"
#define NAMES          "'symbol':'BTCUSDT','orderId':1,'clientOrderId':'" OURS "'"

static const struct {
	const char *text;
	enum gateway_cnt counter;
	const char *remark;
} bad[] = {
	{ "", GATEWAY_CNT_reply_bad_json, "empty" },
	{ "[]", GATEWAY_CNT_reply_bad_json, "no object" },
	{ "{'id':'p0000000017','status':200", GATEWAY_CNT_reply_bad_json, "cut" },
	{ "{'id':'p0000000017','status':200,'result':{" NAMES "}}}", GATEWAY_CNT_reply_bad_json, "one brace too many" },
	{ "{'id':'p0000000017','status':200,'result':{" NAMES ",}}", GATEWAY_CNT_reply_bad_json,
	  "comma before the brace" },
	{ "{'id':'p0000000017' 'status':200}", GATEWAY_CNT_reply_bad_json, "comma missing" },
	{ "{'id':'p0000000017','a':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
	  GATEWAY_CNT_reply_bad_json, "too deep" },
	{ "{'id':'p0000000017','a':[}]}", GATEWAY_CNT_reply_bad_json, "brackets crossed" },
	{ "{'status':200,'result':{}}", GATEWAY_CNT_reply_bad_field, "no id" },
	{ "{'id':'p0000000017','result':{" NAMES "}}", GATEWAY_CNT_reply_bad_field, "no status" },
	{ "{'id':'p0000000017','status':200}", GATEWAY_CNT_reply_bad_field, "neither result nor error" },
	{ "{'id':'p0000000017','status':'200','result':{" NAMES "}}", GATEWAY_CNT_reply_bad_field,
	  "status is no number" },
	{ "{'id':'p0000000017','status':400,'error':{'msg':'x'}}", GATEWAY_CNT_reply_bad_field, "error without code" },
	{ "{'id':'p0000000017','status':400,'error':{'code':-20100000000}}", GATEWAY_CNT_reply_bad_field,
	  "code out of range" },
	{ "{'id':'o0000000017','status':200,'result':{}}", GATEWAY_CNT_reply_bad_field, "a list is wanted" },
	{ "{'id':'o0000000017','status':200,'result':[5]}", GATEWAY_CNT_reply_bad_field, "a list of objects" },
	{ "{'id':'b0000000017','status':200,'result':{}}", GATEWAY_CNT_reply_bad_field, "no balances" },
	{ "{'event':{'s':'BTCUSDT'}}", GATEWAY_CNT_reply_bad_field, "event without a type" },
	{ "{'event':{'e':5}}", GATEWAY_CNT_reply_bad_field, "type is no text" },
	{ PLACED("'symbol':'BTCUSDT','orderId':1"), GATEWAY_CNT_reply_bad_field, "no client order id" },
	{ PLACED("'symbol':'BTCUSDT','orderId':'1','clientOrderId':'" OURS "'"), GATEWAY_CNT_reply_bad_field,
	  "order id is text" },
	{ PLACED("'symbol':'BTCUSDT','orderId':-1,'clientOrderId':'" OURS "'"), GATEWAY_CNT_reply_bad_field,
	  "negative order id" },
	{ PLACED("'symbol':'BTCUSDT','orderId':01,'clientOrderId':'" OURS "'"), GATEWAY_CNT_reply_bad_field,
	  "leading zero" },
	{ PLACED("'symbol':'BTCUSDT','orderId':18446744073709551616,'clientOrderId':'" OURS "'"),
	  GATEWAY_CNT_reply_bad_field, "order id of 20 digits" },
	{ PLACED(NAMES ",'status':'SOMETHING'"), GATEWAY_CNT_reply_bad_field, "status unheard of" },
	{ PLACED(NAMES ",'side':'HOLD'"), GATEWAY_CNT_reply_bad_field, "side unheard of" },
	{ PLACED(NAMES ",'price':'1.001'"), GATEWAY_CNT_reply_bad_number, "off the tick" },
	{ PLACED(NAMES ",'price':'-1.00'"), GATEWAY_CNT_reply_bad_number, "negative" },
	{ PLACED(NAMES ",'price':1.00"), GATEWAY_CNT_reply_bad_number, "a decimal comes as text" },
	{ PLACED(NAMES ",'origQty':'1e3'"), GATEWAY_CNT_reply_bad_number, "exponent" },
	{ PLACED(NAMES ",'executedQty':'99999999999999999999'"), GATEWAY_CNT_reply_bad_number, "overflow" },
	{ "{'e':'executionReport','s':'BTCUSDT','c':'" OURS "','x':'TRADE','X':'FILLED','i':9,'l':'1','L':'1.00'}",
	  GATEWAY_CNT_reply_bad_number, "a trade without its id" },
	{ "{'e':'executionReport','s':'BTCUSDT','c':'web','x':'TRADE','X':'FILLED','i':9,'t':1,'l':'0','L':'1.00'}",
	  GATEWAY_CNT_reply_bad_number, "a trade of nothing" },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		u64 before = cnt[bad[i].counter];
		if (decode(bad[i].text) != ERR_SYNTAX || cnt[bad[i].counter] != before + 1)
			fail_msg("%s: %s", bad[i].remark, bad[i].text);
	}
}

/* Every prefix is refused, and no changed byte makes it read or write elsewhere (asan sees that). */
static void test_cut_and_changed(void **state)
{
	(void)state;
	static const char text[] =
		"{'id':'o0000000003','status':200,'result':[{'symbol':'BTCUSDT','orderId':1,'clientOrderId':'" OURS
		"','price':'1.00','executedQty':'1','status':'NEW','side':'BUY'}]" RATES "}";
	char copy[sizeof text];
	struct rng r;
	rng_seed(&r, 3);
	for (size_t n = 0; n < sizeof text - 1; n++)
		assert_int_equal(decode_n(text, n), ERR_SYNTAX);
	for (int i = 0; i < 20000; i++) {
		memcpy(copy, text, sizeof text);
		for (u64 k = rng_below(&r, 4); k < 4; k++)
			copy[rng_below(&r, sizeof text - 1)] = (char)rng_next(&r);
		decode_n(copy, sizeof text - 1);
	}
}

/* ---- recorded answers ---- */

static const struct {
	const char *file;
	u8 req;
	u32 items; /* list elements */
	u8 status;
} fixtures[] = {
	{ "Trading/PlaceOrder", BINANCE_REQ_PLACE, 0, VENUE_FILLED },
	{ "Trading/CancelOrder", BINANCE_REQ_CANCEL, 0, VENUE_FILLED },
	{ "Trading/GetOrder", BINANCE_REQ_ORDER_STATUS, 0, VENUE_FILLED },
	{ "Trading/GetOpenOrders", BINANCE_REQ_OPEN_ORDERS, 1, VENUE_NONE },
	{ "Trading/CancelAllOrders", BINANCE_REQ_CANCEL_ALL, 1, VENUE_NONE },
	{ "Trading/GetUserTrades", BINANCE_REQ_MY_TRADES, 2, VENUE_NONE },
	{ "Account/GetAccountInfo", BINANCE_REQ_ACCOUNT, 3, VENUE_NONE },
};

static bool load(const char *file, u8 req, char *out, size_t max)
{
	char path[512], id[BINANCE_ID_LEN + 1] = "", raw[8192];
	const char *data = getenv("SAKER_DATA");
	snprintf(path, sizeof path, "%s/binance/fixtures-jkorf/Binance.Net.UnitTests/Socket/Spot/%s.txt",
		 data ? data : ".", file);
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	size_t n = fread(raw, 1, sizeof raw - 1, f);
	fclose(f);
	raw[n] = 0;
	char *answer = strstr(raw, "\n=");
	char *mark = answer ? strstr(answer, "|1|") : NULL; /* where the recording had its request id */
	assert_non_null(mark);
	*mark = 0;
	binance_id_print(id, req, 1);
	snprintf(out, max, "%s%s%s", answer + 2, id, mark + 3);
	return true;
}

static void test_fixtures(void **state)
{
	(void)state;
	char text[9000];
	for (size_t i = 0; i < ARRAY_LEN(fixtures); i++) {
		if (!load(fixtures[i].file, fixtures[i].req, text, sizeof text)) {
			print_message("SKIP test_fixtures: no %s in SAKER_DATA\n", fixtures[i].file);
			skip();
		}
		got.n = 0;
		if (decode(text) != ERR_OK || m.req != fixtures[i].req || m.n_items != fixtures[i].items ||
		    !m.n_rates || (fixtures[i].status && m.order.status != fixtures[i].status))
			fail_msg("%s", fixtures[i].file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_place_ack, setup),
		cmocka_unit_test_setup(test_any_order, setup),
		cmocka_unit_test_setup(test_execution_report, setup),
		cmocka_unit_test_setup(test_ban, setup),
		cmocka_unit_test_setup(test_cancel_response, setup),
		cmocka_unit_test_setup(test_lists, setup),
		cmocka_unit_test_setup(test_cancel_all_with_a_list, setup),
		cmocka_unit_test_setup(test_events, setup),
		cmocka_unit_test_setup(test_session, setup),
		cmocka_unit_test_setup(test_bad, setup),
		cmocka_unit_test_setup(test_cut_and_changed, setup),
		cmocka_unit_test_setup(test_fixtures, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
