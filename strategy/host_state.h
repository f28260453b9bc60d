/* host_state.h - struct host itself, for the files of this folder. */
#ifndef SAKER_HOST_STATE_H
#define SAKER_HOST_STATE_H

#include "common/instrument_set.h"
#include "common/rng.h"
#include "strategy/host.h"

/* One instance. */
struct strategy_ctx {
	CACHE_ALIGNED struct host *host;
	void *state;
	void (*on_market)(void *state, const struct market_view *m); /* set where subscribed */
	u64 calls, max_tsc;
	u32 overruns; /* in a row */
	u16 id;
	u8 pause;     /* enum host_pause */
	bool starting; /* in init: may subscribe */
	ns_t timer;   /* UINT64_MAX: none */
	const struct strategy_desc *desc;
	struct strategy_value *values;
	u64 overruns_all;
	u64 pause_at; /* replay: calls after which it is paused; 0: never */
	struct instrument_set subscribed;
	struct rng rng;
};

struct host {
	struct host_cfg cfg;
	/* the call being made: time, and the event that causes what is submitted */
	ns_t now, next_timer;
	u64 end_tsc; /* of the last callback that was measured */
	u64 cause_seq;
	u16 cause_tape;
	u32 n, n_descs;
	u32 n_subscribers[INSTRUMENTS_MAX];
	struct strategy_ctx *subscriber[INSTRUMENTS_MAX][HOST_INSTANCES_MAX];
	struct strategy_ctx instance[HOST_INSTANCES_MAX];
	const struct strategy_desc *desc[HOST_DESCS_MAX];
};

static inline void host_count_one(struct host *h, enum host_counter c)
{
	counter_inc(&h->cfg.counters[c]);
}

extern const struct strategy_api host_api; /* what every instance is handed */

#endif
