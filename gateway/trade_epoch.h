/*
 * trade_epoch.h - a configuration epoch on its way to the trade core: one message, taken whole in
 * one turn or refused whole.
 *
 * MSG_EPOCH is struct msg_epoch, then n_limits of struct msg_limits, then n_strategies of struct
 * epoch_strategy by their ids: all that the core has, and at most one more, which it makes. The
 * answer is MSG_ANSWER with CMD_EPOCH; a refusal names what was refused, and nothing has changed.
 */
#ifndef SAKER_TRADE_EPOCH_H
#define SAKER_TRADE_EPOCH_H

#include "gateway/limits_row.h"
#include "strategy/strategy.h"

#define EPOCH_STRATEGIES_MAX 16
#define EPOCH_PARAMS_TEXT    2048

struct epoch_strategy {
	char type[STRATEGY_NAME_MAX + 7]; /* as host_find takes it */
	bool enabled;
	char params[EPOCH_PARAMS_TEXT];   /* "name=value name=value"; what is not named has its default */
};

struct msg_epoch {
	u32 id; /* ctl's number of the command, echoed */
	u32 number, n_limits, n_strategies;
	u32 profile_every;
	bool cancel_on_stale, cancel_on_session_loss;
	u16 rsv;
	u64 hash; /* of the configuration text, for the journal */
};
static_assert(sizeof(struct msg_epoch) % 8 == 0 && sizeof(struct epoch_strategy) % 8 == 0, "parts stay aligned");

/* Bytes of the whole message. */
static inline u32 msg_epoch_bytes(u32 n_limits, u32 n_strategies)
{
	return (u32)(sizeof(struct msg_epoch) + n_limits * sizeof(struct msg_limits) +
		     n_strategies * sizeof(struct epoch_strategy));
}

static inline struct msg_limits *msg_epoch_limits(struct msg_epoch *m) { return (struct msg_limits *)(m + 1); }

static inline struct epoch_strategy *msg_epoch_strategies(struct msg_epoch *m)
{
	return (struct epoch_strategy *)(msg_epoch_limits(m) + m->n_limits);
}

#endif
