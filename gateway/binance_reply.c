#include "gateway/binance_reply.h"

#include <string.h>

#include "gateway/rate.h"
#include "gateway/reply_fields.h"

static bool refuse(const struct binance_decoder *d, enum gateway_cnt why)
{
	counter_inc(&d->cnt[why]);
	return false;
}

static bool bad_field(const struct binance_decoder *d) { return refuse(d, GATEWAY_CNT_reply_bad_field); }

/* ---- lists ---- */

enum element { ELEMENT_ORDER, ELEMENT_TRADE, ELEMENT_BALANCE };

static bool deliver(struct binance_decoder *d, struct binance_msg *m, enum element kind, const struct fields *f)
{
	union {
		struct reply_order order;
		struct reply_trade trade;
		struct reply_balance balance;
	} u;
	if (kind == ELEMENT_ORDER) {
		if (!(f->seen >> F_ORDER_ID & 1))
			return true; /* cancelAll reports an order list as one element; ours are never in lists */
		if (!fields_order(d, f, &u.order))
			return false;
		if (d->sink.order)
			d->sink.order(d->sink.ctx, m, &u.order);
	} else if (kind == ELEMENT_TRADE) {
		if (!fields_trade(d, f, &u.trade))
			return false;
		if (d->sink.trade)
			d->sink.trade(d->sink.ctx, m, &u.trade);
	} else {
		if (!fields_balance(d, f, &u.balance))
			return false;
		if (d->sink.balance)
			d->sink.balance(d->sink.ctx, m, &u.balance);
	}
	m->n_items++;
	return true;
}

static bool list_of(struct binance_decoder *d, struct binance_msg *m, struct js *j, enum element kind)
{
	enum field (*by)(const char *, u32) = m->kind == BINANCE_MSG_POSITION ? field_by_letter : field_by_name;
	struct fields f;
	if (!js_enter(j, '['))
		return bad_field(d);
	while (js_more(j)) {
		if (!js_enter(j, '{'))
			return bad_field(d);
		if (!fields_of(j, &f, by))
			return false;
		if (!deliver(d, m, kind, &f))
			return false;
	}
	return !j->bad;
}

/* ---- responses ---- */

static bool account_result(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	struct js_val key, v;
	bool found = false;
	if (!js_enter(j, '{'))
		return bad_field(d);
	while (js_key(j, &key)) {
		if (js_is(&key, "balances", 8)) {
			found = true;
			if (!list_of(d, m, j, ELEMENT_BALANCE))
				return false;
		} else if (!js_value(j, &v)) {
			return false;
		}
	}
	return j->bad ? false : found || bad_field(d);
}

/* session.logon, session.status, userDataStream.subscribe, time, ping. */
static bool session_result(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	struct js_val key, v;
	if (!js_enter(j, '{'))
		return bad_field(d);
	while (js_key(j, &key) && js_value(j, &v)) {
		if (js_is(&key, "apiKey", 6))
			m->logged_on = v.type == JS_STRING;
		else if (js_is(&key, "userDataStream", 14))
			m->user_stream = v.type == JS_TRUE;
		else if (js_is(&key, "subscriptionId", 14))
			m->user_stream = v.type == JS_NUMBER;
		else if (js_is(&key, "serverTime", 10) && !js_u64(&v, &m->server_time_ms))
			return bad_field(d);
	}
	return !j->bad;
}

static bool order_result(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	struct fields f;
	if (!js_enter(j, '{'))
		return bad_field(d);
	return fields_of(j, &f, field_by_name) && fields_order(d, &f, &m->order);
}

static bool result(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	struct js_val skipped;
	switch (m->req) {
	case BINANCE_REQ_PLACE:
	case BINANCE_REQ_CANCEL:
	case BINANCE_REQ_CANCEL_OTHER:
	case BINANCE_REQ_ORDER_STATUS:
		return order_result(d, m, j);
	case BINANCE_REQ_OPEN_ORDERS:
	case BINANCE_REQ_CANCEL_ALL:
		return list_of(d, m, j, ELEMENT_ORDER);
	case BINANCE_REQ_MY_TRADES:
		return list_of(d, m, j, ELEMENT_TRADE);
	case BINANCE_REQ_ACCOUNT:
		return account_result(d, m, j);
	case BINANCE_REQ_NONE:
		return js_value(j, &skipped);
	default:
		return session_result(d, m, j);
	}
}

static bool error_data(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	struct js_val key, v;
	if (!js_enter(j, '{'))
		return js_value(j, &v);
	while (js_key(j, &key) && js_value(j, &v)) {
		if (js_is(&key, "retryAfter", 10) && !js_u64(&v, &m->retry_after_ms))
			return bad_field(d);
		if (js_is(&key, "serverTime", 10) && !js_u64(&v, &m->server_time_ms))
			return bad_field(d);
	}
	return !j->bad;
}

static bool error(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	static const char duplicate[] = "Duplicate order sent.";
	struct js_val key, v;
	i64 code = 0;
	if (!js_enter(j, '{'))
		return bad_field(d);
	while (js_key(j, &key)) {
		if (js_is(&key, "data", 4)) {
			if (!error_data(d, m, j))
				return false;
			continue;
		}
		if (!js_value(j, &v))
			return false;
		if (js_is(&key, "code", 4) && (!js_i64(&v, &code) || code < INT32_MIN || code > INT32_MAX))
			return bad_field(d);
		if (js_is(&key, "msg", 3))
			m->duplicate = js_is(&v, duplicate, sizeof duplicate - 1);
	}
	m->code = (int32_t)code;
	return j->bad ? false : code != 0 || bad_field(d);
}

/* ---- rateLimits ---- */

static bool rate_field(struct reply_rate *r, u32 *times, const struct js_val *key, const struct js_val *v)
{
	u64 n = 0;
	if (js_is(key, "rateLimitType", 13)) {
		r->type = js_is(v, "ORDERS", 6)		? RATE_ORDERS
			  : js_is(v, "REQUEST_WEIGHT", 14) ? RATE_REQUEST_WEIGHT
			  : js_is(v, "RAW_REQUESTS", 12)   ? RATE_RAW_REQUESTS
							   : RATE_OTHER;
		return v->type == JS_STRING;
	}
	if (js_is(key, "interval", 8)) {
		r->interval_s = js_is(v, "SECOND", 6) ? 1
				: js_is(v, "MINUTE", 6) ? 60
				: js_is(v, "HOUR", 4)	? 3600
				: js_is(v, "DAY", 3)	? 86400
							: 0;
		return v->type == JS_STRING;
	}
	u32 *out = js_is(key, "intervalNum", 11) ? times : js_is(key, "limit", 5) ? &r->limit :
		   js_is(key, "count", 5) ? &r->count : NULL;
	if (!out)
		return true;
	if (!js_u64(v, &n) || n > INT32_MAX)
		return false;
	*out = (u32)n;
	return true;
}

static bool rate_limits(struct binance_decoder *d, struct binance_msg *m, struct js *j)
{
	struct js_val key, v;
	if (!js_enter(j, '['))
		return bad_field(d);
	while (js_more(j)) {
		struct reply_rate r = { .type = RATE_OTHER };
		u32 times = 1;
		if (!js_enter(j, '{'))
			return bad_field(d);
		while (js_key(j, &key) && js_value(j, &v))
			if (!rate_field(&r, &times, &key, &v))
				return bad_field(d);
		if (__builtin_mul_overflow(r.interval_s, times, &r.interval_s))
			return bad_field(d);
		if (m->n_rates < REPLY_RATES_MAX && r.type != RATE_OTHER && r.interval_s && r.limit)
			m->rate[m->n_rates++] = r;
	}
	return !j->bad;
}

/* ---- events ---- */

static u8 event_kind(const struct js_val *e)
{
	static const struct {
		const char *name;
		u8 n, kind;
	} names[] = {
		{ "executionReport", 15, BINANCE_MSG_EXECUTION },
		{ "outboundAccountPosition", 23, BINANCE_MSG_POSITION },
		{ "balanceUpdate", 13, BINANCE_MSG_BALANCE_UPDATE },
		{ "eventStreamTerminated", 21, BINANCE_MSG_STREAM_ENDED },
		{ "serverShutdown", 14, BINANCE_MSG_SERVER_SHUTDOWN },
	};
	for (u32 i = 0; i < ARRAY_LEN(names); i++)
		if (js_is(e, names[i].name, names[i].n))
			return names[i].kind;
	return BINANCE_MSG_OTHER;
}

static bool event(struct binance_decoder *d, struct binance_msg *m, const struct fields *f)
{
	if (!(f->seen >> F_EVENT & 1) || f->v[F_EVENT].type != JS_STRING)
		return bad_field(d);
	m->kind = event_kind(&f->v[F_EVENT]);
	if (m->kind == BINANCE_MSG_OTHER)
		counter_inc(&d->cnt[GATEWAY_CNT_reply_other]);
	if (m->kind == BINANCE_MSG_EXECUTION)
		return fields_order(d, f, &m->order);
	if (m->kind != BINANCE_MSG_POSITION)
		return true;
	if (!(f->seen >> F_BALANCES & 1))
		return bad_field(d);
	struct js list = js_of(f->v[F_BALANCES].p, f->v[F_BALANCES].n);
	return list_of(d, m, &list, ELEMENT_BALANCE);
}

/* ---- the message ---- */

/* What the top level holds. A result that came before the id is looked at again at the end. */
struct envelope {
	bool has_id, has_status, has_error, has_result, has_event;
	struct js_val late_result;
	struct fields f; /* of the event, wrapped or not; last: not cleared */
};

static bool top_id(struct binance_decoder *d, struct binance_msg *m, struct envelope *e, struct js *j)
{
	struct js_val v;
	if (!js_value(j, &v))
		return false;
	e->has_id = true;
	m->req = v.type == JS_STRING ? binance_id_parse(v.p, v.n, &m->req_n) : BINANCE_REQ_NONE;
	if (m->req == BINANCE_REQ_NONE)
		counter_inc(&d->cnt[GATEWAY_CNT_reply_no_request]);
	return true;
}

static bool top_status(struct binance_decoder *d, struct binance_msg *m, struct envelope *e, struct js *j)
{
	struct js_val v;
	u64 status;
	if (!js_value(j, &v))
		return false;
	if (!js_u64(&v, &status) || status < 100 || status > 999)
		return bad_field(d);
	e->has_status = true;
	m->status = (u16)status;
	return true;
}

static bool top_result(struct binance_decoder *d, struct binance_msg *m, struct envelope *e, struct js *j)
{
	e->has_result = true;
	return e->has_id ? result(d, m, j) : js_value(j, &e->late_result);
}

/* An event without its wrapper has its own letters at the top. */
static bool top_letter(struct envelope *e, struct js *j, const struct js_val *key)
{
	enum field at = field_by_letter(key->p, key->n);
	if (!e->has_event)
		e->f.seen = 0;
	e->has_event = true;
	e->f.seen |= 1u << at;
	return js_value(j, &e->f.v[at]);
}

static bool top(struct binance_decoder *d, struct binance_msg *m, struct envelope *e, struct js *j,
		const struct js_val *key)
{
	struct js_val skipped;
	if (key->n == 1)
		return top_letter(e, j, key);
	if (js_is(key, "id", 2))
		return top_id(d, m, e, j);
	if (js_is(key, "status", 6))
		return top_status(d, m, e, j);
	if (js_is(key, "result", 6))
		return top_result(d, m, e, j);
	if (js_is(key, "rateLimits", 10))
		return rate_limits(d, m, j);
	if (js_is(key, "error", 5)) {
		e->has_error = true;
		return error(d, m, j);
	}
	if (!js_is(key, "event", 5))
		return js_value(j, &skipped);
	e->has_event = true;
	return js_enter(j, '{') ? fields_of(j, &e->f, field_by_letter) : bad_field(d);
}

static bool finish(struct binance_decoder *d, struct binance_msg *m, struct envelope *e, struct js *j)
{
	if (!js_done(j))
		return false;
	if (e->has_event)
		return event(d, m, &e->f);
	if (!e->has_id || !e->has_status || e->has_result == e->has_error)
		return bad_field(d);
	if (e->has_error)
		counter_inc(&d->cnt[GATEWAY_CNT_reply_error]);
	if (!e->late_result.type)
		return true;
	*j = js_of(e->late_result.p, e->late_result.n);
	return result(d, m, j);
}

err_t binance_decode(struct binance_decoder *d, const u8 *text, size_t n, struct binance_msg *m)
{
	struct js j = js_of(text, n);
	struct js_val key;
	struct envelope e;
	bool ok = n <= UINT32_MAX && js_enter(&j, '{');
	j.bad = !ok;
	memset(&e, 0, offsetof(struct envelope, f));
	memset(m, 0, offsetof(struct binance_msg, order));
	while (ok && js_key(&j, &key))
		ok = top(d, m, &e, &j, &key);
	ok = ok && finish(d, m, &e, &j);
	if (j.bad)
		counter_inc(&d->cnt[GATEWAY_CNT_reply_bad_json]);
	assert(!ok || !j.bad);
	return ok ? ERR_OK : ERR_SYNTAX;
}
