/*
 * Our records against OpenSSL's own client: the handshake that stays parked on the slow thread has the
 * same keys and expects the same records, so both are given the same bytes. What they read must be
 * the same, and what one refuses the other refuses at the same record, whatever was changed on the way.
 */
#include "dataplane/tls/tls_client_int.h"
#include "tests/dataplane/tls/link.h"

#define SEED   0x5a17
#define ROUNDS 40
#define STREAM (256 << 10)

struct twin {
	u8 plain[STREAM];
	u32 n;
	bool failed;
};

/* What OpenSSL makes of the same bytes. */
static void twin_rx(struct link *l, struct twin *t, const u8 *p, u32 n)
{
	int r;
	assert_int_equal(BIO_write(l->hs->in, p, (int)n), n);
	ERR_clear_error();
	while ((r = SSL_read(l->hs->ssl, t->plain + t->n, (int)(STREAM - t->n))) > 0)
		t->n += (u32)r;
	t->failed |= SSL_get_error(l->hs->ssl, r) != SSL_ERROR_WANT_READ;
	ERR_clear_error();
}

/* Records of random length, an update of keys among them; returns the bytes on the wire. */
static u32 server_says(struct link *l, struct rng *r, u8 *wire)
{
	u8 text[TLS_PLAIN_MAX];
	u32 n = 0;
	int k;
	for (u32 i = 1 + (u32)rng_below(r, 6); i; i--) {
		u32 len = 1 + (u32)rng_below(r, 1u << rng_below(r, 15));
		for (u32 b = 0; b < len; b++)
			text[b] = (u8)rng_next(r);
		if (SSL_version(l->srv) == TLS1_3_VERSION && !rng_below(r, 8))
			assert_int_equal(SSL_key_update(l->srv, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
		server_send(l, text, u32_min(len, TLS_PLAIN_MAX));
	}
	while ((k = BIO_read(l->from_srv, wire + n, (int)(STREAM - n))) > 0)
		n += (u32)k;
	return n;
}

/* To both, in the same pieces. */
static void give(struct link *l, struct twin *t, struct rng *r, const u8 *wire, u32 n)
{
	for (u32 at = 0, k; at < n; at += k) {
		k = u32_min(n - at, 1 + (u32)rng_below(r, 4000));
		if (l->err == ERR_OK)
			l->err = tls_rx(&l->t, wire + at, k, ++l->now);
		while (l->asked[TLS_RX]) /* records behind a second update have waited for it */
			refill_step(l);
		if (!t->failed)
			twin_rx(l, t, wire + at, k);
	}
}

static void same(const struct link *l, const struct twin *t, u32 seed)
{
	if (l->plain_n != t->n || memcmp(l->plain, t->plain, t->n))
		fail_msg("seed %u: %u bytes, OpenSSL has %u", seed, l->plain_n, t->n);
	if ((l->err != ERR_OK) != t->failed)
		fail_msg("seed %u: %s, OpenSSL %s", seed, err_name(l->err), t->failed ? "refuses" : "accepts");
}

/* `damage`: a byte of the last flight is changed, anywhere behind a record's length. */
static void run(u16 version, bool fast, bool damage, u32 seed)
{
	static u8 wire[STREAM];
	static struct twin t;
	struct venue v;
	struct rng r;
	struct venue_cfg cfg = { .version = version };
	rng_seed(&r, seed);
	venue_open(&v, &cfg);
	SSL_CTX_set_num_tickets(v.ctx, 0); /* else both want the tickets from the one parked */
	SSL_CTX_set_options(v.ctx, SSL_OP_NO_TICKET);
	struct link *l = link_new(fast);
	struct tls_client_ctx *ctx = client_ctx(&v, NULL, NULL);
	link_connect(l, &v, ctx, VENUE_HOST);
	settle(l);
	assert_true(l->finished);
	t.n = 0, t.failed = false;
	for (u32 i = 0; i < ROUNDS && l->plain_n < STREAM / 2; i++) {
		give(l, &t, &r, wire, server_says(l, &r, wire));
		same(l, &t, seed);
	}
	assert_true(t.n > 0 && !t.failed);
	if (damage) {
		u32 n = server_says(l, &r, wire), at;
		do
			at = (u32)rng_below(&r, n);
		while (at < 5); /* a longer length would only make both wait */
		wire[at] ^= (u8)(1 + rng_below(&r, 255));
		give(l, &t, &r, wire, n);
		if (l->plain_n != t.n || memcmp(l->plain, t.plain, t.n))
			fail_msg("seed %u, byte %u: %u bytes, OpenSSL has %u", seed, at, l->plain_n, t.n);
	}
	link_free(l);
	tls_client_ctx_free(ctx);
	venue_close(&v);
}

static void test_same_streams(void **state)
{
	(void)state;
	print_message("seed %#x\n", SEED);
	for (u32 i = 0; i < 6; i++) {
		run(TLS_1_3, i % 2, false, SEED + i);
		run(TLS_1_2, i % 2, false, SEED + i);
	}
}

static void test_damaged_streams(void **state)
{
	(void)state;
	for (u32 i = 0; i < 20; i++) {
		run(TLS_1_3, i % 2, true, SEED + i);
		run(TLS_1_2, i % 2, true, SEED + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { BOTH_WAYS(test_same_streams), BOTH_WAYS(test_damaged_streams) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
