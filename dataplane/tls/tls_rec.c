#include <string.h>

#include "common/cursor.h"
#include "dataplane/tls/tls_rec.h"
#include "dataplane/tls/tls_ossl.h"

#define LEGACY_VERSION 0x0303 /* in every protected record, whatever the version */
#define SALT_LEN       4      /* of the TLS 1.2 GCM nonce, RFC 5288 */
#define EXPLICIT_LEN   8
#define AAD_12_LEN     13
#define NONCE_ROOM     16     /* TLS_IV_LEN of them count */

static_assert(TLS_HEADER_LEN + EXPLICIT_LEN == TLS_HEAD_MAX, "the longest head");

static inline void put_u16(u8 *p, u32 v)
{
	v = __builtin_bswap16((u16)v);
	memcpy(p, &v, 2);
}

static inline void put_u64(u8 *p, u64 v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, 8);
}

static inline bool is_12_gcm(const struct tls_dir *d) { return d->head == TLS_HEAD_MAX; }

/* FNV-1a over key and iv: enough to notice that a key came back. */
static u64 key_print(const struct tls_dir_keys *k)
{
	u64 h = 0xcbf29ce484222325ull;

	for (u32 i = 0; i < TLS_KEY_MAX; i++)
		h = (h ^ k->key[i]) * 0x100000001b3ull;
	for (u32 i = 0; i < TLS_IV_LEN; i++)
		h = (h ^ k->iv[i]) * 0x100000001b3ull;
	return h;
}

static err_t dir_open(struct tls_dir *d, const struct tls_crypto *c, bool seals)
{
	memset(d, 0, sizeof *d);
	d->seals = seals;
	return tls_aead_open(&d->aead, c, seals);
}

err_t tls_tx_open(struct tls_dir *d, const struct tls_crypto *c) { return dir_open(d, c, true); }
err_t tls_rx_open(struct tls_dir *d, const struct tls_crypto *c) { return dir_open(d, c, false); }

void tls_dir_close(struct tls_dir *d)
{
	tls_aead_close(&d->aead);
	OPENSSL_cleanse(d, sizeof *d);
}

void tls_dir_wipe(struct tls_dir *d)
{
	tls_aead_wipe(&d->aead);
	OPENSSL_cleanse(d->iv, sizeof d->iv);
	d->version = 0;
	d->seq = d->seq_used = d->key_print = 0;
}

err_t tls_dir_set(struct tls_dir *d, const struct tls_dir_keys *k)
{
	bool is_13 = k->version == TLS_1_3, gcm = k->suite != TLS_CHACHA20_POLY1305_SHA256;

	if ((!is_13 && k->version != TLS_1_2) || !tls_key_len(k->suite))
		return ERR_UNSUPPORTED;
	err_t e = tls_aead_key(&d->aead, k->suite, k->key);
	if (e)
		return e;
	u64 print = key_print(k);
	assert(!(d->seals && print == d->key_print && k->seq < d->seq_used) &&
	       "a key came back with a record number that was used: its nonce would repeat");
	d->key_print = print;
	d->seq = d->seq_used = k->seq;
	d->seq_limit = gcm ? TLS_SEAL_LIMIT_GCM : TLS_SEAL_LIMIT_CHACHA;
	d->version = k->version;
	d->head = !is_13 && gcm ? TLS_HEAD_MAX : TLS_HEADER_LEN;
	d->tail = TLS_TAG_LEN + (is_13 ? 1 : 0);
	memcpy(d->iv, k->iv, sizeof d->iv);
	return ERR_OK;
}

/*
 * RFC 8446 section 5.3, RFC 7905: the record number, padded on the left, XOR the iv. One store of 16
 * bytes, as the cipher loads it: it would have to wait for narrower ones.
 */
static inline void nonce_xor(const struct tls_dir *d, u8 nonce[NONCE_ROOM])
{
	typedef u64 v2u64 __attribute__((vector_size(16)));
	u64 low, seq = __builtin_bswap64(d->seq);
	u32 high;

	static_assert(SALT_LEN == 4 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "4 bytes, then 8");
	memcpy(&low, d->iv, 8);
	memcpy(&high, d->iv + 8, 4);
	v2u64 whole = { low ^ seq << 32, high ^ seq >> 32 };
	memcpy(nonce, &whole, sizeof whole);
}

/* RFC 5288: salt, then the eight bytes that stand in the record. */
static inline void nonce_explicit(const struct tls_dir *d, const u8 *explicit, u8 nonce[TLS_IV_LEN])
{
	memcpy(nonce, d->iv, SALT_LEN);
	memcpy(nonce + SALT_LEN, explicit, EXPLICIT_LEN);
}

static inline void aad_12(u8 aad[AAD_12_LEN], u64 seq, u8 type, u32 plain_n)
{
	put_u64(aad, seq);
	aad[8] = type;
	put_u16(aad + 9, LEGACY_VERSION);
	put_u16(aad + 11, plain_n);
}

u32 tls_seal(struct tls_dir *tx, u8 *rec, u32 plain_n, u8 type)
{
	u8 nonce[NONCE_ROOM], aad[AAD_12_LEN];
	u32 n = plain_n, rec_n = plain_n + tls_overhead(tx);

	assert(tx->seals && tx->version && plain_n <= TLS_PLAIN_MAX);
	assert(tx->seq != UINT64_MAX && tx->seq >= tx->seq_used && "a record number is used once");
	put_u16(rec + 1, LEGACY_VERSION);
	put_u16(rec + 3, rec_n - TLS_HEADER_LEN);
	if (tx->version == TLS_1_3) {
		rec[0] = TLS_APPLICATION_DATA;
		rec[TLS_HEADER_LEN + n++] = type;
		nonce_xor(tx, nonce);
		tls_aead_seal(&tx->aead, nonce, (struct span){ rec, TLS_HEADER_LEN },
			      rec + TLS_HEADER_LEN, n);
	} else {
		rec[0] = type;
		aad_12(aad, tx->seq, type, n);
		if (is_12_gcm(tx)) {
			put_u64(rec + TLS_HEADER_LEN, tx->seq);
			nonce_explicit(tx, rec + TLS_HEADER_LEN, nonce);
		} else {
			nonce_xor(tx, nonce);
		}
		tls_aead_seal(&tx->aead, nonce, (struct span){ aad, AAD_12_LEN }, rec + tx->head, n);
	}
	tx->seq_used = ++tx->seq;
	return rec_n;
}

/* The inner type is the last byte that is not zero (RFC 8446 section 5.4). */
static err_t inner_type(const u8 *inner, u32 *n, u8 *type)
{
	u32 at = *n;

	while (at && inner[at - 1] == 0)
		at--;
	if (!at)
		return ERR_PROTOCOL;
	*type = inner[at - 1];
	*n = at - 1;
	return ERR_OK;
}

static err_t open_13(struct tls_dir *rx, const u8 *rec, u32 inner_n, u8 *out, u32 *out_n, u8 *type)
{
	u8 nonce[NONCE_ROOM];

	if (rec[0] != TLS_APPLICATION_DATA)
		return ERR_PROTOCOL;
	if (inner_n > TLS_INNER_MAX)
		return ERR_TOO_LONG;
	nonce_xor(rx, nonce);
	if (!tls_aead_unseal(&rx->aead, nonce, (struct span){ rec, TLS_HEADER_LEN },
			     rec + TLS_HEADER_LEN, inner_n, out))
		return ERR_CHECKSUM;
	*out_n = inner_n;
	return inner_type(out, out_n, type);
}

static err_t open_12(struct tls_dir *rx, const u8 *rec, u32 inner_n, u8 *out, u32 *out_n, u8 *type)
{
	u8 nonce[NONCE_ROOM], aad[AAD_12_LEN];

	if (inner_n > TLS_PLAIN_MAX)
		return ERR_TOO_LONG;
	aad_12(aad, rx->seq, rec[0], inner_n);
	if (is_12_gcm(rx))
		nonce_explicit(rx, rec + TLS_HEADER_LEN, nonce);
	else
		nonce_xor(rx, nonce);
	if (!tls_aead_unseal(&rx->aead, nonce, (struct span){ aad, AAD_12_LEN }, rec + rx->head,
			     inner_n, out))
		return ERR_CHECKSUM;
	*out_n = inner_n;
	*type = rec[0];
	return ERR_OK;
}

err_t tls_open(struct tls_dir *rx, const u8 *rec, u32 rec_n, u8 *out, u32 *out_n, u8 *type)
{
	struct rd header = rd_of(rec, rec_n);

	assert(!rx->seals && rx->version && rx->seq != UINT64_MAX);
	*out_n = 0;
	*type = 0;
	rd_skip(&header, 1);
	u16 version = rd_u16(&header);
	u32 body_n = rd_u16(&header);
	if (header.bad || version != LEGACY_VERSION || body_n != rd_left(&header))
		return ERR_PROTOCOL;
	if (rec_n < (u32)rx->head + TLS_TAG_LEN)
		return ERR_CHECKSUM;
	u32 inner_n = tls_inner_len(rx, rec_n);
	err_t e = rx->version == TLS_1_3 ? open_13(rx, rec, inner_n, out, out_n, type) :
					   open_12(rx, rec, inner_n, out, out_n, type);
	if (!e)
		rx->seq++;
	return e;
}

u32 tls_open_usual(struct tls_dir *rx, const u8 *rec, u32 rec_n, u8 *out)
{
	u8 nonce[NONCE_ROOM];
	u64 head;
	u32 inner_n = rec_n - TLS_HEADER_LEN - TLS_TAG_LEN;

	assert(!rx->seals && rx->version && rx->seq != UINT64_MAX);
	/* a byte and its type at least: fewer than these wrap around */
	if (rx->version != TLS_1_3 || !rx->aead.gcm_fn || inner_n - 2 > TLS_PLAIN_MAX - 1)
		return 0;
	memcpy(&head, rec, sizeof head);
	u64 want = (u64)__builtin_bswap16((u16)(rec_n - TLS_HEADER_LEN)) << 24 |
		   LEGACY_VERSION << 8 | TLS_APPLICATION_DATA;
	if ((head & 0xffffffffff) != want)
		return 0;
	nonce_xor(rx, nonce);
	if (!tls_aead_unseal(&rx->aead, nonce, (struct span){ rec, TLS_HEADER_LEN },
			     rec + TLS_HEADER_LEN, inner_n, out) ||
	    out[inner_n - 1] != TLS_APPLICATION_DATA)
		return 0;
	rx->seq++;
	return inner_n - 1;
}

/* ---- a record as its pieces arrive ---- */

bool tls_part_begin(struct tls_dir *rx, struct tls_part *p, const u8 *rec, u32 rec_n, u8 *out)
{
	struct rd header = rd_of(rec, TLS_HEADER_LEN);
	u8 nonce[NONCE_ROOM], aad[AAD_12_LEN];
	bool is_13 = rx->version == TLS_1_3;
	u32 inner_n = tls_inner_len(rx, rec_n);

	assert(!rx->seals && rx->version && rx->seq != UINT64_MAX && !p->rec_n);
	u8 outer = rd_u8(&header);
	u16 version = rd_u16(&header);
	if (!tls_aead_splits(&rx->aead) || version != LEGACY_VERSION || !inner_n ||
	    inner_n > (is_13 ? TLS_INNER_MAX : TLS_PLAIN_MAX) ||
	    (is_13 && outer != TLS_APPLICATION_DATA))
		return false;
	p->out = out;
	p->rec_n = rec_n;
	p->rec_at = rx->head;
	p->inner_n = inner_n;
	p->inner_at = 0;
	p->outer = outer;
	if (is_13) {
		nonce_xor(rx, nonce);
		tls_aead_begin(&rx->aead, &p->run, nonce, (struct span){ rec, TLS_HEADER_LEN });
	} else {
		aad_12(aad, rx->seq, outer, inner_n);
		nonce_explicit(rx, rec + TLS_HEADER_LEN, nonce);
		tls_aead_begin(&rx->aead, &p->run, nonce, (struct span){ aad, AAD_12_LEN });
	}
	return true;
}

void tls_part_more(struct tls_dir *rx, struct tls_part *p, const u8 *at, u32 n)
{
	u32 body = u32_min(n, p->inner_n - p->inner_at), tag = n - body;

	assert(p->rec_n && n <= tls_part_left(p));
	if (body)
		tls_aead_more(&rx->aead, &p->run, (struct span){ at, body }, p->out + p->inner_at);
	p->inner_at += body;
	p->rec_at += body;
	if (tag)
		memcpy(p->tag + TLS_TAG_LEN - tls_part_left(p), at + body, tag);
	p->rec_at += tag;
}

err_t tls_part_end(struct tls_dir *rx, struct tls_part *p, u32 *out_n, u8 *type)
{
	err_t e = ERR_OK;

	assert(p->rec_n && p->rec_at == p->rec_n && p->inner_at == p->inner_n);
	*out_n = p->inner_n;
	*type = p->outer;
	p->rec_n = p->rec_at = 0;
	if (!tls_aead_end(&rx->aead, &p->run, p->tag))
		return ERR_CHECKSUM;
	if (rx->version == TLS_1_3)
		e = inner_type(p->out, out_n, type);
	if (!e)
		rx->seq++;
	return e;
}

void tls_part_wipe(struct tls_part *p) { OPENSSL_cleanse(p, sizeof *p); }
