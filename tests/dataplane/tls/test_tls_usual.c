/*
 * The short way in (tls_rx_usual): random segments, mostly one whole record, to two connections with
 * the same keys; one asks for the short way first, the other never does. They say, count and hold the
 * same.
 */
#include "common/rng.h"
#include "tests/dataplane/tls/link.h"

#define SEGMENT_MAX (3 * (400 + TLS_OVERHEAD_MAX))

static const struct { u16 version, suite; bool fast, short_way; } kinds[] = {
	{ TLS_1_3, TLS_AES_128_GCM_SHA256, true, true },
	{ TLS_1_3, TLS_AES_256_GCM_SHA384, true, true },
	{ TLS_1_3, TLS_AES_128_GCM_SHA256, false, false },
	{ TLS_1_3, TLS_CHACHA20_POLY1305_SHA256, true, false },
	{ TLS_1_2, TLS_AES_128_GCM_SHA256, true, false },
	{ TLS_1_2, TLS_CHACHA20_POLY1305_SHA256, true, false },
};

struct twins {
	struct link *with, *without;
	struct tls_dir tx;
};

static struct link *end_new(const struct tls_keys *k, bool fast)
{
	struct link *l = link_new(fast);
	l->t.cb.room_stays = true;
	assert_int_equal(tls_set_keys(&l->t, k, 1), ERR_OK);
	return l;
}

static struct twins twins_new(size_t kind)
{
	struct twins w = { 0 };
	struct tls_crypto c;
	struct tls_keys k;
	u8 secret[TLS_SECRET_MAX] = { 9 };

	memset(&k, 0, sizeof k);
	assert_int_equal(tls_keys_13(&k.now[TLS_RX], kinds[kind].suite, secret), ERR_OK);
	k.now[TLS_RX].version = kinds[kind].version;
	k.now[TLS_RX].secret_n = 0; /* no generation is asked for */
	k.now[TLS_TX] = k.now[TLS_RX];
	assert_int_equal(tls_crypto_init(&c, true), ERR_OK);
	assert_int_equal(tls_tx_open(&w.tx, &c), ERR_OK);
	assert_int_equal(tls_dir_set(&w.tx, &k.now[TLS_TX]), ERR_OK);
	w.with = end_new(&k, kinds[kind].fast);
	w.without = end_new(&k, kinds[kind].fast);
	return w;
}

static void twins_free(struct twins *w)
{
	tls_dir_close(&w->tx);
	link_free(w->with);
	link_free(w->without);
}

/* A record at `at`, mostly plain application data: or empty, padded, of another type, or damaged. */
static u32 put_record(struct twins *w, struct rng *r, u8 *at)
{
	static const u8 types[] = { TLS_HANDSHAKE, TLS_ALERT, TLS_CHANGE_CIPHER_SPEC, 99, 0 };
	u32 n = rng_below(r, 30) ? 1 + (u32)rng_below(r, 300) : 0;
	u8 type = rng_below(r, 60) ? TLS_APPLICATION_DATA : types[rng_below(r, ARRAY_LEN(types))];
	u8 *plain = at + tls_head(&w->tx);

	for (u32 i = 0; i < n; i++)
		plain[i] = (u8)rng_next(r);
	if (w->tx.version == TLS_1_3 && !rng_below(r, 20)) { /* the type, zeros, and a type of zero */
		plain[n++] = type;
		for (u64 zeros = rng_below(r, 20); zeros; zeros--)
			plain[n++] = 0;
		type = 0;
	}
	u32 rec_n = tls_seal(&w->tx, at, n, type);
	if (!rng_below(r, 100))
		at[rng_below(r, 2) ? rng_below(r, rec_n) : rng_below(r, 8)] ^= (u8)(1u << rng_below(r, 8));
	return rec_n;
}

/* The same bytes to both. Returns whether the short way took them. */
static bool both(struct twins *w, const u8 *p, u32 n)
{
	struct link *a = w->with, *b = w->without;
	u8 *tight = malloc(n); /* so that a sanitizer sees what reads past it */

	memcpy(tight, p, n);
	u32 got = tls_rx_usual(&a->t, tight, n, a->plain + a->plain_n);
	a->plain_n += got;
	err_t ea = got ? ERR_OK : tls_rx(&a->t, tight, n, 2), eb = tls_rx(&b->t, tight, n, 2);
	free(tight);
	assert_int_equal(ea, eb);
	assert_int_equal(a->plain_n, b->plain_n);
	assert_memory_equal(a->plain, b->plain, a->plain_n);
	assert_memory_equal(a->cnt, b->cnt, sizeof a->cnt);
	assert_int_equal(a->t.state, b->t.state);
	assert_int_equal(a->t.why, b->t.why);
	assert_int_equal(a->t.alert_tx, b->t.alert_tx);
	assert_int_equal(a->t.in_n, b->t.in_n);
	assert_int_equal(a->t.part.rec_n, b->t.part.rec_n);
	assert_int_equal(a->t.empty_run, b->t.empty_run);
	assert_int_equal(a->t.dir[TLS_RX][0].seq, b->t.dir[TLS_RX][0].seq);
	return got;
}

/* One connection until it is over, or long enough. Returns how often the short way was taken. */
static u64 run(size_t kind, struct rng *r)
{
	struct twins w = twins_new(kind);
	u8 s[SEGMENT_MAX];
	u64 taken = 0;

	for (int round = 0; round < 60 && w.with->t.state == TLS_OPEN; round++) {
		u32 n = put_record(&w, r, s), at = 0;
		while (!rng_below(r, 8) && n < 800)
			n += put_record(&w, r, s + n);
		while (at < n) {
			u32 piece = rng_below(r, 6) ? n - at : 1 + (u32)rng_below(r, n - at);
			taken += both(&w, s + at, piece);
			at += piece;
		}
	}
	twins_free(&w);
	return taken;
}

static void test_same_as_general(void **state)
{
	u64 seed = 0x05a1;
	struct rng r;
	(void)state;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		u64 taken = 0;
		for (int round = 0; round < 150; round++)
			taken += run(k, &r);
		print_message("%llu by the short way\n", (unsigned long long)taken);
		assert_int_equal(taken > 500, kinds[k].short_way);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_general),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
