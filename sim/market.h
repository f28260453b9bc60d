/*
 * market.h - the recorded or made-up market as it stands: the ladder, the best prices, the
 * place in the source, the past.
 *
 * `ticks` counts the messages taken from the source: it is the place in the market, and with
 * the source it determines the market's whole state, which is how a restarted venue finds its
 * way back.
 */
#ifndef SIM_MARKET_H
#define SIM_MARKET_H

#include "sim/generator.h"
#include "sim/history.h"
#include "sim/recording.h"

struct touch {
	struct level best[2]; /* by enum side, from the best-price stream */
	u64 id;
};

struct market {
	const struct rules *rules;
	bool recorded;
	struct recording recording;
	struct generator generator;
	struct message next; /* parsed and not yet applied, if has_next */
	ns_t next_at_ns;     /* in the source's time */
	bool has_next, ended;
	u64 ticks; /* messages applied */
	struct ladder ladder;
	struct touch touch;
	struct history history;
	i64 last_price; /* of the last trade; 0 before the first */
	char error[600];
};

/*
 * Opens the source (files_n 0: the generator with `seed`) and rolls forward to its snapshot,
 * splicing in the depth updates that came before it. On an error m->error says what and where.
 */
err_t sim_market_open(struct market *m, const struct rules *rules, const char *const *files,
		  size_t files_n, u64 seed);

/*
 * Makes the next message ready in m->next. ERR_CLOSED at the end of the source, an error with
 * m->error where it is broken.
 */
err_t market_peek(struct market *m);

/*
 * Applies m->next, which market_peek() made ready. ERR_STATE (m->error): a gap in the depth
 * updates; the market has ended.
 */
err_t market_step(struct market *m);

void market_close(struct market *m);

#endif
