/*
 * histogram.h - one histogram's buckets: joined so that a screen holds them, or as they are for programs.
 */
#ifndef HOSTCTL_HISTOGRAM_H
#define HOSTCTL_HISTOGRAM_H

#include "common/hist.h"
#include "hostctl/table.h"

#define HISTOGRAM_ROWS 24

/*
 * The table "histogram": at most `rows` rows from the smallest to the largest value, none left out.
 * With `rows` 0 each bucket that holds something: two looks can be subtracted.
 */
void add_histogram(struct report *r, const struct hist *h, u32 rows);

#endif
