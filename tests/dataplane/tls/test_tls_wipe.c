/*
 * Secrets leave memory with the connection: the process is searched for the very bytes of traffic
 * secrets and keys. That the search finds them while they are in use is part of the test.
 */
#include "tests/dataplane/tls/link.h"
#include "tests/dataplane/tls/scan.h"

#ifdef __SANITIZE_ADDRESS__
#define SKIP_HERE() skip() /* shadow memory is too much to read, quarantine keeps what was freed */
#else
#define SKIP_HERE() ((void)0)
#endif

#define N_WANTED 8

static const u16 suites[] = { TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384,
			      TLS_CHACHA20_POLY1305_SHA256 };

/* Secret and key of both directions and both generations; the keys themselves are wiped here. */
static NOINLINE void set_known_keys(struct link *l, u16 suite, struct wanted *w)
{
	struct tls_keys k;
	u8 secret[TLS_SECRET_MAX];
	u32 n = 0;

	memset(&k, 0, sizeof k);
	for (enum tls_way way = TLS_RX; way <= TLS_TX; way++) {
		for (u32 i = 0; i < sizeof secret; i++)
			secret[i] = (u8)(i * 7 + way * 31 + suite);
		assert_int_equal(tls_keys_13(&k.now[way], suite, secret), ERR_OK);
		assert_int_equal(tls_keys_next(&k.now[way], &k.next[way]), ERR_OK);
		const struct tls_dir_keys *gen[] = { &k.now[way], &k.next[way] };
		for (u32 g = 0; g < 2; g++) {
			w[n++] = wanted_of("secret", gen[g]->secret, gen[g]->secret_n);
			w[n++] = wanted_of("key", gen[g]->key, tls_key_len(suite));
		}
	}
	assert_int_equal(tls_set_keys(&l->t, &k, 1), ERR_OK);
	tls_keys_wipe(&k);
	OPENSSL_cleanse(secret, sizeof secret);
}

/* Some use of the keys, so that what use leaves behind is searched, too. */
static NOINLINE void use(struct link *l)
{
	static u8 rec[1000 + TLS_OVERHEAD_MAX];
	u8 ctl[TLS_CTL_MAX];

	(void)tls_seal(tls_tx(&l->t), rec, 1000, TLS_APPLICATION_DATA);
	assert_int_equal(tls_update_keys(&l->t), ERR_OK);
	assert_true(tls_ctl(&l->t, ctl) > 0);
	assert_true(l->asked[TLS_TX]);
	OPENSSL_cleanse(l->newest, sizeof l->newest);
}

static u32 found(const struct wanted *w)
{
	u32 n = 0;

	for (u32 i = 0; i < N_WANTED; i++)
		n += scan_memory(&w[i]);
	return n;
}

static void run(bool fast, void (*end)(struct link *l))
{
	SKIP_HERE();
	for (size_t s = 0; s < ARRAY_LEN(suites); s++) {
		struct wanted w[N_WANTED];
		struct link *l = link_new(fast);

		set_known_keys(l, suites[s], w);
		assert_true(found(w) > 0);
		use(l);
		end(l);
		assert_int_equal(found(w), 0);
		link_free(l);
	}
}

static void end_by_close(struct link *l)
{
	u8 ctl[TLS_CTL_MAX];

	tls_close(&l->t);
	assert_true(tls_ctl(&l->t, ctl) > 0); /* close_notify is the last use of a key */
}

static void end_by_reset(struct link *l) { tls_reset(&l->t); }

static void end_by_garbage(struct link *l)
{
	static const u8 rec[100] = { 23, 3, 3, 0, 95 };
	u8 ctl[TLS_CTL_MAX];

	assert_int_equal(tls_rx(&l->t, rec, sizeof rec, 1), ERR_CHECKSUM);
	(void)tls_ctl(&l->t, ctl);
}

static void test_close(void **state)
{
	(void)state;
	run(true, end_by_close);
}

static void test_reset(void **state)
{
	(void)state;
	run(true, end_by_reset);
}

static void test_failure(void **state)
{
	(void)state;
	run(true, end_by_garbage);
}

static void test_close_without_libipsec_mb(void **state)
{
	(void)state;
	run(false, end_by_close);
}

/* The secret a key log line "LABEL <random> <hex>" ends in, and the hex itself. */
static NOINLINE void want_line(struct span log, const char *label, struct wanted w[2])
{
	const char *line = memmem(log.p, log.n, label, strlen(label));
	assert_non_null(line);
	const char *end = memchr(line, '\n', log.n - (size_t)((const u8 *)line - log.p));
	assert_non_null(end);
	const char *hex = memrchr(line, ' ', (size_t)(end - line));
	u32 n = (u32)(end - hex - 1) / 2;

	w[0] = (struct wanted){ .what = label, .n = n };
	for (u32 i = 0; i < n; i++) {
		unsigned v;
		assert_int_equal(sscanf(hex + 1 + 2 * i, "%2x", &v), 1);
		w[0].bytes[i] = (u8)v ^ SCAN_DISGUISE;
	}
	w[1] = wanted_of("a key log line", (const u8 *)hex + 1, u32_min(2 * n, SCAN_MAX));
}

/* A whole handshake, the venue's end of it included: it lives in this process, too. */
static void test_handshake(void **state)
{
	const struct venue_cfg cfg = { .version = TLS_1_3 };
	struct wanted w[4];
	struct venue v;
	u8 ctl[TLS_CTL_MAX];
	(void)state;

	SKIP_HERE();
	assert_true(tls_client_wipes());
	struct link *l = link_new(true);
	venue_open(&v, &cfg);
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	link_connect(l, &v, ctx, VENUE_HOST);
	settle(l);
	assert_true(l->finished);
	want_line(tls_client_keylog(l->hs), "SERVER_TRAFFIC_SECRET_0", w);
	want_line(tls_client_keylog(l->hs), "CLIENT_TRAFFIC_SECRET_0", w + 2);
	for (u32 i = 0; i < ARRAY_LEN(w); i++)
		assert_true(scan_memory(&w[i]) > 0);
	tls_close(&l->t);
	(void)tls_ctl(&l->t, ctl);
	OPENSSL_cleanse(l->newest, sizeof l->newest);
	tls_client_free(l->hs);
	SSL_free(l->srv);
	l->hs = NULL;
	l->srv = NULL;
	for (u32 i = 0; i < ARRAY_LEN(w); i++)
		assert_int_equal(scan_memory(&w[i]), 0);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_close_without_libipsec_mb),
		cmocka_unit_test(test_handshake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
