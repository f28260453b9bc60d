/*
 * slow.h - the slow thread: whatever a session needs that may block or compute for long. Name
 * resolution, TLS handshakes, signatures.
 *
 * It answers the hot cores' messages by their inboxes and keeps no state of a session but its
 * handshake. Secrets (the private key, the API key) live here alone, in memory that core dumps leave out.
 */
#ifndef SAKER_SLOW_H
#define SAKER_SLOW_H

#include "appliance/secret_store.h"
#include "common/clock.h"
#include "common/msg.h"
#include "common/ring.h"
#include "dataplane/tls/tls_client.h"
#include "gateway/binance_sign.h"

#define SLOW_CORES 2
#define SLOW_SESSIONS 4 /* of one core */

/* Where a session goes; strings outlive the thread. */
struct slow_target {
	const char *host;    /* for certificate, SNI and Host header */
	const char *address; /* of either version of IP; "": resolve the host */
	const char *path;
	u16 port;
};

struct slow_core {
	struct ring *in, *out; /* out of the core, into the core */
	bool has_ip4, has_ip6; /* of its port: what a name may resolve to */
	u32 n_targets;
	struct slow_target target[SLOW_SESSIONS];
	struct ring *keylog; /* key log lines, for the capture; NULL: nobody may have them */
	u64 *keylog_lost;    /* counter word: connections whose lines did not fit it */
	struct tls_client *hs[SLOW_SESSIONS];
	u64 tag[SLOW_SESSIONS]; /* of that handshake */
};

struct slow_cfg {
	struct tls_client_cfg tls;
	const char *private_key_file, *api_key_file; /* "": no logon can be signed; or "secret:NAME" */
	const char *secrets_dir;
	u32 recv_window_ms;
};

struct slow {
	struct slow_core core[SLOW_CORES];
	u32 n_cores;
	struct tls_client_ctx *ctx;
	struct binance_key key;
	bool has_key;
	struct secret api_key;
	u32 recv_window_ms;
	u64 logons;
	bool stop; /* set by another thread, relaxed */
};

/* Reads trust and keys. On failure `why` (at least TLS_WHY_MAX bytes) names the file and the remedy. */
err_t slow_init(struct slow *s, const struct slow_cfg *cfg, char *why);

/* Takes what has come; returns the work done. */
u32 slow_step(struct slow *s);

/* The thread: steps until `stop`, resting between. `arg` is the struct slow. */
void *slow_thread(void *arg);

void slow_close(struct slow *s);

#endif
