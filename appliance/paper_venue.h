/*
 * paper_venue.h - the venue's answers to the orders of a replay that has no order session: the
 * requests, texts and matching of saker-venue (sim/), without a process, a socket or a clock.
 *
 * Where orders fill (`fills`): one that crosses takes the other side's best price, as far as its
 * displayed quantity goes, once until that changes; the rest of it rests. One that rests is behind
 * everybody else at its price: it fills, at its price, by trades through that price, as far as their
 * quantity goes. The market is never changed by it. Else every order is acknowledged and rests until
 * it is cancelled; IOC, FOK and MARKET expire.
 *
 * Deterministic: the same calls lead to the same texts. Allocates. One thread.
 */
#ifndef SAKER_PAPER_VENUE_H
#define SAKER_PAPER_VENUE_H

#include "common/instrument.h"
#include "common/tape.h"

struct paper_venue; /* opaque */

struct paper_venue_cfg {
	const struct instrument *instrument; /* by dense id, read at the start */
	u32 n_instruments;
	bool fills;
	u32 maker_ppm, taker_ppm; /* fees, millionths of what is received: base asset of a buy, quote of a sell */
	/* one text from the venue on order session `session` */
	void (*say)(void *user, u32 session, const u8 *text, u32 n);
	void *user;
};

/* NULL: out of memory, or a price or quantity has more than eight decimals; `why` (`n` bytes) says so. */
struct paper_venue *paper_venue_new(const struct paper_venue_cfg *cfg, char *why, size_t n);
void paper_venue_free(struct paper_venue *v); /* NULL: nothing */

/* The market moved; where orders fill, those it reaches do so now. `now_ms`: venue time. */
void paper_venue_market(struct paper_venue *v, const struct tape_event *e, i64 now_ms);

/* A request's text, from session `session` (0 or 1); it is answered before this returns. */
void paper_venue_request(struct paper_venue *v, u32 session, const u8 *text, u32 n, i64 now_ms);

#endif
