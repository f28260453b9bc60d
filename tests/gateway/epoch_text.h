/* epoch_text.h - MSG_EPOCH for tests: what is in force, with the parameters and switches told. */
#ifndef TESTS_GATEWAY_EPOCH_TEXT_H
#define TESTS_GATEWAY_EPOCH_TEXT_H

#include <stdio.h>
#include <string.h>

#include "gateway/trade_epoch.h"

struct epoch_text {
	struct msg_epoch m;
	u8 parts[2 * sizeof(struct msg_limits) + 3 * sizeof(struct epoch_strategy)];
};

static inline struct epoch_text *epoch_begin(struct epoch_text *t, u32 id)
{
	*t = (struct epoch_text){ .m = { .id = id, .cancel_on_stale = true, .cancel_on_session_loss = true } };
	return t;
}

/* Before the strategies. */
static inline void epoch_limits(struct epoch_text *t, const struct msg_limits *l)
{
	msg_epoch_limits(&t->m)[t->m.n_limits++] = *l;
}

static inline void epoch_strategy(struct epoch_text *t, const char *type, const char *params, bool enabled)
{
	struct epoch_strategy *s = &msg_epoch_strategies(&t->m)[t->m.n_strategies++];
	s->enabled = enabled;
	snprintf(s->type, sizeof s->type, "%s", type);
	snprintf(s->params, sizeof s->params, "%s", params);
}

static inline u32 epoch_bytes(const struct epoch_text *t) { return msg_epoch_bytes(t->m.n_limits, t->m.n_strategies); }

#endif
