/* A plug-in whose default lies outside its own bounds. */
#include "strategy/strategy.h"

static err_t init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
		  const struct strategy_value *v)
{
	(void)state, (void)api, (void)ctx, (void)v;
	return ERR_OK;
}

static const struct strategy_param params[] = {
	{ .name = "depth",
	  .type = PARAM_INT,
	  .def = "11",
	  .min = "1",
	  .max = "10",
	  .help = "levels" },
};

const struct strategy_desc saker_strategy_v1 = { STRATEGY_ABI, .name = "bad_table",
						 .params = params, .n_params = 1, .init = init };
