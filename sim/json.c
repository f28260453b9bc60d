#include "sim/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/decimal.h"

void json_set_text(json_t *j, const char *name, const char *v)
{
	json_object_set_new(j, name, json_string(v));
}

void json_set_int(json_t *j, const char *name, i64 v)
{
	json_object_set_new(j, name, json_integer(v));
}

void json_set_amount(json_t *j, const char *name, i64 v)
{
	char text[DEC_TEXT_MAX];
	dec_print(text, v, SIM_DECIMALS);
	json_set_text(j, name, text);
}

void json_set_flag(json_t *j, const char *name, bool v)
{
	json_object_set_new(j, name, json_boolean(v));
}

const char *commission_asset(const struct rules *r, enum side s)
{
	return s == SIDE_BUY ? r->base : r->quote;
}

/* What every answer about an order begins with; "clientOrderId" is `client_id`. */
static json_t *begin(const struct rules *r, const struct order *o, const char *client_id)
{
	json_t *j = json_object();
	json_set_text(j, "symbol", r->symbol);
	json_set_int(j, "orderId", (i64)o->id);
	json_set_int(j, "orderListId", -1);
	json_set_text(j, "clientOrderId", client_id);
	return j;
}

/* And what it goes on with. */
static void add_state(json_t *j, const struct order *o)
{
	json_set_amount(j, "price", o->req.price);
	json_set_amount(j, "origQty", o->req.qty);
	json_set_amount(j, "executedQty", o->filled);
	json_set_amount(j, "origQuoteOrderQty", o->req.quote_qty);
	json_set_amount(j, "cummulativeQuoteQty", o->quote_filled);
	json_set_text(j, "status", sim_status_name(o->status));
	json_set_text(j, "timeInForce", sim_tif_name(o->req.tif));
	json_set_text(j, "type", sim_type_name(o->req.type));
	json_set_text(j, "side", sim_side_name(o->req.side));
	json_set_text(j, "selfTradePreventionMode", "NONE");
	if (o->expiry != EXPIRY_NONE)
		json_set_text(j, "expiryReason", sim_expiry_name(o->expiry));
}

json_t *json_order(const struct rules *r, const struct order *o)
{
	json_t *j = begin(r, o, o->req.client_id);
	add_state(j, o);
	json_set_amount(j, "stopPrice", 0);
	json_set_amount(j, "icebergQty", 0);
	json_set_int(j, "time", o->created_ms);
	json_set_int(j, "updateTime", o->updated_ms);
	json_set_flag(j, "isWorking", true);
	json_set_int(j, "workingTime", o->created_ms);
	return j;
}

json_t *json_placed(const struct rules *r, const struct order *o, bool result)
{
	json_t *j = begin(r, o, o->req.client_id);
	json_set_int(j, "transactTime", o->created_ms);
	if (result) {
		add_state(j, o);
		json_set_int(j, "workingTime", o->created_ms);
	}
	return j;
}

json_t *json_fills(const struct rules *r, const struct fill *fills, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *j = json_object();
		json_set_amount(j, "price", fills[i].price);
		json_set_amount(j, "qty", fills[i].qty);
		json_set_amount(j, "commission", fills[i].commission);
		json_set_text(j, "commissionAsset", commission_asset(r, fills[i].side));
		json_set_int(j, "tradeId", (i64)fills[i].trade_id);
		json_array_append_new(list, j);
	}
	return list;
}

json_t *json_canceled(const struct rules *r, const struct order *o)
{
	json_t *j = begin(r, o, o->cancel_id);
	json_set_text(j, "origClientOrderId", o->req.client_id);
	json_set_int(j, "transactTime", o->updated_ms);
	add_state(j, o);
	return j;
}

json_t *json_trade(const struct rules *r, const struct fill *f)
{
	json_t *j = json_object();
	json_set_text(j, "symbol", r->symbol);
	json_set_int(j, "id", (i64)f->trade_id);
	json_set_int(j, "orderId", (i64)f->order_id);
	json_set_int(j, "orderListId", -1);
	json_set_amount(j, "price", f->price);
	json_set_amount(j, "qty", f->qty);
	json_set_amount(j, "quoteQty", f->quote);
	json_set_amount(j, "commission", f->commission);
	json_set_text(j, "commissionAsset", commission_asset(r, f->side));
	json_set_int(j, "time", f->time_ms);
	json_set_flag(j, "isBuyer", f->side == SIDE_BUY);
	json_set_flag(j, "isMaker", f->maker);
	json_set_flag(j, "isBestMatch", true);
	return j;
}

json_t *json_balance(const char *asset, const struct balance *b)
{
	json_t *j = json_object();
	json_set_text(j, "asset", asset);
	json_set_amount(j, "free", b->free);
	json_set_amount(j, "locked", b->locked);
	return j;
}

void json_write(struct buf *out, json_t *j)
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
