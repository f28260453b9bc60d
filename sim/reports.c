#include "sim/reports.h"

#include "sim/json.h"
#include "sim/wsconn.h"

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
	json_write(&text, event);
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
		publish(v, json_execution(m, p));
		publish(v, json_position(m->rules, p));
	}
	m->reports_n = 0;
}

void reports_send_end(struct venue *v, struct conn *c)
{
	struct buf text = { 0 };
	json_write(&text, json_event("eventStreamTerminated", v->now_ms));
	send_event(c, &text);
	buf_free(&text);
}
