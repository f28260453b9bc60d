#include "tests/cmocka_all.h"

#include <string.h>

#include "sim/message.h"

#define TRADE(inner) "{\"stream\":\"btcusdt@trade\",\"data\":{" inner "}}"
#define DEPTH(inner)                                                                               \
	"{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"s\":"               \
	"\"BTCUSDT\"," inner "}}"
#define TICKER(inner) "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"s\":\"BTCUSDT\"," inner "}}"

static const struct {
	const char *text;
	err_t err;
	enum message_kind kind;
	const char *remark;
} rows[] = {
	{ TRADE("\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":5,\"p\":\"1.5\",\"q\":\"2\",\"m\":true"),
	  ERR_OK, MESSAGE_TRADE, "a trade" },
	{ TRADE("\"e\":\"trade\",\"s\":\"ETHUSDT\",\"t\":5,\"p\":\"1.5\",\"q\":\"2\"}"), ERR_SYNTAX,
	  0, "not our symbol" },
	{ TRADE("\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":5,\"p\":\"0\",\"q\":\"2\""), ERR_SYNTAX, 0,
	  "price zero" },
	{ TRADE("\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":-5,\"p\":\"1\",\"q\":\"2\""), ERR_SYNTAX,
	  0, "negative id" },
	{ TRADE("\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":5,\"p\":1.5,\"q\":\"2\""), ERR_SYNTAX, 0,
	  "a number that is not text" },
	{ TRADE("\"e\":\"aggTrade\",\"s\":\"BTCUSDT\""), ERR_SYNTAX, 0, "another kind" },
	{ DEPTH("\"U\":1,\"u\":2,\"b\":[[\"1\",\"2\"]],\"a\":[]"), ERR_OK, MESSAGE_DEPTH, "depth" },
	{ DEPTH("\"U\":3,\"u\":2,\"b\":[],\"a\":[]"), ERR_SYNTAX, 0, "ids the wrong way round" },
	{ DEPTH("\"U\":1,\"u\":2,\"b\":[[\"1\"]],\"a\":[]"), ERR_SYNTAX, 0, "half a level" },
	{ DEPTH("\"U\":1,\"u\":2,\"b\":[[\"1\",\"-2\"]],\"a\":[]"), ERR_SYNTAX, 0,
	  "negative quantity" },
	{ DEPTH("\"U\":1,\"u\":2,\"a\":[]"), ERR_SYNTAX, 0, "no bids" },
	{ TICKER("\"u\":9,\"b\":\"1\",\"B\":\"2\",\"a\":\"3\",\"A\":\"4\""), ERR_OK, MESSAGE_TICKER,
	  "bookTicker" },
	{ TICKER("\"u\":9,\"b\":\"1\",\"B\":\"2\",\"a\":\"3\""), ERR_SYNTAX, 0, "no ask quantity" },
	{ "{\"lastUpdateId\":7,\"bids\":[[\"1\",\"2\"]],\"asks\":[]}", ERR_OK, MESSAGE_SNAPSHOT,
	  "snapshot" },
	{ "{\"lastUpdateId\":\"7\",\"bids\":[],\"asks\":[]}", ERR_SYNTAX, 0,
	  "snapshot id as text" },
	{ "{\"stream\": \"x\",\"data\":{}}", ERR_SYNTAX, 0, "a blank in the envelope" },
	{ "{\"data\":{},\"stream\":\"x\"}", ERR_SYNTAX, 0, "envelope the other way round" },
	{ "{\"stream\":\"x\"}", ERR_SYNTAX, 0, "no data" },
	{ "{}", ERR_SYNTAX, 0, "empty" },
	{ "[]", ERR_SYNTAX, 0, "not an object" },
	{ "", ERR_SYNTAX, 0, "nothing" },
	{ "{\"lastUpdateId\":7,\"lastUpdateId\":8,\"bids\":[],\"asks\":[]}", ERR_SYNTAX, 0,
	  "the same member twice" },
};

static void test_table(void **state)
{
	(void)state;
	struct message m = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *why = NULL;
		err_t e = message_parse(&m, rows[i].text, strlen(rows[i].text), "BTCUSDT", &why);
		if (e != rows[i].err || (e == ERR_OK && m.kind != rows[i].kind) ||
		    (e != ERR_OK && !why))
			fail_msg("%s: %s", rows[i].remark, why ? why : "accepted");
	}
	message_free(&m);
}

static void test_values(void **state)
{
	(void)state;
	struct message m = { 0 };
	const char *why,
		*text = DEPTH(
			"\"U\":50093239189,\"u\":50093239202,\"b\":[[\"61737.63\",\"0\"]],"
			"\"a\":[[\"61837.64000000\",\"1.54698000\"],[\"200000\",\"0.00000001\"]]");
	assert_int_equal(message_parse(&m, text, strlen(text), "BTCUSDT", &why), ERR_OK);
	assert_string_equal(m.stream, "btcusdt@depth@100ms");
	assert_int_equal(m.first_id, 50093239189);
	assert_int_equal(m.last_id, 50093239202);
	assert_int_equal(m.bids.n, 1);
	assert_int_equal(m.bids.v[0].price, 6173763000000);
	assert_int_equal(m.bids.v[0].qty, 0);
	assert_int_equal(m.asks.n, 2);
	assert_int_equal(m.asks.v[0].qty, 154698000);
	assert_int_equal(m.asks.v[1].qty, 1);
	assert_int_equal(m.data.p[0], '{');
	assert_int_equal(m.data.p + m.data.n - m.text.p, m.text.n - 1);
	message_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table),
					    cmocka_unit_test(test_values) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
