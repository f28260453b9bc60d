/*
 * binance_reply.h - everything a Binance Spot order session sends, decoded: responses to our
 * requests, and user data events.
 *
 * Strict where it matters (types, bounds, exact decimals by the instrument's scales), indifferent
 * to the order of fields and to fields it does not know. Lists are delivered element by element.
 * Pure, no allocation; trade core only. The text is looked at only during the call.
 */
#ifndef BINANCE_REPLY_H
#define BINANCE_REPLY_H

#include "common/instrument.h"
#include "gateway/binance_id.h"
#include "gateway/order_table.h"

#define REPLY_RATES_MAX 8
#define REPLY_INSTRUMENT_NONE UINT32_MAX

enum binance_msg_kind {
	BINANCE_MSG_RESPONSE,          /* req, req_n, status; then code or what the request returns */
	BINANCE_MSG_EXECUTION,         /* executionReport: order */
	BINANCE_MSG_POSITION,          /* outboundAccountPosition: balances, by the sink */
	BINANCE_MSG_BALANCE_UPDATE,    /* deposit, transfer: no figures; ask account.status */
	BINANCE_MSG_STREAM_ENDED,      /* eventStreamTerminated: no more reports come on this session */
	BINANCE_MSG_SERVER_SHUTDOWN,   /* connect elsewhere soon */
	BINANCE_MSG_OTHER,             /* listStatus, externalLockUpdate, anything newer */
};

enum venue_status {
	VENUE_NONE, /* not told, as in an ACK response */
	VENUE_NEW, VENUE_PENDING_NEW, VENUE_PARTIALLY_FILLED, VENUE_FILLED, VENUE_CANCELED,
	VENUE_PENDING_CANCEL, VENUE_REJECTED, VENUE_EXPIRED, VENUE_EXPIRED_IN_MATCH
};

/* An order as the venue states it, in a response, a list, or a report. */
struct reply_order {
	u32 instrument;      /* REPLY_INSTRUMENT_NONE: symbol unknown, prices and quantities 0 */
	u32 boot;            /* of the client order id, where it is not foreign */
	u64 order_id;        /* likewise */
	u64 venue_id;
	u8 owner;            /* enum coid_owner; of the original client order id where it was canceled */
	u8 side, status;     /* enum side, enum venue_status */
	u8 symbol_n, coid_n;
	bool trade;          /* executionReport of a trade: trade_id, fill_*, fee*, maker */
	bool maker;
	u8 rsv;
	i64 px, qty, cum_qty; /* 0 / 0 / -1 where not told */
	u64 trade_id;
	i64 fill_px, fill_qty, fee;
	char fee_asset[8];
	u64 venue_time_us;   /* transaction or update time */
	char symbol[SYMBOL_MAX];
	char coid[COID_VENUE_MAX];
};

/* One of myTrades. */
struct reply_trade {
	u32 instrument;      /* as above */
	u8 side;
	bool maker;
	u64 venue_order_id, trade_id;
	i64 px, qty, fee;
	char fee_asset[8];
	u64 venue_time_us;
};

struct reply_balance {
	char asset[16];      /* NUL-terminated, cut */
	i64 free, locked;    /* 10^-8 */
};

struct reply_rate {
	u8 type;             /* enum rate_type of rate.h */
	u32 interval_s, limit, count;
};

struct binance_msg {
	u8 kind;             /* enum binance_msg_kind */
	u8 req;              /* enum binance_req; NONE: not one of ours */
	u8 n_rates;
	bool duplicate;      /* the error says that the client order id is in use: such an order exists */
	u16 status;          /* like HTTP */
	u16 rsv;
	int32_t code;        /* error code, 0: none */
	u64 req_n;
	u64 retry_after_ms;  /* venue time; 0: not told */
	u64 server_time_ms;  /* where the response carries it */
	u32 n_items;         /* list elements delivered */
	bool user_stream;    /* session.logon, session.status: subscribed */
	bool logged_on;      /* session.logon, session.status: an API key is authenticated */
	struct reply_order order; /* PLACE, CANCEL, CANCEL_OTHER, ORDER_STATUS, EXECUTION */
	struct reply_rate rate[REPLY_RATES_MAX];
};

/*
 * Where list elements go; NULL: not wanted. `m` holds what was read before the list: with the
 * venue's order of fields, the id.
 */
struct reply_sink {
	void *ctx;
	/* OPEN_ORDERS, CANCEL_ALL */
	void (*order)(void *ctx, const struct binance_msg *m, const struct reply_order *o);
	/* MY_TRADES */
	void (*trade)(void *ctx, const struct binance_msg *m, const struct reply_trade *t);
	/* ACCOUNT, POSITION */
	void (*balance)(void *ctx, const struct binance_msg *m, const struct reply_balance *b);
};

struct binance_decoder {
	const struct instrument *instrument; /* the core's table, by id; read during each call */
	u32 boot, n;
	u64 *cnt;
	struct reply_sink sink;
	u16 hash[4 * INSTRUMENTS_MAX];       /* symbol -> id + 1 */
};

/*
 * `table`: [INSTRUMENTS_MAX], by id, `n` of them valid. The table may change later, symbols
 * excepted: then init again.
 */
void binance_decoder_init(struct binance_decoder *d, const struct instrument *table, u32 n,
			  u32 boot, u64 *cnt);

/*
 * Decodes one WebSocket text message. ERR_SYNTAX: not the JSON it should be, or a field missing or
 * malformed (`m` is then undefined, and elements of a list may have been delivered). Unknown events
 * are ERR_OK and OTHER.
 */
err_t binance_decode(struct binance_decoder *d, const u8 *text, size_t n, struct binance_msg *m);

/*
 * What a message says about one order of this boot: sets *id and *r and returns true. Responses to
 * PLACE and CANCEL (their errors included) and execution reports say something; others, foreign
 * orders and unknown symbols do not. Implemented in binance_report.c, like the two below.
 */
bool binance_report_of(const struct binance_msg *m, u64 *id, struct order_report *r);
/* The same for one element of a list (OPEN_ORDERS: in the book; CANCEL_ALL: canceled). */
bool binance_report_of_order(const struct reply_order *o, u64 *id, struct order_report *r);
/*
 * The same without a look at the client order id, for who knows which order was asked about; false
 * where the status says nothing.
 */
bool binance_facts_of_order(const struct reply_order *o, struct order_report *r);
/* A trade from myTrades as a report for the order it belongs to. */
void binance_report_of_trade(const struct reply_trade *t, struct order_report *r);

#endif
