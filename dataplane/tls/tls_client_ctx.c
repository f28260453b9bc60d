#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/tls/tls_client_int.h"
#include "dataplane/tls/tls_heap.h"

#define SUITES_13 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define SUITES_12                                                    \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:" \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

/* OpenSSL has one callback of each kind a context: it finds its way by the connection. */
static void on_keylog(const SSL *ssl, const char *line)
{
	tls_client_secret_line(tls_client_of(ssl), line);
}

static int on_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls_client *hs = tls_client_of(ssl);

	if (!SSL_SESSION_is_resumable(session))
		return 0;
	tls_sessions_put(&hs->ctx->sessions, hs->host, session);
	return 1; /* the reference is ours now */
}

static err_t refuse(char *why, err_t e, const char *what, const char *value)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	snprintf(why, TLS_WHY_MAX, "%s: %s: %s", what, value ? value : "default",
		 reason ? reason : err_text(e));
	ERR_clear_error();
	return e;
}

static int fragment_mode(u16 bytes)
{
	switch (bytes) {
	case 512: return TLSEXT_max_fragment_length_512;
	case 1024: return TLSEXT_max_fragment_length_1024;
	case 2048: return TLSEXT_max_fragment_length_2048;
	case 4096: return TLSEXT_max_fragment_length_4096;
	default: return -1;
	}
}

static err_t set_versions(SSL_CTX *s, const struct tls_client_cfg *cfg, char *why)
{
	u16 lo = cfg->version_min ? cfg->version_min : TLS_1_2;
	u16 hi = cfg->version_max ? cfg->version_max : TLS_1_3;

	if (lo < TLS_1_2 || hi > TLS_1_3 || lo > hi ||
	    SSL_CTX_set_min_proto_version(s, lo) != 1 || SSL_CTX_set_max_proto_version(s, hi) != 1)
		return refuse(why, ERR_ARGUMENT, "TLS versions", "expected TLS 1.2 to 1.3");
	return ERR_OK;
}

static err_t set_policy(SSL_CTX *s, const struct tls_client_cfg *cfg, char *why)
{
	static const u8 http11[] = "\x08http/1.1";
	const char *s13 = cfg->suites_13 ? cfg->suites_13 : SUITES_13;
	const char *s12 = cfg->suites_12 ? cfg->suites_12 : SUITES_12;
	int frag = fragment_mode(cfg->max_fragment);

	if (SSL_CTX_set_ciphersuites(s, s13) != 1)
		return refuse(why, ERR_ARGUMENT, "TLS 1.3 suites", s13);
	if (SSL_CTX_set_cipher_list(s, s12) != 1)
		return refuse(why, ERR_ARGUMENT, "TLS 1.2 suites", s12);
	if (cfg->groups && SSL_CTX_set1_groups_list(s, cfg->groups) != 1)
		return refuse(why, ERR_ARGUMENT, "groups", cfg->groups);
	if (cfg->max_fragment &&
	    (frag < 0 || SSL_CTX_set_tlsext_max_fragment_length(s, (u8)frag) != 1))
		return refuse(why, ERR_ARGUMENT, "record size", "expected 512, 1024, 2048 or 4096");
	if (SSL_CTX_set_alpn_protos(s, http11, sizeof http11 - 1) != 0)
		return refuse(why, ERR_NO_MEMORY, "ALPN", "http/1.1");
	return ERR_OK;
}

static err_t set_trust(SSL_CTX *s, const struct tls_client_cfg *cfg, char *why)
{
	int ok = cfg->ca_file ? SSL_CTX_load_verify_file(s, cfg->ca_file) :
				SSL_CTX_set_default_verify_paths(s);

	SSL_CTX_set_verify(s, SSL_VERIFY_PEER, NULL);
	return ok == 1 ? ERR_OK : refuse(why, ERR_IO, "CA certificates", cfg->ca_file);
}

static err_t set_identity(SSL_CTX *s, const struct tls_client_cfg *cfg, char *why)
{
	if (!cfg->cert_file != !cfg->key_file)
		return refuse(why, ERR_ARGUMENT, "client certificate", "expected both files or none");
	if (!cfg->cert_file)
		return ERR_OK;
	if (SSL_CTX_use_certificate_chain_file(s, cfg->cert_file) != 1)
		return refuse(why, ERR_IO, "client certificate", cfg->cert_file);
	if (SSL_CTX_use_PrivateKey_file(s, cfg->key_file, SSL_FILETYPE_PEM) != 1)
		return refuse(why, ERR_IO, "key of the client certificate", cfg->key_file);
	return ERR_OK;
}

err_t tls_client_ctx_new(struct tls_client_ctx **out, const struct tls_client_cfg *cfg, char *why)
{
	struct tls_client_ctx *c = calloc(1, sizeof *c);

	*out = NULL;
	why[0] = 0;
	ERR_clear_error();
	if (c)
		c->ssl_ctx = SSL_CTX_new(TLS_client_method());
	if (!c || !c->ssl_ctx) {
		free(c);
		return refuse(why, ERR_NO_MEMORY, "TLS", "context");
	}
	SSL_CTX_set_options(c->ssl_ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(c->ssl_ctx, SSL_SESS_CACHE_CLIENT |
						   SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c->ssl_ctx, on_session);
	SSL_CTX_set_keylog_callback(c->ssl_ctx, on_keylog);
	err_t e = set_versions(c->ssl_ctx, cfg, why);
	if (!e)
		e = set_policy(c->ssl_ctx, cfg, why);
	if (!e)
		e = set_trust(c->ssl_ctx, cfg, why);
	if (!e)
		e = set_identity(c->ssl_ctx, cfg, why);
	if (e)
		tls_client_ctx_free(c);
	else
		*out = c;
	return e;
}

void tls_client_ctx_free(struct tls_client_ctx *c)
{
	if (!c)
		return;
	tls_sessions_clear(&c->sessions);
	SSL_CTX_free(c->ssl_ctx);
	free(c);
}

/* ---- OpenSSL's memory: SSL_free leaves traffic secrets in what it frees ---- */

/* A system's trust store takes some 3 MB, a handshake 100 KB. */
#ifdef __SANITIZE_ADDRESS__
#define HEAP_BYTES 0 /* the sanitizer sees each object */
#else
#define HEAP_BYTES (16u << 20)
#endif

static struct tls_heap heap; /* OpenSSL's functions have no argument for it */

static void *ossl_alloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return tls_heap_alloc(&heap, n);
}

static void ossl_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	tls_heap_free(&heap, p);
}

static void *ossl_realloc(void *old, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return tls_heap_realloc(&heap, old, n);
}

/* Before main: OpenSSL takes other functions only until its first allocation. */
__attribute__((constructor)) static void give_openssl_its_memory(void)
{
	tls_heap_init(&heap, HEAP_BYTES);
	(void)CRYPTO_set_mem_functions(ossl_alloc, ossl_realloc, ossl_free);
}

bool tls_client_wipes(void)
{
	CRYPTO_free_fn now = NULL;

	CRYPTO_get_mem_functions(NULL, NULL, &now);
	return now == ossl_free;
}

bool tls_client_locked(void) { return heap.locked; }
