/* The WebSocket API's trading requests: order.place, order.cancel, openOrders.cancelAll. */
#include <ctype.h>
#include <string.h>

#include "common/decimal.h"
#include "sim/api.h"

#define DECIMAL_TEXT_MAX 42 /* twenty digits, a point, twenty digits */

/* A decimal parameter > 0. False after failing; *sent says whether it was there. */
static bool decimal(struct api_call *a, const char *name, i64 *out, bool *sent)
{
	char text[PARAM_MAX];
	*sent = json_param(a->params, name, text, sizeof text);
	if (!*sent)
		return true;
	size_t whole = strspn(text, "0123456789"),
	       frac = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	size_t n = whole + (text[whole] == '.' ? 1 + frac : 0);
	if (!whole || text[n] || n > DECIMAL_TEXT_MAX || (text[whole] == '.' && !frac))
		return api_fail(a, 400, -1100,
				"Illegal characters found in parameter '%s'; legal range is "
				"'^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
				name);
	err_t e = dec_parse(text, n, SIM_DECIMALS, out);
	if (e == ERR_SYNTAX)
		return api_fail(a, 400, -1111, "Parameter '%s' has too much precision.", name);
	if (e != ERR_OK)
		return api_fail(a, 400, -1108, "Parameter '%s' overflowed.", name);
	if (!*out)
		return api_fail(a, 400, -1013, "Invalid %s.", name);
	return true;
}

static bool client_id(struct api_call *a, const char *name, char out[CLIENT_ID_MAX + 1])
{
	char text[PARAM_MAX];
	out[0] = 0;
	if (!json_object_get(a->params, name))
		return true;
	bool ok = json_param(a->params, name, text, sizeof text) && strlen(text) <= CLIENT_ID_MAX;
	for (const char *p = text; ok && *p; p++)
		ok = isalnum((u8)*p) || *p == '-' || *p == '_' || *p == '.' || *p == ':' ||
		     *p == '/';
	if (!ok)
		return api_fail(a, 400, -1100,
				"Illegal characters found in parameter '%s'; legal range is "
				"'^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.",
				name);
	strcpy(out, text);
	return true;
}

/*
 * An enumerated parameter by its table; -1 after failing with `code`, or where it is absent and
 * may be.
 */
static int choice(struct api_call *a, const char *name, int (*of)(const char *), int code,
		  const char *msg)
{
	char text[PARAM_MAX];
	if (!json_param(a->params, name, text, sizeof text))
		return api_missing(a, name), -1;
	int v = of(text);
	if (v < 0)
		api_fail(a, 400, code, "%s", msg);
	return v;
}

static bool not_wanted(struct api_call *a, const char *name)
{
	if (!json_object_get(a->params, name))
		return true;
	return api_fail(a, 400, -1106, "Parameter '%s' sent when not required.", name);
}

/* Time in force: LIMIT must say, the others must not. */
static bool parse_tif(struct api_call *a, struct order_request *r)
{
	if (r->type != TYPE_LIMIT)
		return not_wanted(a, "timeInForce");
	int tif = choice(a, "timeInForce", sim_tif_of, -1115, "Invalid timeInForce.");
	r->tif = (enum tif)tif;
	return tif >= 0;
}

static bool parse_numbers(struct api_call *a, struct order_request *r)
{
	bool price, qty, quote;
	if (!decimal(a, "price", &r->price, &price) || !decimal(a, "quantity", &r->qty, &qty) ||
	    !decimal(a, "quoteOrderQty", &r->quote_qty, &quote))
		return false;
	if (r->type == TYPE_MARKET) {
		if (!not_wanted(a, "price") || (qty && !not_wanted(a, "quoteOrderQty")))
			return false;
		return qty || quote || api_missing(a, "quantity");
	}
	if (!not_wanted(a, "quoteOrderQty") || (!price && !api_missing(a, "price")))
		return false;
	return qty || api_missing(a, "quantity");
}

static bool parse_order(struct api_call *a, struct order_request *r)
{
	if (!api_symbol(a))
		return false;
	int side = choice(a, "side", sim_side_of, -1117, "Invalid side.");
	int type = side < 0 ? -1 : choice(a, "type", sim_type_of, -1116, "Invalid orderType.");
	if (type < 0)
		return false;
	r->side = (enum side)side;
	r->type = (enum order_type)type;
	return parse_tif(a, r) && parse_numbers(a, r) &&
	       client_id(a, "newClientOrderId", r->client_id);
}

enum answer { ANSWER_ACK, ANSWER_RESULT, ANSWER_FULL };

static int answer_of(const char *s)
{
	static const char *const names[] = { "ACK", "RESULT", "FULL" };
	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		if (!strcmp(names[i], s))
			return i;
	return -1;
}

static int parse_answer(struct api_call *a, enum order_type type)
{
	if (!json_object_get(a->params, "newOrderRespType"))
		return type == TYPE_LIMIT_MAKER ? ANSWER_ACK : ANSWER_FULL;
	return choice(a, "newOrderRespType", answer_of, -1130,
		      "Data sent for parameter 'newOrderRespType' is not valid.");
}

json_t *api_order_place(struct api_call *a)
{
	struct exchange *x = &a->v->exchange;
	struct order_request r = { 0 };
	u64 id;
	if (!parse_order(a, &r))
		return NULL;
	int answer = parse_answer(a, r.type);
	if (answer < 0)
		return NULL;
	struct refusal no = matching_check(&x->matching, &r);
	if (no.code)
		return api_fail(a, 400, no.code, "%s", no.text);
	size_t fills = x->matching.fills_n;
	if (exchange_place(x, &r, a->v->now_ms, &id) != ERR_OK)
		return api_broken(a);
	const struct order *o = matching_by_id(&x->matching, id);
	json_t *result = json_placed(&x->rules, o, answer != ANSWER_ACK);
	if (answer == ANSWER_FULL)
		json_object_set_new(result, "fills",
				    json_fills(&x->rules, x->matching.fills + fills,
					       x->matching.fills_n - fills));
	return result;
}

static bool may_cancel(struct api_call *a, const struct order *o)
{
	char text[PARAM_MAX];
	if (!o || !order_is_open(o))
		return api_fail(a, 400, -2011, "Unknown order sent.");
	if (!json_param(a->params, "cancelRestrictions", text, sizeof text))
		return true;
	bool only_new = !strcmp(text, "ONLY_NEW"),
	     only_partial = !strcmp(text, "ONLY_PARTIALLY_FILLED");
	if (!only_new && !only_partial)
		return api_fail(a, 400, -1145, "Invalid cancelRestrictions");
	if ((only_new && o->status != STATUS_NEW) ||
	    (only_partial && o->status != STATUS_PARTIALLY_FILLED))
		return api_fail(a, 400, -2011,
				"Order was not canceled due to cancel restrictions.");
	return true;
}

json_t *api_order_cancel(struct api_call *a)
{
	struct exchange *x = &a->v->exchange;
	char cancel_id[CLIENT_ID_MAX + 1];
	const struct order *o = NULL;
	if (!api_symbol(a) || !api_find_order(a, &o) ||
	    !client_id(a, "newClientOrderId", cancel_id) || !may_cancel(a, o))
		return NULL;
	if (exchange_cancel(x, o->id, cancel_id, a->v->now_ms) != ERR_OK)
		return api_broken(a);
	return json_canceled(&x->rules, o);
}

json_t *api_cancel_all(struct api_call *a)
{
	struct exchange *x = &a->v->exchange;
	if (!api_symbol(a))
		return NULL;
	if (!x->matching.open_n)
		return api_fail(a, 400, -2011, "Unknown order sent.");
	json_t *list = json_array();
	while (x->matching.open_n) {
		const struct order *o = &x->matching.orders[x->matching.open[0]];
		if (exchange_cancel(x, o->id, "", a->v->now_ms) != ERR_OK) {
			json_decref(list);
			return api_broken(a);
		}
		json_array_append_new(list, json_canceled(&x->rules, o));
	}
	return list;
}
