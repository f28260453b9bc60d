#include "gateway/binance_sign.h"

/* OpenSSL has a type of this name and no use for it in what is needed here. */
#define ERR_STATE ossl_err_state
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#undef ERR_STATE

#define ED25519_LEN 64
static_assert(BINANCE_SIGNATURE_LEN == (ED25519_LEN + 2) / 3 * 4, "base64 with padding");

/* OpenSSL would ask the terminal for a passphrase; an encrypted key is an error here. */
static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
	(void)buf, (void)size, (void)writing, (void)ctx;
	return -1;
}

err_t binance_key_open(struct binance_key *k, const char *pem, size_t n)
{
	k->pkey = NULL;
	BIO *bio = n <= INT32_MAX ? BIO_new_mem_buf(pem, (int)n) : NULL;
	if (!bio)
		return ERR_NO_MEMORY;
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (!pkey)
		return ERR_SYNTAX;
	if (EVP_PKEY_id(pkey) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(pkey);
		return ERR_UNSUPPORTED;
	}
	k->pkey = pkey;
	return ERR_OK;
}

void binance_key_close(struct binance_key *k)
{
	EVP_PKEY_free(k->pkey);
	k->pkey = NULL;
}

err_t binance_sign(const struct binance_key *k, const void *payload, size_t n, char *out)
{
	u8 sig[ED25519_LEN], text[BINANCE_SIGNATURE_LEN + 1];
	size_t sig_n = sizeof sig;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
		  EVP_DigestSign(ctx, sig, &sig_n, payload, n) == 1 && sig_n == sizeof sig;
	EVP_MD_CTX_free(ctx);
	if (!ok || EVP_EncodeBlock(text, sig, sizeof sig) != BINANCE_SIGNATURE_LEN)
		return ERR_INTERNAL;
	for (u32 i = 0; i < BINANCE_SIGNATURE_LEN; i++)
		out[i] = (char)text[i];
	return ERR_OK;
}
