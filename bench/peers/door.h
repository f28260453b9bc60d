/*
 * door.h - the venue's side of a real connection: accepts TCP, shakes hands by OpenSSL, answers the
 * WebSocket upgrade, and leaves the rest to bench/peer.h with the keys. One connection a door.
 */
#ifndef PEERS_DOOR_H
#define PEERS_DOOR_H

#include "bench/peer.h"
#include "bench/peers/far.h"

#define DOOR_PORT 9443

struct door {
	struct peer *peer;
	const struct tls_crypto *crypto;
	struct tcp_conn *conn;
	struct far far;
	bool shaken;
	bool open; /* upgraded: what comes is the peer's */
};

/* Listens on DOOR_PORT of `p`. `d` must not move. Exits on failure, then and later. */
void door_open(struct door *d, struct peer *p, SSL_CTX *server, const struct tls_crypto *crypto);
void door_close(struct door *d);

#endif
