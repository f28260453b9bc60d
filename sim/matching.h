/*
 * matching.h - our account's orders against the recorded market. Pure: messages, requests and
 * time in, reports out.
 *
 * Our orders rest beside the market and never change it:
 *  - what can take (MARKET, IOC, FOK, a marketable LIMIT) takes the best price's displayed
 * quantity, once: what was taken is not there again before the market shows a new best price or
 * quantity;
 *  - a market trade through our price fills us, best price first, then oldest, up to the trade's
 * quantity;
 *  - a market trade at our price, its taker on the other side, first eats the queue that stood
 * ahead of us. Fills of resting orders are at our price. Our own orders do not trade with each
 * other.
 */
#ifndef SIM_MATCHING_H
#define SIM_MATCHING_H

#include "sim/account.h"
#include "sim/ladder.h"

#define FIRST_ORDER_ID 30000000001ULL
#define FIRST_TRADE_ID 4000000001ULL
#define NO_FILL SIZE_MAX

enum exec_type { EXEC_NEW, EXEC_TRADE, EXEC_CANCELED, EXEC_EXPIRED };

/* One change of one order, as it stood right after: what an executionReport says. */
struct report {
	enum exec_type exec;
	u64 exec_id;
	struct order order;
	struct account account;
	size_t fill; /* index into matching.fills, NO_FILL unless EXEC_TRADE */
	i64 time_ms;
};

struct refusal {
	int code;
	const char *text;
};

struct matching {
	const struct rules *rules;
	struct fees fees;
	struct account account;
	struct level best[2]; /* by enum side, the market's best prices */
	i64 taken[2];         /* what we took of them since they were last told */
	struct order *orders; /* every order ever; its id is FIRST_ORDER_ID + index */
	size_t orders_n, orders_cap;
	size_t *open; /* indexes of the open ones, oldest first */
	size_t open_n, open_cap;
	struct fill *fills; /* every fill; its trade id is FIRST_TRADE_ID + index */
	size_t fills_n, fills_cap;
	struct report *reports; /* since the caller last set reports_n to 0 */
	size_t reports_n, reports_cap;
	u64 next_exec_id;
};

void matching_init(struct matching *m, const struct rules *rules, struct fees fees,
		   struct account start);
void matching_free(struct matching *m);

/* The market moved by `msg`, already applied to `ladder`. */
void matching_on_market(struct matching *m, const struct message *msg, const struct ladder *ladder,
			i64 now_ms);

/* Whether the order would be accepted: code 0, or the venue's code and text. Changes nothing. */
struct refusal matching_check(const struct matching *m, const struct order_request *r);

/* Places an order that matching_check() accepts; returns its id. */
u64 matching_place(struct matching *m, const struct order_request *r, const struct ladder *ladder,
		   i64 now_ms);

/* Cancels an open order; `cancel_id` may be empty: the venue makes one. */
void matching_cancel(struct matching *m, u64 id, const char *cancel_id, i64 now_ms);

const struct order *matching_by_id(const struct matching *m, u64 id); /* NULL where there is none */
const struct order *matching_by_client_id(const struct matching *m,
					  const char *id); /* the open one, else the newest */

#endif
