/*
 * wsconn.h - WebSocket on a connection: whole messages in, frames out, pings and the close
 * handshake.
 */
#ifndef SIM_WSCONN_H
#define SIM_WSCONN_H

#include "sim/conn.h"
#include "sim/ws.h"

void wsconn_text(struct conn *c, const void *p, size_t n);
void wsconn_close(struct conn *c, enum ws_status status,
		  const char *why); /* sends a close frame, then ends */

/*
 * The next whole text message of c->in into c->message (then call again). ERR_AGAIN: none yet.
 * Control frames are answered here; a client that breaks the protocol is sent away: ERR_CLOSED.
 * *frames counts every frame that came.
 */
err_t wsconn_next(struct conn *c, ns_t now, u32 *frames);

/* Pings a connection that is due; resets one that has not answered for three periods. */
void wsconn_keepalive(struct conn *c, ns_t now, i64 now_ms, ns_t period_ns);

#endif
