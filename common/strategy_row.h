/*
 * strategy_row.h - strategies as other processes see them: tables in the segment, a row an instance
 * in order of their ids.
 *
 * "strategy.state" is written with the core's chores, "strategy.values" at start and whenever
 * parameters change, both by the trade core, under sequence words as in order_row.h.
 * "strategy.params" says what the values mean: written once, before the segment is ready.
 */
#ifndef SAKER_STRATEGY_ROW_H
#define SAKER_STRATEGY_ROW_H

#include "common/types.h"

#define STRATEGY_ROW_PARAMS 32
#define STRATEGY_ROW_TEXT 24

struct strategy_row {
	u64 pause; /* enum host_pause of strategy/host.h */
	u64 calls, overruns, overruns_all;
	u64 max_ns; /* longest callback; 0 where none is measured */
};

struct strategy_values_row {
	u64 changes; /* how often they were changed since the start */
	struct {
		i64 i;
		char s[STRATEGY_ROW_TEXT];
	} value[STRATEGY_ROW_PARAMS]; /* by the order of the strategy's table */
};

/* One parameter of one instance; texts are cut where they do not fit, and end in a NUL. */
struct strategy_param_row {
	u32 strategy, place; /* place: of the value in its row */
	u8 type, decimals;   /* as struct strategy_param */
	char name[26], unit[28];
	char min[32], max[32], def[32]; /* "": none */
	char help[160];
};

struct strategy_cell {
	u64 seq, w[sizeof(struct strategy_row) / 8];
};
struct strategy_values_cell {
	u64 seq, w[sizeof(struct strategy_values_row) / 8];
};
static_assert(sizeof(struct strategy_row) % 8 == 0, "rows are whole words");
static_assert(sizeof(struct strategy_values_row) % 8 == 0, "rows are whole words");

#endif
