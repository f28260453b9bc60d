/*
 * The stand-in's answers, rule by rule: what fills, when, at which price and how much, as the texts
 * that a core would receive say it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appliance/paper_venue.h"
#include "tests/cmocka_all.h"

#define MS 1723161255000

static struct instrument table[2];
static struct paper_venue *v;
static char said[1 << 16];
static u32 said_session[256], n_said;
static u64 number;

static void say(void *user, u32 session, const u8 *text, u32 n)
{
	size_t at = strlen(said);
	(void)user;
	assert_true(at + n + 2 < sizeof said && n_said < 256);
	snprintf(said + at, sizeof said - at, "%.*s\n", (int)n, (const char *)text);
	said_session[n_said++] = session;
}

static void forget(void)
{
	said[0] = 0;
	n_said = 0;
}

static u32 count(const char *what)
{
	u32 n = 0;
	for (const char *p = said; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

static void ask(u32 session, const char *text)
{
	forget();
	paper_venue_request(v, session, (const u8 *)text, (u32)strlen(text), MS);
}

/* Returns the order's number at the venue; 0: it was refused. */
static u64 place(const char *symbol, const char *side, const char *type, const char *px, const char *qty)
{
	char text[512], price[64] = "", tif[64] = "";
	number++;
	if (px)
		snprintf(price, sizeof price, "\"price\":\"%s\",", px);
	if (!strcmp(type, "IOC") || !strcmp(type, "FOK") || !strcmp(type, "GTC"))
		snprintf(tif, sizeof tif, "\"timeInForce\":\"%s\",", type);
	snprintf(text, sizeof text,
		 "{\"id\":\"p%010llu\",\"method\":\"order.place\",\"params\":{\"symbol\":\"%s\",\"side\":\"%s\",\"type\":\"%s\","
		 "%s%s\"quantity\":\"%s\",\"newClientOrderId\":\"c%llu\",\"newOrderRespType\":\"ACK\",\"timestamp\":%llu}}",
		 (unsigned long long)number, symbol, side, tif[0] ? "LIMIT" : type, tif, price, qty,
		 (unsigned long long)number, (unsigned long long)MS);
	ask(0, text);
	const char *id = strstr(said, "\"orderId\":");
	return id ? strtoull(id + 10, NULL, 10) : 0;
}

static void best(u32 i, i64 bid, i64 bid_qty, i64 ask_px, i64 ask_qty)
{
	struct tape_event e = { .instrument = i, .kind = TAPE_BBO };
	e.bid_px = bid, e.bid_qty = bid_qty, e.ask_px = ask_px, e.ask_qty = ask_qty;
	forget();
	paper_venue_market(v, &e, MS);
}

static void trade(u32 i, i64 px, i64 qty, bool buyer_maker)
{
	struct tape_event e = { .instrument = i, .kind = TAPE_TRADE, .px = px, .qty = qty };
	e.flags = buyer_maker ? TAPE_BUYER_MAKER : 0;
	forget();
	paper_venue_market(v, &e, MS);
}

static void open_venue(bool fills)
{
	char why[200] = "";
	struct paper_venue_cfg cfg = { .instrument = table, .n_instruments = 2, .fills = fills, .say = say };
	number = 0;
	v = paper_venue_new(&cfg, why, sizeof why);
	assert_non_null(v);
	ask(0, "{\"id\":\"u0000000001\",\"method\":\"userDataStream.subscribe\"}");
	assert_int_equal(count("\"status\":200"), 1);
}

static int setup(void **state)
{
	(void)state;
	table[0] = (struct instrument){
		.id = 0, .px_scale = 2, .qty_scale = 8, .symbol_n = 7, .symbol = "BTCUSDT", .tick = 1, .lot = 1000
	};
	/* a tick of 0.05, quantities of whole hundredths */
	table[1] = (struct instrument){
		.id = 1, .px_scale = 2, .qty_scale = 2, .symbol_n = 5, .symbol = "XXYYY", .tick = 5, .lot = 100
	};
	open_venue(true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	paper_venue_free(v);
	return 0;
}

/* ---- taking ---- */

static void crossing_takes_what_is_shown_once(void **state)
{
	(void)state;
	best(0, 6000000, 100000000, 6000010, 50000);
	assert_true(place("BTCUSDT", "BUY", "GTC", "60000.20", "0.00080000"));
	/* at the ask, 0.0005 of it; the rest lives */
	assert_int_equal(count("\"x\":\"TRADE\""), 1);
	assert_int_equal(count("\"L\":\"60000.10000000\""), 1);
	assert_int_equal(count("\"l\":\"0.00050000\""), 1);
	assert_int_equal(count("\"m\":false"), 2); /* NEW, TRADE */
	assert_int_equal(count("PARTIALLY_FILLED"), 1);
	/* the same quantity is not there again */
	assert_true(place("BTCUSDT", "BUY", "IOC", "60000.20", "0.00010000"));
	assert_int_equal(count("\"x\":\"TRADE\""), 0);
	assert_int_equal(count("\"x\":\"EXPIRED\""), 1);
	/* until the best price changes */
	best(0, 6000000, 100000000, 6000010, 60000);
	assert_true(place("BTCUSDT", "BUY", "IOC", "60000.10", "0.00010000"));
	assert_int_equal(count("\"x\":\"TRADE\""), 1);
}

static void kinds(void **state)
{
	(void)state;
	static const struct {
		const char *side, *type, *px, *qty;
		u32 trades, expired, refused;
	} rows[] = {
		{ "BUY", "GTC", "60000.09", "0.00010000", 0, 0, 0 },         /* below the ask */
		{ "BUY", "GTC", "60000.10", "0.00010000", 1, 0, 0 },         /* at it */
		{ "SELL", "GTC", "60000.01", "0.00010000", 0, 0, 0 },
		{ "SELL", "GTC", "60000.00", "0.00010000", 1, 0, 0 },
		{ "BUY", "IOC", "60000.09", "0.00010000", 0, 1, 0 },
		{ "BUY", "IOC", "60000.10", "0.00090000", 1, 1, 0 },         /* more than is shown */
		{ "BUY", "FOK", "60000.10", "0.00090000", 0, 1, 0 },
		{ "SELL", "FOK", "60000.00", "0.00050000", 1, 0, 0 },
		{ "BUY", "MARKET", NULL, "0.00010000", 1, 0, 0 },
		{ "SELL", "MARKET", NULL, "0.00090000", 1, 1, 0 },
		{ "BUY", "LIMIT_MAKER", "60000.10", "0.00010000", 0, 0, 1 }, /* would take */
		{ "BUY", "LIMIT_MAKER", "60000.09", "0.00010000", 0, 0, 0 },
		{ "BUY", "GTC", "60000.095", "0.00010000", 0, 0, 1 },        /* off the tick */
		{ "BUY", "GTC", "60000.09", "0.00000001", 0, 0, 1 },         /* off the lot */
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		best(0, 6000000, 50000 + (i64)i, 6000010, 50000 + (i64)i);
		place("BTCUSDT", rows[i].side, rows[i].type, rows[i].px, rows[i].qty);
		if (count("\"x\":\"TRADE\"") != rows[i].trades || count("\"x\":\"EXPIRED\"") != rows[i].expired ||
		    count("\"error\"") != rows[i].refused)
			fail_msg("row %zu: %s", i, said);
	}
}

/* ---- resting ---- */

static void trades_through_fill(void **state)
{
	(void)state;
	best(0, 6000000, 100000000, 6000010, 100000000);
	assert_true(place("BTCUSDT", "BUY", "LIMIT_MAKER", "59999.00", "0.00100000"));
	trade(0, 5999900, 500000, true); /* at the price: those ahead of us */
	assert_int_equal(count("TRADE"), 0);
	trade(0, 5999899, 30000, true);
	assert_int_equal(count("\"x\":\"TRADE\""), 1);
	assert_int_equal(count("\"L\":\"59999.00000000\""), 1); /* our price */
	assert_int_equal(count("\"l\":\"0.00030000\""), 1);
	assert_int_equal(count("\"m\":true"), 1);
	best(0, 5999000, 1, 5999500, 1); /* a best price beyond ours is no trade */
	assert_int_equal(n_said, 0);
	trade(0, 5999000, 900000, true);
	assert_int_equal(count("\"l\":\"0.00070000\""), 1);
	assert_int_equal(count("\"X\":\"FILLED\""), 1);
	trade(0, 5999000, 900000, true);
	assert_int_equal(n_said, 0);
}

static void best_price_first_then_oldest(void **state)
{
	(void)state;
	best(0, 6000000, 100000000, 6000010, 100000000);
	assert_true(place("BTCUSDT", "SELL", "GTC", "60002.00", "0.00100000")); /* c1 */
	assert_true(place("BTCUSDT", "SELL", "GTC", "60001.00", "0.00100000")); /* c2 */
	assert_true(place("BTCUSDT", "SELL", "GTC", "60001.00", "0.00100000")); /* c3 */
	trade(0, 6000300, 250000, false);
	const char *a = strstr(said, "\"c\":\"c2\""), *b = strstr(said, "\"c\":\"c3\""), *c = strstr(said, "\"c\":\"c1\"");
	assert_true(a && b && c && a < b && b < c);
	assert_int_equal(count("\"X\":\"FILLED\""), 2);
	assert_int_equal(count("\"l\":\"0.00050000\",\"z\""), 1); /* what is left of it */
}

/* ---- requests ---- */

static void cancels_and_queries(void **state)
{
	(void)state;
	char text[300];
	best(0, 6000000, 100000000, 6000010, 100000000);
	u64 id = place("BTCUSDT", "BUY", "GTC", "59999.00", "0.00100000");
	assert_true(place("XXYYY", "BUY", "GTC", "1.05", "3.00"));
	ask(1, "{\"id\":\"o0000000001\",\"method\":\"openOrders.status\",\"params\":{\"symbol\":\"BTCUSDT\",\"timestamp\":1723161255000}}");
	assert_int_equal(count("\"symbol\":\"BTCUSDT\""), 1);
	assert_int_equal(count("XXYYY"), 0);
	assert_int_equal(said_session[0], 1); /* who asked */
	snprintf(text, sizeof text,
		 "{\"id\":\"c0000000001\",\"method\":\"order.cancel\",\"params\":{\"symbol\":\"BTCUSDT\",\"orderId\":%llu,\"timestamp\":%llu}}",
		 (unsigned long long)id, (unsigned long long)MS);
	ask(1, text);
	assert_int_equal(count("\"status\":\"CANCELED\""), 1);
	assert_int_equal(count("\"x\":\"CANCELED\""), 1);
	assert_int_equal(said_session[0], 1);
	assert_int_equal(said_session[1], 0); /* the account's stream */
	ask(1, text);
	assert_int_equal(count("-2011"), 1);
	ask(0, "{\"id\":\"a0000000001\",\"method\":\"openOrders.cancelAll\",\"params\":{\"symbol\":\"XXYYY\",\"timestamp\":1723161255000}}");
	assert_int_equal(count("\"x\":\"CANCELED\""), 1);
}

static void what_is_no_request(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "{", "[]", "{\"id\":\"x\"}", "{\"id\":{},\"method\":1}",
					     "{\"id\":\"p0000000001\",\"method\":\"order.place\",\"params\":{\"symbol\":\"NONE\"}}" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ask(0, texts[i]);
		assert_int_equal(count("\"error\""), 1);
	}
}

static void late_requests_are_refused(void **state)
{
	(void)state;
	ask(0, "{\"id\":\"o0000000001\",\"method\":\"openOrders.status\",\"params\":{\"symbol\":\"BTCUSDT\",\"recvWindow\":1000,"
	       "\"timestamp\":1723161253999}}");
	assert_int_equal(count("-1021"), 1);
}

static void scales_are_kept(void **state)
{
	(void)state;
	best(1, 20, 500, 21, 700); /* 1.00 and 1.05, 5.00 and 7.00 */
	assert_true(place("XXYYY", "BUY", "GTC", "1.05", "9.00"));
	assert_int_equal(count("\"l\":\"7.00000000\""), 1);
	assert_int_equal(count("\"L\":\"1.05000000\""), 1);
	trade(1, 20, 500, true); /* at 1.00: through the rest's price */
	assert_int_equal(count("\"l\":\"2.00000000\""), 1);
}

/* ---- without fills ---- */

static void none_fill(void **state)
{
	(void)state;
	paper_venue_free(v);
	open_venue(false);
	best(0, 6000000, 100000000, 6000010, 100000000);
	assert_true(place("BTCUSDT", "BUY", "GTC", "70000.00", "0.00100000"));
	assert_int_equal(count("\"x\":\"NEW\""), 1);
	trade(0, 5000000, 100000000, true);
	assert_int_equal(n_said, 0);
	assert_true(place("BTCUSDT", "BUY", "MARKET", NULL, "0.00100000"));
	assert_int_equal(count("\"x\":\"EXPIRED\""), 1);
	assert_true(place("BTCUSDT", "BUY", "IOC", "70000.00", "0.00100000"));
	assert_int_equal(count("\"x\":\"EXPIRED\""), 1);
	assert_int_equal(count("TRADE"), 0);
}

static void scales_too_fine_are_refused(void **state)
{
	char why[200] = "";
	struct paper_venue_cfg cfg = { .instrument = table, .n_instruments = 2, .fills = true, .say = say };
	(void)state;
	table[1].px_scale = 9;
	assert_null(paper_venue_new(&cfg, why, sizeof why));
	assert_non_null(strstr(why, "XXYYY: prices and quantities of more than 8 decimals"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(crossing_takes_what_is_shown_once),
		TEST(kinds),
		TEST(trades_through_fill),
		TEST(best_price_first_then_oldest),
		TEST(cancels_and_queries),
		TEST(what_is_no_request),
		TEST(late_requests_are_refused),
		TEST(scales_are_kept),
		TEST(none_fill),
		TEST(scales_too_fine_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
