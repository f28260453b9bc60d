/* A symbol as exchangeInfo shows it (rest-api.md "Exchange information", filters.md). */
#include "sim/json.h"

static json_t *filter(json_t *list, const char *type)
{
	json_t *j = json_object();
	json_set_text(j, "filterType", type);
	json_array_append_new(list, j);
	return j;
}

static void add_lot_size(json_t *list, const char *type, i64 min, i64 max, i64 step)
{
	json_t *j = filter(list, type);
	json_set_amount(j, "minQty", min);
	json_set_amount(j, "maxQty", max);
	json_set_amount(j, "stepSize", step);
}

static json_t *filters(const struct rules *r)
{
	json_t *list = json_array(), *price = filter(list, "PRICE_FILTER");
	json_set_amount(price, "minPrice", r->price_min);
	json_set_amount(price, "maxPrice", r->price_max);
	json_set_amount(price, "tickSize", r->tick);
	add_lot_size(list, "LOT_SIZE", r->qty_min, r->qty_max, r->step);
	add_lot_size(list, "MARKET_LOT_SIZE", 0, r->qty_max, 0);
	json_t *notional = filter(list, "NOTIONAL");
	json_set_amount(notional, "minNotional", r->notional_min);
	json_set_flag(notional, "applyMinToMarket", true);
	json_set_amount(notional, "maxNotional", r->notional_max);
	json_set_flag(notional, "applyMaxToMarket", false);
	json_set_int(notional, "avgPriceMins", 0);
	json_set_int(filter(list, "MAX_NUM_ORDERS"), "maxNumOrders", r->orders_max);
	return list;
}

static void add_abilities(json_t *j)
{
	static const char *const not_here[] = {
		"icebergAllowed",         "ocoAllowed",           "otoAllowed",
		"allowTrailingStop",      "cancelReplaceAllowed", "amendAllowed",
		"isMarginTradingAllowed",
	};
	for (size_t i = 0; i < ARRAY_LEN(not_here); i++)
		json_set_flag(j, not_here[i], false);
	json_set_flag(j, "quoteOrderQtyMarketAllowed", true);
	json_set_flag(j, "isSpotTradingAllowed", true);
}

json_t *json_symbol(const struct rules *r)
{
	static const char *const precisions[] = {
		"baseAssetPrecision",      "quotePrecision",           "quoteAssetPrecision",
		"baseCommissionPrecision", "quoteCommissionPrecision",
	};
	json_t *j = json_object();
	json_set_text(j, "symbol", r->symbol);
	json_set_text(j, "status", "TRADING");
	json_set_text(j, "baseAsset", r->base);
	json_set_text(j, "quoteAsset", r->quote);
	for (size_t i = 0; i < ARRAY_LEN(precisions); i++)
		json_set_int(j, precisions[i], SIM_DECIMALS);
	json_object_set_new(j, "orderTypes", json_pack("[sss]", "LIMIT", "LIMIT_MAKER", "MARKET"));
	add_abilities(j);
	json_object_set_new(j, "filters", filters(r));
	json_object_set_new(j, "permissions", json_array());
	json_object_set_new(j, "permissionSets", json_pack("[[s]]", "SPOT"));
	json_set_text(j, "defaultSelfTradePreventionMode", "NONE");
	json_object_set_new(j, "allowedSelfTradePreventionModes", json_pack("[s]", "NONE"));
	return j;
}
