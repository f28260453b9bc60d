/*
 * far.h - the venue's end of a peer's TLS: OpenSSL shakes hands, then the keys go to the record
 * layer that serves Saker's sessions as well, so that every system faces the same venue.
 */
#ifndef PEERS_FAR_H
#define PEERS_FAR_H

#include "dataplane/tls/tls_ossl.h"

#include "dataplane/tls/tls_keys.h"

/* A server context with a certificate of its own, TLS 1.3, AES-128-GCM, no tickets. Exits on failure. */
SSL_CTX *far_ctx(void);

/* A client context as a trading system would have it, same suite. Exits on failure. */
SSL_CTX *far_client_ctx(void);

/*
 * One connection's server end over memory BIOs. `f` must not move while it shakes hands.
 */
struct far {
	SSL *ssl;
	BIO *in, *out;                 /* what came, what is to be sent */
	struct tls_dir_keys rx, tx;    /* once far_step has returned true */
	bool have_rx, have_tx;
};

void far_open(struct far *f, SSL_CTX *server);
void far_close(struct far *f);

/* One step of the handshake with what is in `in`; true: done, the keys are there. Exits on failure. */
bool far_step(struct far *f);

#endif
