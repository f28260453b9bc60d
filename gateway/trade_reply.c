/*
 * trade_reply.c - what the order sessions say, and what it means for orders.
 */
#include "gateway/trade_internal.h"

#define REFUSAL_REST_NS (500 * NS_PER_MS) /* after a refused cancel, before it is repeated */

/* ---- events of an order ---- */

static void trace_answer(struct trade_core *c, const struct order *o)
{
	struct trace_rec t = { .id = o->id, .ns = (i64)(c->now - o->sent_ns), .turn = (u32)c->turn };
	t.tsc[STAMP_POLL] = c->rx_tsc;
	if (!trace_put(c->l.trace, TRACE_ANSWER, &t))
		trade_count(c, TRADE_CNT_trace_lost);
}

/* An order that is to go and may now be cancelled, or has to be again. */
static void after_event(struct trade_core *c, const struct order *o, u8 kind)
{
	if (trade_wants_gone(c, o))
		c->cancels_due = true;
	if (kind == ORDER_EV_CANCEL_REJECTED)
		c->cancels_ns = c->now + REFUSAL_REST_NS;
	if (kind == ORDER_EV_UNKNOWN)
		trade_recon_soon(c);
	trade_show_order(c, o);
}

void trade_on_event(void *core, const struct order_event *ev)
{
	struct trade_core *c = core;
	struct order *o = order_table_find(&c->orders, ev->order_id);
	risk_on_order_event(c->risk, ev, c->now);
	journal_order_event(&c->journal, ev, c->now);
	if (ev->kind == ORDER_EV_FILL && ev->instrument < c->n_instruments) {
		c->fills[ev->instrument]++;
		recon_saw_trade(&c->recon, ev->instrument, ev->trade_id);
		if (ev->filled_qty == ev->fill_qty)
			rate_filled(&c->rate, trade_venue_ms(c));
	}
	if (ev->kind == ORDER_EV_UNKNOWN)
		trade_notice(c, NOTICE_ORDER_UNKNOWN, (i64)ev->order_id, ev->code,
			     "the fate of this order is unknown until the venue is asked");
	if (ev->kind == ORDER_EV_REJECTED || ev->kind == ORDER_EV_CANCEL_REJECTED)
		trade_notice(c, NOTICE_VENUE_ERROR, (i64)ev->order_id, ev->code,
			     "the venue refused an order or a cancel");
	host_on_order(c->host, ev, c->now, tsc_now());
	if (o)
		after_event(c, o, ev->kind);
}

void trade_apply(struct trade_core *c, struct order *o, const struct order_report *r)
{
	struct order_event ev[ORDER_EVENTS_MAX];
	bool acked = o->acked;
	u32 n = order_table_apply(&c->orders, o, r, c->now, ev);
	if (!acked && o->acked)
		trace_answer(c, o);
	for (u32 i = 0; i < n; i++)
		trade_on_event(c, &ev[i]);
	if (!n)
		trade_show_order(c, o);
}

static void apply_report(struct trade_core *c, u64 id, const struct order_report *r)
{
	struct order *o = order_table_find(&c->orders, id);
	if (o)
		trade_apply(c, o, r);
	else
		counter_inc(&c->l.gateway_cnt[GATEWAY_CNT_no_order]);
}

/* ---- list elements ---- */

static void on_list_order(void *ctx, const struct binance_msg *m, const struct reply_order *o)
{
	struct trade_core *c = ctx;
	struct order_report r;
	u64 id;
	if (m->req == BINANCE_REQ_CANCEL_ALL && binance_report_of_order(o, &id, &r))
		apply_report(c, id, &r);
	else if (m->req == BINANCE_REQ_OPEN_ORDERS)
		recon_on_order(&c->recon, m, o, c->now);
}

static void on_list_trade(void *ctx, const struct binance_msg *m, const struct reply_trade *t)
{
	struct trade_core *c = ctx;
	recon_on_trade(&c->recon, m, t, c->now);
}

static void on_list_balance(void *ctx, const struct binance_msg *m, const struct reply_balance *b)
{
	struct trade_core *c = ctx;
	if (m->req == BINANCE_REQ_ACCOUNT)
		recon_on_balance(&c->recon, m, b);
}

const struct reply_sink trade_sink = { .order = on_list_order,
				       .trade = on_list_trade,
				       .balance = on_list_balance };

/* ---- messages ---- */

static void on_response(struct trade_core *c, u32 session, const struct binance_msg *m)
{
	struct order_report r;
	u64 id;
	trade_answered(c, session, m);
	switch (m->req) {
	case BINANCE_REQ_LOGON:
	case BINANCE_REQ_SUBSCRIBE: trade_link_reply(c, session, m); break;
	case BINANCE_REQ_PLACE:
	case BINANCE_REQ_CANCEL:
		if (binance_report_of(m, &id, &r))
			apply_report(c, id, &r);
		break;
	/* its orders came by the sink; -2011 says that none was open */
	case BINANCE_REQ_CANCEL_ALL: break;
	default: recon_on_response(&c->recon, m, c->now); break;
	}
}

void trade_on_text(struct trade_core *c, u32 session, const u8 *p, u32 n)
{
	struct binance_msg m;
	struct order_report r;
	u64 id;
	trade_count(c, TRADE_CNT_texts);
	if (binance_decode(&c->decoder, p, n, &m) != ERR_OK) {
		trade_count(c, TRADE_CNT_texts_bad);
		return;
	}
	switch (m.kind) {
	case BINANCE_MSG_RESPONSE: on_response(c, session, &m); break;
	case BINANCE_MSG_EXECUTION:
		if (binance_report_of(&m, &id, &r))
			apply_report(c, id, &r);
		break;
	case BINANCE_MSG_STREAM_ENDED:
		session_doom(&c->session[session], ERR_CLOSED, "the venue ended the private stream");
		break;
	case BINANCE_MSG_SERVER_SHUTDOWN:
		session_doom(&c->session[session], ERR_CLOSED, "the venue announced its shutdown");
		break;
	default: break;
	}
}
