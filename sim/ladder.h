/*
 * ladder.h - the venue's order book: price levels of both sides, and the update id at which it
 * stands.
 *
 * Built from one snapshot and the depth updates after it, by the venue's rule
 * (web-socket-streams.md, "How to manage a local order book correctly").
 */
#ifndef SIM_LADDER_H
#define SIM_LADDER_H

#include "sim/message.h"
#include "sim/rules.h"

struct ladder {
	struct levels side[2]; /* by enum side, best price last: the busy end is the cheap one */
	u64 last_id;
};

void ladder_load(struct ladder *l, const struct levels *bids, const struct levels *asks,
		 u64 last_id);

/*
 * ERR_OK; ERR_EXISTS: older than the ladder, ignored; ERR_STATE: a gap before `first_id`,
 * nothing applied.
 */
err_t sim_ladder_apply(struct ladder *l, const struct levels *bids, const struct levels *asks,
		   u64 first_id, u64 last_id);

void ladder_set(struct ladder *l, enum side s, i64 price, i64 qty);
i64 ladder_qty(const struct ladder *l, enum side s, i64 price);
struct level ladder_at(const struct ladder *l, enum side s,
		       size_t depth); /* depth 0 is the best; zeros beyond the last */
void ladder_copy(struct ladder *to, const struct ladder *from);
void ladder_free(struct ladder *l);

#endif
