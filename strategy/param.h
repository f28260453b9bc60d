/*
 * param.h - parameters of strategies: "key=value key=value" against a table, exact, with errors
 * that name what was expected.
 *
 * Pure and for any thread. Blanks, commas and newlines separate; a value has none of them. Nothing
 * is rounded.
 */
#ifndef SAKER_PARAM_H
#define SAKER_PARAM_H

#include "strategy/strategy.h"

struct param_error {
	char text[240]; /* "half_spread=0: expected an integer from 1 to 100000 (ticks)" */
};

/*
 * The table itself is sound: names, types, defaults and bounds that parse, default within bounds.
 */
err_t param_check_table(const struct strategy_param *p, u32 n, struct param_error *why);

/* All defaults; one without is left empty: param_require. */
void param_defaults(const struct strategy_param *p, u32 n, struct strategy_value *v);

/*
 * Sets in v[n] what `text` names; v holds the former values (or the defaults), and is untouched
 * unless ERR_OK. *given gets a bit for each parameter named. A parameter named twice is an error.
 */
err_t param_parse(const struct strategy_param *p, u32 n, const char *text, struct strategy_value *v,
		  u32 *given, struct param_error *why);

/* Each parameter without a default has its bit in `given`. */
err_t param_require(const struct strategy_param *p, u32 n, u32 given, struct param_error *why);

/* The value as an operator would write it; returns the length. */
#define PARAM_PRINT_MAX 32
u32 param_print(const struct strategy_param *p, const struct strategy_value *v, char *out);

#endif
