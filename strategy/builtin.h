/* builtin.h - the strategies that come with Saker, registered by host_new. */
#ifndef SAKER_BUILTIN_H
#define SAKER_BUILTIN_H

#include "strategy/strategy.h"

extern const struct strategy_desc strategy_maker; /* quotes both sides around the middle */
extern const struct strategy_desc strategy_null;  /* subscribes and does nothing */

#endif
