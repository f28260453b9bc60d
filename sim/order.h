/*
 * order.h - what the venue knows of an order and of a fill, in the venue's words (enums.md).
 */
#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include "sim/rules.h"

#define CLIENT_ID_MAX 36

enum order_type { TYPE_LIMIT, TYPE_MARKET, TYPE_LIMIT_MAKER };
enum tif { TIF_GTC, TIF_IOC, TIF_FOK };
enum order_status {
	STATUS_NEW,
	STATUS_PARTIALLY_FILLED,
	STATUS_FILLED,
	STATUS_CANCELED,
	STATUS_EXPIRED
};
enum expiry { EXPIRY_NONE, EXPIRY_IOC, EXPIRY_FOK, EXPIRY_LIQUIDITY };

struct order_request {
	enum side side;
	enum order_type type;
	enum tif tif;
	i64 price;     /* 0 for MARKET */
	i64 qty;       /* 0 where quote_qty is given */
	i64 quote_qty; /* MARKET only: how much of the quote asset to spend or to receive */
	char client_id[CLIENT_ID_MAX + 1]; /* empty: the venue makes one */
};

struct order {
	struct order_request req;
	u64 id;
	enum order_status status;
	enum expiry expiry;
	i64 filled, quote_filled;
	i64 queue_ahead; /* displayed quantity that trades at our price must eat before they reach
			    us */
	i64 created_ms, updated_ms;
	char cancel_id[CLIENT_ID_MAX + 1]; /* the id a cancel gave it */
};

struct fill {
	u64 trade_id, order_id;
	i64 price, qty, quote,
		commission; /* commission: in the base asset for buys, the quote asset for sells */
	enum side side;
	bool maker;
	i64 time_ms;
};

static inline bool order_is_open(const struct order *o)
{
	return o->status <= STATUS_PARTIALLY_FILLED;
}
static inline i64 order_left(const struct order *o) { return o->req.qty - o->filled; }

const char *sim_side_name(enum side s);
const char *sim_type_name(enum order_type t);
const char *sim_tif_name(enum tif t);
const char *sim_status_name(enum order_status s);
const char *sim_expiry_name(enum expiry e);

/* The value whose name is `s`, or -1. */
int sim_side_of(const char *s);
int sim_type_of(const char *s);
int sim_tif_of(const char *s);

#endif
