/*
 * binance_sign.h - Ed25519 signatures by OpenSSL. Slow thread only: it allocates.
 */
#ifndef BINANCE_SIGN_H
#define BINANCE_SIGN_H

#include "common/err.h"
#include "common/types.h"

#define BINANCE_SIGNATURE_LEN 88 /* base64 of 64 bytes */

struct binance_key {
	void *pkey;
};

/*
 * From the text of an unencrypted PKCS#8 PEM file. ERR_SYNTAX: no private key; ERR_UNSUPPORTED: not
 * Ed25519.
 */
err_t binance_key_open(struct binance_key *k, const char *pem, size_t n);
void binance_key_close(struct binance_key *k); /* wiped by the library */

/* Writes BINANCE_SIGNATURE_LEN characters, no NUL. ERR_INTERNAL. */
err_t binance_sign(const struct binance_key *k, const void *payload, size_t n, char *out);

#endif
