/*
 * json.h - the venue's JSON: amounts as text, orders, fills and rules as the API shows them. All return new references.
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <jansson.h>

#include "sim/buf.h"
#include "sim/matching.h"

json_t *json_amount(i64 v);                                              /* "61837.63000000" */
json_t *json_order(const struct rules *r, const struct order *o);        /* order.status, openOrders.status */
json_t *json_placed(const struct rules *r, const struct order *o, bool full, const struct fill *fills, size_t n);
json_t *json_canceled(const struct rules *r, const struct order *o);     /* order.cancel */
json_t *json_fill(const struct rules *r, const struct fill *f);          /* myTrades */
json_t *json_symbol(const struct rules *r);                              /* exchangeInfo's entry */

const char *commission_asset(const struct rules *r, enum side s);

/* Appends j's compact text to `out` and drops the reference. */
void json_put(struct buf *out, json_t *j);

/* Parameter `name` as text: a string, number or boolean; false where absent, null, empty or longer than `n` allows. */
bool json_param(const json_t *params, const char *name, char *out, size_t n);

#endif
