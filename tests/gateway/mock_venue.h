/*
 * mock_venue.h - a venue that keeps the truth about orders, slowly and simply, and whose answers to
 * reconciliation are stale when they come; the connections to it; our order table. For
 * test_order_property.
 */
#ifndef MOCK_VENUE_H
#define MOCK_VENUE_H

#include "tests/cmocka_all.h"

#include "common/rng.h"
#include "gateway/recon.h"
#include "risk/risk.h"

#define ORDERS         60
#define TRADES         400
#define QUEUE          1024
#define RECV_WINDOW_MS 1000

struct venue_order {
	bool arrived, live;
	u8 status; /* enum venue_status; NONE: never heard of */
	i64 filled;
};

struct venue_trade {
	u64 order, id;
	i64 qty;
};

struct up {
	u64 order;
	bool cancel;
	u32 session;
	ns_t sent_ns;
};

struct down {
	u64 order;
	struct order_report r;
};

static struct world {
	struct rng rng;
	ns_t now;
	u32 session; /* counts connections; even: none */
	u64 n_orders, n_trades;
	struct venue_order order[ORDERS + 1];
	struct venue_trade trade[TRADES];
	struct up up[QUEUE];
	struct down down[QUEUE];
	u32 n_up, n_down;
	/* reconciliation: the one outstanding request, and its answer once the venue has looked */
	bool asked, looked;
	struct recon_ask ask;
	struct binance_msg answer;
	struct reply_order listed[ORDERS];
	struct reply_trade trades[TRADES];
	u32 n_listed, n_found;
	/* our side */
	struct arena arena;
	struct order_table table;
	struct recon recon;
	u64 cnt[GATEWAY_CNT_COUNT];
	i64 fills, orphans; /* from events */
	bool quiet;
} w;

static const struct instrument instruments[1];

static bool chance(u64 one_in) { return rng_below(&w.rng, one_in) == 0; }
static bool connected(void) { return w.session % 2; }

/* ---- the venue ---- */

static void tell(u64 id, struct order_report r)
{
	if (connected() && w.n_down < QUEUE)
		w.down[w.n_down++] = (struct down){ id, r };
}

static i64 qty_of(u64 id) { return order_table_find(&w.table, id)->qty; }

static void report(u64 id, u8 input)
{
	tell(id, (struct order_report){ .input = input, .venue_id = 1000 + id, .cum_qty = w.order[id].filled });
}

/* The answer to a request, if its connection still stands. */
static void respond(u32 session, u64 id, u8 input, i64 cum)
{
	u64 venue_id = input == ORDER_IN_ACK || input == ORDER_IN_CANCELED ? 1000 + id : 0;
	if (session == w.session)
		tell(id, (struct order_report){ .input = input, .venue_id = venue_id, .cum_qty = cum });
}

static void fill(u64 id)
{
	struct venue_order *v = &w.order[id];
	if (!v->live || w.n_trades == TRADES)
		return;
	i64 left = qty_of(id) - v->filled, qty = chance(3) ? left : 1 + (i64)rng_below(&w.rng, (u64)left);
	bool last = qty == left;
	v->filled += qty;
	v->live = !last;
	v->status = last ? VENUE_FILLED : VENUE_PARTIALLY_FILLED;
	w.trade[w.n_trades] = (struct venue_trade){ .order = id, .id = w.n_trades + 1, .qty = qty };
	w.n_trades++;
	tell(id, (struct order_report){ .input = last ? ORDER_IN_FILL_LAST : ORDER_IN_FILL_PART,
					.venue_id = 1000 + id,
					.trade_id = w.n_trades,
					.fill_px = 1,
					.fill_qty = qty,
					.cum_qty = v->filled });
}

static void ends(u64 id, u8 status, u8 input)
{
	w.order[id].live = false;
	w.order[id].status = status;
	report(id, input);
}

static void take_order(const struct up *u)
{
	struct venue_order *v = &w.order[u->order];
	bool late = w.now > u->sent_ns + (RECV_WINDOW_MS + 1000) * NS_PER_MS, lost_answer = chance(12);
	v->arrived = true;
	if (late || chance(10)) {
		respond(u->session, u->order, lost_answer ? ORDER_IN_NO_ANSWER : ORDER_IN_REJECTED, -1);
		return;
	}
	v->live = true;
	v->status = VENUE_NEW;
	report(u->order, ORDER_IN_ACK);
	respond(u->session, u->order, lost_answer ? ORDER_IN_NO_ANSWER : ORDER_IN_ACK, -1);
	if (chance(3))
		fill(u->order);
	if (v->live && chance(8))
		ends(u->order, VENUE_EXPIRED, ORDER_IN_EXPIRED);
}

static void take_cancel(const struct up *u)
{
	struct venue_order *v = &w.order[u->order];
	bool lost_answer = chance(12);
	if (chance(12)) {
		respond(u->session, u->order, ORDER_IN_CANCEL_REFUSED, -1);
	} else if (!v->live) {
		respond(u->session, u->order, lost_answer ? ORDER_IN_NO_ANSWER : ORDER_IN_CANCEL_REJECTED, -1);
	} else {
		ends(u->order, VENUE_CANCELED, ORDER_IN_CANCELED);
		respond(u->session, u->order, lost_answer ? ORDER_IN_NO_ANSWER : ORDER_IN_CANCELED, v->filled);
	}
}

static void take_request(void)
{
	if (!w.n_up)
		return;
	u32 at = (u32)rng_below(&w.rng, w.n_up);
	struct up u = w.up[at];
	if (u.session != w.session && !w.quiet && !chance(30))
		return; /* sent on a connection that died: it takes its time */
	w.up[at] = w.up[--w.n_up];
	if (u.cancel)
		take_cancel(&u);
	else
		take_order(&u);
}

static void trade_or_cancel(void)
{
	if (!w.n_orders)
		return;
	u64 id = 1 + rng_below(&w.rng, w.n_orders);
	if (w.order[id].live && chance(12))
		ends(id, VENUE_CANCELED, ORDER_IN_CANCELED);
	else
		fill(id);
}

/* ---- reconciliation ---- */

static struct reply_order stated(u64 id)
{
	const struct venue_order *v = &w.order[id];
	struct reply_order o = { .boot = w.table.boot,
				 .order_id = id,
				 .venue_id = 1000 + id,
				 .owner = COID_OURS,
				 .status = v->status,
				 .qty = qty_of(id),
				 .cum_qty = v->filled,
				 .coid_n = COID_LEN };
	coid_print(o.coid, w.table.boot, id);
	return o;
}

static void look_up_order(void)
{
	u32 boot;
	u64 id = w.ask.venue_id ? w.ask.venue_id - 1000 : 0;
	if (!id)
		assert_int_equal(coid_parse(w.ask.coid, w.ask.coid_n, w.table.boot, &boot, &id), COID_OURS);
	if (w.order[id].status == VENUE_NONE) {
		w.answer.status = 400;
		w.answer.code = -2013;
	} else {
		w.answer.order = stated(id);
	}
}

static void look_up_trades(void)
{
	for (u64 i = 0; i < w.n_trades; i++) {
		const struct venue_trade *t = &w.trade[i];
		bool wanted = w.ask.venue_id ? t->order + 1000 == w.ask.venue_id : t->id >= w.ask.from_trade_id;
		if (wanted)
			w.trades[w.n_found++] = (struct reply_trade){
				.venue_order_id = 1000 + t->order, .trade_id = t->id, .px = 1, .qty = t->qty
			};
	}
}

/* The venue looks now; the answer is delivered later. */
static void look(void)
{
	if (!w.asked || w.looked)
		return;
	w.looked = true;
	w.n_listed = w.n_found = 0;
	w.answer =
		(struct binance_msg){ .kind = BINANCE_MSG_RESPONSE, .req = w.ask.req, .req_n = w.ask.n, .status = 200 };
	if (w.ask.req == BINANCE_REQ_OPEN_ORDERS)
		for (u64 id = 1; id <= w.n_orders; id++)
			if (w.order[id].live)
				w.listed[w.n_listed++] = stated(id);
	if (w.ask.req == BINANCE_REQ_ORDER_STATUS)
		look_up_order();
	if (w.ask.req == BINANCE_REQ_MY_TRADES)
		look_up_trades();
	w.answer.n_items = w.n_listed + w.n_found;
	if (!w.quiet && chance(20))
		w.answer.status = 500;
	if (w.answer.status == 500)
		w.answer.code = -1000;
}

#endif
