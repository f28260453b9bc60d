#include "tests/hostctl/papers.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/cmocka_all.h"

static void write_file(const char *dir, const char *name, const char *end, X509 *cert, EVP_PKEY *key)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s.%s", dir, name, end);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *f = fdopen(fd, "w");
	assert_non_null(f);
	if (cert)
		assert_int_equal(PEM_write_X509(f, cert), 1);
	if (key)
		assert_int_equal(PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
}

static void extend(X509 *c, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(c, e, -1), 1);
	X509_EXTENSION_free(e);
}

static X509 *make(EVP_PKEY *key, const char *common, int days, X509 *issuer)
{
	static long serial = 1;
	X509 *c = X509_new();
	X509_set_version(c, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(c), -2 * 86400);
	X509_gmtime_adj(X509_getm_notAfter(c), days * 86400L);
	X509_set_pubkey(c, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8, (const u8 *)common, -1, -1, 0);
	X509_set_issuer_name(c, X509_get_subject_name(issuer ? issuer : c));
	return c;
}

void papers_open(struct papers *p, const char *dir, const char *name)
{
	snprintf(p->dir, sizeof p->dir, "%s", dir);
	p->key = EVP_EC_gen("P-256");
	p->cert = make(p->key, name, 2, NULL);
	extend(p->cert, p->cert, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(p->cert, p->key, EVP_sha256()) > 0);
	write_file(dir, name, "pem", p->cert, NULL);
}

void papers_sign(const struct papers *p, const char *name, const char *common, const char *alt, int days)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *c = make(key, common, days, p->cert);
	if (alt)
		extend(c, p->cert, NID_subject_alt_name, alt);
	assert_true(X509_sign(c, p->key, EVP_sha256()) > 0);
	write_file(p->dir, name, "pem", c, NULL);
	write_file(p->dir, name, "key", NULL, key);
	X509_free(c);
	EVP_PKEY_free(key);
}

void papers_close(struct papers *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
}
