#include "sim/tls_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/buf.h"

#define VALID_S (3650L * 86400)

struct authority {
	X509 *cert;
	EVP_PKEY *key;
};

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool ok = e && X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
	return ok;
}

static X509 *new_cert(const char *name, EVP_PKEY *key, X509_NAME *issuer)
{
	u8 serial[8];
	X509 *c = X509_new();
	if (!c || RAND_bytes(serial, sizeof serial) != 1)
		return c;
	serial[0] &= 0x7f;
	BIGNUM *bn = BN_bin2bn(serial, sizeof serial, NULL);
	BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(c));
	BN_free(bn);
	X509_set_version(c, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(c), -86400);
	X509_gmtime_adj(X509_getm_notAfter(c), VALID_S);
	X509_set_pubkey(c, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, (const u8 *)name,
				   -1, -1, 0);
	X509_set_issuer_name(c, issuer ? issuer : X509_get_subject_name(c));
	return c;
}

static bool make_authority(struct authority *a)
{
	a->key = EVP_EC_gen("P-256");
	a->cert = a->key ? new_cert("saker-venue test authority", a->key, NULL) : NULL;
	return a->cert &&
	       add_extension(a->cert, a->cert, NID_basic_constraints, "critical,CA:TRUE") &&
	       add_extension(a->cert, a->cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	       add_extension(a->cert, a->cert, NID_subject_key_identifier, "hash") &&
	       X509_sign(a->cert, a->key, EVP_sha256());
}

static FILE *create(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool write_cert(const char *path, X509 *cert)
{
	FILE *f = create(path, 0644);
	bool ok = f && PEM_write_X509(f, cert) == 1;
	return f && fclose(f) == 0 && ok;
}

static bool write_key(const char *path, EVP_PKEY *key)
{
	FILE *f = create(path, 0600);
	bool ok = f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;
	return f && fclose(f) == 0 && ok;
}

/* The authority kept in the state folder; false where there is none yet. */
static bool read_authority(struct authority *a, const char *cert_path, const char *key_path)
{
	FILE *c = fopen(cert_path, "re"), *k = fopen(key_path, "re");
	a->cert = c ? PEM_read_X509(c, NULL, NULL, NULL) : NULL;
	a->key = k ? PEM_read_PrivateKey(k, NULL, NULL, NULL) : NULL;
	if (c)
		fclose(c);
	if (k)
		fclose(k);
	return a->cert && a->key && X509_check_private_key(a->cert, a->key) == 1;
}

static bool keep_authority(struct authority *a, const struct tls_options *o, char *why,
			   size_t why_n)
{
	char cert[512], key[512], copy[512];
	snprintf(copy, sizeof copy, "%s/ca.pem", o->dir);
	bool ok = true;
	if (o->state_dir) {
		snprintf(cert, sizeof cert, "%s/ca.pem", o->state_dir);
		snprintf(key, sizeof key, "%s/ca.key", o->state_dir);
		if (!read_authority(a, cert, key)) {
			X509_free(a->cert);
			EVP_PKEY_free(a->key);
			ok = make_authority(a) && write_key(key, a->key) &&
			     write_cert(cert, a->cert);
		}
	} else {
		ok = make_authority(a);
	}
	ok = ok && write_cert(copy, a->cert);
	if (!ok)
		snprintf(why, why_n, "cannot write the certificate authority to %s: %s", copy,
			 strerror(errno));
	return ok;
}

static X509 *server_cert(const struct authority *a, EVP_PKEY *key, const struct tls_options *o)
{
	struct buf names = { 0 };
	X509 *c = new_cert(o->hosts[0], key, X509_get_subject_name(a->cert));
	for (size_t i = 0; i < o->hosts_n; i++)
		buf_fmt(&names, "DNS:%s,", o->hosts[i]);
	buf_fmt(&names, "IP:%s", o->ip);
	buf_add(&names, "", 1);
	bool ok = c && add_extension(c, a->cert, NID_basic_constraints, "critical,CA:FALSE") &&
		  add_extension(c, a->cert, NID_key_usage, "critical,digitalSignature") &&
		  add_extension(c, a->cert, NID_ext_key_usage, "serverAuth") &&
		  add_extension(c, a->cert, NID_authority_key_identifier, "keyid") &&
		  add_extension(c, a->cert, NID_subject_alt_name, (char *)buf_p(&names)) &&
		  X509_sign(c, a->key, EVP_sha256());
	buf_free(&names);
	if (ok)
		return c;
	X509_free(c);
	return NULL;
}

/*
 * The venue speaks HTTP/1.1; a client that offers it among others gets it, one that offers none
 * goes on without.
 */
static int choose_alpn(SSL *ssl, const u8 **out, u8 *out_n, const u8 *in, unsigned in_n, void *arg)
{
	static const u8 ours[] = "\x08http/1.1";
	(void)ssl;
	(void)arg;
	u8 *chosen;
	if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours - 1, in, in_n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

SSL_CTX *tls_listen(const struct tls_options *o, char *why, size_t why_n)
{
	struct authority a = { 0 };
	SSL_CTX *ctx = NULL;
	if (keep_authority(&a, o, why, why_n)) {
		EVP_PKEY *key = EVP_EC_gen("P-256");
		X509 *cert = key ? server_cert(&a, key, o) : NULL;
		ctx = SSL_CTX_new(TLS_server_method());
		if (!cert || !ctx || SSL_CTX_use_certificate(ctx, cert) != 1 ||
		    SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
		    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) {
			snprintf(why, why_n,
				 "cannot make a certificate for %s and %s: are they a host name "
				 "and an IP address?",
				 o->hosts[0], o->ip);
			SSL_CTX_free(ctx);
			ctx = NULL;
		}
		X509_free(cert);
		EVP_PKEY_free(key);
	}
	X509_free(a.cert);
	EVP_PKEY_free(a.key);
	if (!ctx)
		return NULL;
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, NULL);
	return ctx;
}
