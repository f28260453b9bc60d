/*
 * tls_listen.h - the venue's own certificate authority, its server certificate, and the TLS
 * context (1.2 and 1.3).
 */
#ifndef SIM_TLS_LISTEN_H
#define SIM_TLS_LISTEN_H

#include "common/err.h"
#include "sim/ossl.h"

struct tls_options {
	const char *dir;          /* ca.pem is written here */
	const char *state_dir;    /* NULL, or where the authority's key is kept from run to run
				     (ca.key, mode 0600) */
	const char *const *hosts; /* DNS names of the server certificate */
	size_t hosts_n;
	const char *ip; /* listen address; also a name of the certificate */
};

/*
 * A server context with a fresh certificate signed by the (kept or fresh) authority; NULL with
 * a sentence in `why`.
 */
SSL_CTX *tls_listen(const struct tls_options *o, char *why, size_t why_n);

#endif
