/*
 * loss.h - what an acknowledgement means: round trips, congestion window, fast recovery, and the
 * retransmission timer (RFC 5681, 6298, 6582, 6675 in short, 8985 section 7). Internal to tcp.
 *
 * One idea carries all of it: [rtx_nxt, rtx_end) is deemed lost, and loss_pipe is what is believed
 * to be in the network. tx_output sends what is lost, then what is new, as long as the pipe is
 * smaller than the congestion window.
 */
#ifndef SAKER_LOSS_H
#define SAKER_LOSS_H

#include "dataplane/tcp/conn.h"

/* Sets the windows of a connection just opened (RFC 6928). */
void loss_open(struct tcp_conn *c);

/* Bytes believed to be in the network. */
u32 loss_pipe(const struct tcp_conn *c);

/* Before new data goes after a pause longer than the time-out: RFC 5681 4.1, unless configured off. */
void loss_idle(struct tcp_conn *c, ns_t now);

/* New data has just been sent up to snd_nxt: times it unless something is being timed. */
void loss_timed(struct tcp_conn *c, ns_t now);

/* Books snd_una having moved since una_done. */
void loss_acked(struct tcp_conn *c, ns_t now);

/*
 * An ACK at or above snd_una and at most snd_nxt, its window not taken over yet: moves snd_una,
 * SACK, duplicates.
 */
void loss_ack(struct tcp_conn *c, const struct tcp_seg *s, ns_t now);

/* The timer ran out: everything unacknowledged is lost (RFC 6298 5.4 to 5.7). */
void loss_timeout(struct tcp_conn *c, ns_t now);

/* The tail-loss probe (RFC 8985 7.3). */
void loss_probe(struct tcp_conn *c, ns_t now);

/*
 * The MTU to the peer is smaller than thought: everything in flight goes again in segments of
 * `mss`.
 */
void loss_shrink(struct tcp_conn *c, u16 mss, ns_t now);

#endif
