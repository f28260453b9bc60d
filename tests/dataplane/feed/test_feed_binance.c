#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/feed/feed_binance.h"
#include "tests/dataplane/feed/quotes.h"

enum { BTC = 3, PEPE = 7, DIME = 9, LEVELS = 4 };

static const struct instrument btc = {
	.id = BTC, .version = 5, .px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1
};
static const struct instrument pepe = {
	.id = PEPE, .version = 2, .px_scale = 8, .qty_scale = 2, .symbol = "1000PEPEUSDT", .symbol_n = 12, .tick = 1
};
static const struct instrument dime = {
	.id = DIME, .version = 1, .px_scale = 2, .qty_scale = 8, .symbol = "DIMEUSDT", .symbol_n = 8, .tick = 5
};

struct fixture {
	struct arena arena;
	u64 counters[FEED_CNT_COUNT];
	struct feed *feed;
};

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof f);
	assert_int_equal(arena_open(&f.arena, 1 << 20), ERR_OK);
	f.feed = feed_new(&f.arena, f.counters, LEVELS);
	assert_non_null(f.feed);
	assert_int_equal(feed_add_instrument(f.feed, &btc), ERR_OK);
	assert_int_equal(feed_add_instrument(f.feed, &pepe), ERR_OK);
	assert_int_equal(feed_add_instrument(f.feed, &dime), ERR_OK);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	arena_close(&((struct fixture *)*state)->arena);
	return 0;
}

static err_t parse(struct fixture *f, const char *text, struct feed_msg *m)
{
	char *exact = quotes(text, strlen(text));
	err_t e = feed_parse(f->feed, exact, strlen(text), m);
	if (e == ERR_OK && m->kind == FEED_ERROR)
		m->text = text + (m->text_n ? m->text - exact : 0); /* the words as the table has them */
	free(exact);
	return e;
}

#define BTC_BBO(data) "{'stream':'btcusdt@bookTicker','data':" data "}"

static const struct {
	const char *text;
	u32 instrument;
	u64 update_id;
	i64 bid_px, bid_qty, ask_px, ask_qty;
	u32 off_fast_path;
	const char *remark;
} bbos[] = {
	{ BTC_BBO("{'u':50093239212,'s':'BTCUSDT','b':'61837.63000000','B':'3.78826000','a':'61837.64000000','A':'"
		  "1.54698000'}"),
	  BTC, 50093239212, 6183763, 378826000, 6183764, 154698000, 0, "as the venue sends it" },
	{ BTC_BBO("{'s':'BTCUSDT','A':'1.54698000','u':50093239212,'a':'61837.64000000','B':'3.78826000','b':'"
		  "61837.63000000'}"),
	  BTC, 50093239212, 6183763, 378826000, 6183764, 154698000, 1, "keys in another order" },
	{ " { 'data' : {'u' : 7 , 's':'BTCUSDT','b':'1.5','B':'2','a':'1.51','A':'1' "
	  "}\n,\t'stream':'btcusdt@bookTicker' }\r\n",
	  BTC, 7, 150, 200000000, 151, 100000000, 1, "blanks everywhere, data first, short numbers" },
	{ "{'u':8,'s':'BTCUSDT','b':'1.50000000','B':'2.00000000','a':'1.51000000','A':'1.00000000'}", BTC, 8, 150,
	  200000000, 151, 100000000, 1, "a raw stream" },
	{ BTC_BBO("{'u':9,'x':[{'u':1,'k':[null,true,-1.5e+3,'\\u00e9\\']}']},{}],'s':'BTCUSDT','b':'1','B':'2','a'"
		  ":'2','A':'1'}"),
	  BTC, 9, 100, 200000000, 200, 100000000, 1, "an unknown nested field is skipped" },
	{ "{'stream':'1000pepeusdt@bookTicker','data':{'u':12,'s':'1000PEPEUSDT','b':'0.00001234','B':'9000000."
	  "00000000','a':'0.00001235','A':'1.25000000'}}",
	  PEPE, 12, 1234, 900000000, 1235, 125, 0,
	  "a symbol of two words, eight decimals of price, two of quantity" },
	{ "{'stream':'dimeusdt@bookTicker','data':{'u':13,'s':'DIMEUSDT','b':'12.35000000','B':'1.00000000','a':'"
	  "12.40000000','A':'1.00000000'}}",
	  DIME, 13, 247, 100000000, 248, 100000000, 0, "a tick of 0.05" },
	{ BTC_BBO("{'u':14,'s':'BTCUSDT','b':'0.00000000','B':'0.00000000','a':'61837.64000000','A':'1.54698000'}"),
	  BTC, 14, 0, 0, 6183764, 154698000, 0, "no bids" },
	{ BTC_BBO("{'u':15,'s':'BTCUSDT','b':'12345678901.23000000','B':'92233720368.54775807','a':'12345678901."
		  "24000000','A':'0.00000001'}"),
	  BTC, 15, 1234567890123, INT64_MAX, 1234567890124, 1, 1, "the largest quantity that fits" },
	{ BTC_BBO("{'u':999999999999999999,'s':'BTCUSDT','b':'1.00000000','B':'1.00000000','a':'2.00000000','A':'1."
		  "00000000'}"),
	  BTC, 999999999999999999, 100, 100000000, 200, 100000000, 0, "eighteen digits of update id" },
	{ BTC_BBO("{'u':9223372036854775807,'s':'BTCUSDT','b':'1.00000000','B':'1.00000000','a':'2.00000000','A':'"
		  "1.00000000'}"),
	  BTC, INT64_MAX, 100, 100000000, 200, 100000000, 1, "nineteen: the general way" },
};

static void test_bbo_table(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(bbos); i++) {
		struct feed_msg m = { 0 };
		u64 off = f->counters[FEED_CNT_off_fast_path];

		assert_int_equal(parse(f, bbos[i].text, &m), ERR_OK);
		assert_int_equal(m.kind, FEED_BBO);
		assert_int_equal(m.instrument, bbos[i].instrument);
		assert_true(m.update_id == bbos[i].update_id && m.venue_time_us == 0);
		assert_true(m.bid_px == bbos[i].bid_px && m.bid_qty == bbos[i].bid_qty);
		assert_true(m.ask_px == bbos[i].ask_px && m.ask_qty == bbos[i].ask_qty);
		assert_int_equal(f->counters[FEED_CNT_off_fast_path] - off, bbos[i].off_fast_path);
	}
	assert_int_equal(f->counters[FEED_CNT_bbo], ARRAY_LEN(bbos));
}

#define TRADE_HEAD "{'stream':'btcusdt@trade','data':{'e':'trade','E':1723161255343,'s':'BTCUSDT',"

static const struct {
	const char *text;
	u64 id;
	i64 px, qty;
	u64 time_us;
	u8 buyer_maker;
	u32 off_fast_path;
	const char *remark;
} trades[] = {
	{ TRADE_HEAD "'t':3735683259,'p':'61837.63000000','q':'0.02000000','T':1723161255342,'m':true,'M':true}}",
	  3735683259, 6183763, 2000000, 1723161255342000, 1, 0, "as the venue sends it" },
	{ TRADE_HEAD "'t':3735683260,'p':'61837.64000000','q':'0.00001000','T':1723161255342123,'m':false,'M':true}"
		     "}",
	  3735683260, 6183764, 1000, 1723161255342123, 0, 0, "microseconds" },
	{ TRADE_HEAD "'t':3,'p':'1.00','q':'0.5','b':88,'a':50,'T':1672515782136,'m':false,'M':true}}", 3, 100,
	  50000000, 1672515782136000, 0, 1,
	  "the order ids of 2023, which are numbers under the keys of other kinds" },
	{ "{'e':'trade','s':'BTCUSDT','t':0,'p':'1','q':'1','T':1672515782136,'m':true}", 0, 100, 100000000,
	  1672515782136000, 1, 1, "raw, without what we do not read" },
};

static void test_trade_table(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(trades); i++) {
		struct feed_msg m = { 0 };
		u64 off = f->counters[FEED_CNT_off_fast_path];

		assert_int_equal(parse(f, trades[i].text, &m), ERR_OK);
		assert_int_equal(m.kind, FEED_TRADE);
		assert_int_equal(m.instrument, BTC);
		assert_int_equal(m.version, 5);
		assert_true(m.update_id == trades[i].id && m.px == trades[i].px && m.qty == trades[i].qty);
		assert_true(m.venue_time_us == trades[i].time_us && m.buyer_maker == trades[i].buyer_maker);
		assert_int_equal(f->counters[FEED_CNT_off_fast_path] - off, trades[i].off_fast_path);
	}
}

#define DEPTH(stream, levels) \
	"{'stream':'btcusdt@" stream "','data':{'e':'depthUpdate','E':1723161255308,'s':'BTCUSDT'," \
	"'U':50093239203,'u':50093239207," levels "}}"

static const struct {
	const char *text;
	u32 n_bids, n_asks;
	struct feed_level bids[LEVELS], asks[LEVELS];
	u32 off_fast_path;
	const char *remark;
} depths[] = {
	{ DEPTH("depth@100ms", "'b':[['55653.87000000','0.00000000']],'a':[['61838.04000000','0.32332000'],['61844."
			       "30000000','0.40163000']]"),
	  1,
	  2,
	  { { 5565387, 0 } },
	  { { 6183804, 32332000 }, { 6184430, 40163000 } },
	  0,
	  "as the venue sends it" },
	{ DEPTH("depth", "'b':[],'a':[]"), 0, 0, { { 0, 0 } }, { { 0, 0 } }, 0, "no levels" },
	{ DEPTH("depth@1000ms", "'b':[],'a':[['1.00000000','2.00000000']]"),
	  0,
	  1,
	  { { 0, 0 } },
	  { { 100, 200000000 } },
	  1,
	  "once a second" },
	{ DEPTH("depth@100ms", "'a':[ [ '1' , '2' ] ],'b':[['0.99','1',[]],['0.98','3.00000001']]"),
	  2,
	  1,
	  { { 99, 100000000 }, { 98, 300000001 } },
	  { { 100, 200000000 } },
	  1,
	  "asks first, blanks, the third element of 2019" },
	{ DEPTH("depth@100ms", "'b':[['4.00000000','1.00000000'],['3.00000000','1.00000000'],['2.00000000','1."
			       "00000000'],['1.00000000','1.00000000']],'a':[]"),
	  4,
	  0,
	  { { 400, 100000000 }, { 300, 100000000 }, { 200, 100000000 }, { 100, 100000000 } },
	  { { 0, 0 } },
	  0,
	  "as many as there is room for" },
};

static void test_depth_table(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
		struct feed_msg m = { 0 };
		u64 off = f->counters[FEED_CNT_off_fast_path];

		assert_int_equal(parse(f, depths[i].text, &m), ERR_OK);
		assert_int_equal(m.kind, FEED_DEPTH);
		assert_true(m.first_id == 50093239203 && m.update_id == 50093239207 &&
			    m.venue_time_us == 1723161255308000);
		assert_int_equal(m.n_bids, depths[i].n_bids);
		assert_int_equal(m.n_asks, depths[i].n_asks);
		assert_memory_equal(m.bids, depths[i].bids, m.n_bids * sizeof *m.bids);
		assert_memory_equal(m.asks, depths[i].asks, m.n_asks * sizeof *m.asks);
		assert_int_equal(f->counters[FEED_CNT_off_fast_path] - off, depths[i].off_fast_path);
	}
}

static const struct {
	const char *text;
	u8 kind;
	i64 id, code;
	u64 time_us;
	const char *words;
	const char *remark;
} others[] = {
	{ "{'result':null,'id':1}", FEED_REPLY, 1, 0, 0, NULL, "subscribed" },
	{ "{'result':['btcusdt@trade'],'id':3}", FEED_REPLY, 3, 0, 0, NULL, "a list of subscriptions" },
	{ "{'id':'a-1','result':null}", FEED_REPLY, -1, 0, 0, NULL, "an id that is a text" },
	{ "{'result':null}", FEED_REPLY, -1, 0, 0, NULL, "no id" },
	{ "{'code':2,'msg':'Invalid request: \\'x\\''}", FEED_ERROR, -1, 2, 0, "Invalid request: \\'x\\'",
	  "refused" },
	{ "{'code': 0, 'msg': 'Unknown property','id': 5}", FEED_ERROR, 5, 0, 0, "Unknown property",
	  "refused, with id" },
	{ "{'error':{'code':-1121,'msg':'Invalid symbol.'},'id':4}", FEED_ERROR, 4, -1121, 0, "Invalid symbol.",
	  "nested" },
	{ "{'e':'serverShutdown','E':1770123456789}", FEED_SHUTDOWN, 0, 0, 1770123456789000, NULL, "raw" },
	{ "{'stream':'!serverShutdown','data':{'e':'serverShutdown','E':1770123456789}}", FEED_SHUTDOWN, 0, 0,
	  1770123456789000, NULL, "combined" },
	{ "{'stream':'btcusdt@kline_1m','data':{'e':'kline'}}", FEED_OTHER, 0, 0, 0, NULL,
	  "a stream we do not read" },
	{ "{'stream':'btcusdt@depth20@100ms','data':{'lastUpdateId':1,'bids':[],'asks':[]}}", FEED_OTHER, 0, 0, 0,
	  NULL, "partial books are no diffs" },
	{ "{'stream':'btcusdt@tradeX','data':{}}", FEED_OTHER, 0, 0, 0, NULL, "a longer name" },
	{ "{'e':'aggTrade','u':1}", FEED_OTHER, 0, 0, 0, NULL, "another raw event" },
	{ "[]", FEED_OTHER, 0, 0, 0, NULL, "an array" },
	{ "{}", FEED_OTHER, 0, 0, 0, NULL, "nothing" },
};

static void test_other_table(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct feed_msg m = { 0 };

		assert_int_equal(parse(*state, others[i].text, &m), ERR_OK);
		assert_int_equal(m.kind, others[i].kind);
		if (m.kind == FEED_REPLY || m.kind == FEED_ERROR)
			assert_int_equal(m.id, others[i].id);
		if (m.kind == FEED_ERROR) {
			assert_int_equal(m.code, others[i].code);
			assert_int_equal(m.text_n, strlen(others[i].words));
			assert_memory_equal(m.text, others[i].words, m.text_n);
		}
		assert_true(m.venue_time_us == others[i].time_us);
	}
}

static const struct {
	const char *text;
	err_t err;
	u32 counter;
	const char *remark;
} bad[] = {
	{ "", ERR_TRUNCATED, FEED_CNT_truncated, "nothing at all" },
	{ "{'stream':'btcusdt@bookTicker','da", ERR_TRUNCATED, FEED_CNT_truncated, "ends within a key" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1.00000000','B':'1.00000000','a':'2.00000000','A':'1.00000000'}") "x",
	  ERR_SYNTAX, FEED_CNT_bad_json, "text after the end" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1.00000000','B':'1.00000000','a':'2.00000000','A':'1.00000000',}"),
	  ERR_SYNTAX, FEED_CNT_bad_json, "a comma too many" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1.00000000','B':'1.00000000','a':'2.00000000'}"), ERR_SYNTAX,
	  FEED_CNT_missing_field, "no ask quantity" },
	{ BTC_BBO("{'u':1,'u':1,'s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_SYNTAX,
	  FEED_CNT_duplicate_field, "the update id twice" },
	{ BTC_BBO("{'u':'1','s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "an update id in quotes" },
	{ BTC_BBO("{'u':1.5,'s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "half an update" },
	{ BTC_BBO("{'u':1e3,'s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "an exponent" },
	{ BTC_BBO("{'u':-1,'s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_OVERFLOW, FEED_CNT_number_range,
	  "a negative id" },
	{ BTC_BBO("{'u':01,'s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_bad_json,
	  "a leading zero" },
	{ BTC_BBO("{'u':012345678,'s':'BTCUSDT','b':'1.00000000','B':'1.00000000','a':'2.00000000','A':'1.00000000'"
		  "}"),
	  ERR_SYNTAX, FEED_CNT_bad_json, "a leading zero in the usual form" },
	{ BTC_BBO("{'u':9223372036854775808,'s':'BTCUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_OVERFLOW,
	  FEED_CNT_number_range, "an id too large" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':1.5,'B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "a price without quotes" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'-1.50000000','B':'1','a':'2','A':'1'}"), ERR_SYNTAX,
	  FEED_CNT_wrong_type, "a negative price" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1e2','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "an exponent in a price" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1.','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "no digit after the point" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_wrong_type,
	  "an empty price" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1.00500000','B':'1.00000000','a':'2.00000000','A':'1.00000000'}"),
	  ERR_SYNTAX, FEED_CNT_price_off_tick, "half a tick" },
	{ "{'stream':'dimeusdt@bookTicker','data':{'u':1,'s':'DIMEUSDT','b':'1.04000000','B':'1.00000000','a':'2."
	  "00000000','A':'1.00000000'}}",
	  ERR_SYNTAX, FEED_CNT_price_off_tick, "no multiple of 0.05" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1','B':'1.000000001','a':'2','A':'1'}"), ERR_OVERFLOW,
	  FEED_CNT_number_range, "a quantity finer than the instrument" },
	{ BTC_BBO("{'u':1,'s':'BTCUSDT','b':'1','B':'92233720368.54775808','a':'2','A':'1'}"), ERR_OVERFLOW,
	  FEED_CNT_number_range, "a quantity too large" },
	{ BTC_BBO("{'u':1,'s':'ETHUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_NOT_FOUND, FEED_CNT_unknown_symbol,
	  "not configured" },
	{ BTC_BBO("{'u':1,'s':'BTCUSD','b':'1','B':'1','a':'2','A':'1'}"), ERR_NOT_FOUND, FEED_CNT_unknown_symbol,
	  "the beginning of one that is" },
	{ BTC_BBO("{'u':1,'s':'DIMEUSDT','b':'1','B':'1','a':'2','A':'1'}"), ERR_SYNTAX, FEED_CNT_symbol_mismatch,
	  "another's data in this stream" },
	{ BTC_BBO("[]"), ERR_SYNTAX, FEED_CNT_wrong_type, "data that is an array" },
	{ "{'stream':'btcusdt@bookTicker'}", ERR_SYNTAX, FEED_CNT_missing_field, "no data" },
	{ "{'stream':1,'data':{}}", ERR_SYNTAX, FEED_CNT_wrong_type, "a stream that is a number" },
	{ "{'stream':'a@trade','stream':'b@trade','data':{}}", ERR_SYNTAX, FEED_CNT_duplicate_field,
	  "two streams" },
	{ "{'stream':'btcusdt@trade','data':{'s':'BTCUSDT','t':1,'p':'1','q':'0','T':1,'m':true}}", ERR_OVERFLOW,
	  FEED_CNT_number_range, "a trade of nothing" },
	{ TRADE_HEAD "'t':1,'p':'0.00000000','q':'1.00000000','T':1723161255342,'m':true,'M':true}}", ERR_OVERFLOW,
	  FEED_CNT_number_range, "a trade for nothing" },
	{ TRADE_HEAD "'t':1,'p':'1.00000000','q':'1.00000000','T':1723161255342,'m':1}}", ERR_SYNTAX,
	  FEED_CNT_wrong_type, "a flag that is a number" },
	{ DEPTH("depth", "'b':[['1']],'a':[]"), ERR_SYNTAX, FEED_CNT_wrong_type, "a level without quantity" },
	{ DEPTH("depth", "'b':['1','2'],'a':[]"), ERR_SYNTAX, FEED_CNT_wrong_type, "levels that are none" },
	{ DEPTH("depth", "'b':{},'a':[]"), ERR_SYNTAX, FEED_CNT_wrong_type, "a side that is an object" },
	{ DEPTH("depth", "'b':[['0.00000000','1.00000000']],'a':[]"), ERR_OVERFLOW, FEED_CNT_number_range,
	  "a level at no price" },
	{ DEPTH("depth", "'b':[['1','1'],['1','1'],['1','1'],['1','1'],['1','1']],'a':[]"), ERR_TOO_LONG,
	  FEED_CNT_too_many_levels, "one more than there is room for" },
	{ "{'error':{'msg':'x'}}", ERR_SYNTAX, FEED_CNT_missing_field, "an error without code" },
	{ "{'error':1}", ERR_SYNTAX, FEED_CNT_wrong_type, "an error that is a number" },
	{ "{'x':'\\x'}", ERR_SYNTAX, FEED_CNT_bad_json, "an escape JSON does not know" },
	{ "{'x':'\t'}", ERR_SYNTAX, FEED_CNT_bad_json, "a control character" },
	{ "{'x':"
	  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	  "1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
	  ERR_TOO_LONG, FEED_CNT_too_deep, "one level too deep" },
};

static void test_refused_table(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct feed_msg m = { 0 };
		u64 before[FEED_CNT_COUNT];
		memcpy(before, f->counters, sizeof before);
		err_t e = parse(f, bad[i].text, &m);
		for (u32 c = 0; c < FEED_CNT_COUNT; c++)
			if (f->counters[c] - before[c] != (c == bad[i].counter))
				fail_msg("%s: counter %s", bad[i].remark, feed_counter_defs[c].name);
		if (e != bad[i].err)
			fail_msg("%s: %s", bad[i].remark, err_name(e));
	}
}

/* Every proper beginning of a message is refused as cut off, and reads nothing beyond it. */
static void test_every_truncation(void **state)
{
	static const char *const whole[] = {
		BTC_BBO("{'u':50093239212,'s':'BTCUSDT','b':'61837.63000000','B':'3.78826000','a':'61837.64000000',"
			"'A':'1.54698000'}"),
		TRADE_HEAD "'t':3735683259,'p':'61837.63000000','q':'0.02000000','T':1723161255342,'m':true,'M':"
			   "true}}",
		DEPTH("depth@100ms", "'b':[['55653.87000000','0.00000000']],'a':[['61838.04000000','0.32332000']]"),
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		for (size_t n = 0; n < strlen(whole[i]); n++) {
			char cut[512];
			struct feed_msg m;
			snprintf(cut, sizeof cut, "%.*s", (int)n, whole[i]);
			if (parse(f, cut, &m) != ERR_TRUNCATED)
				fail_msg("%s was not refused as cut off", cut);
		}
}

static void test_new_version_is_read_from_then_on(void **state)
{
	struct fixture *f = *state;
	struct feed_msg m;
	struct instrument finer = btc;
	finer.version = 6;
	finer.px_scale = 3;
	assert_int_equal(feed_add_instrument(f->feed, &finer), ERR_OK);
	assert_int_equal(parse(f, bbos[0].text, &m), ERR_OK);
	assert_int_equal(m.version, 6);
	assert_true(m.bid_px == 61837630);
}

static void test_instruments_refused(void **state)
{
	struct fixture *f = *state;
	struct instrument i = btc;
	i.id = 4;
	assert_int_equal(feed_add_instrument(f->feed, &i), ERR_EXISTS);
	i = btc;
	i.id = INSTRUMENTS_MAX;
	assert_int_equal(feed_add_instrument(f->feed, &i), ERR_ARGUMENT);
	i = btc;
	i.tick = 0;
	assert_int_equal(feed_add_instrument(f->feed, &i), ERR_ARGUMENT);
	i = btc;
	i.symbol[2] = '@';
	assert_int_equal(feed_add_instrument(f->feed, &i), ERR_ARGUMENT);
	i = btc;
	i.symbol_n = SYMBOL_MAX + 1;
	assert_int_equal(feed_add_instrument(f->feed, &i), ERR_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bbo_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trade_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_depth_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_truncation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_new_version_is_read_from_then_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_instruments_refused, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
