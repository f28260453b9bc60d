/*
 * strategy_show.h - which strategies there are and what their parameters mean, for whoever reads the
 * segment: regions "strategies" (a line each: name, type) and "strategy.params" (strategy_row.h).
 *
 * Written as the core has been made, and by ctl when a strategy comes while it runs. One that is read
 * meanwhile is seen whole or not at all: its line and its rows get their first word last. Main thread.
 */
#ifndef SAKER_STRATEGY_SHOW_H
#define SAKER_STRATEGY_SHOW_H

#include "appliance/config.h"
#include "common/segment.h"
#include "common/strategy_row.h"
#include "strategy/strategy.h"

#define STRATEGY_NAMES_MAX  (CONFIG_STRATEGIES * 2 * CONFIG_NUMBER + 1)
#define STRATEGY_PARAM_ROWS (CONFIG_STRATEGIES * STRATEGY_ROW_PARAMS)
#define STRATEGY_ROW_FREE   UINT32_MAX /* strategy_param_row.strategy of a row that is not used */

struct strategy_show {
	char *names;
	struct strategy_param_row *row;
	u32 n, n_rows;
};

/* The regions as the segment has been made; no strategy is in them. */
void strategy_show_init(struct strategy_show *s, const struct segment *seg);

/* The next one, by order of the ids. */
void strategy_show_add(struct strategy_show *s, const char *name, const struct strategy_desc *d);

#endif
