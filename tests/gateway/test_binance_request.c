#include "tests/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/binance_request.h"
#include "gateway/binance_sign.h"

#define KEY "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
#define TS  1649729878532ULL

static char text[BINANCE_REQUEST_MAX];
static struct wr w;

static void restart(void) { w = wr_of(text, sizeof text); }

static json_t *parsed(const char *method)
{
	json_error_t e;
	assert_false(w.bad);
	json_t *j = json_loadb(text, wr_len(&w), JSON_REJECT_DUPLICATES, &e);
	if (!j)
		fail_msg("%s in %.*s", e.text, (int)wr_len(&w), text);
	assert_string_equal(json_string_value(json_object_get(j, "method")), method);
	return j;
}

static void written(const char *expected)
{
	assert_false(w.bad);
	if (wr_len(&w) != strlen(expected) || memcmp(text, expected, wr_len(&w)) != 0)
		fail_msg("%.*s", (int)wr_len(&w), text);
}

static void test_texts(void **state)
{
	(void)state;
	restart();
	binance_plain(&w, BINANCE_REQ_SUBSCRIBE, 2);
	written("{\"id\":\"u0000000002\",\"method\":\"userDataStream.subscribe\"}");
	restart();
	binance_plain(&w, BINANCE_REQ_PING, 3);
	written("{\"id\":\"g0000000003\",\"method\":\"ping\"}");
	restart();
	binance_symbol_request(&w, BINANCE_REQ_CANCEL_ALL, 4, "BTCUSDT", TS);
	written("{\"id\":\"a0000000004\",\"method\":\"openOrders.cancelAll\",\"params\":{\"symbol\":\"BTCUSDT\","
		"\"timestamp\":1649729878532}}");
	restart();
	binance_symbol_request(&w, BINANCE_REQ_OPEN_ORDERS, 5, "BTCUSDT", TS);
	written("{\"id\":\"o0000000005\",\"method\":\"openOrders.status\",\"params\":{\"symbol\":\"BTCUSDT\","
		"\"timestamp\":1649729878532}}");
	restart();
	binance_order_request(
		&w, BINANCE_REQ_ORDER_STATUS, 6,
		&(struct binance_order_ref){ .symbol = "BTCUSDT", .venue_id = 12569099453, .coid = "x", .coid_n = 1 },
		TS);
	written("{\"id\":\"s0000000006\",\"method\":\"order.status\",\"params\":{\"symbol\":\"BTCUSDT\","
		"\"orderId\":12569099453,\"timestamp\":1649729878532}}");
	restart();
	binance_order_request(&w, BINANCE_REQ_CANCEL_OTHER, 7,
			      &(struct binance_order_ref){ .symbol = "BTCUSDT", .coid = "saker-", .coid_n = 6 }, TS);
	written("{\"id\":\"x0000000007\",\"method\":\"order.cancel\",\"params\":{\"symbol\":\"BTCUSDT\","
		"\"origClientOrderId\":\"saker-\",\"timestamp\":1649729878532}}");
	restart();
	binance_account(&w, 8, TS);
	written("{\"id\":\"b0000000008\",\"method\":\"account.status\",\"params\":{\"omitZeroBalances\":true,"
		"\"timestamp\":1649729878532}}");
}

static void test_my_trades(void **state)
{
	(void)state;
	restart();
	binance_my_trades(&w, 1, &(struct binance_trades_ask){ .symbol = "BTCUSDT", .from_id = 77, .limit = 1000 }, TS);
	written("{\"id\":\"t0000000001\",\"method\":\"myTrades\",\"params\":{\"symbol\":\"BTCUSDT\",\"fromId\":77,"
		"\"limit\":1000,\"timestamp\":1649729878532}}");
	restart();
	binance_my_trades(
		&w, 2,
		&(struct binance_trades_ask){ .symbol = "BTCUSDT", .order_venue_id = 9, .from_id = 77, .limit = 5 },
		TS);
	written("{\"id\":\"t0000000002\",\"method\":\"myTrades\",\"params\":{\"symbol\":\"BTCUSDT\",\"orderId\":9,"
		"\"limit\":5,\"timestamp\":1649729878532}}");
}

static void test_logon(void **state)
{
	(void)state;
	restart();
	binance_logon_payload(&w, KEY, 5000, TS);
	written("apiKey=" KEY "&recvWindow=5000&timestamp=1649729878532");
	restart();
	binance_logon(&w, 1, KEY, 5000, TS, (struct span){ (const u8 *)"c2ln+/==", 8 });
	json_t *j = parsed("session.logon"), *p = json_object_get(j, "params");
	assert_string_equal(json_string_value(json_object_get(p, "apiKey")), KEY);
	assert_string_equal(json_string_value(json_object_get(p, "signature")), "c2ln+/==");
	assert_int_equal(json_integer_value(json_object_get(p, "recvWindow")), 5000);
	assert_true(json_integer_value(json_object_get(p, "timestamp")) == (json_int_t)TS);
	assert_int_equal(json_object_size(p), 4);
	json_decref(j);
}

static void test_too_small(void **state)
{
	(void)state;
	w = wr_of(text, 40);
	binance_account(&w, 8, TS);
	assert_true(w.bad);
}

/* ---- signatures ---- */

static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
			  "MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u\n"
			  "-----END PRIVATE KEY-----\n";

static void test_published_signature(void **state)
{
	(void)state;
	/* the example of fix-api.md, "How to sign the Logon request" */
	static const char payload[] = "A\001EXAMPLE\001SPOT\0011\00120240627-11:17:25.223";
	static const char expected[] = "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8"
				       "AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA==";
	char sig[BINANCE_SIGNATURE_LEN];
	struct binance_key k;
	assert_int_equal(binance_key_open(&k, pem, sizeof pem - 1), ERR_OK);
	assert_int_equal(binance_sign(&k, payload, sizeof payload - 1, sig), ERR_OK);
	assert_memory_equal(sig, expected, sizeof sig);
	binance_key_close(&k);
}

static void test_signing_vectors(void **state)
{
	(void)state;
	char path[512];
	const char *data = getenv("SAKER_DATA");
	json_error_t e;
	snprintf(path, sizeof path, "%s/specs/signing-vectors.json", data ? data : ".");
	json_t *all = json_load_file(path, JSON_ALLOW_NUL, &e);
	if (!all) {
		print_message("SKIP test_signing_vectors: %s is not there\n", path);
		skip();
	}
	size_t at, tried = 0;
	json_t *v;
	json_array_foreach(all, at, v)
	{
		const char *key_pem = json_string_value(json_object_get(v, "private_key_pem"));
		json_t *payload = json_object_get(v, "payload");
		char sig[BINANCE_SIGNATURE_LEN];
		struct binance_key k;
		if (!key_pem || binance_key_open(&k, key_pem, strlen(key_pem)) != ERR_OK)
			continue;
		const char *p = json_string_value(payload);
		assert_int_equal(binance_sign(&k, p, json_string_length(payload), sig), ERR_OK);
		assert_memory_equal(sig, json_string_value(json_object_get(v, "signature")), sizeof sig);
		binance_key_close(&k);
		tried++;
	}
	assert_true(tried > 0);
	json_decref(all);
}

static void test_bad_keys(void **state)
{
	(void)state;
	/* a P-256 key made for this test */
	static const char p256[] = "-----BEGIN PRIVATE KEY-----\n"
				   "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
				   "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
				   "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
				   "-----END PRIVATE KEY-----\n";
	struct binance_key k;
	assert_int_equal(binance_key_open(&k, "", 0), ERR_SYNTAX);
	assert_int_equal(binance_key_open(&k, pem, sizeof pem / 2), ERR_SYNTAX);
	assert_int_equal(binance_key_open(&k, p256, sizeof p256 - 1), ERR_UNSUPPORTED);
	assert_null(k.pkey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_my_trades),
		cmocka_unit_test(test_logon),
		cmocka_unit_test(test_too_small),
		cmocka_unit_test(test_published_signature),
		cmocka_unit_test(test_signing_vectors),
		cmocka_unit_test(test_bad_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
