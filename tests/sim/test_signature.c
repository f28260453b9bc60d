#include "tests/cmocka_all.h"

#include <string.h>

#include "sim/signature.h"
#include "tests/sim/files.h"

/*
 * RFC 8032 7.1, test 1's key, so that the signature of a payload is the same for ever (Ed25519
 * is deterministic).
 */
static const u8 secret[32] = {
	0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
	0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
	0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
};

static EVP_PKEY *key;

static int setup(void **state)
{
	(void)state;
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof secret);
	return key == NULL;
}

static int teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	return 0;
}

static const struct {
	const char *params, *payload, *remark;
} rows[] = {
	{ "{\"timestamp\":1649729878532,\"apiKey\":\"vmP\"}", "apiKey=vmP&timestamp=1649729878532",
	  "sorted by name" },
	{ "{\"signature\":\"x\",\"b\":\"1\",\"a\":\"2\"}", "a=2&b=1",
	  "the signature itself is left out" },
	{ "{\"type\":\"LIMIT\",\"timeInForce\":\"GTC\",\"timestamp\":1}",
	  "timeInForce=GTC&timestamp=1&type=LIMIT", "longer names" },
	{ "{\"a\":true,\"B\":\"x\"}", "B=x&a=true", "by byte value: capitals first" },
	{ "{\"symbol\":\"１２３\",\"q\":0.01}", "q=0.01&symbol=１２３", "UTF-8, and a number" },
	{ "{}", "", "nothing" },
	{ "{\"a\":{}}", NULL, "an object has no text" },
	{ "{\"a\":null}", NULL, "nor has null" },
};

static void test_payload_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *params = json_loads(rows[i].params, 0, NULL);
		struct buf out = { 0 };
		err_t e = signature_payload(params, &out);
		bool right = rows[i].payload
				     ? e == ERR_OK && buf_n(&out) == strlen(rows[i].payload) &&
					       (!buf_n(&out) ||
						!memcmp(buf_p(&out), rows[i].payload, buf_n(&out)))
				     : e == ERR_SYNTAX;
		if (!right)
			fail_msg("%s: %.*s", rows[i].remark, (int)buf_n(&out),
				 (const char *)buf_p(&out));
		buf_free(&out);
		json_decref(params);
	}
}

static void test_good_and_bad_signatures(void **state)
{
	(void)state;
	static const char text[] = "apiKey=vmP&timestamp=1649729878532";
	u8 sig[64];
	size_t n = sizeof sig;
	char base64[96];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_DigestSignInit(ctx, NULL, NULL, NULL, key);
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const u8 *)text, strlen(text)), 1);
	EVP_MD_CTX_free(ctx);
	EVP_EncodeBlock((u8 *)base64, sig, sizeof sig);
	assert_true(signature_ok(key, text, strlen(text), base64));
	assert_false(signature_ok(key, text, strlen(text) - 1, base64));
	for (size_t i = 0; i < strlen(base64); i++) {
		char c = base64[i];
		base64[i] = c == 'A' ? 'B' : 'A';
		assert_false(signature_ok(key, text, strlen(text), base64));
		base64[i] = c;
	}
	base64[strlen(base64) - 1] = 0;
	assert_false(signature_ok(key, text, strlen(text), base64)); /* too short */
	assert_false(signature_ok(key, text, strlen(text), ""));
	assert_false(signature_ok(key, text, strlen(text), "not base64 at all"));
}

static void test_keys_from_files(void **state)
{
	(void)state;
	char dir[64], path[128], why[512];
	snprintf(path, sizeof path, "%s/key.pem", fresh_dir(dir));
	assert_null(signature_key(path, why, sizeof why));
	assert_non_null(strstr(why, path));
	FILE *f = fopen(path, "w");
	PEM_write_PUBKEY(f, key);
	fclose(f);
	EVP_PKEY *read = signature_key(path, why, sizeof why);
	assert_int_equal(EVP_PKEY_eq(read, key), 1);
	EVP_PKEY_free(read);
	EVP_PKEY *other = EVP_EC_gen("P-256");
	f = fopen(path, "w");
	PEM_write_PUBKEY(f, other);
	fclose(f);
	EVP_PKEY_free(other);
	assert_null(signature_key(path, why, sizeof why));
	assert_non_null(strstr(why, "Ed25519"));
	remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payload_table),
		cmocka_unit_test(test_good_and_bad_signatures),
		cmocka_unit_test(test_keys_from_files),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
