/*
 * exchange.h - market, matching and journal as one machine: what a restarted venue must find again.
 *
 * Its whole state follows from the source of the market and the journal, which holds, in order:
 * how far the market was played (`T`), orders placed (`P`) and canceled (`C`), each written
 * before it takes effect, so before anybody hears of it.
 */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include "sim/journal.h"
#include "sim/market.h"
#include "sim/matching.h"

struct exchange {
	struct rules rules;
	struct market market;
	struct matching matching;
	struct journal journal;
	char error[3000];
};

struct exchange_options {
	const char *symbol;
	const char *const *recordings;
	size_t recordings_n; /* 0: made-up market */
	u64 seed;
	struct fees fees;
	i64 base, quote;          /* the account's balances at the start */
	const char *journal_path; /* NULL: no state is kept */
};

/*
 * Opens the market, rolls it forward to its snapshot, then replays the journal. x->error on
 * failure.
 */
err_t exchange_open(struct exchange *x, const struct exchange_options *o);

/*
 * Plays the message market_peek() made ready, through the book and our orders; its text stays
 * valid until the next peek. The place is recorded first. ERR_IO: the journal cannot be
 * written, the venue must stop; ERR_STATE: a gap, the market has ended.
 */
err_t exchange_play(struct exchange *x, i64 now_ms);

/* matching_place() and matching_cancel(), recorded first. ERR_IO, with x->error: not done. */
err_t exchange_place(struct exchange *x, const struct order_request *r, i64 now_ms, u64 *id);
err_t exchange_cancel(struct exchange *x, u64 id, const char *cancel_id, i64 now_ms);

void exchange_close(struct exchange *x);

#endif
