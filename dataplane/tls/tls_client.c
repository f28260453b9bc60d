#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"
#include "dataplane/tls/tls_client_int.h"
#include "dataplane/tls/tls_kdf.h"

/* ---- secrets ---- */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes read; 0 where it is not hexadecimal or not of a length a secret has. */
static u8 secret_of(const char *hex, u8 *out)
{
	size_t n = strlen(hex) / 2;

	if (n > TLS_SECRET_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return 0;
		out[i] = (u8)(hi << 4 | lo);
	}
	return (u8)n;
}

/* "LABEL <client random> <secret>" */
void tls_client_secret_line(struct tls_client *hs, const char *line)
{
	static const char rx[] = "SERVER_TRAFFIC_SECRET_0 ", tx[] = "CLIENT_TRAFFIC_SECRET_0 ";
	const char *hex = strrchr(line, ' ');
	struct wr w = wr_of(hs->keylog + hs->keylog_n, sizeof hs->keylog - hs->keylog_n);

	if (wr_left(&w) > strlen(line)) {
		wr_str(&w, line);
		wr_str(&w, "\n");
		hs->keylog_n += (u32)wr_len(&w);
	}
	if (!hex)
		return;
	if (strncmp(line, rx, sizeof rx - 1) == 0)
		hs->secret_n[TLS_RX] = secret_of(hex + 1, hs->secret[TLS_RX]);
	if (strncmp(line, tx, sizeof tx - 1) == 0)
		hs->secret_n[TLS_TX] = secret_of(hex + 1, hs->secret[TLS_TX]);
}

static u16 suite_of(const SSL *ssl)
{
	switch (SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(ssl))) {
	case NID_aes_128_gcm: return TLS_AES_128_GCM_SHA256;
	case NID_aes_256_gcm: return TLS_AES_256_GCM_SHA384;
	case NID_chacha20_poly1305: return TLS_CHACHA20_POLY1305_SHA256;
	default: return 0;
	}
}

static err_t keys_13(const struct tls_client *hs, struct tls_keys *k)
{
	err_t e = ERR_OK;

	for (enum tls_way way = TLS_RX; way <= TLS_TX && !e; way++) {
		e = tls_keys_13(&k->now[way], suite_of(hs->ssl), hs->secret[way]);
		if (!e && hs->secret_n[way] != k->now[way].secret_n)
			e = ERR_INTERNAL;
		if (!e)
			e = tls_keys_next(&k->now[way], &k->next[way]);
	}
	return e;
}

static err_t keys_12(const struct tls_client *hs, struct tls_keys *k)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(hs->ssl);
	struct tls_12_master m = {
		.suite = suite_of(hs->ssl),
		.digest = EVP_MD_get0_name(SSL_CIPHER_get_handshake_digest(cipher)),
	};

	SSL_SESSION_get_master_key(SSL_get_session(hs->ssl), m.master, sizeof m.master);
	SSL_get_client_random(hs->ssl, m.client_random, sizeof m.client_random);
	SSL_get_server_random(hs->ssl, m.server_random, sizeof m.server_random);
	err_t e = tls_keys_12(k, &m);
	OPENSSL_cleanse(&m, sizeof m);
	return e;
}

err_t tls_client_keys(struct tls_client *hs, struct tls_keys *k)
{
	memset(k, 0, sizeof *k);
	if (!SSL_is_init_finished(hs->ssl))
		return ERR_STATE;
	err_t e = SSL_version(hs->ssl) == TLS_1_3 ? keys_13(hs, k) : keys_12(hs, k);
	if (e)
		tls_keys_wipe(k);
	return e;
}

void tls_keys_wipe(struct tls_keys *k) { OPENSSL_cleanse(k, sizeof *k); }

/* ---- the handshake ---- */

static struct span to_send(struct tls_client *hs)
{
	char *p = NULL;
	long n = BIO_get_mem_data(hs->out, &p);

	return (struct span){ (const u8 *)p, n > 0 ? (size_t)n : 0 };
}

/* The first error of OpenSSL's queue says most: later ones are about cleaning up. */
static err_t explain(struct tls_client *hs)
{
	unsigned long first = ERR_peek_error();
	int alert = ERR_GET_REASON(first) - SSL_AD_REASON_OFFSET;
	long verify = SSL_get_verify_result(hs->ssl);
	err_t e = ERR_PROTOCOL;

	if (verify != X509_V_OK) {
		e = ERR_CERTIFICATE;
		snprintf(hs->why, sizeof hs->why, "certificate of %s: %s", hs->host,
			 X509_verify_cert_error_string(verify));
	} else if (ERR_GET_LIB(first) == ERR_LIB_SSL && alert >= 0 && alert <= UINT8_MAX) {
		e = ERR_REFUSED;
		snprintf(hs->why, sizeof hs->why, "%s refused the handshake by alert %d: %s",
			 hs->host, alert, SSL_alert_desc_string_long(alert));
	} else {
		const char *reason = ERR_reason_error_string(first);
		snprintf(hs->why, sizeof hs->why, "handshake with %s: %s", hs->host,
			 reason ? reason : err_text(e));
	}
	ERR_clear_error();
	return e;
}

static err_t run(struct tls_client *hs, struct span *out)
{
	err_t e = ERR_OK;

	ERR_clear_error();
	int r = SSL_do_handshake(hs->ssl);
	if (r != 1 && SSL_get_error(hs->ssl, r) != SSL_ERROR_WANT_READ)
		e = explain(hs);
	*out = to_send(hs);
	return e;
}

/* An address literal is checked against the certificate's addresses and is no server name. */
static bool set_host(SSL *ssl, const char *host)
{
	u8 addr[16];

	if (inet_pton(AF_INET, host, addr) == 1 || inet_pton(AF_INET6, host, addr) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static void resume(struct tls_client *hs)
{
	SSL_SESSION *s = tls_sessions_take(&hs->ctx->sessions, hs->host);

	if (s)
		SSL_set_session(hs->ssl, s);
	SSL_SESSION_free(s);
}

static err_t set_up(struct tls_client *hs)
{
	hs->ssl = SSL_new(hs->ctx->ssl_ctx);
	if (!hs->ssl)
		return ERR_NO_MEMORY;
	hs->in = BIO_new(BIO_s_mem());
	hs->out = BIO_new(BIO_s_mem());
	if (!hs->in || !hs->out) {
		BIO_free(hs->in);
		BIO_free(hs->out);
		return ERR_NO_MEMORY;
	}
	SSL_set_bio(hs->ssl, hs->in, hs->out);
	SSL_set_app_data(hs->ssl, hs);
	SSL_set_connect_state(hs->ssl);
	return set_host(hs->ssl, hs->host) ? ERR_OK : ERR_ARGUMENT;
}

err_t tls_client_start(struct tls_client **out_hs, struct tls_client_ctx *c, const char *host,
		       struct span *out)
{
	struct tls_client *hs = NULL;

	*out_hs = NULL;
	*out = (struct span){ NULL, 0 };
	if (!host[0] || strlen(host) > TLS_HOST_MAX)
		return ERR_ARGUMENT;
	hs = calloc(1, sizeof *hs);
	if (!hs)
		return ERR_NO_MEMORY;
	hs->ctx = c;
	strcpy(hs->host, host);
	err_t e = set_up(hs);
	if (!e) {
		resume(hs);
		e = run(hs, out);
	}
	if (e)
		tls_client_free(hs);
	else
		*out_hs = hs;
	return e;
}

static err_t give(struct tls_client *hs, const u8 *rec, u32 n)
{
	assert(n <= INT32_MAX);
	(void)BIO_reset(hs->out);
	return BIO_write(hs->in, rec, (int)n) == (int)n ? ERR_OK : ERR_NO_MEMORY;
}

err_t tls_client_record(struct tls_client *hs, const u8 *rec, u32 n, struct span *out,
			bool *finished)
{
	*finished = false;
	*out = (struct span){ NULL, 0 };
	if (SSL_is_init_finished(hs->ssl) || hs->why[0])
		return ERR_STATE;
	err_t e = give(hs, rec, n);
	if (!e)
		e = run(hs, out);
	if (!e)
		*finished = SSL_is_init_finished(hs->ssl);
	return e;
}

err_t tls_client_ticket(struct tls_client *hs, const u8 *rec, u32 n)
{
	u8 none;

	if (!SSL_is_init_finished(hs->ssl) || hs->why[0])
		return ERR_STATE;
	err_t e = give(hs, rec, n);
	if (e)
		return e;
	ERR_clear_error();
	int r = SSL_read(hs->ssl, &none, 1);
	if (r > 0 || SSL_get_error(hs->ssl, r) != SSL_ERROR_WANT_READ)
		return explain(hs);
	return ERR_OK;
}

bool tls_client_resumed(const struct tls_client *hs) { return SSL_session_reused(hs->ssl); }
const char *tls_client_why(const struct tls_client *hs) { return hs->why; }

struct span tls_client_keylog(const struct tls_client *hs)
{
	return (struct span){ (const u8 *)hs->keylog, hs->keylog_n };
}

void tls_client_free(struct tls_client *hs)
{
	if (!hs)
		return;
	/* Closed elsewhere, by the core: else OpenSSL takes the session for broken and forgets it. */
	if (hs->ssl && SSL_is_init_finished(hs->ssl))
		SSL_set_shutdown(hs->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(hs->ssl);
	OPENSSL_cleanse(hs, sizeof *hs);
	free(hs);
}
