/* What messages say about orders. */
#include "tests/gateway/reply_text.h"

#define REPORT(c, C, x, X)                                                                           \
	"{'e':'executionReport','s':'BTCUSDT','c':'" c "','C':'" C "','S':'BUY','x':'" x "','X':'" X \
	"','i':9,'q':'2','p':'5.00','z':'1.5','t':-1,'l':'0','L':'0','n':'0','N':null}"

static const struct {
	const char *text;
	bool ours;
	u8 input;
	const char *remark;
} reports[] = {
	{ REPORT(OURS, "", "NEW", "NEW"), true, ORDER_IN_ACK, "new, not wrapped" },
	{ "{'event':" REPORT(OURS, "", "NEW", "NEW") "}", true, ORDER_IN_ACK, "wrapped without subscription" },
	{ REPORT("4d96324ff9d44481926157", OURS, "CANCELED", "CANCELED"), true, ORDER_IN_CANCELED,
	  "a cancel renames the order" },
	{ REPORT(OURS, "", "REJECTED", "REJECTED"), true, ORDER_IN_REJECTED, "rejected" },
	{ REPORT(OURS, "", "EXPIRED", "EXPIRED"), true, ORDER_IN_EXPIRED, "expired" },
	{ REPORT(OURS, "", "TRADE_PREVENTION", "EXPIRED_IN_MATCH"), true, ORDER_IN_EXPIRED, "self-trade prevention" },
	{ REPORT(OURS, "", "REPLACED", "PARTIALLY_FILLED"), true, ORDER_IN_PROOF_OPEN, "amended: it is in the book" },
	{ REPORT(OURS, "", "CANCELED", "PENDING_CANCEL"), true, ORDER_IN_PROOF_OPEN, "still in the book" },
	{ REPORT("web_1", "", "NEW", "NEW"), false, 0, "somebody else's" },
	{ REPORT(OLDER, "", "NEW", "NEW"), false, 0, "an older boot's" },
};

static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		struct order_report r = { 0 };
		u64 id = 0;
		assert_int_equal(decode(reports[i].text), ERR_OK);
		bool ours = binance_report_of(&m, &id, &r);
		if (ours != reports[i].ours || (ours && (id != 17 || r.input != reports[i].input ||
							 r.cum_qty != 150000000 || r.venue_id != 9 || r.fill_qty != 0)))
			fail_msg("%s: %s", reports[i].remark, order_input_name(r.input));
	}
}

#define FAILED(id, status, code, msg) "{'id':'" id "','status':" status ",'error':{'code':" code ",'msg':'" msg "'}}"

static const struct {
	const char *text;
	u8 input;
	int32_t code;
	const char *remark;
} errors[] = {
	{ FAILED("p0000000017", "400", "-2010", "Account has insufficient balance for requested action."),
	  ORDER_IN_REJECTED, -2010, "refused" },
	{ FAILED("p0000000017", "400", "-2010", "Duplicate order sent."), ORDER_IN_NO_ANSWER, -2010,
	  "such an order exists: ask" },
	{ FAILED("p0000000017", "400", "-1013", "Filter failure: PRICE_FILTER"), ORDER_IN_REJECTED, -1013,
	  "never reached the engine" },
	{ FAILED("p0000000017", "429", "-1015", "Too many new orders"), ORDER_IN_REJECTED, -1015, "rate limit" },
	{ FAILED("p0000000017", "408", "-1007", "Timeout waiting for response"), ORDER_IN_NO_ANSWER, -1007,
	  "execution status unknown" },
	{ FAILED("p0000000017", "500", "-1000", "An unknown error occurred"), ORDER_IN_NO_ANSWER, -1000,
	  "5xx is unknown" },
	{ FAILED("p0000000017", "503", "-1008", "Server is currently overloaded"), ORDER_IN_NO_ANSWER, -1008,
	  "5xx is unknown" },
	{ FAILED("p0000000017", "400", "-1006", "Execution status unknown."), ORDER_IN_NO_ANSWER, -1006, "as it says" },
	{ FAILED("c0000000017", "400", "-2011", "Unknown order sent."), ORDER_IN_CANCEL_REJECTED, -2011,
	  "no such open order" },
	{ FAILED("c0000000017", "400", "-1021", "Timestamp for this request"), ORDER_IN_CANCEL_REFUSED, -1021,
	  "the order is as it was" },
	{ FAILED("c0000000017", "418", "-1003", "Way too much request weight used"), ORDER_IN_CANCEL_REFUSED, -1003,
	  "banned" },
	{ FAILED("c0000000017", "504", "-1007", "Timeout"), ORDER_IN_NO_ANSWER, -1007, "the cancel may have worked" },
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct order_report r = { 0 };
		u64 id = 0;
		assert_int_equal(decode(errors[i].text), ERR_OK);
		if (!binance_report_of(&m, &id, &r) || id != 17 || r.input != errors[i].input ||
		    r.code != errors[i].code || r.cum_qty != -1)
			fail_msg("%s: %s", errors[i].remark, order_input_name(r.input));
	}
	assert_int_equal(cnt[GATEWAY_CNT_reply_error], ARRAY_LEN(errors));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_reports, setup),
		cmocka_unit_test_setup(test_errors, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
