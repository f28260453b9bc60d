#include "bench/peers/far.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/tls/tls_kdf.h"

#define SUITE "TLS_AES_128_GCM_SHA256"

static void die(const char *what)
{
	char text[256];
	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	fprintf(stderr, "bench: a peer's TLS: %s: %s\n", what, text);
	exit(1);
}

static bool from_hex(const char *s, u8 *out, size_t n)
{
	unsigned v;
	for (size_t i = 0; i < n; i++, s += 2) {
		if (sscanf(s, "%2x", &v) != 1)
			return false;
		out[i] = (u8)v;
	}
	return true;
}

/* "LABEL client-random secret", the secret 32 bytes under SHA-256. */
static void on_keylog(const SSL *ssl, const char *line)
{
	struct far *f = SSL_get_app_data(ssl);
	bool client = !strncmp(line, "CLIENT_TRAFFIC_SECRET_0 ", 24);
	u8 secret[TLS_SECRET_MAX];
	if (!client && strncmp(line, "SERVER_TRAFFIC_SECRET_0 ", 24))
		return;
	const char *hex = strrchr(line, ' ') + 1;
	if (!from_hex(hex, secret, 32) ||
	    tls_keys_13(client ? &f->rx : &f->tx, TLS_AES_128_GCM_SHA256, secret) != ERR_OK)
		die("traffic secret");
	*(client ? &f->have_rx : &f->have_tx) = true;
}

static void certify(SSL_CTX *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	if (!key || !x || !X509_set_version(x, 2) || !ASN1_INTEGER_set(X509_get_serialNumber(x), 1) ||
	    !X509_gmtime_adj(X509_getm_notBefore(x), -3600) ||
	    !X509_gmtime_adj(X509_getm_notAfter(x), 86400) || !X509_set_pubkey(x, key) ||
	    !X509_sign(x, key, EVP_sha256()) || SSL_CTX_use_certificate(ctx, x) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		die("certificate");
	X509_free(x);
	EVP_PKEY_free(key);
}

static SSL_CTX *context(const SSL_METHOD *m)
{
	SSL_CTX *ctx = SSL_CTX_new(m);
	if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(ctx, SUITE))
		die("context");
	return ctx;
}

SSL_CTX *far_ctx(void)
{
	SSL_CTX *ctx = context(TLS_server_method());
	certify(ctx);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_keylog_callback(ctx, on_keylog);
	return ctx;
}

/* Read-ahead: one call of the BIO a record instead of two. */
SSL_CTX *far_client_ctx(void)
{
	SSL_CTX *ctx = context(TLS_client_method());
	SSL_CTX_set_read_ahead(ctx, 1);
	return ctx;
}

void far_open(struct far *f, SSL_CTX *server)
{
	*f = (struct far){ .ssl = SSL_new(server), .in = BIO_new(BIO_s_mem()), .out = BIO_new(BIO_s_mem()) };
	if (!f->ssl || !f->in || !f->out)
		die("memory");
	SSL_set_bio(f->ssl, f->in, f->out);
	SSL_set_app_data(f->ssl, f);
	SSL_set_accept_state(f->ssl);
}

void far_close(struct far *f) { SSL_free(f->ssl); }

bool far_step(struct far *f)
{
	int r = SSL_do_handshake(f->ssl);
	if (r != 1 && SSL_get_error(f->ssl, r) != SSL_ERROR_WANT_READ)
		die("handshake");
	if (r == 1 && (!f->have_rx || !f->have_tx))
		die("no traffic secret was told");
	return r == 1;
}
