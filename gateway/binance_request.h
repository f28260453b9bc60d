/*
 * binance_request.h - the other requests of the WebSocket API: logon, subscription, queries. Not on
 * the path of an order.
 *
 * Each writes one JSON text at the writer; check w->bad once at the end. `n` becomes the number in
 * the request id (binance_id.h), `ts_ms` is venue time. After session.logon no request needs apiKey
 * or signature. Any thread, pure.
 */
#ifndef BINANCE_REQUEST_H
#define BINANCE_REQUEST_H

#include "common/cursor.h"
#include "gateway/binance_id.h"

#define BINANCE_REQUEST_MAX 512

/*
 * What session.logon signs: the parameters sorted by name, "apiKey=..&recvWindow=..&timestamp=..".
 */
void binance_logon_payload(struct wr *w, const char *api_key, u32 recv_window_ms, u64 ts_ms);
/* The request with the signature (base64, not NUL-terminated) over exactly that payload. */
void binance_logon(struct wr *w, u64 n, const char *api_key, u32 recv_window_ms, u64 ts_ms,
		   struct span signature);

/* ping, time, session.status, userDataStream.subscribe: no parameters. */
void binance_plain(struct wr *w, u8 req, u64 n);

/* openOrders.cancelAll or openOrders.status; `symbol` is NUL-terminated. */
void binance_symbol_request(struct wr *w, u8 req, u64 n, const char *symbol, u64 ts_ms);

/*
 * An order by the venue's number, or where that is 0 by client order id: ORDER_STATUS or
 * CANCEL_OTHER.
 */
struct binance_order_ref {
	const char *symbol; /* NUL-terminated */
	u64 venue_id;
	const char *coid;
	u32 coid_n;
};
void binance_order_request(struct wr *w, u8 req, u64 n, const struct binance_order_ref *o,
			   u64 ts_ms);

/*
 * Trades of one order (order_venue_id != 0), else of the symbol from trade id `from_id` on, at most
 * `limit` (1..1000).
 */
struct binance_trades_ask {
	const char *symbol;
	u64 order_venue_id, from_id;
	u32 limit;
};
void binance_my_trades(struct wr *w, u64 n, const struct binance_trades_ask *q, u64 ts_ms);

/* account.status without zero balances. */
void binance_account(struct wr *w, u64 n, u64 ts_ms);

#endif
