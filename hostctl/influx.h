/*
 * influx.h - samples on their way to InfluxDB: gathered to batches, sent by a thread of its own, kept on disk
 * while the server is away.
 *
 * Order is kept: while anything waits on disk, newer batches go there, too. A failed request is
 * tried again after a pause that doubles from half a second to a minute. Memory is bounded by
 * INFLUX_QUEUE batches, disk by the configuration; what is lost is counted.
 */
#ifndef HOSTCTL_INFLUX_H
#define HOSTCTL_INFLUX_H

#include "appliance/config.h"
#include "hostctl/metric.h"

#define INFLUX_WHY_MAX 512

enum influx_cnt {
#define CNT(name, sentence) INFLUX_CNT_##name,
#include "hostctl/influx_cnt.def"
#undef CNT
	INFLUX_CNT_COUNT
};
extern const struct counter_def influx_counter_defs[INFLUX_CNT_COUNT];

struct influx;

/* ERR_IO, ERR_NO_MEMORY: `why` (INFLUX_WHY_MAX bytes) is a sentence. A server that is away is no error. */
err_t influx_open(struct influx **i, const struct config_telemetry *t, char *why);

/* Takes a sample and the one before it; never waits. */
void influx_sample(struct influx *i, const struct metric_set *now, const struct metric_set *before);

/* Its counters, to be read at any time: INFLUX_CNT_COUNT words. */
const u64 *influx_counters(const struct influx *i);

/* What is left goes to the server in one attempt, else to disk. NULL is nothing. */
void influx_close(struct influx *i);

#endif
