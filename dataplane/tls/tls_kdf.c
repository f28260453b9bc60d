#include <string.h>

#include "common/cursor.h"
#include "dataplane/tls/tls_kdf.h"
#include "dataplane/tls/tls_ossl.h"

#define LABEL_MAX     32
#define KEY_BLOCK_MAX (2 * (TLS_KEY_MAX + TLS_IV_LEN))
#define SALT_LEN      4

static const EVP_MD *hash_of(u16 suite)
{
	return suite == TLS_AES_256_GCM_SHA384 ? EVP_sha384() : EVP_sha256();
}

/*
 * HKDF-Expand-Label with an empty context (RFC 8446 section 7.1). No output is longer than the
 * hash, so HKDF-Expand is its first block: HMAC(secret, info | 0x01).
 */
static err_t expand_label(u16 suite, const u8 *secret, const char *label, u8 *out, u32 n)
{
	u8 info[LABEL_MAX], block[EVP_MAX_MD_SIZE];
	u32 block_n = 0, hash_n = (u32)EVP_MD_get_size(hash_of(suite));
	struct wr w = wr_of(info, sizeof info);

	assert(n <= hash_n);
	wr_u16(&w, (u16)n);
	wr_u8(&w, (u8)(6 + strlen(label)));
	wr_str(&w, "tls13 ");
	wr_str(&w, label);
	wr_u8(&w, 0);
	wr_u8(&w, 1);
	assert(!w.bad && "labels are ours and short");
	if (!HMAC(hash_of(suite), secret, (int)hash_n, info, wr_len(&w), block, &block_n))
		return ERR_INTERNAL;
	assert(block_n == hash_n);
	memcpy(out, block, n);
	OPENSSL_cleanse(block, sizeof block);
	return ERR_OK;
}

err_t tls_keys_13(struct tls_dir_keys *k, u16 suite, const u8 *secret)
{
	if (!tls_key_len(suite))
		return ERR_UNSUPPORTED;
	*k = (struct tls_dir_keys){ .version = TLS_1_3, .suite = suite };
	k->secret_n = (u8)EVP_MD_get_size(hash_of(suite));
	memcpy(k->secret, secret, k->secret_n);
	err_t e = expand_label(suite, secret, "key", k->key, tls_key_len(suite));
	return e ? e : expand_label(suite, secret, "iv", k->iv, TLS_IV_LEN);
}

err_t tls_keys_next(const struct tls_dir_keys *k, struct tls_dir_keys *next)
{
	u8 secret[TLS_SECRET_MAX];

	if (k->version != TLS_1_3 || !tls_key_len(k->suite) ||
	    k->secret_n != EVP_MD_get_size(hash_of(k->suite)))
		return ERR_UNSUPPORTED;
	err_t e = expand_label(k->suite, k->secret, "traffic upd", secret, k->secret_n);
	if (!e)
		e = tls_keys_13(next, k->suite, secret);
	OPENSSL_cleanse(secret, sizeof secret);
	return e;
}

/* The TLS 1.2 PRF over "key expansion", server random first (RFC 5246 section 6.3). */
static err_t key_block(const struct tls_12_master *m, u8 *out, size_t n)
{
	u8 seed[13 + 2 * TLS_RANDOM_LEN];
	struct wr w = wr_of(seed, sizeof seed);

	wr_str(&w, "key expansion");
	wr_bytes(&w, m->server_random, TLS_RANDOM_LEN);
	wr_bytes(&w, m->client_random, TLS_RANDOM_LEN);
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)m->digest, 0),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SECRET, (u8 *)m->master, sizeof m->master),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, seed, wr_len(&w)),
		OSSL_PARAM_END,
	};
	params[0].data_size = strlen(m->digest);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool ok = ctx && EVP_KDF_derive(ctx, out, n, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? ERR_OK : ERR_INTERNAL;
}

err_t tls_keys_12(struct tls_keys *k, const struct tls_12_master *m)
{
	u8 block[KEY_BLOCK_MAX];
	u32 key_n = tls_key_len(m->suite);
	u32 iv_n = m->suite == TLS_CHACHA20_POLY1305_SHA256 ? TLS_IV_LEN : SALT_LEN;

	memset(k, 0, sizeof *k);
	if (!key_n)
		return ERR_UNSUPPORTED;
	err_t e = key_block(m, block, 2 * (key_n + iv_n));
	if (!e) {
		struct rd r = rd_of(block, sizeof block);
		const struct tls_dir_keys dir = { .seq = 1, .version = TLS_1_2, .suite = m->suite };
		k->now[TLS_RX] = k->now[TLS_TX] = dir;
		memcpy(k->now[TLS_TX].key, rd_bytes(&r, key_n), key_n);
		memcpy(k->now[TLS_RX].key, rd_bytes(&r, key_n), key_n);
		memcpy(k->now[TLS_TX].iv, rd_bytes(&r, iv_n), iv_n);
		memcpy(k->now[TLS_RX].iv, rd_bytes(&r, iv_n), iv_n);
		assert(!r.bad && "the block holds the longest keys");
	}
	OPENSSL_cleanse(block, sizeof block);
	return e;
}
