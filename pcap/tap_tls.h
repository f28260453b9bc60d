/*
 * tap_tls.h - the server's direction of somebody else's TLS connection, opened with the secrets of a
 * key log: TLS 1.3 (RFC 8446) and TLS 1.2 (RFC 5246) with the AEAD suites our record layer has.
 *
 * The handshake is read far enough to know version, suite and where application keys begin; records
 * behind it go through dataplane/tls, key updates included. Slow: derivations allocate. The bytes may be
 * hostile.
 */
#ifndef SAKER_PCAP_TAP_TLS_H
#define SAKER_PCAP_TAP_TLS_H

#include "dataplane/tls/tls.h"
#include "pcap/keylog.h"

#define TAP_WHY 200

struct tap_tls_cfg {
	const struct tls_crypto *crypto;
	const struct span *logs; /* key logs, asked in their order */
	u32 n_logs;
	u8 client_random[KEYLOG_RANDOM];
	/* As of struct tls_cb; room stays. */
	u8 *(*room)(void *user, u32 n);
	void (*app)(void *user, u32 n, ns_t now);
	void *user;
};

struct tap_tls {
	struct tap_tls_cfg cfg;
	struct tls tls;
	struct tls_dir handshake; /* TLS 1.3: the server's handshake keys */
	u8 server_random[TLS_RANDOM_LEN];
	u16 version, suite; /* suite: the number on the wire; 0: no ServerHello yet */
	bool changed;       /* TLS 1.2: ChangeCipherSpec has come */
	u8 head[4];         /* of the handshake message being read */
	u32 head_n, left;   /* bytes of its body still to come */
	bool credit_due, keys_due, refill_due[2];
	u64 cnt[TLS_CNT_COUNT];
	u8 opened[TLS_INNER_MAX + 256];
	char why[TAP_WHY]; /* "": nothing is wrong */
};

/* The log outlives it. ERR_NO_MEMORY. */
err_t tap_tls_init(struct tap_tls *t, struct arena *a, const struct tap_tls_cfg *cfg);
void tap_tls_fini(struct tap_tls *t);

/* Bytes of the stream in order. Anything but ERR_OK is the end of it: `why` says what is wrong. */
err_t tap_tls_rx(struct tap_tls *t, struct span data, ns_t now);

/* The random of a ClientHello that `data` (the client's first bytes) begins with; false: it is none. */
bool tap_tls_client_random(struct span data, u8 random[KEYLOG_RANDOM]);

#endif
