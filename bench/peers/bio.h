/*
 * bio.h - OpenSSL between two stretches of memory: SSL_read takes from `in`, SSL_write appends to `out`.
 * One copy each way, no allocation after bio_join.
 */
#ifndef PEERS_BIO_H
#define PEERS_BIO_H

#include "dataplane/tls/tls_ossl.h"

#include "common/types.h"

struct bio_ends {
	const u8 *in;
	u8 *out; /* has room for what is sealed into it */
	u32 in_n, out_n;
};

/* A client connection over `e`, which must not move. Exits on failure. */
SSL *bio_join(SSL_CTX *client, struct bio_ends *e);

#endif
