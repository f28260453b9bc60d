/*
 * prom_text.h - a metric set in Prometheus' text format, version 0.0.4.
 *
 * Names are saker_<group>_<name>: counters end in _total, times are seconds. Values are exact
 * decimals. One group of lines a name, each with HELP and TYPE. Latency is one histogram,
 * saker_latency_seconds, by stage; its bounds are bounds of the appliance's own buckets, two a power
 * of two, so that the counts are exact.
 */
#ifndef HOSTCTL_PROM_TEXT_H
#define HOSTCTL_PROM_TEXT_H

#include <stdio.h>

#include "hostctl/metric.h"

#define PROM_TYPE "text/plain; version=0.0.4; charset=utf-8"

void prom_text(const struct metric_set *s, FILE *out);

#endif
