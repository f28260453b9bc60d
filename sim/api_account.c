/* The WebSocket API's account requests: orders, trades, balances. */
#include <string.h>

#include "common/decimal.h"
#include "sim/api.h"

#define TRADES_LIMIT_DEFAULT 500
#define TRADES_LIMIT_MAX 1000

bool api_find_order(struct api_call *a, const struct order **out)
{
	const struct matching *m = &a->v->exchange.matching;
	char client[PARAM_MAX];
	i64 id = -1;
	bool by_client = json_param(a->params, "origClientOrderId", client, sizeof client);
	if (!api_number(a, "orderId", &id))
		return false;
	if (id < 0 && !by_client)
		return api_fail(a, 400, -1102,
				"Param 'origClientOrderId' or 'orderId' must be sent, but both "
				"were empty/null!");
	*out = id >= 0 ? matching_by_id(m, (u64)id) : matching_by_client_id(m, client);
	if (id >= 0 && *out && by_client && strcmp((*out)->req.client_id, client))
		*out = NULL;
	return true;
}

json_t *api_order_status(struct api_call *a)
{
	const struct order *o = NULL;
	if (!api_symbol(a) || !api_find_order(a, &o))
		return NULL;
	return o ? json_order(&a->v->exchange.rules, o)
		 : api_fail(a, 400, -2013, "Order does not exist.");
}

json_t *api_open_orders(struct api_call *a)
{
	const struct matching *m = &a->v->exchange.matching;
	if (json_object_get(a->params, "symbol") && !api_symbol(a))
		return NULL;
	json_t *list = json_array();
	for (size_t i = 0; i < m->open_n; i++)
		json_array_append_new(list, json_order(m->rules, &m->orders[m->open[i]]));
	return list;
}

struct trade_query {
	i64 order_id, from_id, start_ms, end_ms, limit;
};

static bool parse_query(struct api_call *a, struct trade_query *q)
{
	*q = (struct trade_query){ -1, -1, -1, -1, TRADES_LIMIT_DEFAULT };
	if (!api_symbol(a) || !api_number(a, "orderId", &q->order_id) ||
	    !api_number(a, "fromId", &q->from_id) || !api_number(a, "startTime", &q->start_ms) ||
	    !api_number(a, "endTime", &q->end_ms) || !api_number(a, "limit", &q->limit))
		return false;
	bool times = q->start_ms >= 0 || q->end_ms >= 0;
	if (times && (q->from_id >= 0 || q->order_id >= 0))
		return api_fail(a, 400, -1128, "Combination of optional parameters invalid.");
	if (q->limit < 1 || q->limit > TRADES_LIMIT_MAX)
		return api_fail(a, 400, -1130, "Data sent for parameter 'limit' is not valid.");
	return true;
}

static bool selected(const struct trade_query *q, const struct fill *f)
{
	return (q->order_id < 0 || f->order_id == (u64)q->order_id) &&
	       (q->from_id < 0 || f->trade_id >= (u64)q->from_id) &&
	       (q->start_ms < 0 || f->time_ms >= q->start_ms) &&
	       (q->end_ms < 0 || f->time_ms <= q->end_ms);
}

/*
 * From a beginning (fromId, startTime) the oldest, else the newest; either way in chronological
 * order.
 */
json_t *api_trades(struct api_call *a)
{
	const struct matching *m = &a->v->exchange.matching;
	struct trade_query q;
	if (!parse_query(a, &q))
		return NULL;
	json_t *list = json_array();
	bool forward = q.from_id >= 0 || q.start_ms >= 0;
	for (size_t i = 0; i < m->fills_n && json_array_size(list) < (size_t)q.limit; i++) {
		const struct fill *f = &m->fills[forward ? i : m->fills_n - 1 - i];
		if (selected(&q, f))
			json_array_insert_new(list, forward ? json_array_size(list) : 0,
					      json_trade(m->rules, f));
	}
	return list;
}

static void add_balance(json_t *list, const char *asset, const struct balance *b, bool omit_zero)
{
	if (!omit_zero || b->free || b->locked)
		json_array_append_new(list, json_balance(asset, b));
}

static void add_commissions(json_t *j, const struct fees *f)
{
	json_t *rates = json_object();
	json_set_int(j, "makerCommission", f->maker_ppm / 100);
	json_set_int(j, "takerCommission", f->taker_ppm / 100);
	json_set_int(j, "buyerCommission", 0);
	json_set_int(j, "sellerCommission", 0);
	json_set_amount(rates, "maker", f->maker_ppm * (SIM_ONE / 1000000));
	json_set_amount(rates, "taker", f->taker_ppm * (SIM_ONE / 1000000));
	json_set_amount(rates, "buyer", 0);
	json_set_amount(rates, "seller", 0);
	json_object_set_new(j, "commissionRates", rates);
}

json_t *api_account(struct api_call *a)
{
	static const char *const not_here[] = {
		"canWithdraw", "canDeposit", "brokered", "requireSelfTradePrevention", "preventSor",
	};
	const struct matching *m = &a->v->exchange.matching;
	bool omit_zero = json_is_true(json_object_get(a->params, "omitZeroBalances"));
	json_t *j = json_object(), *balances = json_array();
	add_commissions(j, &m->fees);
	json_set_flag(j, "canTrade", true);
	for (size_t i = 0; i < ARRAY_LEN(not_here); i++)
		json_set_flag(j, not_here[i], false);
	json_set_int(j, "updateTime", m->account.updated_ms);
	json_set_text(j, "accountType", "SPOT");
	add_balance(balances, m->rules->base, &m->account.base, omit_zero);
	add_balance(balances, m->rules->quote, &m->account.quote, omit_zero);
	json_object_set_new(j, "balances", balances);
	json_object_set_new(j, "permissions", json_pack("[s]", "SPOT"));
	json_set_int(j, "uid", 1);
	return j;
}
