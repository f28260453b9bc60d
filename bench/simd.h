/*
 * simd.h - one market message read by simdjson's on-demand parser to the same integers as the feed
 * parser makes: what bench_scan puts beside it.
 */
#ifndef BENCH_SIMD_H
#define BENCH_SIMD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIMD_LEVELS 4096
#define SIMD_PADDING 64 /* bytes that may be read behind a text */

struct simd_level {
	int64_t px, qty;
};

struct simd_msg {
	uint64_t update_id, first_id;
	int64_t bid_px, bid_qty, ask_px, ask_qty; /* bookTicker; a trade's are bid_px, bid_qty */
	uint32_t n_bids, n_asks;
	struct simd_level bids[SIMD_LEVELS], asks[SIMD_LEVELS];
};

struct simd;
struct simd *simd_new(void); /* NULL: no memory */
void simd_free(struct simd *s);

/* Prices of two decimals, quantities of eight. 0: not what was expected. */
int simd_quote(struct simd *s, const char *text, size_t n, struct simd_msg *out);
int simd_trade(struct simd *s, const char *text, size_t n, struct simd_msg *out);
int simd_depth(struct simd *s, const char *text, size_t n, struct simd_msg *out);

#ifdef __cplusplus
}
#endif

#endif
