#include "tests/cmocka_all.h"

#include <jansson.h>

#include "common/decimal.h"
#include "dataplane/feed/feed_binance_rest.h"
#include "tests/dataplane/feed/quotes.h"
#include "tests/dataplane/feed/recording.h"

#define FILTER_PRICE(min, max, tick) \
	"{'filterType':'PRICE_FILTER','minPrice':'" min "','maxPrice':'" max "','tickSize':'" tick "'}"
#define FILTER_LOT(type, min, max, step) \
	",{'filterType':'" type "','minQty':'" min "','maxQty':'" max "','stepSize':'" step "'}"
#define SYMBOL(name, status, base, filters) \
	"{'symbols':[{'symbol':'OTHER'},{'symbol':'" name "','status':'" status "','baseAsset':'" base \
	"','baseAssetPrecision':8,'quoteAsset':'USDT','filters':[" filters "]}]}"
#define BTC_PRICE FILTER_PRICE("0.01000000", "1000000.00000000", "0.01000000")
#define BTC_LOT FILTER_LOT("LOT_SIZE", "0.00001000", "9000.00000000", "0.00001000")

static const struct {
	const char *json, *symbol;
	struct instrument want; /* symbol and assets are compared apart */
	const char *remark;
} good[] = {
	{ SYMBOL("BTCUSDT", "TRADING", "BTC",
		 BTC_PRICE BTC_LOT FILTER_LOT("MARKET_LOT_SIZE", "0.00000000", "120.17402083", "0.00000000") ",{'"
													     "filte"
													     "rType"
													     "':'"
													     "NOTIO"
													     "NAL',"
													     "'minN"
													     "otion"
													     "al':'"
													     "5."
													     "00000"
													     "000',"
													     "'maxN"
													     "otion"
													     "al':'"
													     "90000"
													     "00."
													     "00000"
													     "000'}"
													     ",{'"
													     "filte"
													     "rType"
													     "':'"
													     "MAX_"
													     "NUM_"
													     "ORDER"
													     "S','"
													     "maxNu"
													     "mOrde"
													     "rs':"
													     "200"
													     "}"),
	  "BTCUSDT",
	  { .status = INSTRUMENT_TRADING,
	    .px_scale = 2,
	    .qty_scale = 8,
	    .max_orders = 200,
	    .tick = 1,
	    .min_px = 1,
	    .max_px = 100000000,
	    .lot = 1000,
	    .min_qty = 1000,
	    .max_qty = 900000000000,
	    .market_max_qty = 12017402083,
	    .min_notional = 500000000,
	    .max_notional = 900000000000000 },
	  "BTCUSDT as of today" },
	{ SYMBOL("PEPEUSDT", "HALT", "PEPE",
		 FILTER_PRICE("0.00000001", "1.00000000", "0.00000001")
			 FILTER_LOT("LOT_SIZE", "1.00000000", "92141578200.00000000", "1.00000000") FILTER_LOT(
				 "MARKET_LOT_SIZE", "0.00000000", "7417401249.31250000", "0.00000000") ",{'"
												       "filterType'"
												       ":'MIN_"
												       "NOTIONAL','"
												       "minNotional"
												       "':'1."
												       "00000000'"
												       "}"),
	  "PEPEUSDT",
	  { .status = INSTRUMENT_HALT,
	    .px_scale = 8,
	    .qty_scale = 2,
	    .tick = 1,
	    .min_px = 1,
	    .max_px = 100000000,
	    .lot = 100,
	    .min_qty = 100,
	    .max_qty = 9214157820000,
	    .market_max_qty = 741740124931,
	    .min_notional = 100000000 },
	  "large orders: two decimals; the market limit is rounded down; the older notional rule" },
	{ SYMBOL("DIMEUSDT", "CANCEL_ONLY", "DIME",
		 FILTER_PRICE("0.01000000", "99.99000000", "0.05000000")
			 FILTER_LOT("LOT_SIZE", "0.00000000", "90000.00000000", "0.50000000")),
	  "DIMEUSDT",
	  { .status = INSTRUMENT_CANCEL_ONLY,
	    .px_scale = 2,
	    .qty_scale = 8,
	    .tick = 5, .min_px = 1,
	    .max_px = 1999,
	    .lot = 50000000,
	    .max_qty = 9000000000000 },
	  "a tick of 5 units; the lowest price is rounded up, the highest down; no notional rule" },
	{ SYMBOL("BIGUSDT", "PRE_OPEN", "BIG", FILTER_PRICE("10.00000000", "0.00000000", "10.00000000") BTC_LOT),
	  "BIGUSDT",
	  { .status = INSTRUMENT_HALT,
	    .px_scale = 0,
	    .qty_scale = 8,
	    .tick = 10,
	    .min_px = 1,
	    .lot = 1000,
	    .min_qty = 1000,
	    .max_qty = 900000000000 },
	  "a tick of tens, no highest price, a status we do not know" },
};

static void test_instrument_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct instrument got, want = good[i].want;
		char why[200] = "";
		char *text = quotes(good[i].json, strlen(good[i].json));
		err_t e = feed_rest_instrument(text, strlen(good[i].json), good[i].symbol, &got, why, sizeof why);
		free(text);
		if (e != ERR_OK)
			fail_msg("%s: %s: %s", good[i].remark, err_name(e), why);
		assert_int_equal(got.symbol_n, strlen(good[i].symbol));
		assert_memory_equal(got.symbol, good[i].symbol, got.symbol_n);
		assert_string_equal(got.quote, "USDT");
		memcpy(want.symbol, got.symbol, sizeof want.symbol);
		memcpy(want.base, got.base, sizeof want.base);
		memcpy(want.quote, got.quote, sizeof want.quote);
		want.symbol_n = got.symbol_n;
		if (memcmp(&want, &got, sizeof got))
			fail_msg("%s: another instrument", good[i].remark);
	}
}

static const struct {
	const char *json;
	err_t err;
	const char *says;
	const char *remark;
} bad[] = {
	{ "", ERR_SYNTAX, "no JSON", "nothing" },
	{ "[]", ERR_SYNTAX, "answer", "no object" },
	{ "{'code':-1121,'msg':'Invalid symbol.'}", ERR_REFUSED, "Invalid symbol.", "the venue's error" },
	{ "{}", ERR_SYNTAX, "symbols", "another answer" },
	{ "{'symbols':[{}]}", ERR_NOT_FOUND, "BTCUSDT", "not listed" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", "{}" BTC_LOT), ERR_SYNTAX, "PRICE_FILTER", "no price filter" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", BTC_PRICE), ERR_SYNTAX, "LOT_SIZE", "no lot size" },
	{ SYMBOL("BTCUSDT", "TRADING", "LONGNAME", BTC_PRICE BTC_LOT), ERR_UNSUPPORTED, "baseAsset",
	  "a long name" },
	{ SYMBOL("BTCUSDT", "TRADING", "", BTC_PRICE BTC_LOT), ERR_SYNTAX, "baseAsset", "no name" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", FILTER_PRICE("0", "0", "0.00000000") BTC_LOT), ERR_UNSUPPORTED,
	  "tickSize", "no tick" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", FILTER_PRICE("0", "0", "1e-2") BTC_LOT), ERR_SYNTAX, "tickSize",
	  "an exponent" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", FILTER_PRICE("0", "0", "-0.01") BTC_LOT), ERR_SYNTAX, "tickSize",
	  "a negative tick" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", FILTER_PRICE("0", "100000000000", "0.01") BTC_LOT), ERR_OVERFLOW,
	  "maxPrice", "too large" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", BTC_PRICE FILTER_LOT("LOT_SIZE", "0", "9000", "0")), ERR_UNSUPPORTED,
	  "LOT_SIZE", "no step" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", BTC_PRICE FILTER_LOT("LOT_SIZE", "0", "9000", "0.000000001")),
	  ERR_SYNTAX, "stepSize", "nine decimals" },
	{ SYMBOL("BTCUSDT", "TRADING", "BTC", BTC_PRICE BTC_LOT ",{'filterType':'NOTIONAL','minNotional':5}"),
	  ERR_SYNTAX, "maxNotional", "a notional rule without its highest" },
};

static void test_instrument_refused_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct instrument got;
		char why[200] = "";
		char *text = quotes(bad[i].json, strlen(bad[i].json));
		err_t e = feed_rest_instrument(text, strlen(bad[i].json), "BTCUSDT", &got, why, sizeof why);
		free(text);
		if (e != bad[i].err || !strstr(why, bad[i].says))
			fail_msg("%s: %s: \"%s\"", bad[i].remark, err_name(e), why);
	}
}

static const struct instrument btc = { .px_scale = 2, .qty_scale = 8, .symbol = "BTCUSDT", .symbol_n = 7, .tick = 1 };

static const struct {
	const char *json;
	err_t err;
	const char *says;
	const char *remark;
} depths[] = {
	{ "{'lastUpdateId':7,'bids':[['1.50','2'],['1.49','0.00000001']],'asks':[]}", ERR_OK, "", "two bids" },
	{ "{'bids':[],'asks':[]}", ERR_SYNTAX, "lastUpdateId", "no id" },
	{ "{'lastUpdateId':0,'bids':[],'asks':[]}", ERR_SYNTAX, "lastUpdateId", "an id of nothing" },
	{ "{'lastUpdateId':7,'bids':[]}", ERR_SYNTAX, "asks", "one side" },
	{ "{'lastUpdateId':7,'bids':[['1','1'],['1','1'],['1','1']],'asks':[]}", ERR_TOO_LONG, "bids",
	  "more than room" },
	{ "{'lastUpdateId':7,'bids':[],'asks':[['1','1'],['1.005','1']]}", ERR_SYNTAX, "asks: level 1",
	  "off the tick" },
	{ "{'lastUpdateId':7,'bids':[['1','0']],'asks':[]}", ERR_SYNTAX, "bids: level 0", "a level of nothing" },
	{ "{'lastUpdateId':7,'bids':[['1']],'asks':[]}", ERR_SYNTAX, "bids: level 0", "half a level" },
	{ "{'lastUpdateId':7,'bids':[['1','99999999999']],'asks':[]}", ERR_OVERFLOW, "bids: level 0", "too large" },
	{ "{'lastUpdateId':7,'bids':[],'asks':[]}x", ERR_SYNTAX, "no JSON", "text after the end" },
};

static void test_depth_table(void **state)
{
	struct feed_level bids[2], asks[2];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
		struct feed_rest_depth d = { .bids = bids, .asks = asks, .cap = 2 };
		char why[200] = "";
		char *text = quotes(depths[i].json, strlen(depths[i].json));
		err_t e = feed_rest_depth(text, strlen(depths[i].json), &btc, &d, why, sizeof why);
		free(text);
		if (e != depths[i].err || !strstr(why, depths[i].says))
			fail_msg("%s: %s: \"%s\"", depths[i].remark, err_name(e), why);
		if (e == ERR_OK && (d.last_update_id != 7 || d.n_bids != 2 || d.n_asks != 0 || bids[1].px != 149 ||
				    bids[1].qty != 1))
			fail_msg("%s: other numbers", depths[i].remark);
	}
}

static void test_time(void **state)
{
	u64 ms = 0;
	(void)state;
	assert_int_equal(feed_rest_time("{\"serverTime\":1499827319559}", 28, &ms), ERR_OK);
	assert_true(ms == 1499827319559);
	assert_int_equal(feed_rest_time("{\"serverTime\":\"1\"}", 18, &ms), ERR_SYNTAX);
	assert_int_equal(feed_rest_time("{", 1, &ms), ERR_SYNTAX);
}

/* All symbols of a recorded exchangeInfo: tick and lot are printed back as the venue wrote them. */
static void test_recorded_exchange_info(void **state)
{
	char path[512], why[200] = "";
	(void)state;
	recording_path(path, sizeof path, "binance/fixtures-gct/exchanges/binance/testdata/http.json");
	json_t *file = json_load_file(path, 0, NULL), *s;
	if (!file) {
		printf("SKIP: no %s (set SAKER_DATA)\n", path);
		skip();
	}
	json_t *route = json_object_get(json_object_get(file, "routes"), "/api/v3/exchangeInfo");
	json_t *info = json_object_get(json_array_get(json_object_get(route, "GET"), 0), "data");
	char *text = json_dumps(info, 0);
	size_t k;
	assert_non_null(text);
	json_array_foreach (json_object_get(info, "symbols"), k, s) {
		struct instrument i;
		const char *name = json_string_value(json_object_get(s, "symbol"));
		if (feed_rest_instrument(text, strlen(text), name, &i, why, sizeof why) != ERR_OK)
			fail_msg("%s", why);
		i64 tick, lot;
		const json_t *filters = json_object_get(s, "filters");
		const json_t *px = json_object_get(json_array_get(filters, 0), "tickSize"),
			     *qty = json_object_get(json_array_get(filters, 1), "stepSize");
		assert_int_equal(px_parse(&i, json_string_value(px), json_string_length(px), &tick), ERR_OK);
		assert_int_equal(qty_parse(&i, json_string_value(qty), json_string_length(qty), &lot), ERR_OK);
		assert_true(tick == 1 && lot == i.lot && i.max_qty > 0 && i.max_qty <= INT64_MAX / 1000000 &&
			    i.max_px > i.min_px);
	}
	assert_int_equal(k, 25);
	free(text);
	json_decref(file);
}

/* The recorded snapshot has its thousand levels a side, and jansson's numbers. */
static void test_recorded_snapshot(void **state)
{
	static struct feed_level bids[5000], asks[5000];
	struct feed_rest_depth d = { .bids = bids, .asks = asks, .cap = 5000 };
	struct recording r;
	char why[200] = "";
	(void)state;
	if (!recording_open(&r, "binance/btcusdt_20240808.spot.hftbacktest.gz"))
		skip();
	while (recording_next(&r) && strncmp(r.json, "{\"lastUpdateId\"", 15))
		;
	if (feed_rest_depth(r.json, r.n, &btc, &d, why, sizeof why) != ERR_OK)
		fail_msg("%s", why);
	assert_true(d.last_update_id == 50093239218 && d.n_bids == 1000 && d.n_asks == 1000);
	assert_true(bids[0].px == 6183763 && bids[0].qty == 378826000 && bids[1].px == 6183762 &&
		    bids[1].qty == 61700000);
	for (u32 i = 1; i < 1000; i++)
		assert_true(bids[i].px < bids[i - 1].px && asks[i].px > asks[i - 1].px);
	recording_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instrument_table),
		cmocka_unit_test(test_instrument_refused_table),
		cmocka_unit_test(test_depth_table),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_recorded_exchange_info),
		cmocka_unit_test(test_recorded_snapshot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
