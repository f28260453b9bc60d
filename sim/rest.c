#include "sim/rest.h"

#include <string.h>

#include "common/decimal.h"
#include "sim/json.h"

#define DEPTH_LIMIT_DEFAULT 100
#define DEPTH_LIMIT_MAX 5000

struct rest {
	struct venue *v;
	const struct http_request *request;
	struct buf body;
	int status;
};

static void fail(struct rest *r, int status, int code, const char *msg)
{
	r->status = status;
	buf_clear(&r->body);
	buf_fmt(&r->body, "{\"code\":%d,\"msg\":\"%s\"}", code, msg);
}

static void rest_ping(struct rest *r) { buf_str(&r->body, "{}"); }

static void rest_time(struct rest *r)
{
	buf_fmt(&r->body, "{\"serverTime\":%lld}", (long long)r->v->now_ms);
}

static void add_limit(json_t *list, const char *type, const char *interval, int num, u32 max)
{
	json_t *j = json_object();
	json_set_text(j, "rateLimitType", type);
	json_set_text(j, "interval", interval);
	json_set_int(j, "intervalNum", num);
	json_set_int(j, "limit", max);
	json_array_append_new(list, j);
}

/* Which symbols are asked for: ours, or an error. "symbols" is a JSON list. */
static bool asks_for_ours(struct rest *r)
{
	char text[256], list[64];
	const char *symbol = r->v->exchange.rules.symbol;
	bool one = http_param(r->request->query, "symbol", text, sizeof text);
	snprintf(list, sizeof list, "[\"%s\"]", symbol);
	if (one ? !strcmp(text, symbol)
		: !http_param(r->request->query, "symbols", text, sizeof text) ||
			    !strcmp(text, list))
		return true;
	fail(r, 400, -1121, "Invalid symbol.");
	return false;
}

static void rest_exchange_info(struct rest *r)
{
	const struct limits *l = &r->v->limits;
	if (!asks_for_ours(r))
		return;
	json_t *j = json_object(), *limits = json_array();
	add_limit(limits, "REQUEST_WEIGHT", "MINUTE", 1, l->weight.limit);
	add_limit(limits, "ORDERS", "SECOND", 10, l->orders_10s.limit);
	add_limit(limits, "ORDERS", "DAY", 1, l->orders_day.limit);
	json_set_text(j, "timezone", "UTC");
	json_set_int(j, "serverTime", r->v->now_ms);
	json_object_set_new(j, "rateLimits", limits);
	json_object_set_new(j, "exchangeFilters", json_array());
	json_object_set_new(j, "symbols", json_pack("[o]", json_symbol(&r->v->exchange.rules)));
	json_write(&r->body, j);
}

static void put_side(struct buf *out, const struct ladder *l, enum side s, size_t max)
{
	for (size_t i = 0; i < l->side[s].n && i < max; i++) {
		struct level at = ladder_at(l, s, i);
		buf_str(out, i ? ",[" : "[");
		buf_decimal(out, at.price);
		buf_str(out, ",");
		buf_decimal(out, at.qty);
		buf_str(out, "]");
	}
}

void rest_put_ladder(struct buf *out, const struct ladder *l, size_t max)
{
	buf_fmt(out, "{\"lastUpdateId\":%llu,\"bids\":[", (unsigned long long)l->last_id);
	put_side(out, l, SIDE_BUY, max);
	buf_str(out, "],\"asks\":[");
	put_side(out, l, SIDE_SELL, max);
	buf_str(out, "]}");
}

static u32 depth_weight(i64 max)
{
	return max <= 100 ? 5 : max <= 500 ? 25 : max <= 1000 ? 50 : 250;
}

static void rest_depth(struct rest *r)
{
	char symbol[64], text[32];
	i64 max = DEPTH_LIMIT_DEFAULT;
	if (!http_param(r->request->query, "symbol", symbol, sizeof symbol)) {
		fail(r, 400, -1102,
		     "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
		return;
	}
	if (strcmp(symbol, r->v->exchange.rules.symbol)) {
		fail(r, 400, -1121, "Invalid symbol.");
		return;
	}
	if (http_param(r->request->query, "limit", text, sizeof text) &&
	    (strspn(text, "0123456789") != strlen(text) ||
	     dec_parse(text, strlen(text), 0, &max) != ERR_OK || max < 1)) {
		fail(r, 400, -1100,
		     "Illegal characters found in parameter 'limit'; legal range is "
		     "'^[0-9]{1,20}$'.");
		return;
	}
	r->v->limits.weight.count += depth_weight(max);
	rest_put_ladder(&r->body, &r->v->exchange.market.ladder,
			max < DEPTH_LIMIT_MAX ? (size_t)max : DEPTH_LIMIT_MAX);
}

static const struct route {
	const char *path;
	void (*run)(struct rest *r);
	u32 weight;
} routes[] = {
	{ "/api/v3/ping", rest_ping, 1 },
	{ "/api/v3/time", rest_time, 1 },
	{ "/api/v3/exchangeInfo", rest_exchange_info, 20 },
	{ "/api/v3/depth", rest_depth, 0 }, /* adds its own, by limit */
};

static void run(struct rest *r, const struct route *route)
{
	struct limit_window *w = &r->v->limits.weight;
	limits_roll(&r->v->limits, r->v->now_ms);
	if (strcmp(r->request->method, "GET")) {
		r->status = 405;
	} else if (limit_reached(w)) {
		fail(r, 429, -1003,
		     "Too much request weight used; current limit is 6000 request weight per 1 "
		     "MINUTE. "
		     "Please use WebSocket Streams for live updates to avoid polling the API.");
	} else {
		w->count += route->weight;
		route->run(r);
	}
}

void rest_answer(struct venue *v, const struct http_request *request, struct buf *out)
{
	struct rest r = { .v = v, .request = request, .status = 404 };
	char extra[128];
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		if (!strcmp(routes[i].path, request->path)) {
			r.status = 200;
			run(&r, &routes[i]);
		}
	snprintf(extra, sizeof extra, "x-mbx-used-weight: %u\r\nx-mbx-used-weight-1m: %u\r\n%s",
		 v->limits.weight.count, v->limits.weight.count,
		 r.status == 429 ? "Retry-After: 60\r\n" : "");
	http_answer(out, r.status, "application/json;charset=UTF-8", extra, buf_p(&r.body),
		    buf_n(&r.body));
	buf_free(&r.body);
}
