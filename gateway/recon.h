/*
 * recon.h - reconciliation: after each logon of an order session, asks the venue until nothing
 * about our orders is in doubt.
 *
 * Steps, in this order: account.status; openOrders.status per instrument; order.status for each
 * order that is UNKNOWN or unconfirmed; for orders an older boot left open (openOrders.status or
 * its journal says so) order.status and order.cancel until they are gone; myTrades per instrument
 * from the last trade id known to be complete; myTrades of each order with fills missing. Then
 * DONE: trading may be armed.
 *
 * An order that was never acknowledged may still be on its way: -2013 is proof only after its
 * recvWindow has passed, and myTrades is asked only when no such order is left, so that every trade
 * finds its order. What the venue answers without settling (an order it acknowledged once and now
 * does not find) stays UNKNOWN and recon_doubtful keeps counting it. One request is outstanding at
 * a time; each is repeated RECON_TRIES times, then FAILED.
 *
 * Pure: it says what to send and digests the answers; the trade core sends (paced by rate.h) and
 * feeds. Thread: trade core.
 */
#ifndef RECON_H
#define RECON_H

#include "gateway/binance_reply.h"

#define RECON_TRIES 4
#define RECON_TIMEOUT_NS (11 * NS_PER_S) /* the venue answers within 10 s, by -1007 if need be */
#define RECON_SETTLE_NS (2 * NS_PER_S)   /* beyond recvWindow: 1 s of clock difference is tolerated */
#define RECON_RETRY_NS NS_PER_S           /* after an error, and between rounds */
#define RECON_ROUNDS 3                    /* over what is still in doubt */
#define RECON_OTHERS_MAX 256
#define RECON_TRADES_LIMIT 1000          /* of one myTrades answer */

enum recon_state { RECON_IDLE, RECON_RUNNING, RECON_DONE, RECON_FAILED };

/* An open order that is not in the table: foreign, or left by an older boot. */
struct recon_other {
	u32 instrument, boot;
	u64 order_id, venue_id;  /* venue_id 0: known from the journal alone */
	i64 px, qty, filled_qty;
	u8 side, owner;          /* enum coid_owner */
	u8 coid_n;
	bool open;               /* the venue says that it is in the book */
	bool ended;              /* proven gone */
	u8 todo;                 /* recon's own */
	char coid[COID_VENUE_MAX];
};

/* What to send now. */
struct recon_ask {
	u8 req;            /* enum binance_req: ACCOUNT, OPEN_ORDERS, ORDER_STATUS, MY_TRADES, CANCEL_OTHER */
	u8 coid_n;
	u32 instrument;    /* not for ACCOUNT */
	u64 n;             /* the number for the request id */
	u64 venue_id;      /* 0: by client order id; MY_TRADES: of that order, 0: all */
	u64 from_trade_id; /* MY_TRADES without venue_id; 0: the newest */
	char coid[COID_VENUE_MAX];
};

/* Who learns what reconciliation finds. All may be NULL. */
struct recon_out {
	void *ctx;
	/* Of an order in the table, to be handled like any other. */
	void (*event)(void *ctx, const struct order_event *ev);
	/* A trade of the account outside the table: it moves the position alone. */
	void (*orphan)(void *ctx, const struct reply_trade *t);
	void (*balance)(void *ctx, const struct reply_balance *b);
};

struct recon {
	struct order_table *orders;
	const struct instrument *instrument;
	u32 n_instruments;
	u32 recv_window_ms;
	u64 *cnt;
	struct recon_out out;
	u8 state, step;
	bool waiting;           /* a request is outstanding */
	bool blocked;           /* a trade may be that of an order whose venue number is not known yet */
	u8 tries;
	u8 rounds;
	u32 at;                 /* instrument or other order the step stands at */
	u32 n_other, n_foreign;
	u64 n_asked;            /* request numbers, never reused within a boot */
	u64 order_at;           /* order id asked about */
	ns_t first_ns;          /* of the first recon_start */
	ns_t asked_ns;
	ns_t not_before_ns;     /* of the next request */
	struct recon_ask ask;
	u64 last_trade_id[INSTRUMENTS_MAX]; /* all trades up to it are known; 0: the first run only sets it */
	u64 seen_trade_id[INSTRUMENTS_MAX]; /* the newest seen live */
	struct recon_other other[RECON_OTHERS_MAX];
};

void recon_init(struct recon *r, struct order_table *t, const struct instrument *table, u32 n,
		u32 recv_window_ms, u64 *cnt);

/*
 * From the journal of the last boot, before the first recon_start: an order it left open; the last
 * trade id it saw. ERR_FULL.
 */
err_t recon_add_older(struct recon *r, const struct recon_other *o);
void recon_set_last_trade(struct recon *r, u32 instrument, u64 trade_id);

/* The session is logged on and subscribed to user data: begin anew. */
void recon_start(struct recon *r, ns_t now);
/* The session is gone: IDLE; orders become UNKNOWN or unconfirmed, with events. */
void recon_session_lost(struct recon *r, ns_t now);

/*
 * The next request to send, if one is due; repeats what got no answer. false: nothing now, or not
 * running.
 */
bool recon_next(struct recon *r, ns_t now, struct recon_ask *ask);
bool recon_due(const struct recon *r, ns_t now); /* whether recon_next would change anything now */
/*
 * What recon_next gave could not be sent: it comes again after RECON_RETRY_NS, and no try is lost.
 */
void recon_unsent(struct recon *r, ns_t now);

/*
 * Answers. Elements first (from the decoder's sink), then the response itself; those of other
 * requests are ignored.
 */
void recon_on_order(struct recon *r, const struct binance_msg *m, const struct reply_order *o,
		    ns_t now);
void recon_on_trade(struct recon *r, const struct binance_msg *m, const struct reply_trade *t,
		    ns_t now);
void recon_on_balance(struct recon *r, const struct binance_msg *m, const struct reply_balance *b);
void recon_on_response(struct recon *r, const struct binance_msg *m, ns_t now);

/* A fill seen live: moves the trade id that the next reconciliation begins from. */
void recon_saw_trade(struct recon *r, u32 instrument, u64 trade_id);

/*
 * Orders and cancels without an answer for RECON_TIMEOUT_NS become UNKNOWN. Call it about once a
 * second.
 */
void recon_expire(struct recon *r, ns_t now);

/* Orders in doubt at present: UNKNOWN, unconfirmed, or with an end that waits for fills. */
u32 recon_doubtful(const struct recon *r);

#endif
