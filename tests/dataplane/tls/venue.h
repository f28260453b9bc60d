/*
 * venue.h - for the tests of this folder: a TLS server by OpenSSL over memory, with a certificate
 * made on the spot. Its ca_file vouches for it.
 */
#ifndef TESTS_TLS_VENUE_H
#define TESTS_TLS_VENUE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/tls/tls_keys.h"
#include "dataplane/tls/tls_ossl.h"
#include "tests/cmocka_all.h"

#define VENUE_HOST "venue.test"
#define VENUE_IP   "192.0.2.1"

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

static inline void add_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
}

/* `by` NULL: signs itself and may sign others. Expires in `days`, which may be negative. */
static inline struct identity identity_new(const char *name, const struct identity *by, int days,
					   bool rsa)
{
	struct identity id = { rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), X509_new() };
	X509_NAME *n = X509_get_subject_name(id.cert);
	const struct identity *signer = by ? by : &id;

	X509_set_version(id.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), by ? 2 : 1);
	X509_gmtime_adj(X509_getm_notBefore(id.cert), -86400L * 9);
	X509_gmtime_adj(X509_getm_notAfter(id.cert), 86400L * days);
	X509_set_pubkey(id.cert, id.key);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const u8 *)name, -1, -1, 0);
	X509_set_issuer_name(id.cert, X509_get_subject_name(signer->cert));
	if (by)
		add_ext(id.cert, by->cert, NID_subject_alt_name,
			"DNS:" VENUE_HOST ",DNS:*.wild.test,IP:" VENUE_IP);
	else
		add_ext(id.cert, id.cert, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(id.cert, signer->key, EVP_sha256()) > 0);
	return id;
}

static inline void identity_free(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

/* Writes the certificate to a new file; `path` holds its name, the caller unlinks it. */
static inline void write_pem(const struct identity *id, char path[64])
{
	strcpy(path, "/tmp/saker-test-ca-XXXXXX");
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, id->cert), 1);
	fclose(f);
}

struct venue {
	struct identity ca, leaf;
	char ca_file[64];
	SSL_CTX *ctx;
};

struct venue_cfg {
	u16 version;        /* 0: TLS 1.2 and 1.3 */
	const char *suites; /* of that version, NULL: all */
	const char *groups; /* NULL: all */
	int days;           /* the certificate's, 0: a year */
	bool rsa;           /* its key; else ECDSA */
};

static inline int take_http11(SSL *ssl, const u8 **out, u8 *out_n, const u8 *in, u32 n, void *arg)
{
	(void)ssl, (void)arg;
	return SSL_select_next_proto((u8 **)out, out_n, (const u8 *)"\x08http/1.1", 9, in, n) ==
			       OPENSSL_NPN_NEGOTIATED ?
		       SSL_TLSEXT_ERR_OK :
		       SSL_TLSEXT_ERR_ALERT_FATAL;
}

static inline void venue_open(struct venue *v, const struct venue_cfg *cfg)
{
	v->ca = identity_new("test authority", NULL, 365, false);
	v->leaf = identity_new(VENUE_HOST, &v->ca, cfg->days ? cfg->days : 365, cfg->rsa);
	write_pem(&v->ca, v->ca_file);
	v->ctx = SSL_CTX_new(TLS_server_method());
	assert_non_null(v->ctx);
	SSL_CTX_use_certificate(v->ctx, v->leaf.cert);
	SSL_CTX_use_PrivateKey(v->ctx, v->leaf.key);
	SSL_CTX_set_alpn_select_cb(v->ctx, take_http11, NULL);
	SSL_CTX_set_session_id_context(v->ctx, (const u8 *)"t", 1);
	if (cfg->version) {
		SSL_CTX_set_min_proto_version(v->ctx, cfg->version);
		SSL_CTX_set_max_proto_version(v->ctx, cfg->version);
	}
	if (cfg->suites && cfg->version == TLS_1_3)
		assert_int_equal(SSL_CTX_set_ciphersuites(v->ctx, cfg->suites), 1);
	if (cfg->suites && cfg->version == TLS_1_2)
		assert_int_equal(SSL_CTX_set_cipher_list(v->ctx, cfg->suites), 1);
	if (cfg->groups)
		assert_int_equal(SSL_CTX_set1_groups_list(v->ctx, cfg->groups), 1);
}

static inline void venue_close(struct venue *v)
{
	SSL_CTX_free(v->ctx);
	identity_free(&v->leaf);
	identity_free(&v->ca);
	unlink(v->ca_file);
}

#endif
