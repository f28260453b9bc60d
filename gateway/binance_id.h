/*
 * binance_id.h - request ids of the WebSocket API: a letter for the method and 10 digits,
 * "p0000000017".
 *
 * The venue echoes the id and does not interpret it, so a response names its method and its order
 * without a table: for PLACE and CANCEL the number is the order id, for the others a sequence
 * number of the caller.
 */
#ifndef BINANCE_ID_H
#define BINANCE_ID_H

#include "common/types.h"

#define BINANCE_ID_LEN 11

enum binance_req {
	BINANCE_REQ_NONE,
	BINANCE_REQ_PLACE,
	BINANCE_REQ_CANCEL,
	BINANCE_REQ_LOGON,
	BINANCE_REQ_SUBSCRIBE,      /* userDataStream.subscribe */
	BINANCE_REQ_CANCEL_ALL,     /* openOrders.cancelAll */
	BINANCE_REQ_OPEN_ORDERS,    /* openOrders.status */
	BINANCE_REQ_ORDER_STATUS,
	BINANCE_REQ_MY_TRADES,
	BINANCE_REQ_ACCOUNT,        /* account.status */
	BINANCE_REQ_SESSION_STATUS,
	BINANCE_REQ_CANCEL_OTHER,   /* order.cancel of an order that is not in the table */
	BINANCE_REQ_PING,
	BINANCE_REQ_TIME,
	BINANCE_REQS
};

/* Writes BINANCE_ID_LEN bytes, no NUL. n <= 9999999999. */
void binance_id_print(char *out, u8 req, u64 n);
/* BINANCE_REQ_NONE where the text is not one of ours. */
u8 binance_id_parse(const char *s, size_t n, u64 *number);

const char *binance_method(u8 req); /* "order.place" */
/* REQUEST_WEIGHT it costs at most; openOrders.status and myTrades: as recon asks them. */
u32 binance_weight(u8 req);

#endif
