#include "sim/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"

json_t *json_amount(i64 v)
{
	char text[DEC_TEXT_MAX];
	u32 n = dec_print(text, v, SIM_DECIMALS);
	return json_stringn(text, n);
}

const char *commission_asset(const struct rules *r, enum side s) { return s == SIDE_BUY ? r->base : r->quote; }

/* What every answer about an order ends with. */
static void add_state(json_t *j, const struct order *o)
{
	json_object_set_new(j, "price", json_amount(o->req.price));
	json_object_set_new(j, "origQty", json_amount(o->req.qty));
	json_object_set_new(j, "executedQty", json_amount(o->filled));
	json_object_set_new(j, "origQuoteOrderQty", json_amount(o->req.quote_qty));
	json_object_set_new(j, "cummulativeQuoteQty", json_amount(o->quote_filled));
	json_object_set_new(j, "status", json_string(status_name(o->status)));
	json_object_set_new(j, "timeInForce", json_string(tif_name(o->req.tif)));
	json_object_set_new(j, "type", json_string(type_name(o->req.type)));
	json_object_set_new(j, "side", json_string(side_name(o->req.side)));
	if (o->expiry != EXPIRY_NONE)
		json_object_set_new(j, "expiryReason", json_string(expiry_name(o->expiry)));
}

json_t *json_order(const struct rules *r, const struct order *o)
{
	json_t *j = json_pack("{s:s, s:I, s:i, s:s}", "symbol", r->symbol, "orderId", (json_int_t)o->id, "orderListId", -1,
			      "clientOrderId", o->req.client_id);
	add_state(j, o);
	json_object_set_new(j, "stopPrice", json_amount(0));
	json_object_set_new(j, "icebergQty", json_amount(0));
	json_object_set_new(j, "time", json_integer(o->created_ms));
	json_object_set_new(j, "updateTime", json_integer(o->updated_ms));
	json_object_set_new(j, "isWorking", json_true());
	json_object_set_new(j, "workingTime", json_integer(o->created_ms));
	json_object_set_new(j, "selfTradePreventionMode", json_string("NONE"));
	return j;
}

json_t *json_placed(const struct rules *r, const struct order *o, bool full, const struct fill *fills, size_t n)
{
	json_t *j = json_pack("{s:s, s:I, s:i, s:s, s:I}", "symbol", r->symbol, "orderId", (json_int_t)o->id, "orderListId", -1,
			      "clientOrderId", o->req.client_id, "transactTime", (json_int_t)o->created_ms);
	json_t *list = json_array();
	add_state(j, o);
	json_object_set_new(j, "workingTime", json_integer(o->created_ms));
	json_object_set_new(j, "selfTradePreventionMode", json_string("NONE"));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:s, s:I}", "price", json_amount(fills[i].price), "qty",
			json_amount(fills[i].qty), "commission", json_amount(fills[i].commission), "commissionAsset",
			commission_asset(r, fills[i].side), "tradeId", (json_int_t)fills[i].trade_id));
	if (full)
		json_object_set(j, "fills", list);
	json_decref(list);
	return j;
}

json_t *json_canceled(const struct rules *r, const struct order *o)
{
	json_t *j = json_pack("{s:s, s:s, s:I, s:i, s:s, s:I}", "symbol", r->symbol, "origClientOrderId", o->req.client_id, "orderId",
			      (json_int_t)o->id, "orderListId", -1, "clientOrderId", o->cancel_id, "transactTime",
			      (json_int_t)o->updated_ms);
	add_state(j, o);
	json_object_set_new(j, "selfTradePreventionMode", json_string("NONE"));
	return j;
}

json_t *json_fill(const struct rules *r, const struct fill *f)
{
	return json_pack("{s:s, s:I, s:I, s:i, s:o, s:o, s:o, s:o, s:s, s:I, s:b, s:b, s:b}", "symbol", r->symbol, "id",
			 (json_int_t)f->trade_id, "orderId", (json_int_t)f->order_id, "orderListId", -1, "price",
			 json_amount(f->price), "qty", json_amount(f->qty), "quoteQty", json_amount(f->quote), "commission",
			 json_amount(f->commission), "commissionAsset", commission_asset(r, f->side), "time",
			 (json_int_t)f->time_ms, "isBuyer", f->side == SIDE_BUY, "isMaker", f->maker, "isBestMatch", true);
}

static json_t *filters(const struct rules *r)
{
	return json_pack("[{s:s, s:o, s:o, s:o}, {s:s, s:o, s:o, s:o}, {s:s, s:o, s:o, s:o}, {s:s, s:o, s:b, s:o, s:b, s:i}, {s:s, s:i}]",
		"filterType", "PRICE_FILTER", "minPrice", json_amount(r->price_min), "maxPrice", json_amount(r->price_max),
		"tickSize", json_amount(r->tick),
		"filterType", "LOT_SIZE", "minQty", json_amount(r->qty_min), "maxQty", json_amount(r->qty_max),
		"stepSize", json_amount(r->step),
		"filterType", "MARKET_LOT_SIZE", "minQty", json_amount(0), "maxQty", json_amount(r->qty_max),
		"stepSize", json_amount(0),
		"filterType", "NOTIONAL", "minNotional", json_amount(r->notional_min), "applyMinToMarket", true, "maxNotional",
		json_amount(r->notional_max), "applyMaxToMarket", false, "avgPriceMins", 0,
		"filterType", "MAX_NUM_ORDERS", "maxNumOrders", (int)r->orders_max);
}

json_t *json_symbol(const struct rules *r)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:i, s:i, s:i, s:i, s:[sss], s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:o, s:[],"
			 " s:[[s]], s:s, s:[s]}",
		"symbol", r->symbol, "status", "TRADING", "baseAsset", r->base, "baseAssetPrecision", SIM_DECIMALS,
		"quoteAsset", r->quote, "quotePrecision", SIM_DECIMALS, "quoteAssetPrecision", SIM_DECIMALS,
		"baseCommissionPrecision", SIM_DECIMALS, "quoteCommissionPrecision", SIM_DECIMALS,
		"orderTypes", "LIMIT", "LIMIT_MAKER", "MARKET", "icebergAllowed", false, "ocoAllowed", false,
		"otoAllowed", false, "quoteOrderQtyMarketAllowed", true, "allowTrailingStop", false, "cancelReplaceAllowed", false,
		"isSpotTradingAllowed", true, "isMarginTradingAllowed", false, "filters", filters(r), "permissions",
		"permissionSets", "SPOT", "defaultSelfTradePreventionMode", "NONE", "allowedSelfTradePreventionModes", "NONE");
}

void json_put(struct buf *out, json_t *j)
{
	assert(j && "a json_pack format that does not fit its arguments");
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
	buf_str(out, text ? text : "null");
	free(text);
	json_decref(j);
}

bool json_param(const json_t *params, const char *name, char *out, size_t n)
{
	const json_t *v = json_object_get(params, name);
	char *text = NULL;
	if (json_is_number(v) || json_is_boolean(v))
		text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	const char *s = text ? text : json_string_value(v);
	bool ok = s && *s && strlen(s) < n;
	if (ok)
		strcpy(out, s);
	free(text);
	return ok;
}
