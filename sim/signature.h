/*
 * signature.h - the venue's Ed25519 request signatures (web-socket-api.md, "SIGNED Request
 * Example (Ed25519)").
 */
#ifndef SIM_SIGNATURE_H
#define SIM_SIGNATURE_H

#include <jansson.h>

#include "common/err.h"
#include "sim/ossl.h"
#include "sim/buf.h"

/*
 * The account's Ed25519 public key from a PEM file; NULL, with a sentence in `why`, where it
 * cannot be had. The caller frees it.
 */
EVP_PKEY *signature_key(const char *pem_file, char *why, size_t why_n);

/*
 * What is signed: all parameters but `signature`, sorted by name, as k=v&k=v. Values other than
 * text and numbers: ERR_SYNTAX.
 */
err_t signature_payload(const json_t *params, struct buf *out);

/* Whether `base64` is the signature of `n` bytes at `payload`. */
bool signature_ok(EVP_PKEY *key, const void *payload, size_t n, const char *base64);

#endif
