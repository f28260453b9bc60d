/*
 * open.h - connections on their way to ESTABLISHED. Internal to tcp.
 */
#ifndef SAKER_OPEN_H
#define SAKER_OPEN_H

#include "dataplane/tcp/conn.h"

/*
 * The timer of a connection that is opening: resolves the neighbour, sends the SYN, sends it again,
 * gives up.
 */
void open_turn(struct tcp_conn *c, ns_t now);

/* RFC 9293 3.10.7.2: a segment to a port somebody listens to, or to nobody. */
void open_listen_rx(struct tcp *t, const struct tcp_seg *s, ns_t now);

/*
 * RFC 9293 3.10.7.3, to step 4. true: established, and the segment's text is to be looked at.
 */
bool open_syn_sent_rx(struct tcp_conn *c, const struct tcp_seg *s, ns_t now);

/* Is there a listener on this local port? */
const struct tcp_listener *open_listener(const struct tcp *t, u16 port);

#endif
