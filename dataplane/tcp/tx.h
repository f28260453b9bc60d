/*
 * tx.h - making and sending segments. Internal to tcp.
 *
 * What returns bool: false where the device had no room; nothing has changed then, and the caller
 * comes again next turn.
 */
#ifndef SAKER_TX_H
#define SAKER_TX_H

#include "dataplane/tcp/conn.h"

/* Fills the header template in; again when the peer's MAC has changed. */
void tx_template(struct tcp_conn *c, const u8 mac[6]);

/*
 * [seq, seq + len) of the ring as one segment, with FIN where it reaches the end of the stream and
 * the FIN is queued. Retires the ACK that was owed.
 */
bool tx_data(struct tcp_conn *c, u32 seq, u32 len);

/* The timestamp option of this moment, where there is one; returns its bytes, c->ts_bytes. */
u32 tx_timestamp(const struct tcp_conn *c, u8 *opt);

/* SYN, or SYN and ACK where the peer's SYN is there. */
bool tx_syn(struct tcp_conn *c);

/* An ACK with the SACK blocks there are. Where it fails it stays owed. */
bool tx_ack(struct tcp_conn *c);

/* An ACK with the number before our next one: the peer answers it. */
bool tx_keepalive(struct tcp_conn *c);

/* RFC 5961: an ACK, ten a second and connection at most. */
void tx_challenge(struct tcp_conn *c, ns_t now);

/* RST with our next sequence number. */
void tx_rst(struct tcp_conn *c);

/* [rtx_nxt, rtx_end), one segment of it: sends it again. */
bool tx_again(struct tcp_conn *c);

/*
 * Everything the windows allow: what is lost first, then what was never sent, then the FIN. Arms
 * the timer.
 */
void tx_output(struct tcp_conn *c, ns_t now);

/*
 * reply.c: an ACK out of TIME-WAIT, and the reset of RFC 9293 3.10.7.1. `s` is what they answer.
 * reply_allowed: a hundred a second, so that a flood does not become ours; asked by the caller where
 * any stranger could be the cause.
 */
bool reply_allowed(struct tcp *t, ns_t now);
void reply_ack(struct tcp *t, const struct tcp_seg *s, const struct tw *w, ns_t now);
void reply_rst(struct tcp *t, const struct tcp_seg *s, ns_t now);

#endif
