/*
 * peer.h - the venue's end of one session, in memory: our own TCP in the server's place, a TLS
 * record layer with the mirrored keys, and server WebSocket frames. Real bytes at the port; the
 * handshake is replaced by adoption. Not a venue: it answers what it is told to.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "dataplane/nic/nic_mem.h"
#include "dataplane/session.h"

#define PEER_CONNS 256

struct peer {
	struct port *port;
	struct net net;
	struct tcp *tcp;
	struct tcp_conn *conn[PEER_CONNS];
	struct tls_dir rx[PEER_CONNS], tx[PEER_CONNS];
	u64 net_cnt[NET_CNT_COUNT], tcp_cnt[TCP_CNT_COUNT];
	ns_t now;
	/* a text from session `i` */
	void (*text)(void *user, u32 i, const u8 *p, u32 n);
	void *user;
	u32 n_conns;
};

#define PEER_IP 0x0a4d0001u /* 10.77.0.1 */
#define CLIENT_IP 0x0a4d0002u

struct net_cfg peer_net_cfg(const struct port *own, u32 ip);

void peer_open(struct peer *p, struct arena *a, struct port *port);
void peer_open_at(struct peer *p, struct arena *a, struct port *port, u32 ip); /* with another address than PEER_IP */
/* For up to PEER_CONNS connections, the others take a few. */
void peer_open_many(struct peer *p, struct arena *a, struct port *port, u32 conns);

/* What the client of a session takes over. */
struct peer_end {
	struct tcp_adopt tcp;
	struct tls_keys keys;
};

/* Opens the peer's end of one session, and returns the other. Exits on failure. */
struct peer_end peer_accept(struct peer *p, const struct port *client, const struct tls_crypto *crypto,
			    u16 local_port, ns_t now);

/* Session `i` goes on under these keys, of the peer's own point of view. Exits on failure. */
void peer_keys(struct peer *p, u32 i, const struct tls_dir_keys *rx, const struct tls_dir_keys *tx);

/* The next session is `c`, which was opened, and its handshake done, elsewhere. Exits on failure. */
void peer_take(struct peer *p, struct tcp_conn *c, const struct tls_crypto *crypto,
	       const struct tls_dir_keys *rx, const struct tls_dir_keys *tx);

/* Joins one session of `core_tcp` with this peer: same tuple, same keys, from either end. Exits on failure. */
void peer_join(struct peer *p, struct session *s, const struct port *client, const struct tls_crypto *crypto,
	       u16 local_port, ns_t now);

/* Takes a burst of what the client has sent and calls `text`; looks after TCP. */
void peer_turn(struct peer *p, ns_t now);

/*
 * One text message, one record; one segment in the client's receive ring when this returns, unless
 * the windows are full: then it is queued.
 */
void peer_send(struct peer *p, u32 i, const char *text, u32 n, ns_t now);

#endif
