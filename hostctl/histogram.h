/*
 * histogram.h - one histogram drawn: its buckets joined so that a screen holds them.
 */
#ifndef HOSTCTL_HISTOGRAM_H
#define HOSTCTL_HISTOGRAM_H

#include "common/hist.h"
#include "hostctl/table.h"

#define HISTOGRAM_ROWS 24

/* The table "histogram": at most HISTOGRAM_ROWS rows from the smallest to the largest value, none left out. */
void add_histogram(struct report *r, const struct hist *h);

#endif
