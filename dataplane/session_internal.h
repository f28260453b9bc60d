/*
 * session_internal.h - what the files of a session share: session.c (its life), session_rx.c (bytes
 * in), session_tx.c (bytes out).
 */
#ifndef SAKER_SESSION_INTERNAL_H
#define SAKER_SESSION_INTERNAL_H

#include "dataplane/session_set.h"

#define DEADLINE_NEVER UINT64_MAX

extern const struct tcp_events session_tcp_events;
extern void session_tls_callbacks(struct session *s, struct tls_cb *cb);

static inline u64 session_tag(const struct session *s) { return SESSION_TAG(s->cfg.index, s->attempt); }

/* Its deadline. */
void session_due(struct session *s, ns_t at);
void session_on_deadline(struct session *s, ns_t now);

/* A new state with its time-out; tells ctl. */
void session_enter(struct session *s, u32 state, ns_t deadline_ns);

/* Takes a doomed connection down, once no callback of TLS runs. */
void session_settle(struct session *s, ns_t now);

/*
 * Drops the connection without a word to the peer beyond a reset, tells the user, and waits for the
 * next attempt.
 */
void session_drop(struct session *s, err_t why, const char *text, ns_t now);

/* The upgrade was answered: frames from here on. */
void session_opened(struct session *s, ns_t now);

/* Bytes for the slow thread about this attempt; a full ring dooms the attempt. */
void session_to_slow(struct session *s, u16 type, const void *p, u32 n);

/*
 * Seals `n` bytes as application data and queues them; ERR_STATE where a control record is due
 * first.
 */
err_t session_write(struct session *s, const void *p, u32 n, ns_t now);
void session_write_control(struct session *s, ns_t now); /* what TLS has due */
err_t session_write_close(struct session *s, u16 code, ns_t now);
err_t session_write_ping(struct session *s, ns_t now);
/* The pong that is due; it stays due where nothing may leave now. */
void session_write_pong(struct session *s, ns_t now);

#endif
