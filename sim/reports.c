#include "sim/reports.h"

#include "sim/json.h"
#include "sim/wsconn.h"

static const char *exec_name(enum exec_type x)
{
	static const char *const names[] = { "NEW", "TRADE", "CANCELED", "EXPIRED" };
	return names[x];
}

static void add_order(json_t *e, const struct order *o, bool canceled)
{
	json_object_set_new(e, "c", json_string(canceled ? o->cancel_id : o->req.client_id));
	json_object_set_new(e, "S", json_string(side_name(o->req.side)));
	json_object_set_new(e, "o", json_string(type_name(o->req.type)));
	json_object_set_new(e, "f", json_string(tif_name(o->req.tif)));
	json_object_set_new(e, "q", json_amount(o->req.qty));
	json_object_set_new(e, "p", json_amount(o->req.price));
	json_object_set_new(e, "P", json_amount(0));
	json_object_set_new(e, "F", json_amount(0));
	json_object_set_new(e, "g", json_integer(-1));
	json_object_set_new(e, "C", json_string(canceled ? o->req.client_id : ""));
}

static void add_fill(json_t *e, const struct rules *r, const struct report *p, const struct fill *f)
{
	json_object_set_new(e, "l", json_amount(f ? f->qty : 0));
	json_object_set_new(e, "z", json_amount(p->order.filled));
	json_object_set_new(e, "L", json_amount(f ? f->price : 0));
	json_object_set_new(e, "n", f ? json_amount(f->commission) : json_string("0"));
	json_object_set_new(e, "N", f ? json_string(commission_asset(r, f->side)) : json_null());
	json_object_set_new(e, "T", json_integer(p->time_ms));
	json_object_set_new(e, "t", json_integer(f ? (json_int_t)f->trade_id : -1));
	json_object_set_new(e, "I", json_integer((json_int_t)p->exec_id));
	json_object_set_new(e, "w", json_boolean(order_is_open(&p->order)));
	json_object_set_new(e, "m", json_boolean(f && f->maker));
	json_object_set_new(e, "M", json_boolean(f != NULL));
}

static json_t *execution_report(const struct matching *m, const struct report *p)
{
	const struct order *o = &p->order;
	const struct fill *f = p->fill == NO_FILL ? NULL : &m->fills[p->fill];
	json_t *e = json_pack("{s:s, s:I, s:s}", "e", "executionReport", "E", (json_int_t)p->time_ms, "s", m->rules->symbol);
	add_order(e, o, p->exec == EXEC_CANCELED);
	json_object_set_new(e, "x", json_string(exec_name(p->exec)));
	json_object_set_new(e, "X", json_string(status_name(o->status)));
	json_object_set_new(e, "r", json_string("NONE"));
	json_object_set_new(e, "i", json_integer((json_int_t)o->id));
	add_fill(e, m->rules, p, f);
	json_object_set_new(e, "O", json_integer(o->created_ms));
	json_object_set_new(e, "Z", json_amount(o->quote_filled));
	json_object_set_new(e, "Y", json_amount(f ? f->quote : 0));
	json_object_set_new(e, "Q", json_amount(o->req.quote_qty));
	json_object_set_new(e, "W", json_integer(o->created_ms));
	json_object_set_new(e, "V", json_string("NONE"));
	if (o->expiry != EXPIRY_NONE)
		json_object_set_new(e, "eR", json_string(expiry_name(o->expiry)));
	return e;
}

static json_t *account_position(const struct rules *r, const struct report *p)
{
	const struct account *a = &p->account;
	return json_pack("{s:s, s:I, s:I, s:[{s:s, s:o, s:o}, {s:s, s:o, s:o}]}", "e", "outboundAccountPosition", "E",
		(json_int_t)p->time_ms, "u", (json_int_t)a->updated_ms, "B", "a", r->base, "f", json_amount(a->base.free), "l",
		json_amount(a->base.locked), "a", r->quote, "f", json_amount(a->quote.free), "l", json_amount(a->quote.locked));
}

static void send_event(struct conn *c, const struct buf *event)
{
	struct buf out = { 0 };
	buf_fmt(&out, "{\"subscriptionId\":%u,\"event\":", c->api.subscription_id);
	buf_add(&out, buf_p(event), buf_n(event));
	buf_str(&out, "}");
	wsconn_text(c, buf_p(&out), buf_n(&out));
	buf_free(&out);
}

/* One event to every subscribed session; takes the reference. */
static void publish(struct venue *v, json_t *event)
{
	struct buf text = { 0 };
	json_put(&text, event);
	for (size_t i = 0; i < v->conns_n; i++)
		if (v->conns[i]->kind == CONN_API && v->conns[i]->api.subscribed)
			send_event(v->conns[i], &text);
	buf_free(&text);
}

void reports_send(struct venue *v)
{
	struct matching *m = &v->exchange.matching;
	for (size_t i = 0; i < m->reports_n && !v->failed; i++) {
		const struct report *p = &m->reports[i];
		if (p->exec == EXEC_TRADE && p->order.filled == m->fills[p->fill].qty)
			limits_order_filled(&v->limits);
		publish(v, execution_report(m, p));
		publish(v, account_position(m->rules, p));
	}
	m->reports_n = 0;
}

void reports_send_end(struct venue *v, struct conn *c)
{
	struct buf text = { 0 };
	json_put(&text, json_pack("{s:s, s:I}", "e", "eventStreamTerminated", "E", (json_int_t)v->now_ms));
	send_event(c, &text);
	buf_free(&text);
}
