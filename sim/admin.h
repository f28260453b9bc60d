/*
 * admin.h - our own paths under /sim/ (only with --admin): what the venue knows, and faults to
 * order. Not the real venue's.
 */
#ifndef SIM_ADMIN_H
#define SIM_ADMIN_H

#include "sim/http.h"
#include "sim/venue.h"

/* Answers a request under /sim/ that came on `asker` into `out`. */
void admin_answer(struct venue *v, struct conn *asker, const struct http_request *r,
		  struct span body, struct buf *out);

/* Every order and fill, and the balances, as JSON. */
void admin_put_ledger(const struct venue *v, struct buf *out);

#endif
