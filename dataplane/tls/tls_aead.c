#include <string.h>

#include "dataplane/tls/tls_aead.h"
#include "dataplane/tls/tls_ossl.h"

/* In constant time. */
static inline bool same_tag(const u8 *a, const u8 *b)
{
	u64 x[2], y[2];

	static_assert(sizeof x == TLS_TAG_LEN, "two words");
	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

#ifdef __x86_64__
#include <intel-ipsec-mb.h>

static_assert(sizeof(struct gcm_key_data) <= sizeof((struct tls_aead *)0)->gcm, "room for a key");
static_assert(_Alignof(struct gcm_key_data) <= 64, "aligned like a key");
static_assert(sizeof(struct gcm_context_data) <= sizeof((struct tls_aead_run *)0)->ctx, "room");

/* Only the functions are wanted: the manager that names them for this processor is freed again. */
static err_t gcm_functions(struct tls_crypto *c)
{
	IMB_MGR *m = alloc_mb_mgr(0);
	IMB_ARCH arch = IMB_ARCH_NONE;

	if (!m)
		return ERR_NO_MEMORY;
	init_mb_mgr_auto(m, &arch);
	if (arch > IMB_ARCH_NOAESNI) {
		*c = (struct tls_crypto){
			.seal128 = m->gcm128_enc, .seal256 = m->gcm256_enc,
			.open128 = m->gcm128_dec, .open256 = m->gcm256_dec,
			.pre128 = m->gcm128_pre, .pre256 = m->gcm256_pre,
			.begin128 = m->gcm128_init, .begin256 = m->gcm256_init,
			.more128 = m->gcm128_dec_update, .more256 = m->gcm256_dec_update,
			.end128 = m->gcm128_dec_finalize, .end256 = m->gcm256_dec_finalize,
		};
	}
	free_mb_mgr(m);
	return ERR_OK;
}

static void gcm_call(const struct tls_aead *a, const u8 *nonce, struct span aad, struct span in,
		     u8 *out, u8 *tag)
{
	struct gcm_context_data ctx;

	a->gcm_fn((const struct gcm_key_data *)a->gcm, &ctx, out, in.p, in.n, nonce, aad.p, aad.n,
		  tag, TLS_TAG_LEN);
}
#else
static err_t gcm_functions(struct tls_crypto *c)
{
	(void)c;
	return ERR_OK;
}

static void gcm_call(const struct tls_aead *a, const u8 *nonce, struct span aad, struct span in,
		     u8 *out, u8 *tag)
{
	(void)a, (void)nonce, (void)aad, (void)in, (void)out, (void)tag;
	assert(!"no function was ever set");
}
#endif

err_t tls_crypto_init(struct tls_crypto *c, bool fast)
{
	memset(c, 0, sizeof *c);
	return fast ? gcm_functions(c) : ERR_OK;
}

enum { AES128, AES256, CHACHA };

static const EVP_CIPHER *cipher_of(int which)
{
	return which == AES128 ? EVP_aes_128_gcm() :
	       which == AES256 ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();
}

/* Everything OpenSSL allocates for a cipher it allocates here; a key set later only fills it. */
static err_t evp_open(struct tls_aead *a, int which)
{
	static const u8 zero[TLS_KEY_MAX + TLS_IV_LEN];
	EVP_CIPHER_CTX *ctx = a->evp[which] = EVP_CIPHER_CTX_new();

	if (!ctx)
		return ERR_NO_MEMORY;
	if (EVP_CipherInit_ex(ctx, cipher_of(which), NULL, zero, zero, a->seals) != 1)
		return ERR_UNSUPPORTED;
	assert(EVP_CIPHER_CTX_get_iv_length(ctx) == TLS_IV_LEN);
	return ERR_OK;
}

err_t tls_aead_open(struct tls_aead *a, const struct tls_crypto *c, bool seals)
{
	*a = (struct tls_aead){ .crypto = *c, .seals = seals };
	for (int which = AES128; which <= CHACHA; which++) {
		err_t e = which == CHACHA || !c->seal128 ? evp_open(a, which) : ERR_OK;
		if (e) {
			tls_aead_close(a);
			return e;
		}
	}
	return ERR_OK;
}

void tls_aead_close(struct tls_aead *a)
{
	for (u32 i = 0; i < ARRAY_LEN(a->evp); i++)
		EVP_CIPHER_CTX_free(a->evp[i]);
	OPENSSL_cleanse(a, sizeof *a);
}

err_t tls_aead_reopen(struct tls_aead *a, const struct tls_crypto *c)
{
	u8 key[TLS_KEY_MAX];
	u16 suite = a->suite;

	memcpy(key, a->key, sizeof key);
	err_t e = tls_aead_open(a, c, a->seals);
	if (!e && suite)
		e = tls_aead_key(a, suite, key);
	OPENSSL_cleanse(key, sizeof key);
	return e;
}

err_t tls_aead_key(struct tls_aead *a, u16 suite, const u8 *key)
{
	const struct tls_crypto *c = &a->crypto;
	int which = suite == TLS_AES_128_GCM_SHA256 ? AES128 :
		    suite == TLS_AES_256_GCM_SHA384 ? AES256 : CHACHA;

	if (!tls_key_len(suite))
		return ERR_UNSUPPORTED;
	a->suite = suite;
	memcpy(a->key, key, tls_key_len(suite));
	a->gcm_fn = NULL;
	a->aes256 = which == AES256;
	a->evp_now = a->evp[which];
	if (a->evp_now)
		return EVP_CipherInit_ex(a->evp_now, NULL, NULL, key, NULL, -1) == 1 ? ERR_OK :
										       ERR_INTERNAL;
	assert(c->pre128 && c->pre256 && "a cipher without a context is the library's");
	(which == AES128 ? c->pre128 : c->pre256)(key, (struct gcm_key_data *)a->gcm);
	if (a->seals)
		a->gcm_fn = which == AES128 ? c->seal128 : c->seal256;
	else
		a->gcm_fn = which == AES128 ? c->open128 : c->open256;
	return ERR_OK;
}

/* OpenSSL's contexts keep their last key: an all-zero one takes its place. */
void tls_aead_wipe(struct tls_aead *a)
{
	static const u8 zero[TLS_KEY_MAX];

	OPENSSL_cleanse(a->gcm, sizeof a->gcm);
	OPENSSL_cleanse(a->key, sizeof a->key);
	a->suite = 0;
	if (a->evp_now)
		EVP_CipherInit_ex(a->evp_now, NULL, NULL, zero, NULL, -1);
	a->evp_now = NULL;
	a->gcm_fn = NULL;
}

/* Nonce, additional data and body; what is left is the tag. */
static bool evp_run(EVP_CIPHER_CTX *ctx, const u8 *nonce, struct span aad, struct span in, u8 *out)
{
	int n = 0;

	return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, -1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, aad.p, (int)aad.n) == 1 &&
	       (in.n == 0 || EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1);
}

void tls_aead_seal(struct tls_aead *a, const u8 nonce[12], struct span aad, u8 *p, u32 n)
{
	struct span in = { p, n };
	int none = 0;

	assert(a->seals && (a->gcm_fn || a->evp_now));
	if (a->gcm_fn) {
		gcm_call(a, nonce, aad, in, p, p + n);
		return;
	}
	bool ok = evp_run(a->evp_now, nonce, aad, in, p) &&
		  EVP_CipherFinal_ex(a->evp_now, p + n, &none) == 1 &&
		  EVP_CIPHER_CTX_ctrl(a->evp_now, EVP_CTRL_AEAD_GET_TAG, TLS_TAG_LEN, p + n) == 1;
	/* Plaintext must not pass for ciphertext: nothing that OpenSSL documents fails here. */
	if (!ok)
		OPENSSL_cleanse(p, n);
	assert(ok && "key and context were set before");
}

bool tls_aead_unseal(struct tls_aead *a, const u8 nonce[12], struct span aad, const u8 *in, u32 n,
		     u8 *out)
{
	u8 tag[TLS_TAG_LEN], none_out[TLS_TAG_LEN];
	int none = 0;

	assert(!a->seals && (a->gcm_fn || a->evp_now));
	assert(out + n <= in || in + n <= out);
	if (a->gcm_fn) {
		gcm_call(a, nonce, aad, (struct span){ in, n }, out, tag);
		return same_tag(tag, in + n);
	}
	memcpy(tag, in + n, TLS_TAG_LEN);
	return evp_run(a->evp_now, nonce, aad, (struct span){ in, n }, out) &&
	       EVP_CIPHER_CTX_ctrl(a->evp_now, EVP_CTRL_AEAD_SET_TAG, TLS_TAG_LEN, tag) == 1 &&
	       EVP_CipherFinal_ex(a->evp_now, none_out, &none) == 1;
}

/* ---- in pieces ---- */

static const struct gcm_key_data *key_of(const struct tls_aead *a)
{
	assert(tls_aead_splits(a));
	return (const struct gcm_key_data *)a->gcm;
}

static struct gcm_context_data *ctx_of(struct tls_aead_run *r)
{
	return (struct gcm_context_data *)r->ctx;
}

void tls_aead_begin(const struct tls_aead *a, struct tls_aead_run *r, const u8 nonce[12],
		    struct span aad)
{
	tls_gcm_begin_fn begin = a->aes256 ? a->crypto.begin256 : a->crypto.begin128;

	begin(key_of(a), ctx_of(r), nonce, aad.p, aad.n);
}

void tls_aead_more(const struct tls_aead *a, struct tls_aead_run *r, struct span in, u8 *out)
{
	tls_gcm_more_fn more = a->aes256 ? a->crypto.more256 : a->crypto.more128;

	assert(out + in.n <= in.p || in.p + in.n <= out);
	more(key_of(a), ctx_of(r), out, in.p, in.n);
}

bool tls_aead_end(const struct tls_aead *a, struct tls_aead_run *r, const u8 tag[TLS_TAG_LEN])
{
	tls_gcm_end_fn end = a->aes256 ? a->crypto.end256 : a->crypto.end128;
	u8 right[TLS_TAG_LEN];

	end(key_of(a), ctx_of(r), right, TLS_TAG_LEN);
	OPENSSL_cleanse(r, sizeof *r);
	return same_tag(right, tag);
}
