/*
 * venue.h - the whole venue: the exchange behind, the connections in front, and what all
 * handlers share.
 */
#ifndef SIM_VENUE_H
#define SIM_VENUE_H

#include "sim/conn.h"
#include "sim/exchange.h"
#include "sim/limits.h"
#include "sim/options.h"

#define VENUE_CONNS_MAX 512

struct venue {
	const struct options *options;
	struct exchange exchange;
	struct limits limits;
	SSL_CTX *tls;
	EVP_PKEY *account_key; /* NULL: no logon is possible */
	int epoll_fd, listen_fd, signal_fd;
	struct conn **conns;
	size_t conns_n, conns_cap;
	u64 next_conn_id;
	ns_t now_ns;                  /* monotonic, read once a turn */
	i64 now_ms;                   /* wall clock, same */
	ns_t anchor_ns, anchor_at_ns; /* the market's time anchor_at_ns is played at anchor_ns */
	ns_t silent_until_ns;         /* no market data goes out before */
	bool stop, failed;
};

#endif
