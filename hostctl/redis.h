/*
 * redis.h - everything an appliance tells Redis: hashes of its state, streams of orders, fills and risk, market
 * data by pub/sub.
 *
 * A thread of its own. A Redis that is away or slow costs little memory: of state the newest sample
 * waits, of alerts the first 64; orders and fills wait in the journal, market data in the tape until
 * that is overwritten. What is lost is counted.
 */
#ifndef HOSTCTL_REDIS_H
#define HOSTCTL_REDIS_H

#include "appliance/config.h"
#include "hostctl/alert.h"
#include "hostctl/metric.h"
#include "hostctl/redis_link.h"

struct redis;

/* ERR_IO, ERR_NO_MEMORY: `why` (REDIS_WHY_MAX bytes). A server that is away is no error. `c` must outlive it. */
err_t redis_open(struct redis **r, const struct config *c, const char *instance, char *why);

/* Takes a copy; never waits for the server. */
void redis_sample(struct redis *r, const struct metric_set *now);

/* Adds to saker:{<instance>}:risk; likewise. */
void redis_alert(struct redis *r, const struct alert *a);

const u64 *redis_counters(const struct redis *r); /* REDIS_CNT_COUNT words */
void redis_close(struct redis *r);                 /* NULL is nothing */

#endif
