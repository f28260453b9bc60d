/*
 * tw.h - connections in TIME-WAIT: what is needed to answer the peer and to leave the tuple alone
 * for 2 MSL. Found by hash; listed by the time they end, free ones first. Internal to tcp.
 */
#ifndef SAKER_TW_H
#define SAKER_TW_H

#include "common/arena.h"
#include "dataplane/net/ip_addr.h"

struct tw {
	struct ip_addr rem;
	u32 ports; /* as in struct tcp_conn; 0: free */
	u32 snd_nxt, rcv_nxt;
	u16 wnd; /* field of our last ACK */
	bool ts;
	u32 ts_offset, ts_recent;
	ns_t until_ns;
	struct tw *hash_next, *older, *newer;
};

struct tw_table {
	struct tw *e, *oldest, *newest;
	struct tw **buckets;
	u32 n, mask;
	ns_t stay_ns;
};

size_t tw_arena_bytes(u32 n);

/* For `n` > 0 records that stay for `stay_ns`. */
err_t tw_init(struct tw_table *tw, struct arena *a, u32 n, ns_t stay_ns);

/*
 * A record for the tuple that stays from now on; what the peer has to be told is
 * unset. `evicted` is true where one not yet expired had to go: the one that would end first.
 */
struct tw *tw_add(struct tw_table *tw, const struct ip_addr *rem, u32 ports, ns_t now, bool *evicted);

/* The record of the tuple, or NULL; an expired one is no record. */
struct tw *tw_find(const struct tw_table *tw, const struct ip_addr *rem, u32 ports, ns_t now);

/* It stays from now on. */
void tw_renew(struct tw_table *tw, struct tw *e, ns_t now);

void tw_free(struct tw_table *tw, struct tw *e);

#endif
