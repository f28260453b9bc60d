/*
 * influx_line.h - a metric set in InfluxDB's line protocol, with nanosecond times.
 *
 * A line is a group with one set of labels: saker_<group>,appliance=a,core=md rx_frames=41i,... <ns>.
 * Integers are integer fields; exact decimals are float fields, also where they happen to be whole.
 * Latency is saker_latency, by stage: of the interval since `before` its number and quantiles, and
 * the number since the start.
 *
 * Outside text is escaped; what the protocol has no escape for (control characters, a backslash at
 * the end or before a character that is escaped) becomes '_'.
 */
#ifndef HOSTCTL_INFLUX_LINE_H
#define HOSTCTL_INFLUX_LINE_H

#include <stdio.h>

#include "hostctl/metric.h"

/* `before`: the sample before this one, or an empty set. */
void influx_lines(const struct metric_set *now, const struct metric_set *before, FILE *out);

/* A tag's value, escaped. */
void influx_tag(const char *value, FILE *out);

#endif
