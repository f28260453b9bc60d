/*
 * tls_kdf.h - from secrets to keys (RFC 8446 section 7, RFC 5246 section 6.3). Slow threads only:
 * OpenSSL allocates here.
 *
 * Pure functions of their arguments. Errors: ERR_UNSUPPORTED (suite or version), ERR_INTERNAL
 * (OpenSSL refused).
 */
#ifndef TLS_KDF_H
#define TLS_KDF_H

#include "common/err.h"
#include "dataplane/tls/tls_keys.h"

/* TLS 1.3 keys of one direction from its traffic secret; record number 0. */
err_t tls_keys_13(struct tls_dir_keys *k, u16 suite, const u8 *secret);

/* The generation after `k` (RFC 8446 section 7.2); record number 0. */
err_t tls_keys_next(const struct tls_dir_keys *k, struct tls_dir_keys *next);

/* What TLS 1.2 derives its key block from. */
struct tls_12_master {
	u16 suite;
	const char *digest; /* of the PRF: "SHA256" or "SHA384" */
	u8 master[48];
	u8 client_random[TLS_RANDOM_LEN], server_random[TLS_RANDOM_LEN];
};

/* Both directions of a client; record number 1 each, number 0 was Finished. */
err_t tls_keys_12(struct tls_keys *k, const struct tls_12_master *m);

#endif
