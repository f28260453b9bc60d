/*
 * bench_aead.c - a TLS 1.3 record of AES-128-GCM, sealed and opened: the product's record layer, the
 * same cipher by OpenSSL's EVP with nonce and additional data set for each record, and SSL_write
 * and SSL_read over memory BIOs.
 */
#include "dataplane/tls/tls_ossl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/parts.h"
#include "dataplane/tls/tls_kdf.h"
#include "dataplane/tls/tls_rec.h"

#define RECORD_ROOM 2048

struct bench {
	struct tls_crypto crypto;
	struct tls_dir tx, rx;
	EVP_CIPHER_CTX *seal, *open;
	SSL_CTX *ctx;
	SSL *client, *server;
	u64 evp_seq;
	u32 n; /* plaintext bytes */
	u8 rec[PARTS_BATCH][RECORD_ROOM];
	u8 out[RECORD_ROOM];
};

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "bench_aead: %s\n", what);
		exit(1);
	}
}

/* ---- ours ---- */

static void ours_seal(void *arg, u32 from)
{
	struct bench *b = arg;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++)
		tls_seal(&b->tx, b->rec[i], b->n, TLS_APPLICATION_DATA);
}

/* Opening needs its record first: what sealing alone takes is to be taken off. */
static void ours_seal_open(void *arg, u32 from)
{
	struct bench *b = arg;
	u32 out_n;
	u8 type;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		u32 n = tls_seal(&b->tx, b->rec[i], b->n, TLS_APPLICATION_DATA);
		check(tls_open(&b->rx, b->rec[i], n, b->out, &out_n, &type) == ERR_OK && out_n == b->n,
		      "a record of ours did not open");
	}
}

/* ---- EVP ---- */

static void nonce_of(u64 seq, u8 iv[12])
{
	seq = __builtin_bswap64(seq);
	memset(iv, 7, 12);
	memcpy(iv + 4, &seq, 8);
}

static void evp_seal_one(struct bench *b, u8 *rec)
{
	u8 iv[12], *body = rec + TLS_HEADER_LEN;
	u32 n = b->n + 1;
	int len;
	nonce_of(b->evp_seq, iv);
	body[b->n] = TLS_APPLICATION_DATA;
	rec[0] = TLS_APPLICATION_DATA, rec[1] = 3, rec[2] = 3;
	rec[3] = (u8)((n + TLS_TAG_LEN) >> 8), rec[4] = (u8)(n + TLS_TAG_LEN);
	bool ok = EVP_EncryptInit_ex(b->seal, NULL, NULL, NULL, iv) &&
		  EVP_EncryptUpdate(b->seal, NULL, &len, rec, TLS_HEADER_LEN) &&
		  EVP_EncryptUpdate(b->seal, body, &len, body, (int)n) &&
		  EVP_EncryptFinal_ex(b->seal, body + n, &len) &&
		  EVP_CIPHER_CTX_ctrl(b->seal, EVP_CTRL_AEAD_GET_TAG, TLS_TAG_LEN, body + n);
	check(ok, "EVP does not seal");
}

static void evp_open_one(struct bench *b, u8 *rec)
{
	u8 iv[12], *body = rec + TLS_HEADER_LEN;
	u32 n = b->n + 1;
	int len;
	nonce_of(b->evp_seq, iv);
	bool ok = EVP_DecryptInit_ex(b->open, NULL, NULL, NULL, iv) &&
		  EVP_DecryptUpdate(b->open, NULL, &len, rec, TLS_HEADER_LEN) &&
		  EVP_DecryptUpdate(b->open, b->out, &len, body, (int)n) &&
		  EVP_CIPHER_CTX_ctrl(b->open, EVP_CTRL_AEAD_SET_TAG, TLS_TAG_LEN, body + n) &&
		  EVP_DecryptFinal_ex(b->open, b->out + len, &len);
	check(ok, "EVP does not open");
}

static void evp_seal(void *arg, u32 from)
{
	struct bench *b = arg;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++, b->evp_seq++)
		evp_seal_one(b, b->rec[i]);
}

static void evp_seal_open(void *arg, u32 from)
{
	struct bench *b = arg;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++, b->evp_seq++) {
		evp_seal_one(b, b->rec[i]);
		evp_open_one(b, b->rec[i]);
	}
}

/* ---- libssl ---- */

static void ssl_seal(void *arg, u32 from)
{
	struct bench *b = arg;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++) {
		check(SSL_write(b->client, b->rec[i], (int)b->n) == (int)b->n, "SSL_write");
		(void)BIO_reset(SSL_get_wbio(b->client));
	}
}

static void ssl_seal_open(void *arg, u32 from)
{
	struct bench *b = arg;
	(void)from;
	for (u32 i = 0; i < PARTS_BATCH; i++)
		check(SSL_write(b->server, b->rec[i], (int)b->n) == (int)b->n &&
			      SSL_read(b->client, b->out, RECORD_ROOM) == (int)b->n,
		      "SSL_write and SSL_read");
}

static void make_certificate(SSL_CTX *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	check(key && x && X509_set_version(x, 2), "no key");
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	bool ok = X509_set_pubkey(x, key) && X509_sign(x, key, EVP_sha256()) && SSL_CTX_use_certificate(ctx, x) &&
		  SSL_CTX_use_PrivateKey(ctx, key);
	check(ok, "no certificate");
	X509_free(x);
	EVP_PKEY_free(key);
}

/* The client's and the server's memory BIOs are each other's. */
static void open_ssl(struct bench *b)
{
	BIO *up = BIO_new(BIO_s_mem()), *down = BIO_new(BIO_s_mem());
	check((b->ctx = SSL_CTX_new(TLS_method())) && up && down, "no OpenSSL");
	make_certificate(b->ctx);
	SSL_CTX_set_num_tickets(b->ctx, 0);
	bool ok = SSL_CTX_set_min_proto_version(b->ctx, TLS1_3_VERSION) &&
		  SSL_CTX_set_ciphersuites(b->ctx, "TLS_AES_128_GCM_SHA256") && (b->client = SSL_new(b->ctx)) &&
		  (b->server = SSL_new(b->ctx)) && BIO_up_ref(up) && BIO_up_ref(down);
	check(ok, "no connection");
	SSL_set_bio(b->client, down, up);
	SSL_set_bio(b->server, up, down);
	SSL_set_connect_state(b->client);
	SSL_set_accept_state(b->server);
	for (u32 i = 0; i < 10 && !(SSL_is_init_finished(b->client) && SSL_is_init_finished(b->server)); i++) {
		SSL_do_handshake(b->client);
		SSL_do_handshake(b->server);
	}
	check(SSL_is_init_finished(b->server), "the handshake");
}

/* ---- all ---- */

static void open_evp(struct bench *b)
{
	static const u8 key[16] = { 1, 2, 3 }, iv[12] = { 0 };
	b->seal = EVP_CIPHER_CTX_new();
	b->open = EVP_CIPHER_CTX_new();
	check(b->seal && b->open && EVP_EncryptInit_ex(b->seal, EVP_aes_128_gcm(), NULL, key, iv) &&
		      EVP_DecryptInit_ex(b->open, EVP_aes_128_gcm(), NULL, key, iv),
	      "no EVP");
}

static void open_ours(struct bench *b)
{
	static const u8 secret[TLS_SECRET_MAX] = { 1, 2, 3 };
	struct tls_dir_keys k = { 0 };
	check(tls_crypto_init(&b->crypto, true) == ERR_OK && tls_tx_open(&b->tx, &b->crypto) == ERR_OK &&
		      tls_rx_open(&b->rx, &b->crypto) == ERR_OK &&
		      tls_keys_13(&k, TLS_AES_128_GCM_SHA256, secret) == ERR_OK &&
		      tls_dir_set(&b->tx, &k) == ERR_OK && tls_dir_set(&b->rx, &k) == ERR_OK,
	      "no record layer");
}

static void run(struct bench *b, const struct clock *c, u32 n)
{
	static const struct {
		const char *name;
		void (*run)(void *arg, u32 from);
	} rows[] = {
		{ "ours_seal_open", ours_seal_open }, { "evp_seal", evp_seal }, { "evp_seal_open", evp_seal_open },
		{ "ssl_seal", ssl_seal }, { "ssl_seal_open", ssl_seal_open }, { "ours_seal", ours_seal },
	};
	struct part parts[ARRAY_LEN(rows)];
	char name[ARRAY_LEN(rows)][48];
	b->n = n;
	open_ours(b);
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(name[i], sizeof name[i], "aead.%s.%u", rows[i].name, n);
		parts[i] = (struct part){ .name = name[i], .run = rows[i].run, .arg = b };
	}
	/* the last is alone: what it seals nobody opens */
	parts_run(c, parts, ARRAY_LEN(rows) - 1, 50);
	parts_run(c, parts + ARRAY_LEN(rows) - 1, 1, 50);
	tls_dir_close(&b->tx);
	tls_dir_close(&b->rx);
}

int main(void)
{
	struct bench *b = aligned_alloc(_Alignof(struct bench), sizeof *b);
	struct clock c;
	check(b && clock_calibrate(&c) == ERR_OK, "no memory or clock");
	memset(b, 0, sizeof *b);
	open_evp(b);
	open_ssl(b);
	run(b, &c, 227);
	run(b, &c, 1400);
	SSL_free(b->client);
	SSL_free(b->server);
	SSL_CTX_free(b->ctx);
	EVP_CIPHER_CTX_free(b->seal);
	EVP_CIPHER_CTX_free(b->open);
	free(b);
	return 0;
}
