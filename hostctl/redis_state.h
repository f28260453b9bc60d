/*
 * redis_state.h - a metric set as hashes: saker:{<instance>}:<group>[:<label>...], a field a metric.
 *
 * Values are exact decimals as text. saker:{<instance>}:appliance has `sampled_ms`, the wall time of
 * the sample: a reader tells by it that nobody writes any more.
 */
#ifndef HOSTCTL_REDIS_STATE_H
#define HOSTCTL_REDIS_STATE_H

#include "hostctl/metric.h"
#include "hostctl/redis_link.h"

/* Gathers the commands (redis_send); returns how many. `before`: the sample before, for latency. */
u32 redis_state(struct redis_link *l, const struct metric_set *now, const struct metric_set *before);

#endif
