#include "gateway/binance_request.h"

#include "common/decimal.h"

static void number(struct wr *w, u64 v)
{
	char text[DEC_TEXT_MAX];
	assert(v <= INT64_MAX);
	wr_bytes(w, text, dec_print(text, (i64)v, 0));
}

static void number_field(struct wr *w, const char *name, u64 v)
{
	wr_str(w, "\"");
	wr_str(w, name);
	wr_str(w, "\":");
	number(w, v);
	wr_str(w, ",");
}

static void text_field(struct wr *w, const char *name, const void *s, size_t n)
{
	wr_str(w, "\"");
	wr_str(w, name);
	wr_str(w, "\":\"");
	wr_bytes(w, s, n);
	wr_str(w, "\",");
}

static void begin(struct wr *w, u8 req, u64 n)
{
	char id[BINANCE_ID_LEN];
	binance_id_print(id, req, n);
	wr_str(w, "{\"id\":\"");
	wr_bytes(w, id, sizeof id);
	wr_str(w, "\",\"method\":\"");
	wr_str(w, binance_method(req));
	wr_str(w, "\"");
}

static void begin_params(struct wr *w, u8 req, u64 n)
{
	begin(w, req, n);
	wr_str(w, ",\"params\":{");
}

static void end(struct wr *w, u64 ts_ms)
{
	wr_str(w, "\"timestamp\":");
	number(w, ts_ms);
	wr_str(w, "}}");
}

void binance_logon_payload(struct wr *w, const char *api_key, u32 recv_window_ms, u64 ts_ms)
{
	wr_str(w, "apiKey=");
	wr_str(w, api_key);
	wr_str(w, "&recvWindow=");
	number(w, recv_window_ms);
	wr_str(w, "&timestamp=");
	number(w, ts_ms);
}

void binance_logon(struct wr *w, u64 n, const char *api_key, u32 recv_window_ms, u64 ts_ms,
		   struct span signature)
{
	begin_params(w, BINANCE_REQ_LOGON, n);
	text_field(w, "apiKey", api_key, strlen(api_key));
	number_field(w, "recvWindow", recv_window_ms);
	text_field(w, "signature", signature.p, signature.n);
	end(w, ts_ms);
}

void binance_plain(struct wr *w, u8 req, u64 n)
{
	assert(req == BINANCE_REQ_PING || req == BINANCE_REQ_TIME || req == BINANCE_REQ_SESSION_STATUS ||
	       req == BINANCE_REQ_SUBSCRIBE);
	begin(w, req, n);
	wr_str(w, "}");
}

void binance_symbol_request(struct wr *w, u8 req, u64 n, const char *symbol, u64 ts_ms)
{
	assert(req == BINANCE_REQ_CANCEL_ALL || req == BINANCE_REQ_OPEN_ORDERS);
	begin_params(w, req, n);
	text_field(w, "symbol", symbol, strlen(symbol));
	end(w, ts_ms);
}

void binance_order_request(struct wr *w, u8 req, u64 n, const struct binance_order_ref *o,
			   u64 ts_ms)
{
	assert(req == BINANCE_REQ_ORDER_STATUS || req == BINANCE_REQ_CANCEL_OTHER);
	begin_params(w, req, n);
	text_field(w, "symbol", o->symbol, strlen(o->symbol));
	if (o->venue_id)
		number_field(w, "orderId", o->venue_id);
	else
		text_field(w, "origClientOrderId", o->coid, o->coid_n);
	end(w, ts_ms);
}

void binance_my_trades(struct wr *w, u64 n, const struct binance_trades_ask *q, u64 ts_ms)
{
	assert(q->limit >= 1 && q->limit <= 1000);
	begin_params(w, BINANCE_REQ_MY_TRADES, n);
	text_field(w, "symbol", q->symbol, strlen(q->symbol));
	if (q->order_venue_id)
		number_field(w, "orderId", q->order_venue_id);
	else if (q->from_id)
		number_field(w, "fromId", q->from_id);
	number_field(w, "limit", q->limit);
	end(w, ts_ms);
}

void binance_account(struct wr *w, u64 n, u64 ts_ms)
{
	begin_params(w, BINANCE_REQ_ACCOUNT, n);
	wr_str(w, "\"omitZeroBalances\":true,");
	end(w, ts_ms);
}
