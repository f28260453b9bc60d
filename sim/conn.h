/*
 * conn.h - one client connection: TLS over a non-blocking socket, bytes queued both ways.
 *
 * A connection that failed or was reset is `dead`: nothing is sent on it any more and the
 * server's loop frees it.
 */
#ifndef SIM_CONN_H
#define SIM_CONN_H

#include "sim/buf.h"
#include "sim/message.h"
#include "sim/ossl.h"

#define CONN_QUEUE_MAX (8u << 20) /* a reader this far behind is disconnected */
#define CONN_STREAMS_MAX 1024

enum conn_kind { CONN_HTTP, CONN_STREAMS, CONN_API };

struct streams_session {
	char (*names)[STREAM_NAME_MAX];
	size_t n, cap;
	bool raw;     /* payloads without the {"stream":...} envelope */
	u32 received; /* messages of the client in this second */
	ns_t second_ns;
};

struct api_session {
	bool authorized, subscribed, rate_limits;
	i64 authorized_ms;
	u32 subscription_id, subscriptions; /* the active one; how many there were */
};

struct conn {
	int fd;
	SSL *ssl;
	u64 id;
	enum conn_kind kind;
	bool open;          /* the TLS handshake is done */
	bool dead, closing; /* closing: what is queued goes out, then it ends */
	bool ended;         /* nothing goes out any more; what comes is thrown away */
	ns_t closing_ns;    /* since when the server has seen it closing */
	bool watched_write; /* the server waits for room to write */
	struct buf in, out;
	struct buf message;     /* fragments of a WebSocket message */
	u8 message_opcode;      /* 0: none begun */
	ns_t heard_ns, ping_ns; /* last sign of life; last ping sent */
	i64 connected_ms;
	u64 sent; /* WebSocket messages */
	struct streams_session streams;
	struct api_session api;
};

struct conn *sim_conn_new(int fd, SSL_CTX *tls, u64 id, ns_t now, i64 now_ms); /* owns fd */
void conn_free(struct conn *c);

/* Reads what has come into c->in, up to 64 kB. Returns whether the connection is still alive. */
bool conn_read(struct conn *c);

/* Sends or queues. Over CONN_QUEUE_MAX queued the connection is reset. */
void conn_send(struct conn *c, const void *p, size_t n);

/* Sends on what is queued. */
void conn_flush(struct conn *c);

/* Ends it at once, with a RST rather than a FIN. */
void conn_reset(struct conn *c);

/* Ends it after what is queued, with TLS's close_notify. */
void conn_close(struct conn *c);

bool conn_wants_write(const struct conn *c);

#endif
