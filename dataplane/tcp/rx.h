/*
 * rx.h - received segments off the cut-through path, by the steps of RFC 9293 3.10.7. Internal to
 * tcp.
 */
#ifndef SAKER_RX_H
#define SAKER_RX_H

#include "dataplane/tcp/conn.h"

/* A frame the cut-through path did not take, whatever it is. */
void rx_slow(struct tcp *t, const struct frame *f, ns_t now);

/*
 * text.c: steps 7 and 8. The user may end the connection from within: look at its state afterwards.
 */
void rx_text(struct tcp_conn *c, const struct tcp_seg *s, ns_t now);

/* icmp.c: an error about a segment of ours (RFC 5927). */
void rx_icmp(struct tcp *t, const struct net_seg *s, ns_t now);

#endif
