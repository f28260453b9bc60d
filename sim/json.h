/*
 * json.h - the venue's JSON: amounts as text, orders, fills and rules as the API shows them.
 *
 * Functions that return json_t return a new reference.
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include <jansson.h>

#include "sim/buf.h"
#include "sim/matching.h"

/* order.status, openOrders.status */
json_t *json_order(const struct rules *r, const struct order *o);

/* order.place: ACK, or with `result` RESULT; FULL adds json_fills() as "fills" */
json_t *json_placed(const struct rules *r, const struct order *o, bool result);
json_t *json_fills(const struct rules *r, const struct fill *fills, size_t n);

/* order.cancel */
json_t *json_canceled(const struct rules *r, const struct order *o);

/* User data events: what all begin with; executionReport and outboundAccountPosition of one change of an order. */
json_t *json_event(const char *type, i64 time_ms);
json_t *json_execution(const struct matching *m, const struct report *p);
json_t *json_position(const struct rules *r, const struct report *p);

/* myTrades */
json_t *json_trade(const struct rules *r, const struct fill *f);

/* exchangeInfo's entry */
json_t *json_symbol(const struct rules *r);

/* {"asset":...,"free":...,"locked":...} */
json_t *json_balance(const char *asset, const struct balance *b);

const char *commission_asset(const struct rules *r, enum side s);

/* Set one member of object `j`. */
void json_set_text(json_t *j, const char *name, const char *v);
void json_set_int(json_t *j, const char *name, i64 v);
void json_set_amount(json_t *j, const char *name, i64 v); /* "61837.63000000" */
void json_set_flag(json_t *j, const char *name, bool v);

/* Appends j's compact text to `out` and drops the reference. */
void json_write(struct buf *out, json_t *j);

/*
 * Parameter `name` as text: a string, number or boolean; false where absent, null, empty or longer
 * than `n` allows.
 */
bool json_param(const json_t *params, const char *name, char *out, size_t n);

#endif
