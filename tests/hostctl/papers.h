/*
 * papers.h - certificates for tests: an authority and those it signs, as PEM files in a folder.
 */
#ifndef TESTS_PAPERS_H
#define TESTS_PAPERS_H

#include "common/types.h"
#include "dataplane/tls/tls_ossl.h"

struct papers {
	char dir[64];
	EVP_PKEY *key; /* the authority's */
	X509 *cert;
};

/* <dir>/<name>.pem is the authority's certificate. */
void papers_open(struct papers *p, const char *dir, const char *name);

/*
 * <dir>/<name>.pem and <dir>/<name>.key (0600), signed by `p`, of that common name; `alt`
 * ("DNS:localhost,IP:127.0.0.1", NULL: none). `days` from now until it ends.
 */
void papers_sign(const struct papers *p, const char *name, const char *common, const char *alt, int days);

void papers_close(struct papers *p); /* the files stay */

#endif
