/*
 * tls_client_int.h - what the two files of the handshake client share: tls_client_ctx.c (trust and
 * policy) and tls_client.c (one handshake).
 */
#ifndef TLS_CLIENT_INT_H
#define TLS_CLIENT_INT_H

#include "dataplane/tls/tls_client.h"
#include "dataplane/tls/tls_sessions.h"

#define TLS_KEYLOG_MAX 4096

struct tls_client_ctx {
	SSL_CTX *ssl_ctx;
	struct tls_sessions sessions;
};

struct tls_client {
	SSL *ssl;
	BIO *in, *out; /* owned by ssl */
	struct tls_client_ctx *ctx;
	char host[TLS_HOST_MAX + 1];
	char why[TLS_WHY_MAX];
	u32 keylog_n;
	char keylog[TLS_KEYLOG_MAX];
	u8 secret[2][TLS_SECRET_MAX]; /* application traffic secrets, by enum tls_way */
	u8 secret_n[2];
};

/* The handshake a connection belongs to. */
static inline struct tls_client *tls_client_of(const SSL *ssl) { return SSL_get_app_data(ssl); }

/* One key log line of this connection, kept; the traffic secrets are picked out of it. */
void tls_client_secret_line(struct tls_client *hs, const char *line);

#endif
