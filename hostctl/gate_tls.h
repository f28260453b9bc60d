/*
 * gate_tls.h - the TLS of both ends of `hostctl --connect`: version 1.3 alone, no resumption,
 * so that each connection is checked anew.
 *
 * Errors: `why` (GATE_WHY bytes) names the file and the remedy.
 */
#ifndef HOSTCTL_GATE_TLS_H
#define HOSTCTL_GATE_TLS_H

#include "appliance/config.h"
#include "dataplane/tls/tls_ossl.h"

#define GATE_WHY 640

/*
 * With the certificate and key of access.tcp; asks for a client certificate where
 * access.tcp.client_ca says of whom. ERR_IO.
 */
err_t gate_tls_server(SSL_CTX **ctx, const struct config *c, char *why);

/*
 * Of somebody who connects; each "" or NULL: the system's authorities, no certificate of our
 * own. ERR_IO.
 */
struct gate_files {
	const char *ca, *cert, *key;
};
err_t gate_tls_client(SSL_CTX **ctx, const struct gate_files *f, char *why);

#endif
