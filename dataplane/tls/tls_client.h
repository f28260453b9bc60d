/*
 * tls_client.h - the client's side of the TLS handshake, by OpenSSL, one record at a time. Slow
 * thread only: it allocates and reads files; it never touches a socket.
 *
 * Always on: verification of chain and host name, SNI, ALPN http/1.1, TLS 1.2 or later,
 * forward-secret AEAD suites only.
 */
#ifndef TLS_CLIENT_H
#define TLS_CLIENT_H

#include "common/err.h"
#include "dataplane/tls/tls_keys.h"

#define TLS_WHY_MAX 512

struct tls_client_cfg {
	const char *ca_file;     /* PEM bundle; NULL: the system's store */
	const char *suites_13;   /* OpenSSL's names; NULL: the order of enum tls_suite */
	const char *suites_12;   /* NULL: ECDHE with the same ciphers */
	const char *groups;      /* NULL: OpenSSL's */
	u16 version_min, version_max; /* 0: TLS_1_2, TLS_1_3 */
	const char *cert_file; /* our own certificate chain, PEM, for servers that ask; NULL: none */
	const char *key_file;  /* its private key, PEM, not encrypted */
	u16 max_fragment; /* asks for records of 512, 1024, 2048 or 4096 bytes (RFC 6066); 0: no */
};

/* Trust, policy, and the sessions to resume, one a host. May be used by one thread at a time. */
struct tls_client_ctx;

/*
 * ERR_ARGUMENT, ERR_IO (bundle, certificate or key), ERR_NO_MEMORY; `why` (TLS_WHY_MAX bytes) then names the
 * reason.
 */
err_t tls_client_ctx_new(struct tls_client_ctx **out, const struct tls_client_cfg *cfg, char *why);
void tls_client_ctx_free(struct tls_client_ctx *c); /* after the last of its handshakes */

/*
 * Whether OpenSSL wipes all memory it frees, which it does not by itself: arranged before main in
 * each program that links this. False: something else had used OpenSSL before.
 */
bool tls_client_wipes(void);

/* Whether the memory OpenSSL works in (tls_heap.h) is locked. It is in no core dump either way. */
bool tls_client_locked(void);

/* One handshake, and afterwards the parked connection that takes the tickets. */
struct tls_client;

/*
 * Starts a handshake with `host` (DNS name, or an address literal: checked against the
 * certificate's addresses, no SNI). A saved session of that host is resumed. `out` receives the
 * bytes to send, valid until the next call. ERR_ARGUMENT, ERR_NO_MEMORY.
 */
err_t tls_client_start(struct tls_client **out_hs, struct tls_client_ctx *c, const char *host,
		       struct span *out);

/*
 * One whole record of the server. `out`: bytes to send, also after an error (an alert). *finished:
 * take the keys and feed no more. ERR_CERTIFICATE (chain or host name), ERR_REFUSED (the server
 * sent an alert), ERR_PROTOCOL; tls_client_why says more.
 */
err_t tls_client_record(struct tls_client *hs, const u8 *rec, u32 n, struct span *out,
			bool *finished);

/*
 * Finished: keys of both directions and, in TLS 1.3, the next generation. The caller wipes them
 * (tls_keys_wipe).
 */
err_t tls_client_keys(struct tls_client *hs, struct tls_keys *k);
void tls_keys_wipe(struct tls_keys *k);

/*
 * Finished: one raw ticket record, in the order received, so that the next handshake with this host
 * resumes.
 */
err_t tls_client_ticket(struct tls_client *hs, const u8 *rec, u32 n);

bool tls_client_resumed(const struct tls_client *hs);
const char *tls_client_why(const struct tls_client *hs); /* one line; "": no failure */

/*
 * NSS key log lines of this connection, for a capture; they decrypt everything. Valid until
 * tls_client_free.
 */
struct span tls_client_keylog(const struct tls_client *hs);

void tls_client_free(struct tls_client *hs); /* wipes; NULL is allowed */

#endif
