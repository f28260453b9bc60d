/* null - subscribes and does nothing: what the rest of the path costs. */
#include "strategy/builtin.h"

static const struct strategy_param params[] = {
	{ .name = "instrument", .type = PARAM_STRING, .help = "symbol to subscribe to" },
};

static err_t null_init(void *state, const struct strategy_api *api, struct strategy_ctx *ctx,
		       const struct strategy_value *v)
{
	(void)state;
	int id = api->find(ctx, v[0].s);
	return id < 0 ? ERR_NOT_FOUND : api->subscribe(ctx, (u32)id);
}

static void null_on_market(void *state, const struct market_view *m)
{
	(void)state;
	(void)m;
}

const struct strategy_desc strategy_null = {
	STRATEGY_ABI,
	.name = "null",
	.help = "subscribes and does nothing",
	.params = params,
	.n_params = ARRAY_LEN(params),
	.init = null_init,
	.on_market = null_on_market,
};
