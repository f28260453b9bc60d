/*
 * isn.h - initial sequence numbers and ephemeral ports nobody can guess. Internal to tcp.
 */
#ifndef SAKER_ISN_H
#define SAKER_ISN_H

#include "dataplane/tcp/conn.h"

/* RFC 6528: a clock of 4 us plus a keyed hash of the tuple. */
u32 tcp_isn(const struct tcp *t, const struct ip_addr *rem, u32 ports, ns_t now);

/* Where the timestamps of a tuple begin: they tell nothing of other connections (RFC 7323 5.4). */
u32 tcp_ts_offset(const struct tcp *t, const struct ip_addr *rem, u32 ports);

/*
 * RFC 6056 3.3.3: the next free ephemeral port towards (rem, remote port); neither a connection
 * nor TIME-WAIT uses the tuple. 0: all are taken.
 */
u16 tcp_port_choose(struct tcp *t, const struct ip_addr *rem, u16 remote, ns_t now);

#endif
