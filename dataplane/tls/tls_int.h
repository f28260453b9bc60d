/*
 * tls_int.h - what the files of one connection share: tls.c (life, keys, sending), tls_rx.c
 * (framing), tls_post.c (what is not application data after the handshake).
 */
#ifndef TLS_INT_H
#define TLS_INT_H

#include "dataplane/tls/tls.h"

#define TLS_DUE_UPDATE 1u /* a KeyUpdate of ours */
#define TLS_DUE_ALERT  2u /* t->alert_tx */

#define TLS_IN_CAP (TLS_BACKLOG + TLS_REC_MAX)

static inline struct tls_dir *tls_dir_now(struct tls *t, enum tls_way way)
{
	return &t->dir[way][t->gen[way]];
}

/* The current generation is used up: on to the next, and ask for the one after it. */
void tls_roll(struct tls *t, enum tls_way way);

/* Ends the connection with `why`; the alert that goes with it becomes due. Returns `why`. */
err_t tls_fail(struct tls *t, err_t why);

/* Ends it with an alert of the caller's choice. Returns ERR_PROTOCOL. */
err_t tls_fail_alert(struct tls *t, u8 alert);

/* An opened handshake or alert record: its plaintext, and the raw record for the ticket's sake. */
err_t tls_post_handshake(struct tls *t, struct span plain, struct span raw);
err_t tls_post_alert(struct tls *t, struct span plain);

/* One more record without application data: ERR_PROTOCOL once there were too many in a row. */
err_t tls_count_empty(struct tls *t);

#endif
