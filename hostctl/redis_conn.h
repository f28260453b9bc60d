/*
 * redis_conn.h - one TCP connection to Redis, logged on, whose answers are bounded.
 *
 * hiredis asks for whatever memory the length of an array names, and gathers whatever a string's
 * length names. Here an answer has at most CONN_ELEMENTS elements in all its arrays together and CONN_BYTES
 * between two of its elements; a server that says more is not listened to any longer. Blocks for at
 * most REDIS_TIMEOUT_MS. One thread.
 */
#ifndef HOSTCTL_REDIS_CONN_H
#define HOSTCTL_REDIS_CONN_H

#include "common/err.h"
#include "common/types.h"

#define REDIS_TIMEOUT_MS 1000
#define REDIS_WHY_MAX    512
#define CONN_ELEMENTS    4096
#define CONN_BYTES       (1u << 20)

struct redisContext;
struct redisReply;
struct redisReplyObjectFunctions;

/* Stays where it is as long as it is open. */
struct redis_conn {
	struct redisContext *c; /* NULL: none */
	struct redisReplyObjectFunctions *make; /* of the parts of an answer */
	u32 elements;                           /* of the answer under way */
};

struct redis_server {
	const char *host, *user, *password; /* "": no user, no password */
	u16 port;
};

/* Connects, and logs on where there is a password. ERR_CLOSED: `why` (REDIS_WHY_MAX bytes). */
err_t conn_open(struct redis_conn *n, const struct redis_server *at, char *why);

/* A descriptor that is connected already; it belongs to the connection. ERR_NO_MEMORY. */
err_t conn_adopt(struct redis_conn *n, int fd);

/*
 * The next answer, after all that was appended has been sent. NULL: `why`, and the connection is of no
 * more use. Free it.
 */
struct redisReply *conn_answer(struct redis_conn *n, char *why);

void conn_close(struct redis_conn *n);

#endif
