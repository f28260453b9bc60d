/*
 * metric_sample.h - a running instance's segment made one set of metrics.
 *
 * Opens the newest generation of the segment anew each time, so that a restart of the appliance
 * needs no care; reads only. Some hundred microseconds. An instance that does not run is a set that
 * says so: up 0, and its last state where a segment is left.
 */
#ifndef HOSTCTL_METRIC_SAMPLE_H
#define HOSTCTL_METRIC_SAMPLE_H

#include "hostctl/metric.h"

/* `wall_ns`: CLOCK_REALTIME. Resets `s` first. */
void metric_sample(struct metric_set *s, const char *instance, ns_t wall_ns);

#endif
