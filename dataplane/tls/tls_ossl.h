/*
 * tls_ossl.h - the one place where OpenSSL's headers meet ours: it has a type named ERR_STATE, we
 * have an error code of that name. Include it before any other header that includes OpenSSL's.
 */
#ifndef TLS_OSSL_H
#define TLS_OSSL_H

#define ERR_STATE ossl_err_state
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#endif
