/*
 * A record opened as its segments arrive (room_stays): the same plaintext, cut anywhere; one wrong
 * bit anywhere and nothing of it is told; what may not be opened so is gathered; nothing is left
 * behind.
 */
#include "common/rng.h"
#include "tests/dataplane/tls/link.h"

static const struct { u16 version, suite; bool splits; } kinds[] = {
	{ TLS_1_3, TLS_AES_128_GCM_SHA256, true },
	{ TLS_1_3, TLS_AES_256_GCM_SHA384, true },
	{ TLS_1_3, TLS_CHACHA20_POLY1305_SHA256, false },
	{ TLS_1_2, TLS_AES_128_GCM_SHA256, true },
	{ TLS_1_2, TLS_AES_256_GCM_SHA384, true },
	{ TLS_1_2, TLS_CHACHA20_POLY1305_SHA256, false },
};

struct sender {
	struct link *l;
	struct tls_dir tx;
	u8 plain[TLS_PLAIN_MAX];
	u8 rec[TLS_PLAIN_MAX + TLS_OVERHEAD_MAX];
};

static struct tls_dir_keys keys_of(u16 version, u16 suite)
{
	struct tls_dir_keys k;
	u8 secret[TLS_SECRET_MAX] = { 3 };

	assert_int_equal(tls_keys_13(&k, suite, secret), ERR_OK);
	k.version = version;
	k.secret_n = 0; /* no generation is asked for */
	return k;
}

/* `fast` false: AES-GCM by OpenSSL. One short record went: no ticket is awaited any more. */
static struct sender *sender_new(u16 version, u16 suite, bool fast)
{
	struct sender *s = aligned_alloc(_Alignof(struct sender), sizeof *s);
	struct tls_crypto c;
	struct tls_keys k;

	memset(s, 0, sizeof *s);
	memset(&k, 0, sizeof k);
	s->l = link_new(fast);
	s->l->t.cb.room_stays = true;
	k.now[TLS_RX] = k.now[TLS_TX] = keys_of(version, suite);
	assert_int_equal(tls_crypto_init(&c, true), ERR_OK);
	assert_int_equal(tls_tx_open(&s->tx, &c), ERR_OK);
	assert_int_equal(tls_dir_set(&s->tx, &k.now[TLS_TX]), ERR_OK);
	assert_int_equal(tls_set_keys(&s->l->t, &k, 1), ERR_OK);
	u32 n = tls_seal(&s->tx, s->rec, 1, TLS_APPLICATION_DATA);
	assert_int_equal(tls_rx(&s->l->t, s->rec, n, 1), ERR_OK);
	assert_int_equal(s->l->plain_n, 1);
	s->l->plain_n = 0;
	return s;
}

static void sender_free(struct sender *s)
{
	tls_dir_close(&s->tx);
	link_free(s->l);
	free(s);
}

/* A record of `n` random bytes stands in s->rec; its length. */
static u32 seal(struct sender *s, struct rng *r, u32 n)
{
	for (u32 i = 0; i < n; i++)
		s->plain[i] = (u8)rng_next(r);
	memcpy(s->rec + tls_head(&s->tx), s->plain, n);
	return tls_seal(&s->tx, s->rec, n, TLS_APPLICATION_DATA);
}

static err_t send_piece(struct sender *s, u32 from, u32 to)
{
	u8 *tight = malloc(to - from + 1); /* so that a sanitizer sees what reads past it */

	memcpy(tight, s->rec + from, to - from);
	err_t e = tls_rx(&s->l->t, tight, to - from, 2);
	free(tight);
	return e;
}

static void expect_plain(struct sender *s, u32 n)
{
	assert_int_equal(s->l->plain_n, n);
	assert_memory_equal(s->l->plain, s->plain, n);
	assert_int_equal(s->l->t.part.rec_n, 0);
	s->l->plain_n = 0;
}

static void test_cut_anywhere(void **state)
{
	struct rng r;
	(void)state;

	rng_seed(&r, 11);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct sender *s = sender_new(kinds[k].version, kinds[k].suite, true);
		for (u32 n = 1; n < 70; n += 17) {
			u32 rec_n = tls_overhead(&s->tx) + n;
			for (u32 a = 0; a < rec_n; a++) {
				u32 b = a + (u32)rng_below(&r, rec_n - a);
				assert_int_equal(seal(s, &r, n), rec_n);
				assert_int_equal(send_piece(s, 0, a), ERR_OK);
				assert_int_equal(send_piece(s, a, b), ERR_OK);
				assert_int_equal(s->l->plain_n, 0);
				assert_int_equal(send_piece(s, b, rec_n), ERR_OK);
				expect_plain(s, n);
			}
		}
		assert_int_equal(s->l->cnt[TLS_CNT_rx_in_parts] > 0, kinds[k].splits);
		assert_int_equal(s->l->cnt[TLS_CNT_rx_bad_tag], 0);
		sender_free(s);
	}
}

/* Up to the longest record, in pieces of every size, with the next record's start behind. */
static void test_random_pieces(void **state)
{
	u64 seed = 0x9a275;
	struct rng r;
	(void)state;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng_seed(&r, seed);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct sender *s = sender_new(kinds[k].version, kinds[k].suite, true);
		for (int round = 0; round < 200; round++) {
			u32 n = round ? 1 + (u32)rng_below(&r, TLS_PLAIN_MAX) : TLS_PLAIN_MAX;
			u32 rec_n = seal(s, &r, n), most = 1 + (u32)rng_below(&r, rec_n);
			for (u32 at = 0, to; at < rec_n; at = to) {
				to = at + u32_min(1 + (u32)rng_below(&r, most), rec_n - at);
				assert_int_equal(send_piece(s, at, to), ERR_OK);
			}
			expect_plain(s, n);
		}
		sender_free(s);
	}
}

/* Each byte of a record changed in turn: it ends the connection, and nothing was told. */
static void test_any_wrong_byte(void **state)
{
	struct rng r;
	(void)state;

	rng_seed(&r, 12);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (u32 at = TLS_HEADER_LEN; at < 5 + 8 + 40 + 17; at++) {
			struct sender *s = sender_new(kinds[k].version, kinds[k].suite, true);
			u32 rec_n = seal(s, &r, 40);
			if (at < rec_n) {
				s->rec[at] ^= 0x10;
				assert_int_equal(send_piece(s, 0, 30), ERR_OK);
				assert_int_equal(send_piece(s, 30, rec_n), ERR_CHECKSUM);
				assert_int_equal(s->l->plain_n, 0);
				assert_int_equal(s->l->t.alert_tx, TLS_BAD_RECORD_MAC);
				assert_int_equal(s->l->cnt[TLS_CNT_rx_bad_tag], 1);
			}
			sender_free(s);
		}
}

/* Where it cannot be done the record is gathered, and arrives all the same. */
static void test_gathered_instead(void **state)
{
	static const struct { bool fast, stays, room, parked; const char *remark; } rows[] = {
		{ true, false, true, false, "the room may move" },
		{ true, true, false, false, "no room yet" },
		{ false, true, true, false, "AES-GCM by OpenSSL" },
		{ true, true, true, true, "it may be a ticket" },
	};
	struct rng r;
	(void)state;

	rng_seed(&r, 13);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sender *s = sender_new(TLS_1_3, TLS_AES_128_GCM_SHA256, rows[i].fast);
		u32 rec_n = seal(s, &r, 1000);
		s->l->t.cb.room_stays = rows[i].stays;
		s->l->no_room = !rows[i].room;
		s->l->t.parked = rows[i].parked;
		assert_int_equal(send_piece(s, 0, 600), ERR_OK);
		if (s->l->t.part.rec_n)
			fail_msg("%s", rows[i].remark);
		s->l->no_room = false;
		assert_int_equal(send_piece(s, 600, rec_n), ERR_OK);
		expect_plain(s, 1000);
		assert_int_equal(s->l->cnt[TLS_CNT_rx_gathered], !rows[i].room ? 0 : 1);
		sender_free(s);
	}
}

/* Nothing of the record, its keys or its state stays in a connection that ends meanwhile. */
static void test_ends_in_the_middle(void **state)
{
	static const u8 zero[sizeof(struct tls_part)];
	struct rng r;
	(void)state;

	rng_seed(&r, 14);
	for (int how = 0; how < 2; how++) {
		struct sender *s = sender_new(TLS_1_3, TLS_AES_128_GCM_SHA256, true);
		(void)seal(s, &r, 1000);
		assert_int_equal(send_piece(s, 0, 600), ERR_OK);
		assert_true(s->l->t.part.rec_n > 0);
		if (how)
			tls_close(&s->l->t);
		else
			tls_reset(&s->l->t);
		assert_memory_equal(&s->l->t.part, zero, sizeof zero);
		assert_int_equal(s->l->plain_n, 0);
		sender_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_random_pieces),
		cmocka_unit_test(test_any_wrong_byte),
		cmocka_unit_test(test_gathered_instead),
		cmocka_unit_test(test_ends_in_the_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
