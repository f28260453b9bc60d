/*
 * Whole connections against OpenSSL's own server: suites, versions, hello retry, resumption, data
 * in the server's first flight, any segmentation, random streams both ways.
 */
#include "tests/dataplane/tls/link.h"

static const struct { u16 version, suite; const char *name; } kinds[] = {
	{ TLS_1_3, TLS_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256" },
	{ TLS_1_3, TLS_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384" },
	{ TLS_1_3, TLS_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256" },
	{ TLS_1_2, TLS_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ TLS_1_2, TLS_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ TLS_1_2, TLS_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305" },
};

static void random_bytes(struct rng *r, u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		p[i] = (u8)rng_next(r);
}

/* Random amounts both ways; each side must get exactly what the other sent. */
static void exchange(struct link *l, struct rng *r, u32 rounds)
{
	static u8 up[PLAIN_MAX], down[PLAIN_MAX];
	u32 up_n = 0, down_n = 0, most = l->chunk < 10 ? 3000 : 40000;

	l->plain_n = l->srv_plain_n = 0;
	for (u32 i = 0; i < rounds; i++) {
		u32 n = 1 + (u32)rng_below(r, TLS_PLAIN_MAX), m = 1 + (u32)rng_below(r, most);
		random_bytes(r, up + up_n, n);
		random_bytes(r, down + down_n, m);
		client_send(l, up + up_n, n);
		server_send(l, down + down_n, m);
		up_n += n;
		down_n += m;
		settle(l);
		assert_int_equal(l->err, ERR_OK);
	}
	assert_int_equal(l->plain_n, down_n);
	assert_memory_equal(l->plain, down, down_n);
	assert_int_equal(l->srv_plain_n, up_n);
	assert_memory_equal(l->srv_plain, up, up_n);
	assert_int_equal(l->last_now, l->now);
}

static void connected(struct link *l)
{
	settle(l);
	if (l->hs_err)
		fail_msg("handshake: %s", tls_client_why(l->hs));
	assert_int_equal(l->err, ERR_OK);
	assert_true(l->finished);
	assert_int_equal(l->t.state, TLS_OPEN);
	assert_true(SSL_is_init_finished(l->srv));
}

static void run_kind(size_t k, bool fast, u32 chunk, struct rng *r)
{
	struct venue_cfg cfg = { .version = kinds[k].version, .suites = kinds[k].name };
	struct venue v;
	struct link *l = link_new(fast);

	venue_open(&v, &cfg);
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	l->chunk = chunk;
	link_connect(l, &v, ctx, VENUE_HOST);
	connected(l);
	assert_int_equal(tls_tx(&l->t)->version, kinds[k].version);
	assert_int_equal(l->t.newest[TLS_RX].suite, kinds[k].suite);
	exchange(l, r, 6);
	tls_close(&l->t);
	settle(l);
	assert_int_equal(l->srv_err, SSL_ERROR_ZERO_RETURN);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_suites_and_segments(void **state)
{
	static const u32 chunks[] = { 1, 7, 1448, 1 << 20 };
	u64 seed = 0x7105;
	struct rng r;
	(void)state;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t c = 0; c < ARRAY_LEN(chunks); c++)
			run_kind(k, c & 1, chunks[c], &r);
}

/* Most venues' certificates are RSA. */
static void test_rsa(void **state)
{
	static const u16 versions[] = { TLS_1_2, TLS_1_3 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct venue v;
		struct link *l = link_new(true);
		struct rng r;
		rng_seed(&r, i);
		venue_open(&v, &(struct venue_cfg){ .version = versions[i], .rsa = true });
		struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
		link_connect(l, &v, ctx, VENUE_HOST);
		connected(l);
		exchange(l, &r, 2);
		assert_int_equal(l->t.newest[TLS_TX].suite, TLS_AES_128_GCM_SHA256);
		link_free(l);
		tls_client_ctx_free(ctx);
		venue_close(&v);
	}
}

static void test_address_and_wildcard(void **state)
{
	static const char *const hosts[] = { VENUE_HOST, VENUE_IP, "a.wild.test" };
	struct venue v;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = 0 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		link_connect(l, &v, ctx, hosts[i]);
		connected(l);
		const char *sni = SSL_get_servername(l->srv, TLSEXT_NAMETYPE_host_name);
		bool is_name = hosts[i] != hosts[1];
		assert_int_equal(sni != NULL, is_name);
		if (is_name)
			assert_string_equal(sni, hosts[i]);
	}
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_hello_retry(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	struct rng r;
	(void)state;

	rng_seed(&r, 1);
	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3, .groups = "P-384" });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	link_connect(l, &v, ctx, VENUE_HOST);
	connected(l);
	assert_int_equal(SSL_get_negotiated_group(l->srv), NID_secp384r1);
	exchange(l, &r, 3);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

/* Tickets reach the parked handshake; the next connection resumes, the one after too. */
static void test_resumption(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct venue_cfg cfg = { .version = kinds[k].version, .suites = kinds[k].name };
		struct venue v;
		struct link *l = link_new(true);
		struct rng r;

		rng_seed(&r, k);
		venue_open(&v, &cfg);
		struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
		for (int round = 0; round < 3; round++) {
			l->chunk = round ? 1 << 20 : 1;
			link_connect(l, &v, ctx, VENUE_HOST);
			connected(l);
			assert_int_equal(tls_client_resumed(l->hs), round > 0);
			assert_int_equal(SSL_session_reused(l->srv), round > 0);
			exchange(l, &r, 2);
			assert_true(kinds[k].version == TLS_1_2 || l->n_tickets > 0);
			for (u32 i = 0; i < l->n_tickets; i++)
				assert_int_equal(tls_client_ticket(l->hs, l->ticket[i],
								   l->ticket_n[i]), ERR_OK);
		}
		link_free(l);
		tls_client_ctx_free(ctx);
		venue_close(&v);
	}
}

/* The server speaks before it has seen our Finished: that data waits here for the keys. */
static void test_data_in_first_flight(void **state)
{
	static const u32 chunks[] = { 1, 100, 1 << 20 };
	struct venue v;
	struct link *l = link_new(true);
	u8 none[1];
	size_t n;
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		l->chunk = chunks[i];
		link_connect(l, &v, ctx, VENUE_HOST);
		assert_int_equal(SSL_read_early_data(l->srv, none, 1, &n),
				 SSL_READ_EARLY_DATA_FINISH);
		assert_int_equal(SSL_write_early_data(l->srv, "early", 5, &n), 1);
		l->slow_sleeps = true;
		while (deliver(l))
			;
		assert_int_equal(l->t.state, TLS_HANDSHAKING);
		l->slow_sleeps = false;
		connected(l);
		assert_int_equal(l->plain_n, 5);
		assert_memory_equal(l->plain, "early", 5);
	}
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_key_log(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	link_connect(l, &v, ctx, VENUE_HOST);
	connected(l);
	struct span log = tls_client_keylog(l->hs);
	static const char *const labels[] = {
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET ", "SERVER_HANDSHAKE_TRAFFIC_SECRET ",
		"CLIENT_TRAFFIC_SECRET_0 ", "SERVER_TRAFFIC_SECRET_0 ",
	};
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		assert_non_null(memmem(log.p, log.n, labels[i], strlen(labels[i])));
	assert_int_equal(log.p[log.n - 1], '\n');
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

/* A connection that is over holds no key of it any more. */
static void test_keys_are_wiped(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	u8 secret[2][32];
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3,
					    .suites = "TLS_AES_128_GCM_SHA256" });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	link_connect(l, &v, ctx, VENUE_HOST);
	connected(l);
	for (int w = 0; w < 2; w++) {
		memcpy(secret[w], l->t.newest[w].key, 16);
		memcpy(secret[w] + 16, l->t.newest[w].secret, 16);
	}
	tls_close(&l->t);
	settle(l);
	for (int w = 0; w < 2; w++) {
		assert_null(memmem(&l->t, sizeof l->t, secret[w], 16));
		assert_null(memmem(&l->t, sizeof l->t, secret[w] + 16, 16));
	}
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(test_suites_and_segments),
		BOTH_WAYS(test_rsa),
		BOTH_WAYS(test_address_and_wildcard),
		BOTH_WAYS(test_hello_retry),
		BOTH_WAYS(test_resumption),
		BOTH_WAYS(test_data_in_first_flight),
		BOTH_WAYS(test_key_log),
		BOTH_WAYS(test_keys_are_wiped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
