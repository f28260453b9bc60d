/*
 * AEAD: a vector of each cipher, then Wycheproof's (SAKER_DATA), by the library and by OpenSSL.
 */
#include <stdlib.h>
#include <string.h>

#include "dataplane/tls/tls_aead.h"
#include "tests/dataplane/tls/hex.h"

#define BYTES_MAX 1024

struct vector {
	u32 id;
	bool valid;
	u8 key[64], iv[512], aad[BYTES_MAX], msg[BYTES_MAX], ct[BYTES_MAX + TLS_TAG_LEN];
	u32 key_n, iv_n, aad_n, msg_n, ct_n, tag_n; /* the tag stands behind ct */
};

static u16 suite_for(const struct vector *v, bool chacha)
{
	if (chacha)
		return TLS_CHACHA20_POLY1305_SHA256;
	return v->key_n == 16 ? TLS_AES_128_GCM_SHA256 : TLS_AES_256_GCM_SHA384;
}

/* Only what TLS uses: 12-byte nonces, 16-byte tags, these key lengths, at most 16 bytes beside. */
static bool applies(const struct vector *v, bool chacha)
{
	return v->iv_n == TLS_IV_LEN && v->tag_n == TLS_TAG_LEN && v->aad_n <= 16 &&
	       (v->key_n == 32 || (v->key_n == 16 && !chacha));
}

static void check(const struct vector *v, bool chacha, bool fast)
{
	struct tls_crypto c;
	struct tls_aead a;
	struct span aad = { v->aad, v->aad_n };
	u8 out[BYTES_MAX + TLS_TAG_LEN];

	assert_int_equal(tls_crypto_init(&c, fast), ERR_OK);
	assert_int_equal(tls_aead_open(&a, &c, false), ERR_OK);
	assert_int_equal(tls_aead_key(&a, suite_for(v, chacha), v->key), ERR_OK);
	if (tls_aead_unseal(&a, v->iv, aad, v->ct, v->ct_n, out) != v->valid)
		fail_msg("vector %u: expected %s", v->id, v->valid ? "valid" : "invalid");
	if (v->valid)
		assert_memory_equal(out, v->msg, v->msg_n);
	tls_aead_close(&a);
	if (!v->valid)
		return;
	assert_int_equal(tls_aead_open(&a, &c, true), ERR_OK);
	assert_int_equal(tls_aead_key(&a, suite_for(v, chacha), v->key), ERR_OK);
	memcpy(out, v->msg, v->msg_n);
	tls_aead_seal(&a, v->iv, aad, out, v->msg_n);
	assert_memory_equal(out, v->ct, v->ct_n + TLS_TAG_LEN);
	tls_aead_close(&a);
}

static void test_known(void **state)
{
	static const struct { const char *key, *iv, *aad, *msg, *ct; bool chacha; } rows[] = {
		/* McGrew and Viega, GCM, test cases 2 and 14 */
		{ "00000000000000000000000000000000", "000000000000000000000000", "",
		  "00000000000000000000000000000000",
		  "0388dace60b6a392f328c2b971b2fe78 ab6e47d42cec13bdf53a67b21257bddf", false },
		{ "0000000000000000000000000000000000000000000000000000000000000000",
		  "000000000000000000000000", "", "00000000000000000000000000000000",
		  "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919", false },
		/* RFC 8439 section 2.8.2 */
		{ "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
		  "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
		  "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
		  "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
		  "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
		  "637265656e20776f756c642062652069742e",
		  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
		  "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
		  "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
		  "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
		  true },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct vector v = { .id = i, .valid = true, .tag_n = TLS_TAG_LEN };
		v.key_n = from_hex(rows[i].key, v.key, sizeof v.key);
		v.iv_n = from_hex(rows[i].iv, v.iv, sizeof v.iv);
		v.aad_n = from_hex(rows[i].aad, v.aad, sizeof v.aad);
		v.msg_n = from_hex(rows[i].msg, v.msg, sizeof v.msg);
		v.ct_n = from_hex(rows[i].ct, v.ct, sizeof v.ct) - TLS_TAG_LEN;
		check(&v, rows[i].chacha, true);
		check(&v, rows[i].chacha, false);
		v.valid = false;
		v.ct[v.ct_n + 15] ^= 1;
		check(&v, rows[i].chacha, true);
		check(&v, rows[i].chacha, false);
	}
}

/* The value of a line `"name": "value"` or `"name": value`, or NULL. */
static const char *value_of(const char *line, const char *name)
{
	char start[32];
	int n = snprintf(start, sizeof start, "\"%s\": ", name);
	const char *at = strstr(line, start);

	return at ? at + n + (at[n] == '"') : NULL;
}

static void read_line(struct vector *v, const char *line)
{
	const char *s;

	if ((s = value_of(line, "tcId")))
		*v = (struct vector){ .id = (u32)atoi(s) };
	if ((s = value_of(line, "key")))
		v->key_n = from_hex(s, v->key, sizeof v->key);
	if ((s = value_of(line, "iv")))
		v->iv_n = from_hex(s, v->iv, sizeof v->iv);
	if ((s = value_of(line, "aad")))
		v->aad_n = from_hex(s, v->aad, sizeof v->aad);
	if ((s = value_of(line, "msg")))
		v->msg_n = from_hex(s, v->msg, sizeof v->msg);
	if ((s = value_of(line, "ct")))
		v->ct_n = from_hex(s, v->ct, BYTES_MAX);
	if ((s = value_of(line, "tag")))
		v->tag_n = from_hex(s, v->ct + v->ct_n, sizeof v->ct - v->ct_n);
}

/* Each case ends with its result. Returns the number of cases that apply to TLS. */
static u32 run_file(const char *name, bool chacha)
{
	static struct vector v;
	char cmd[512], line[8192];
	const char *dir = getenv("SAKER_DATA"), *s;
	u32 n = 0;

	snprintf(cmd, sizeof cmd,
		 "tar --zstd -xOf '%s/conformance/wycheproof-Apache/wycheproof-subset.tar.zst' "
		 "wycheproof-v1/%s 2>/dev/null", dir ? dir : ".", name);
	FILE *f = popen(cmd, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		read_line(&v, line);
		s = value_of(line, "result");
		if (!s || !applies(&v, chacha))
			continue;
		v.valid = strncmp(s, "valid", 5) == 0;
		check(&v, chacha, true);
		check(&v, chacha, false);
		n++;
	}
	pclose(f);
	print_message("%s: %u cases\n", name, n);
	return n;
}

static void wycheproof(const char *name, bool chacha)
{
	u32 n = run_file(name, chacha);

	if (!n) {
		print_message("SKIP: no Wycheproof vectors (set SAKER_DATA)\n");
		skip();
	}
	assert_true(n > 100);
}

static void test_wycheproof_gcm(void **state)
{
	(void)state;
	wycheproof("aes_gcm_test.json", false);
}

static void test_wycheproof_chacha(void **state)
{
	(void)state;
	wycheproof("chacha20_poly1305_test.json", true);
}

static void test_suites(void **state)
{
	static const u8 key[TLS_KEY_MAX];
	struct tls_crypto c;
	struct tls_aead a = { .seals = false };
	(void)state;

	tls_aead_close(&a);
	assert_int_equal(tls_crypto_init(&c, true), ERR_OK);
	assert_int_equal(tls_aead_open(&a, &c, true), ERR_OK);
	assert_int_equal(tls_aead_key(&a, 0x1304, key), ERR_UNSUPPORTED);
	assert_int_equal(tls_aead_key(&a, 0, key), ERR_UNSUPPORTED);
	tls_aead_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_wycheproof_gcm),
		cmocka_unit_test(test_wycheproof_chacha),
		cmocka_unit_test(test_suites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
