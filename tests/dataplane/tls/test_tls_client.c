/*
 * The handshake client: what it refuses and how it says so, and a policy that is off.
 */
#include "tests/dataplane/tls/link.h"

/* One handshake to its end, whatever that is. */
static void attempt(struct link *l, struct venue *v, struct tls_client_ctx *ctx, const char *host)
{
	l->chunk = 1 << 20;
	link_connect(l, v, ctx, host);
	settle(l);
}

static void expect_refusal(struct link *l, err_t want, const char *said)
{
	if (l->hs_err != want || !strstr(tls_client_why(l->hs), said))
		fail_msg("expected %s and \"%s\", got %s and \"%s\"", err_name(want), said,
			 err_name(l->hs_err), tls_client_why(l->hs));
	assert_false(l->finished);
	struct tls_keys k;
	assert_int_equal(tls_client_keys(l->hs, &k), ERR_STATE);
}

static void test_host_names(void **state)
{
	static const struct { const char *host, *said; } rows[] = {
		{ "other.test", "certificate of other.test: hostname mismatch" },
		{ "venue.test.evil.test", "hostname mismatch" },
		{ "a.b.wild.test", "hostname mismatch" },
		{ "wild.test", "hostname mismatch" },
		{ "192.0.2.2", "IP address mismatch" },
		{ "2001:db8::1", "IP address mismatch" },
	};
	struct venue v;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = 0 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		attempt(l, &v, ctx, rows[i].host);
		expect_refusal(l, ERR_CERTIFICATE, rows[i].said);
		assert_int_equal(l->srv_err, SSL_ERROR_SSL); /* our alert arrived */
	}
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_untrusted(void **state)
{
	struct venue v, stranger;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3 });
	venue_open(&stranger, &(struct venue_cfg){ .version = TLS_1_3 });
	struct tls_client_ctx *ctx = client_ctx(&stranger, NULL, NULL);
	attempt(l, &v, ctx, VENUE_HOST);
	expect_refusal(l, ERR_CERTIFICATE, "certificate of venue.test: ");
	attempt(l, &stranger, ctx, VENUE_HOST);
	assert_true(l->finished);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&stranger);
	venue_close(&v);
}

static void test_expired(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_2, .days = -1 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	attempt(l, &v, ctx, VENUE_HOST);
	expect_refusal(l, ERR_CERTIFICATE, "certificate has expired");
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

/* No cipher in common: the server's alert is named. */
static void test_server_refuses(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3,
					    .suites = "TLS_AES_256_GCM_SHA384" });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, "TLS_AES_128_GCM_SHA256");
	attempt(l, &v, ctx, VENUE_HOST);
	expect_refusal(l, ERR_REFUSED, "alert 40: handshake failure");
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

/* A CBC cipher is the only one the server has: not ours, whatever the server prefers. */
static void test_only_aead(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_2,
					    .suites = "ECDHE-ECDSA-AES128-SHA256" });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	attempt(l, &v, ctx, VENUE_HOST);
	expect_refusal(l, ERR_REFUSED, "alert 40");
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_tampered_flight(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	struct span out;
	u8 rec[TLS_REC_MAX];
	bool finished;
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	link_connect(l, &v, ctx, VENUE_HOST);
	server_step(l);
	int n = BIO_read(l->from_srv, rec, sizeof rec);
	u32 hello_n = 5 + ((u32)rec[3] << 8 | rec[4]), ccs_n = 6;
	u8 *next = rec + hello_n + ccs_n;
	u32 next_n = 5 + ((u32)next[3] << 8 | next[4]);
	assert_true(hello_n + ccs_n + next_n <= (u32)n);
	assert_int_equal(tls_client_record(l->hs, rec, hello_n, &out, &finished), ERR_OK);
	next[next_n - 1] ^= 1;
	assert_int_equal(tls_client_record(l->hs, next, next_n, &out, &finished), ERR_PROTOCOL);
	assert_true(out.n > 0); /* the alert */
	assert_false(finished);
	assert_non_null(strstr(tls_client_why(l->hs), "handshake with venue.test: "));
	assert_int_equal(tls_client_record(l->hs, next, next_n, &out, &finished), ERR_STATE);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_bad_configuration(void **state)
{
	static const struct { struct tls_client_cfg cfg; err_t want; const char *said; } rows[] = {
		{ { .ca_file = "/nonexistent/ca.pem" }, ERR_IO, "/nonexistent/ca.pem" },
		{ { .ca_file = "/dev/null" }, ERR_IO, "/dev/null" },
		{ { .suites_13 = "TLS_NOPE" }, ERR_ARGUMENT, "TLS_NOPE" },
		{ { .suites_12 = "NOPE" }, ERR_ARGUMENT, "NOPE" },
		{ { .groups = "P-1" }, ERR_ARGUMENT, "P-1" },
		{ { .version_min = 0x0302 }, ERR_ARGUMENT, "TLS 1.2 to 1.3" },
		{ { .version_min = TLS_1_3, .version_max = TLS_1_2 }, ERR_ARGUMENT, "TLS 1.2" },
		{ { .max_fragment = 1000 }, ERR_ARGUMENT, "512, 1024, 2048 or 4096" },
		{ { .cert_file = "x" }, ERR_ARGUMENT, "both files or none" },
		{ { .key_file = "x" }, ERR_ARGUMENT, "both files or none" },
		{ { .cert_file = "/nonexistent", .key_file = "x" }, ERR_IO, "/nonexistent" },
		{ { .cert_file = "/dev/null", .key_file = "x" }, ERR_IO, "/dev/null" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tls_client_ctx *ctx;
		char why[TLS_WHY_MAX];
		err_t e = tls_client_ctx_new(&ctx, &rows[i].cfg, why);
		if (e != rows[i].want || !strstr(why, rows[i].said))
			fail_msg("expected %s naming %s, got %s: %s", err_name(rows[i].want),
				 rows[i].said, err_name(e), why);
		assert_null(ctx);
	}
}

static void test_bad_hosts(void **state)
{
	struct venue v;
	struct tls_client *hs;
	struct span out;
	char long_host[300];
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = 0 });
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	memset(long_host, 'a', sizeof long_host);
	long_host[sizeof long_host - 1] = 0;
	assert_int_equal(tls_client_start(&hs, ctx, "", &out), ERR_ARGUMENT);
	assert_int_equal(tls_client_start(&hs, ctx, long_host, &out), ERR_ARGUMENT);
	assert_null(hs);
	tls_client_free(hs);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

/* The server is asked for small records and, being OpenSSL, obeys. */
static void test_max_fragment(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	struct tls_client_cfg cfg = { .max_fragment = 512 };
	struct tls_client_ctx *ctx;
	char why[TLS_WHY_MAX];
	static u8 big[4000];
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3 });
	cfg.ca_file = v.ca_file;
	assert_int_equal(tls_client_ctx_new(&ctx, &cfg, why), ERR_OK);
	attempt(l, &v, ctx, VENUE_HOST);
	u64 before = l->cnt[TLS_CNT_rx_records];
	server_send(l, big, sizeof big);
	settle(l);
	assert_int_equal(l->plain_n, sizeof big);
	assert_int_equal(l->cnt[TLS_CNT_rx_records] - before, (sizeof big + 511) / 512);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

/* A record that is no ticket is refused by the parked handshake. */
static void test_ticket_refused(void **state)
{
	struct venue v;
	struct link *l = link_new(true);
	u8 rec[256];
	(void)state;

	venue_open(&v, &(struct venue_cfg){ .version = TLS_1_3 });
	SSL_CTX_set_num_tickets(v.ctx, 0);
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	attempt(l, &v, ctx, VENUE_HOST);
	server_send(l, "data", 4);
	int n = BIO_read(l->from_srv, rec, sizeof rec);
	assert_int_equal(tls_client_ticket(l->hs, rec, (u32)n), ERR_PROTOCOL);
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_names),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_server_refuses),
		cmocka_unit_test(test_only_aead),
		cmocka_unit_test(test_tampered_flight),
		cmocka_unit_test(test_bad_configuration),
		cmocka_unit_test(test_bad_hosts),
		cmocka_unit_test(test_max_fragment),
		cmocka_unit_test(test_ticket_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
