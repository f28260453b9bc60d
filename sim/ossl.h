/*
 * ossl.h - the OpenSSL headers. OpenSSL has a type named ERR_STATE; ours is an error code
 * (common/err.h): theirs is renamed.
 */
#ifndef SIM_OSSL_H
#define SIM_OSSL_H

#define ERR_STATE ossl_err_state
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#endif
