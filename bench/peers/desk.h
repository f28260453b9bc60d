/*
 * desk.h - what every peer does between a text in and a text out: a bookTicker read by simdjson
 * on demand, the decision, the risk compares of bench/limit.c but that of the order rate (in the
 * peers' favour), the order's text by std::to_chars.
 *
 * Exact: prices and quantities are integers, as they are in the product. Allocates in desk_open
 * alone. One thread.
 */
#ifndef PEERS_DESK_H
#define PEERS_DESK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DESK_ORDER_MAX 384
#define DESK_PADDING 64 /* readable bytes behind a text: simdjson reads whole vectors */

struct desk;

struct desk *desk_open(void); /* exits where memory is short */
void desk_close(struct desk *d);

/*
 * One text of the market-data session, `n` bytes with DESK_PADDING readable ones behind; `wall_ms`
 * goes into the order. Returns the length of the order written to `out` (DESK_ORDER_MAX bytes), 0:
 * no order. Orders are numbered from 1.
 */
size_t desk_order(struct desk *d, const char *text, size_t n, uint64_t wall_ms, char *out);

#ifdef __cplusplus
}
#endif

#endif
