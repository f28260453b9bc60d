#include "hostctl/gate_tls.h"

#include <stdio.h>

#include "appliance/secret_store.h"

static_assert(GATE_WHY >= SECRET_WHY, "it holds a secret's reasons");

static err_t fail(char *why, const char *option, const char *file, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	snprintf(why, GATE_WHY, "%s: %s: %s%s%s%s", option, file, what, reason ? " (" : "", reason ? reason : "",
		 reason ? ")" : "");
	ERR_clear_error();
	return ERR_IO;
}

static SSL_CTX *new_context(const SSL_METHOD *m)
{
	SSL_CTX *ctx = SSL_CTX_new(m);
	if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

/* The text of a PEM key; one that is encrypted by itself is refused instead of asked for. */
static err_t use_key(SSL_CTX *ctx, const char *option, const char *file, const struct secret *pem, char *why)
{
	char no_passphrase[] = "";
	BIO *bio = BIO_new_mem_buf(pem->text, (int)pem->n);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, no_passphrase) : NULL;
	bool ok = key && SSL_CTX_use_PrivateKey(ctx, key) == 1;
	EVP_PKEY_free(key);
	BIO_free(bio);
	if (!ok)
		return fail(why, option, file, "holds no unencrypted private key in PEM form, or not that of the certificate");
	return SSL_CTX_check_private_key(ctx) == 1 ? ERR_OK : fail(why, option, file, "is not the certificate's key");
}

/* A file or "secret:NAME". */
static err_t load_key(SSL_CTX *ctx, const char *option, const char *spec, const char *secrets_dir, char *why)
{
	struct secret_store store = { .dir = secrets_dir, .passphrase_fd = -1 };
	struct secret pem;
	err_t e = secret_get(&store, spec, &pem, why);
	if (e == ERR_OK)
		e = use_key(ctx, option, spec, &pem, why);
	secret_free(&pem);
	secret_store_close(&store);
	return e;
}

static err_t ask_for_clients(SSL_CTX *ctx, const char *file, char *why)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
	if (!names || SSL_CTX_load_verify_locations(ctx, file, NULL) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return fail(why, "access.tcp.client_ca", file, "holds no certificates");
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL); /* who shows none may still have a token */
	return ERR_OK;
}

err_t gate_tls_server(SSL_CTX **out, const struct config *c, char *why)
{
	const struct config_access *a = &c->access;
	SSL_CTX *ctx = *out = new_context(TLS_server_method());
	if (!ctx)
		return fail(why, "access.tcp", "TLS", "cannot be set up");
	err_t e = SSL_CTX_use_certificate_chain_file(ctx, a->tcp_certificate) == 1
			  ? ERR_OK
			  : fail(why, "access.tcp.certificate", a->tcp_certificate, "holds no certificate in PEM form");
	if (e == ERR_OK)
		e = load_key(ctx, "access.tcp.key", a->tcp_key, c->secrets_dir, why);
	if (e == ERR_OK && *a->tcp_client_ca)
		e = ask_for_clients(ctx, a->tcp_client_ca, why);
	if (e == ERR_OK)
		return ERR_OK;
	SSL_CTX_free(ctx);
	*out = NULL;
	return ERR_IO;
}

static err_t show_own(SSL_CTX *ctx, const struct gate_files *f, char *why)
{
	if (!f->cert && !f->key)
		return ERR_OK;
	if (!f->cert || !f->key) {
		snprintf(why, GATE_WHY, "--cert and --key go together");
		return ERR_IO;
	}
	if (SSL_CTX_use_certificate_chain_file(ctx, f->cert) != 1)
		return fail(why, "--cert", f->cert, "holds no certificate in PEM form");
	return load_key(ctx, "--key", f->key, "", why);
}

err_t gate_tls_client(SSL_CTX **out, const struct gate_files *f, char *why)
{
	SSL_CTX *ctx = *out = new_context(TLS_client_method());
	err_t e = ERR_OK;
	if (!ctx)
		return fail(why, "--connect", "TLS", "cannot be set up");
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (f->ca ? SSL_CTX_load_verify_locations(ctx, f->ca, NULL) != 1 : SSL_CTX_set_default_verify_paths(ctx) != 1)
		e = fail(why, "--ca", f->ca ? f->ca : "the system's", "holds no certificates");
	if (e == ERR_OK)
		e = show_own(ctx, f, why);
	if (e == ERR_OK)
		return ERR_OK;
	SSL_CTX_free(ctx);
	*out = NULL;
	return e;
}
