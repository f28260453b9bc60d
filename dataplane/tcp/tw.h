/*
 * tw.h - connections in TIME-WAIT: what is needed to answer the peer and to leave the tuple alone
 * for 2 MSL.
 */
#ifndef SAKER_TW_H
#define SAKER_TW_H

#include "common/arena.h"

struct tw {
	u32 rem_ip, ports; /* as in struct tcp_conn; ports 0: free */
	u32 snd_nxt, rcv_nxt;
	u16 wnd; /* field of our last ACK */
	bool ts;
	u32 ts_offset, ts_recent;
	ns_t until_ns;
};

struct tw_table {
	struct tw *e;
	u32 n;
};

err_t tw_init(struct tw_table *tw, struct arena *a, u32 n);

/* A record for the tuple, all else unset. `evicted` is true where one not yet expired had to go. */
struct tw *tw_add(struct tw_table *tw, u32 rem_ip, u32 ports, ns_t now, bool *evicted);

/* The record of the tuple, or NULL; an expired one is no record. */
struct tw *tw_find(struct tw_table *tw, u32 rem_ip, u32 ports, ns_t now);

void tw_free(struct tw *e);

#endif
