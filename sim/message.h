/*
 * message.h - the venue's market data messages: text to struct (web-socket-streams.md,
 * rest-api.md "Order book").
 *
 * One parser for recordings and for the generator, whose messages take the same way.
 */
#ifndef SIM_MESSAGE_H
#define SIM_MESSAGE_H

#include "common/err.h"
#include "common/types.h"

#define STREAM_NAME_MAX 64

struct level {
	i64 price, qty; /* 1e-8; qty 0 removes the level */
};

struct levels {
	struct level *v;
	size_t n, cap;
};

enum message_kind { MESSAGE_TICKER, MESSAGE_TRADE, MESSAGE_DEPTH, MESSAGE_SNAPSHOT };

struct message {
	enum message_kind kind;
	char stream[STREAM_NAME_MAX]; /* "btcusdt@trade"; empty for a snapshot */
	struct span text;             /* the whole message, as given to message_parse */
	struct span data;             /* the value of "data" inside `text` */
	u64 first_id, last_id;    /* depth: U and u; ticker and snapshot: last_id; trade: its id in
				     last_id */
	struct level bid, ask;    /* ticker */
	struct level trade;       /* trade */
	bool buyer_maker;         /* trade: the seller was the taker */
	struct levels bids, asks; /* depth, snapshot */
};

/*
 * Parses `n` bytes at `p` into `m`, whose arrays are reused from call to call (start with a
 * zeroed struct); the spans in `m` point into `p`. ERR_SYNTAX with a sentence in *why
 * otherwise. `symbol` is what "s" must be.
 */
err_t message_parse(struct message *m, const char *p, size_t n, const char *symbol,
		    const char **why);
void message_free(struct message *m);

void levels_add(struct levels *l, i64 price, i64 qty);

#endif
