/*
 * host.h - runs strategies: registers their descriptors, makes instances with parameters, hands
 * them events, keeps them in budget.
 *
 * One host a trade core. host_new, host_load, host_add run at start, before the arena is sealed;
 * all else on the hot core. An instance's id is its number in order of host_add and stands in
 * order_req.strategy. Events go to subscribers only, in order of their ids. A paused instance gets
 * order events alone, may cancel and not submit. A turn budget that is overrun `overruns_max` times
 * in a row pauses it.
 */
#ifndef SAKER_HOST_H
#define SAKER_HOST_H

#include "common/arena.h"
#include "common/counter.h"
#include "strategy/param.h"
#include "strategy/strategy.h"

#define HOST_INSTANCES_MAX 256
#define HOST_DESCS_MAX 32

enum host_pause { HOST_RUNNING, HOST_PAUSED_BY_OPERATOR, HOST_PAUSED_BY_BUDGET, HOST_STOPPED };

/* What the trade core does for strategies. `core` is its own first argument. */
struct host_ops {
	/* Order id, or a negative code. */
	i64 (*submit)(void *core, const struct order_req *q, ns_t now);
	/* Must check that the order is this strategy's. */
	int (*cancel)(void *core, u16 strategy, u64 order_id, ns_t now);
	i64 (*position)(void *core, u32 instrument);
	/* `id` is padded with NULs. */
	void (*trace)(void *core, u16 strategy, const char id[8], i64 a, i64 b);
	/*
	 * An instance was paused by its budget: the core records it as an input (a replay measures
	 * no time) and cancels its orders.
	 */
	void (*paused)(void *core, u16 strategy);
	u64 (*tsc)(void *core); /* NULL: no budgets, as in a replay */
};

enum host_counter {
#define CNT(name, help) HOST_CNT_##name,
#include "strategy/counters.def"
#undef CNT
	HOST_COUNTERS
};
extern const struct counter_def host_counter_defs[HOST_COUNTERS];

struct host_cfg {
	const struct host_ops *ops;
	void *core;
	const struct instrument *instruments; /* the core's table by dense id, kept by reference */
	u32 n_instruments;
	u32 overruns_max; /* in a row, then paused; 0: never */
	u64 budget_tsc;   /* of one callback */
	u64 seed;         /* instance i draws from its own stream of this seed */
	u64 *counters;    /* HOST_COUNTERS words */
};

struct host; /* opaque; from the arena */

/* ---- start-up ---- */

/* NULL: the arena is too small. Registers the built-in strategies. */
struct host *host_new(struct arena *a, const struct host_cfg *cfg);

/*
 * Registers a descriptor: ABI, sizes, name, parameter table are checked; `why` says what is wrong.
 */
err_t host_register(struct host *h, const struct strategy_desc *d, struct param_error *why);

/* Opens a plug-in (dlopen) and registers what it exports. It stays open until the process ends. */
err_t host_load(struct host *h, const char *path, struct param_error *why);

const struct strategy_desc *host_find(const struct host *h, const char *name); /* NULL: none */

/* A new instance of `name` with parameters "key=value key=value"; its id in *id. */
err_t host_add(struct host *h, struct arena *a, const char *name, const char *params, u16 *id,
	       struct param_error *why);

/* ---- the hot core ---- */

/*
 * Hands `m` to the subscribers of its instrument; only for events with TAPE_LAST. `start_tsc` is
 * a stamp of this turn: from it, or from the end of the callback before, the first one is measured.
 * Returns how many were called.
 */
u32 host_on_market(struct host *h, const struct market_view *m, u64 start_tsc);

/*
 * Hands an order event to the strategy that owns it; one of no instance (the operator's) is
 * counted.
 */
void host_on_order(struct host *h, const struct order_event *e, ns_t now, u64 start_tsc);

/* Calls the timers that are due; returns how many. */
u32 host_on_time(struct host *h, ns_t now, u64 start_tsc);

ns_t host_next_timer(const struct host *h); /* UINT64_MAX: none; may be early, never late */

/*
 * Values already parsed and checked by param_parse against the descriptor. Not ERR_OK: the former
 * stay.
 */
err_t host_set_params(struct host *h, u16 id, const struct strategy_value *v, u32 n, ns_t now);

/*
 * ERR_NOT_FOUND: no such instance. ERR_STATE: it is stopped. A pause ends a budget's count; orders are
 * the core's to cancel.
 */
err_t host_pause(struct host *h, u16 id);
err_t host_resume(struct host *h, u16 id);

/*
 * Stopped is as paused, but for a resume: host_enable alone ends it, and then it runs. On where it is
 * not stopped: nothing. ERR_NOT_FOUND.
 */
err_t host_enable(struct host *h, u16 id, bool on);

/*
 * Replay, where no time is measured: pauses the instance by its budget after `calls` callbacks in
 * all, as it once was. ERR_NOT_FOUND.
 */
err_t host_pause_at(struct host *h, u16 id, u64 calls);

/* `ops` in place of those it was made with: of one that measures no time (tsc NULL), in a replay. */
void host_measure(struct host *h, const struct host_ops *ops);

/* ---- what is known ---- */

struct host_status {
	const char *name;
	const struct strategy_desc *desc;
	const struct strategy_value *values; /* desc->n_params of them */
	u8 pause;         /* enum host_pause */
	u32 overruns;     /* in a row, now */
	u64 calls, overruns_all, max_tsc;
};

u32 host_count(const struct host *h);
bool host_status(const struct host *h, u16 id, struct host_status *out);

/* State of one instance for a restart; as strategy_desc.save and load. 0 where it keeps none. */
u32 host_save(const struct host *h, u16 id, void *out, u32 n);
err_t host_load_state(struct host *h, u16 id, const void *in, u32 n);

#endif
