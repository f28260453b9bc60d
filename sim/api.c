#include "sim/api.h"

#include <stdarg.h>
#include <string.h>

#include "common/decimal.h"
#include "sim/api_auth.h"
#include "sim/reports.h"
#include "sim/wsconn.h"

struct method {
	const char *name;
	json_t *(*run)(struct api_call *a);
	enum api_security security;
	u32 weight;
	bool order;         /* counts as a new order */
	const char *params; /* what it reads besides the signing parameters, each between blanks */
};

static const struct method methods[] = {
	{ "ping", api_ping, API_NONE, 1, false, " " },
	{ "time", api_time, API_NONE, 1, false, " " },
	{ "session.logon", api_logon, API_SIGNATURE, 2, false, " " },
	{ "session.status", api_session_status, API_NONE, 2, false, " " },
	{ "session.logout", api_logout, API_NONE, 2, false, " " },
	{ "session.subscriptions", api_subscriptions, API_NONE, 2, false, " " },
	{ "userDataStream.subscribe", api_subscribe, API_SESSION, 2, false, " " },
	{ "userDataStream.unsubscribe", api_unsubscribe, API_NONE, 2, false, " subscriptionId " },
	{ "order.place", api_order_place, API_SIGNED, 1, true,
	  " symbol side type timeInForce price quantity quoteOrderQty "
	  "newClientOrderId newOrderRespType selfTradePreventionMode " },
	{ "order.cancel", api_order_cancel, API_SIGNED, 1, false,
	  " symbol orderId origClientOrderId newClientOrderId "
	  "cancelRestrictions " },
	{ "openOrders.cancelAll", api_cancel_all, API_SIGNED, 1, false, " symbol " },
	{ "openOrders.status", api_open_orders, API_SIGNED, 6, false, " symbol " },
	{ "order.status", api_order_status, API_SIGNED, 4, false,
	  " symbol orderId origClientOrderId " },
	{ "myTrades", api_trades, API_SIGNED, 20, false,
	  " symbol orderId fromId startTime endTime limit " },
	{ "account.status", api_account, API_SIGNED, 20, false, " omitZeroBalances " },
	{ "account.rateLimits.orders", api_order_counts, API_SIGNED, 40, false, " " },
};

json_t *api_fail(struct api_call *a, int status, int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(a->msg, sizeof a->msg, fmt, ap);
	va_end(ap);
	a->status = status;
	a->code = code;
	return NULL;
}

json_t *api_missing(struct api_call *a, const char *name)
{
	return api_fail(a, 400, -1102,
			"Mandatory parameter '%s' was not sent, was empty/null, or malformed.",
			name);
}

json_t *api_broken(struct api_call *a)
{
	a->v->failed = a->v->stop = true;
	return api_fail(a, 500, -1000, "An unknown error occurred while processing the request.");
}

bool api_symbol(struct api_call *a)
{
	char symbol[PARAM_MAX];
	if (!json_param(a->params, "symbol", symbol, sizeof symbol))
		return api_missing(a, "symbol");
	if (strcmp(symbol, a->v->exchange.rules.symbol))
		return api_fail(a, 400, -1121, "Invalid symbol.");
	return true;
}

bool api_number(struct api_call *a, const char *name, i64 *out)
{
	char text[PARAM_MAX];
	if (!json_param(a->params, name, text, sizeof text))
		return true;
	if (dec_parse(text, strlen(text), 0, out) != ERR_OK ||
	    strspn(text, "0123456789") != strlen(text))
		return api_fail(a, 400, -1100,
				"Illegal characters found in parameter '%s'; legal range is "
				"'^[0-9]{1,20}$'.",
				name);
	return true;
}

static bool listed(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at++)
		if (at[-1] == ' ' && at[n] == ' ')
			return true;
	return false;
}

/* A parameter nobody reads is a client's mistake: the venue says so (-1104). */
static bool all_read(struct api_call *a, const struct method *m)
{
	static const char *const signing = " apiKey signature timestamp recvWindow ";
	size_t read = 0;
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)a->params, name, value)
	{
		bool ours = !strchr(name, ' ') && *name;
		read += ours && (listed(m->params, name) || !strcmp(name, "returnRateLimits") ||
				 (m->security != API_NONE && m->security != API_SESSION &&
				  listed(signing, name)));
	}
	if (read == json_object_size(a->params))
		return true;
	return api_fail(
		a, 400, -1104,
		"Not all sent parameters were read; read '%zu' parameter(s) but was sent '%zu'.",
		read, json_object_size(a->params));
}

static bool within_limits(struct api_call *a, const struct method *m)
{
	struct limits *l = &a->v->limits;
	limits_roll(l, a->v->now_ms);
	if (limit_reached(&l->weight))
		return api_fail(
			a, 429, -1003,
			"Too much request weight used; current limit is %u request weight per 1 "
			"MINUTE. "
			"Please use WebSocket Streams for live updates to avoid polling the API.",
			l->weight.limit);
	l->weight.count += m->weight;
	if (m->order && limit_reached(&l->orders_10s))
		return api_fail(a, 429, -1015,
				"Too many new orders; current limit is %u orders per 10 SECOND.",
				l->orders_10s.limit);
	if (m->order && limit_reached(&l->orders_day))
		return api_fail(a, 429, -1015,
				"Too many new orders; current limit is %u orders per 1 DAY.",
				l->orders_day.limit);
	return true;
}

static json_t *run(struct api_call *a, const char *name)
{
	if (!strncmp(name, "v3/", 3))
		name += 3;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		const struct method *m = &methods[i];
		if (strcmp(m->name, name))
			continue;
		if (!within_limits(a, m) || !all_read(a, m) || !api_authorize(a, m->security))
			return NULL;
		json_t *result = m->run(a);
		if (m->order && result)
			limits_order_placed(&a->v->limits);
		return result;
	}
	return api_fail(a, 400, -1020, "This operation is not supported.");
}

static json_t *window(const char *type, const char *interval, int num, const struct limit_window *w)
{
	json_t *j = json_object();
	json_set_text(j, "rateLimitType", type);
	json_set_text(j, "interval", interval);
	json_set_int(j, "intervalNum", num);
	json_set_int(j, "limit", w->limit);
	json_set_int(j, "count", w->count);
	return j;
}

static json_t *rate_limits(const struct limits *l, bool order)
{
	json_t *list = json_array();
	if (order) {
		json_array_append_new(list, window("ORDERS", "SECOND", 10, &l->orders_10s));
		json_array_append_new(list, window("ORDERS", "DAY", 1, &l->orders_day));
	}
	json_array_append_new(list, window("REQUEST_WEIGHT", "MINUTE", 1, &l->weight));
	return list;
}

json_t *api_order_counts(struct api_call *a)
{
	json_t *list = rate_limits(&a->v->limits, true);
	json_array_remove(list, 2);
	return list;
}

static bool wants_limits(const struct api_call *a)
{
	const json_t *v = json_object_get(a->params, "returnRateLimits");
	return json_is_boolean(v) ? json_is_true(v) : a->c->api.rate_limits;
}

static void answer(struct api_call *a, const json_t *id, json_t *result, bool order, struct buf *out)
{
	json_t *j = json_object();
	json_object_set(j, "id", id ? (json_t *)id : json_null());
	json_object_set_new(j, "status", json_integer(a->status));
	if (result)
		json_object_set_new(j, "result", result);
	else
		json_object_set_new(j, "error",
				    json_pack("{s:i, s:s}", "code", a->code, "msg", a->msg));
	if (wants_limits(a))
		json_object_set_new(j, "rateLimits", rate_limits(&a->v->limits, order));
	json_write(out, j);
}

static bool good_id(const json_t *id)
{
	return !id || json_is_integer(id) || json_is_null(id) ||
	       (json_is_string(id) && json_string_length(id) <= 64);
}

void api_answer(struct venue *v, struct conn *c, struct span text, struct buf *out)
{
	json_t *request = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL), *none = json_object(),
	       *result = NULL;
	const json_t *params = json_object_get(request, "params"),
		     *id = json_object_get(request, "id");
	const char *method = json_string_value(json_object_get(request, "method"));
	struct api_call a = { .v = v, .c = c, .params = params ? params : none, .status = 200 };
	if (!json_is_object(request) || !good_id(id) || !json_is_object(a.params)) {
		api_fail(&a, 400, -1135, "Invalid JSON Request");
		id = good_id(id) ? id : NULL;
		a.params = none;
	} else if (!method) {
		api_missing(&a, "method");
	} else {
		result = run(&a, method);
	}
	if (!v->failed)
		answer(&a, id, result, method && strstr(method, "order.place"), out);
	json_decref(request);
	json_decref(none);
}

void api_on_text(struct venue *v, struct conn *c, const void *text, size_t n)
{
	struct buf out = { 0 };
	api_answer(v, c, (struct span){ text, n }, &out);
	if (buf_n(&out))
		wsconn_text(c, buf_p(&out), buf_n(&out));
	buf_free(&out);
	reports_send(v);
}
