/*
 * reply_fields.h - one JSON object of an order session, taken apart into known fields, and those
 * converted. Part of binance_reply, which is what others use.
 *
 * Responses name fields in full ("executedQty"), events by one letter ("z"); both land in the same
 * slots. Values stay text until the symbol, and with it the scales, is known.
 */
#ifndef REPLY_FIELDS_H
#define REPLY_FIELDS_H

#include "common/json_scan.h"
#include "gateway/binance_reply.h"

enum field {
	F_NONE, /* a name we do not use */
	F_SYMBOL, F_ORDER_ID, F_COID, F_ORIG_COID, F_PX, F_QTY, F_EXECUTED, F_STATUS, F_SIDE, F_TIME, F_UPDATE_TIME,
	F_TRADE_ID, F_LAST_QTY, F_LAST_PX, F_FEE, F_FEE_ASSET, F_MAKER, F_BUYER, F_EXEC_TYPE, F_EVENT, F_BALANCES,
	F_ASSET, F_FREE, F_LOCKED,
	F_COUNT
};

struct fields {
	u32 seen; /* bit per field */
	struct js_val v[F_COUNT];
};
static_assert(F_COUNT <= 32, "one bit each");

enum field field_by_name(const char *s, u32 n);   /* of a response */
enum field field_by_letter(const char *s, u32 n); /* of an event */

/*
 * Walks the members of an object just entered; values of nested objects are kept as text. false: j
 * is bad.
 */
bool fields_of(struct js *j, struct fields *f, enum field (*by)(const char *, u32));

/*
 * Conversions. false: a mandatory field is missing, of the wrong type, or does not fit; counted.
 * The balance's numbers are 10^-8.
 */
bool fields_order(const struct binance_decoder *d, const struct fields *f, struct reply_order *o);
bool fields_trade(const struct binance_decoder *d, const struct fields *f, struct reply_trade *t);
bool fields_balance(const struct binance_decoder *d, const struct fields *f, struct reply_balance *b);

#endif
