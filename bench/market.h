/*
 * market.h - lines of recorded market data for benchmarks (SAKER_DATA), or generated ones where there is no recording.
 */
#ifndef BENCH_MARKET_H
#define BENCH_MARKET_H

#include "common/instrument.h"

struct market_lines {
	char **text;
	u32 *len;
	u64 *rx_ns; /* when the recorder received it; of generated ones 1 ms apart */
	u32 n, cap;
};

extern const struct instrument market_btc; /* what the lines are of: id 3 */

/*
 * The messages of two recorded days whose text contains `mark`, in order; where there are none, generated best
 * prices.
 */
void market_load(struct market_lines *l, const char *mark);
void market_free(struct market_lines *l);

#endif
