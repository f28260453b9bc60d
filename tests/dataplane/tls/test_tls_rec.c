/*
 * Records: the traces of RFC 8448 and of illustrated-tls13 (SAKER_DATA) to the byte; limits; what
 * is refused; both backends alike; no allocation after start.
 */
#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "dataplane/tls/tls_kdf.h"
#include "dataplane/tls/tls_ossl.h"
#include "dataplane/tls/tls_rec.h"
#include "tests/dataplane/tls/hex.h"
#include "tests/dies.h"

#define ROOM (TLS_REC_MAX + 64)

static size_t n_malloc; /* OpenSSL's; a test may look at it */

static void *counted_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	n_malloc++;
	return malloc(n);
}

static void *counted_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	n_malloc++;
	return realloc(p, n);
}

static void plain_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

/* Both directions of one key: what `tx` seals `rx` opens. */
struct pair {
	struct tls_crypto crypto;
	struct tls_dir tx, rx;
	struct tls_dir_keys keys;
};

static struct tls_dir_keys some_keys(u16 version, u16 suite)
{
	struct tls_dir_keys k = { .version = version, .suite = suite };

	for (u32 i = 0; i < TLS_KEY_MAX; i++)
		k.key[i] = (u8)(i * 11 + 3);
	u32 iv_n = version == TLS_1_2 && suite != TLS_CHACHA20_POLY1305_SHA256 ? 4 : TLS_IV_LEN;
	for (u32 i = 0; i < iv_n; i++)
		k.iv[i] = (u8)(200 - i);
	return k;
}

static void pair_keys(struct pair *p, const struct tls_dir_keys *k)
{
	p->keys = *k;
	assert_int_equal(tls_dir_set(&p->tx, k), ERR_OK);
	assert_int_equal(tls_dir_set(&p->rx, k), ERR_OK);
}

static void pair_open(struct pair *p, u16 version, u16 suite, bool fast)
{
	struct tls_dir_keys k = some_keys(version, suite);

	assert_int_equal(tls_crypto_init(&p->crypto, fast), ERR_OK);
	assert_int_equal(tls_tx_open(&p->tx, &p->crypto), ERR_OK);
	assert_int_equal(tls_rx_open(&p->rx, &p->crypto), ERR_OK);
	pair_keys(p, &k);
}

static void pair_close(struct pair *p)
{
	tls_dir_close(&p->tx);
	tls_dir_close(&p->rx);
}

static u32 seal(struct pair *p, u8 *rec, const void *plain, u32 n, u8 type)
{
	memcpy(rec + tls_head(&p->tx), plain, n);
	u32 rec_n = tls_seal(&p->tx, rec, n, type);
	assert_int_equal(rec_n, n + tls_overhead(&p->tx));
	return rec_n;
}

static err_t open_rec(struct pair *p, const u8 *rec, u32 rec_n)
{
	static u8 out[ROOM];
	u32 n;
	u8 type;

	return tls_open(&p->rx, rec, rec_n, out, &n, &type);
}

/* RFC 8448 section 3, "Simple 1-RTT Handshake": application data and close_notify of both sides. */
static const struct {
	const char *secret, *key, *iv;
	u64 seq;
	const char *rec, *plain;
	u8 type;
} rfc8448[] = {
#define CLIENT "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", \
	       "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9"
#define SERVER "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", \
	       "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984"
#define FIFTY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	      "202122232425262728292a2b2c2d2e2f3031"
	{ CLIENT, 0,
	  "1703030043 a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395b"
	  "d54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4", FIFTY,
	  TLS_APPLICATION_DATA },
	{ SERVER, 1,
	  "1703030043 2e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc"
	  "602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d", FIFTY,
	  TLS_APPLICATION_DATA },
	{ CLIENT, 1, "1703030013 c9872760655666b74d7ff1153efd6db6d0b0e3", "0100", TLS_ALERT },
	{ SERVER, 2, "1703030013 b58fd67166ebf599d24720cfbe7efa7a8864a9", "0100", TLS_ALERT },
};

static void test_rfc8448(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rfc8448); i++) {
		u8 secret[32], want[128], rec[128], plain[128], out[128], type;
		struct tls_dir_keys k;
		struct pair p;
		u32 n;

		from_hex(rfc8448[i].secret, secret, sizeof secret);
		assert_int_equal(tls_keys_13(&k, TLS_AES_128_GCM_SHA256, secret), ERR_OK);
		assert_int_equal(from_hex(rfc8448[i].key, want, sizeof want), 16);
		assert_memory_equal(k.key, want, 16);
		assert_int_equal(from_hex(rfc8448[i].iv, want, sizeof want), TLS_IV_LEN);
		assert_memory_equal(k.iv, want, TLS_IV_LEN);
		k.seq = rfc8448[i].seq;
		pair_open(&p, TLS_1_3, TLS_AES_128_GCM_SHA256, i & 1);
		pair_keys(&p, &k);
		u32 want_n = from_hex(rfc8448[i].rec, want, sizeof want);
		u32 plain_n = from_hex(rfc8448[i].plain, plain, sizeof plain);
		assert_int_equal(seal(&p, rec, plain, plain_n, rfc8448[i].type), want_n);
		assert_memory_equal(rec, want, want_n);
		assert_int_equal(tls_open(&p.rx, rec, want_n, out, &n, &type), ERR_OK);
		assert_int_equal(n, plain_n);
		assert_int_equal(type, rfc8448[i].type);
		assert_memory_equal(out, plain, n);
		pair_close(&p);
	}
}

static u32 slurp(const char *name, u8 *buf, u32 room)
{
	char path[512];
	const char *dir = getenv("SAKER_DATA");

	snprintf(path, sizeof path, "%s/pcap/illustrated-tls13-MIT/captures/caps/%s",
		 dir ? dir : ".", name);
	FILE *f = fopen(path, "rb");
	if (!f) {
		print_message("SKIP: no %s (set SAKER_DATA)\n", path);
		skip();
	}
	u32 n = (u32)fread(buf, 1, room, f);
	fclose(f);
	return n;
}

/* TLS_AES_256_GCM_SHA384; the "enc" files hold whole records, the others inner plaintext. */
static void test_illustrated(void **state)
{
	static const char server[] =
		"86c967fd7747a36a0685b4ed8d0e6b4c02b4ddaf3cd294aa44e9f6b0183bf911"
		"e89a189ba5dfd71fccffb5cc164901f8";
	static const char client[] =
		"9e47af27cb60d818a9ea7d233cb5ed4cc525fcd74614fb24b0ee59acb8e5aa7f"
		"f8d88b89792114208fec291a6fa96bad";
	static const struct { const char *secret; u64 seq; const char *enc, *plain; } rows[] = {
		{ client, 0, "clientencdata", "clientdata" },
		{ server, 0, "serverencticket1", "serverticket1" },
		{ server, 1, "serverencticket2", "serverticket2" },
		{ server, 2, "serverencdata", "serverdata" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u8 secret[48], rec[1024], inner[1024], out[1024], type;
		u32 rec_n = slurp(rows[i].enc, rec, sizeof rec), n;
		u32 inner_n = slurp(rows[i].plain, inner, sizeof inner);
		struct tls_dir_keys k;
		struct pair p;

		from_hex(rows[i].secret, secret, sizeof secret);
		assert_int_equal(tls_keys_13(&k, TLS_AES_256_GCM_SHA384, secret), ERR_OK);
		k.seq = rows[i].seq;
		pair_open(&p, TLS_1_3, TLS_AES_256_GCM_SHA384, true);
		pair_keys(&p, &k);
		assert_int_equal(tls_open(&p.rx, rec, rec_n, out, &n, &type), ERR_OK);
		assert_int_equal(n + 1, inner_n);
		assert_memory_equal(out, inner, n);
		assert_int_equal(type, inner[n]);
		pair_close(&p);
	}
}

static const struct { u16 version, suite; u32 overhead; } kinds[] = {
	{ TLS_1_3, TLS_AES_128_GCM_SHA256, 22 },
	{ TLS_1_3, TLS_AES_256_GCM_SHA384, 22 },
	{ TLS_1_3, TLS_CHACHA20_POLY1305_SHA256, 22 },
	{ TLS_1_2, TLS_AES_128_GCM_SHA256, 29 },
	{ TLS_1_2, TLS_AES_256_GCM_SHA384, 29 },
	{ TLS_1_2, TLS_CHACHA20_POLY1305_SHA256, 21 },
};

/* Each length class, each kind; the library's and OpenSSL's records are the same bytes. */
static void test_round_trip(void **state)
{
	static const u32 sizes[] = { 0, 1, 15, 16, 17, 127, 512, 1400, 4097, TLS_PLAIN_MAX };
	static u8 plain[TLS_PLAIN_MAX], a[ROOM], b[ROOM], out[ROOM];
	(void)state;
	for (u32 i = 0; i < sizeof plain; i++)
		plain[i] = (u8)(i * i);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct pair fast, slow;
		pair_open(&fast, kinds[k].version, kinds[k].suite, true);
		pair_open(&slow, kinds[k].version, kinds[k].suite, false);
		assert_int_equal(tls_overhead(&fast.tx), kinds[k].overhead);
		assert_true(tls_overhead(&fast.tx) <= TLS_OVERHEAD_MAX);
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			u32 n, rec_n = seal(&fast, a, plain, sizes[i], TLS_APPLICATION_DATA);
			u8 type;
			seal(&slow, b, plain, sizes[i], TLS_APPLICATION_DATA);
			assert_memory_equal(a, b, rec_n);
			assert_int_equal(tls_open(&slow.rx, a, rec_n, out, &n, &type), ERR_OK);
			assert_int_equal(tls_open(&fast.rx, b, rec_n, out, &n, &type), ERR_OK);
			assert_int_equal(n, sizes[i]);
			assert_int_equal(type, TLS_APPLICATION_DATA);
			assert_memory_equal(out, plain, n);
		}
		assert_int_equal(fast.tx.seq, ARRAY_LEN(sizes));
		pair_close(&fast);
		pair_close(&slow);
	}
}

/* Any bit changed, any byte missing: refused, and the record itself opens after. */
static void test_tampered(void **state)
{
	u8 rec[128], bad[128];
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct pair p;
		pair_open(&p, kinds[k].version, kinds[k].suite, k & 1);
		u32 n = seal(&p, rec, "tampered with", 13, TLS_APPLICATION_DATA);
		for (u32 bit = 0; bit < n * 8; bit++) {
			memcpy(bad, rec, n);
			bad[bit / 8] ^= (u8)(1u << bit % 8);
			if (open_rec(&p, bad, n) == ERR_OK)
				fail_msg("kind %zu: bit %u may change", k, bit);
		}
		for (u32 cut = 0; cut < n; cut++) {
			memcpy(bad, rec, n);
			if (cut >= TLS_HEADER_LEN)
				bad[4] = (u8)(cut - TLS_HEADER_LEN);
			assert_int_not_equal(open_rec(&p, bad, cut), ERR_OK);
		}
		assert_int_equal(open_rec(&p, rec, n), ERR_OK);
		assert_int_equal(open_rec(&p, rec, n), ERR_CHECKSUM);
		pair_close(&p);
	}
}

/* A TLS 1.3 record around any inner plaintext, valid or not. */
static u32 seal_inner(struct pair *p, u8 *rec, const u8 *inner, u32 n)
{
	u8 nonce[TLS_IV_LEN];
	u64 seq = __builtin_bswap64(p->tx.seq++), tail;

	memcpy(nonce, p->keys.iv, TLS_IV_LEN);
	memcpy(&tail, nonce + 4, 8);
	tail ^= seq;
	memcpy(nonce + 4, &tail, 8);
	memcpy(rec, (u8[]){ 23, 3, 3, (u8)((n + 16) >> 8), (u8)(n + 16) }, 5);
	memcpy(rec + 5, inner, n);
	tls_aead_seal(&p->tx.aead, nonce, (struct span){ rec, 5 }, rec + 5, n);
	return n + 21;
}

static void test_inner(void **state)
{
	static const struct { u32 text, zeros; bool typed; err_t want; const char *remark; } rows[] = {
		{ 5, 0, true, ERR_OK, "no padding" },
		{ 5, 100, true, ERR_OK, "padding" },
		{ 0, 16, true, ERR_OK, "nothing but padding" },
		{ TLS_PLAIN_MAX, 0, true, ERR_OK, "the longest" },
		{ 3, TLS_PLAIN_MAX - 3, true, ERR_OK, "the longest, padded" },
		{ TLS_PLAIN_MAX, 1, true, ERR_TOO_LONG, "one more" },
		{ 0, 1, false, ERR_PROTOCOL, "no inner type" },
		{ 0, 300, false, ERR_PROTOCOL, "no inner type in many zeros" },
		{ 0, 0, false, ERR_PROTOCOL, "nothing at all" },
	};
	static u8 inner[TLS_PLAIN_MAX + 200], rec[ROOM + 200], out[ROOM + 200];
	struct pair p;
	(void)state;

	pair_open(&p, TLS_1_3, TLS_AES_128_GCM_SHA256, true);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		u32 n = rows[i].text, out_n;
		u8 type;

		p.rx.seq = p.tx.seq;
		memset(inner, 0, sizeof inner);
		memset(inner, 'x', n);
		if (rows[i].typed)
			inner[n++] = TLS_HANDSHAKE;
		n = seal_inner(&p, rec, inner, n + rows[i].zeros);
		err_t e = tls_open(&p.rx, rec, n, out, &out_n, &type);
		if (e != rows[i].want)
			fail_msg("%s: %s", rows[i].remark, err_name(e));
		if (e == ERR_OK) {
			assert_int_equal(out_n, rows[i].text);
			assert_int_equal(type, TLS_HANDSHAKE);
		}
	}
	pair_close(&p);
}

static void test_sequence_numbers(void **state)
{
	static const u64 starts[] = { 0, 255, 0xffffffff, 1ull << 40, UINT64_MAX - 2 };
	u8 rec[2][64];
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
			struct pair p;
			pair_open(&p, kinds[k].version, kinds[k].suite, true);
			p.keys.key[0] ^= (u8)(i + 1);
			p.keys.seq = starts[i];
			pair_keys(&p, &p.keys);
			u32 n = seal(&p, rec[0], "a", 1, TLS_APPLICATION_DATA);
			seal(&p, rec[1], "a", 1, TLS_APPLICATION_DATA);
			assert_memory_not_equal(rec[0] + p.tx.head, rec[1] + p.tx.head, 17);
			assert_int_equal(open_rec(&p, rec[1], n), ERR_CHECKSUM);
			assert_int_equal(open_rec(&p, rec[0], n), ERR_OK);
			assert_int_equal(open_rec(&p, rec[1], n), ERR_OK);
			pair_close(&p);
		}
}

static void test_limit_near(void **state)
{
	struct pair p;
	(void)state;

	pair_open(&p, TLS_1_3, TLS_AES_128_GCM_SHA256, true);
	assert_false(tls_tx_limit_near(&p.tx));
	p.keys.seq = TLS_SEAL_LIMIT_GCM;
	pair_keys(&p, &p.keys);
	assert_true(tls_tx_limit_near(&p.tx));
	p.keys.suite = TLS_CHACHA20_POLY1305_SHA256;
	p.keys.key[0]++;
	pair_keys(&p, &p.keys);
	assert_false(tls_tx_limit_near(&p.tx));
	p.keys.version = 0x0302;
	assert_int_equal(tls_dir_set(&p.tx, &p.keys), ERR_UNSUPPORTED);
	pair_close(&p);
}

static void key_comes_back(void *unused)
{
	struct pair p;
	u8 rec[64];

	(void)unused;
	pair_open(&p, TLS_1_3, TLS_AES_128_GCM_SHA256, true);
	seal(&p, rec, "x", 1, TLS_APPLICATION_DATA);
	tls_dir_set(&p.tx, &p.keys);
}

static void test_nonce_is_never_used_twice(void **state)
{
	(void)state;
	assert_true(dies(key_comes_back, NULL));
}

/* After start no key, record, tampered record or wipe makes OpenSSL allocate. */
static void test_no_allocation(void **state)
{
	u8 rec[256], bad[256];
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		for (int fast = 0; fast < 2; fast++) {
			struct pair p;
			pair_open(&p, kinds[k].version, kinds[k].suite, fast);
			size_t before = n_malloc;
			for (u8 round = 1; round < 4; round++) {
				p.keys.key[0] ^= round;
				pair_keys(&p, &p.keys);
				u32 n = seal(&p, rec, "abc", 3, TLS_APPLICATION_DATA);
				memcpy(bad, rec, n);
				bad[n - 1] ^= 1;
				assert_int_equal(open_rec(&p, bad, n), ERR_CHECKSUM);
				assert_int_equal(open_rec(&p, rec, n), ERR_OK);
				tls_dir_wipe(&p.tx);
				tls_dir_wipe(&p.rx);
			}
			assert_int_equal(n_malloc, before);
			pair_close(&p);
		}
	}
	assert_true(n_malloc > 0 && "the count counts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc8448),
		cmocka_unit_test(test_illustrated),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_tampered),
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_sequence_numbers),
		cmocka_unit_test(test_limit_near),
		cmocka_unit_test(test_nonce_is_never_used_twice),
		cmocka_unit_test(test_no_allocation),
	};
	if (CRYPTO_set_mem_functions(counted_malloc, counted_realloc, plain_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
