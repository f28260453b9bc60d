/*
 * Keys from secrets. The first generation and TLS 1.2 are also proven by every whole connection,
 * the next generation by every KeyUpdate there; here are literal values and what is refused.
 */
#include <string.h>

#include "dataplane/tls/tls_kdf.h"
#include "tests/dataplane/tls/hex.h"

/* RFC 8448 section 3: the server's application traffic secret and what it expands to. */
static void test_rfc8448(void **state)
{
	u8 secret[32], want[32];
	struct tls_dir_keys k;
	(void)state;

	from_hex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", secret,
		 sizeof secret);
	assert_int_equal(tls_keys_13(&k, TLS_AES_128_GCM_SHA256, secret), ERR_OK);
	from_hex("9f02283b6c9c07efc26bb9f2ac92e356", want, sizeof want);
	assert_memory_equal(k.key, want, 16);
	from_hex("cf782b88dd83549aadf1e984", want, sizeof want);
	assert_memory_equal(k.iv, want, TLS_IV_LEN);
	assert_int_equal(k.seq, 0);
	assert_int_equal(k.version, TLS_1_3);
	assert_int_equal(k.secret_n, 32);
	assert_memory_equal(k.secret, secret, 32);
}

static void test_next_is_another(void **state)
{
	static const struct { u16 suite; u8 secret_n; } rows[] = {
		{ TLS_AES_128_GCM_SHA256, 32 },
		{ TLS_AES_256_GCM_SHA384, 48 },
		{ TLS_CHACHA20_POLY1305_SHA256, 32 },
	};
	u8 secret[TLS_SECRET_MAX] = { 1, 2, 3 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_dir_keys k, next, again;
		assert_int_equal(tls_keys_13(&k, rows[i].suite, secret), ERR_OK);
		assert_int_equal(k.secret_n, rows[i].secret_n);
		k.seq = 77;
		assert_int_equal(tls_keys_next(&k, &next), ERR_OK);
		assert_int_equal(next.seq, 0);
		assert_int_equal(next.suite, rows[i].suite);
		assert_memory_not_equal(next.secret, k.secret, 32);
		assert_memory_not_equal(next.key, k.key, 16);
		assert_int_equal(tls_keys_next(&k, &again), ERR_OK);
		assert_memory_equal(&next, &again, sizeof next);
	}
}

static void test_refused(void **state)
{
	u8 secret[TLS_SECRET_MAX] = { 0 };
	struct tls_dir_keys k, next;
	struct tls_keys both;
	struct tls_12_master m = { .suite = 0x1304, .digest = "SHA256" };
	(void)state;

	assert_int_equal(tls_keys_13(&k, 0x1304, secret), ERR_UNSUPPORTED);
	assert_int_equal(tls_keys_13(&k, TLS_AES_128_GCM_SHA256, secret), ERR_OK);
	k.version = TLS_1_2;
	assert_int_equal(tls_keys_next(&k, &next), ERR_UNSUPPORTED);
	k.version = TLS_1_3;
	k.secret_n = 48;
	assert_int_equal(tls_keys_next(&k, &next), ERR_UNSUPPORTED);
	assert_int_equal(tls_keys_12(&both, &m), ERR_UNSUPPORTED);
	m.suite = TLS_AES_128_GCM_SHA256;
	m.digest = "NOPE";
	assert_int_equal(tls_keys_12(&both, &m), ERR_INTERNAL);
}

/* The key block's layout (RFC 5246 section 6.3): client key, server key, client iv, server iv. */
static void test_tls12_layout(void **state)
{
	struct tls_12_master m = { .suite = TLS_AES_128_GCM_SHA256, .digest = "SHA256" };
	struct tls_keys a, b;
	(void)state;

	memset(m.master, 1, sizeof m.master);
	memset(m.client_random, 2, sizeof m.client_random);
	memset(m.server_random, 3, sizeof m.server_random);
	assert_int_equal(tls_keys_12(&a, &m), ERR_OK);
	m.suite = TLS_AES_256_GCM_SHA384; /* the same block, cut otherwise */
	assert_int_equal(tls_keys_12(&b, &m), ERR_OK);
	assert_memory_equal(a.now[TLS_TX].key, b.now[TLS_TX].key, 16);
	assert_memory_equal(a.now[TLS_RX].key, b.now[TLS_TX].key + 16, 16);
	assert_memory_equal(a.now[TLS_TX].iv, b.now[TLS_RX].key, 4);
	assert_memory_equal(a.now[TLS_RX].iv, b.now[TLS_RX].key + 4, 4);
	assert_int_equal(a.now[TLS_TX].seq, 1);
	assert_int_equal(a.now[TLS_RX].seq, 1);
	assert_int_equal(a.now[TLS_RX].version, TLS_1_2);
	assert_int_equal(a.next[TLS_RX].secret_n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc8448),
		cmocka_unit_test(test_next_is_another),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tls12_layout),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
