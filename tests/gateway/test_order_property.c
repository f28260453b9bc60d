/*
 * Random lives of orders against a venue that keeps the truth, slowly and simply. Answers and
 * reports are lost with their session, repeated and reordered; requests arrive late or never; the
 * venue's answers to reconciliation are stale when they come.
 *
 * At each moment: what the venue may still trade is covered by open quantity here; no fill counts
 * twice or before it happened; what ended here has ended there, with all its fills; UNKNOWN
 * survives everything that is no statement of the venue. When the noise stops, reconciliation ends
 * with both sides equal.
 */
#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "gateway/recon.h"
#include "risk/risk.h"

#define ORDERS 60
#define TRADES 400
#define QUEUE 1024
#define RECV_WINDOW_MS 1000
#define RUNS 400
#define STEPS 1500

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

/* ---- our side ---- */

static void on_event(void *ctx, const struct order_event *ev)
{
	(void)ctx;
	if (ev->kind != ORDER_EV_FILL)
		return;
	w.fills += ev->fill_qty;
	recon_saw_trade(&w.recon, 0, ev->trade_id);
}

static void on_orphan(void *ctx, const struct reply_trade *t)
{
	(void)ctx;
	w.orphans += t->qty;
}

static bool is_proof(u8 input)
{
	return input == ORDER_IN_ACK || input == ORDER_IN_FILL_PART || input == ORDER_IN_FILL_LAST || input == ORDER_IN_CANCELED ||
	       input == ORDER_IN_REJECTED || input == ORDER_IN_EXPIRED || input == ORDER_IN_PROOF_OPEN;
}

static void apply(u64 id, const struct order_report *r)
{
	struct order *o = order_table_find(&w.table, id);
	struct order_event ev[ORDER_EVENTS_MAX];
	u8 was = o->state;
	u32 n = order_table_apply(&w.table, o, r, w.now, ev);
	for (u32 i = 0; i < n; i++)
		on_event(NULL, &ev[i]);
	if (was == ORDER_UNKNOWN && !is_proof(r->input))
		assert_int_equal(o->state, ORDER_UNKNOWN);
	if (order_state_ended(was))
		assert_int_equal(o->state, was);
}

static void push_up(u64 id, bool cancel)
{
	if (w.n_up < QUEUE)
		w.up[w.n_up++] = (struct up){ .order = id, .cancel = cancel, .session = w.session, .sent_ns = w.now };
}

static void send_order(void)
{
	struct risk_passed p = { .req = { .qty = 1 + (i64)rng_below(&w.rng, 20), .px = 1 } };
	if (w.n_orders == ORDERS || w.recon.state != RECON_DONE)
		return;
	struct order *o = order_table_sent(&w.table, &p, w.now);
	assert_int_equal(o->id, ++w.n_orders);
	push_up(o->id, false);
}

static void send_cancel(void)
{
	if (!w.table.n_open)
		return;
	struct order *o = order_table_open(&w.table, (u32)rng_below(&w.rng, w.table.n_open));
	apply(o->id, &(struct order_report){ .input = ORDER_IN_CANCEL_SENT, .cum_qty = -1 });
	push_up(o->id, true);
}

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
	tell(id, (struct order_report){ .input = last ? ORDER_IN_FILL_LAST : ORDER_IN_FILL_PART, .venue_id = 1000 + id,
					.trade_id = w.n_trades, .fill_px = 1, .fill_qty = qty, .cum_qty = v->filled });
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
	struct reply_order o = { .boot = w.table.boot, .order_id = id, .venue_id = 1000 + id, .owner = COID_OURS, .status = v->status,
				 .qty = qty_of(id), .cum_qty = v->filled, .coid_n = COID_LEN };
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
			w.trades[w.n_found++] = (struct reply_trade){ .venue_order_id = 1000 + t->order, .trade_id = t->id, .px = 1,
								      .qty = t->qty };
	}
}

/* The venue looks now; the answer is delivered later. */
static void look(void)
{
	if (!w.asked || w.looked)
		return;
	w.looked = true;
	w.n_listed = w.n_found = 0;
	w.answer = (struct binance_msg){ .kind = BINANCE_MSG_RESPONSE, .req = w.ask.req, .req_n = w.ask.n, .status = 200 };
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

static void deliver_answer(void)
{
	if (!w.looked)
		return;
	w.asked = w.looked = false;
	for (u32 i = 0; i < w.n_listed && !w.answer.code; i++)
		recon_on_order(&w.recon, &w.answer, &w.listed[i], w.now);
	for (u32 i = 0; i < w.n_found && !w.answer.code; i++)
		recon_on_trade(&w.recon, &w.answer, &w.trades[i], w.now);
	recon_on_response(&w.recon, &w.answer, w.now);
}

static void reconcile(void)
{
	if (!connected())
		return;
	if (w.recon.state != RECON_RUNNING && (w.recon.state != RECON_DONE || recon_doubtful(&w.recon)))
		recon_start(&w.recon, w.now);
	if (recon_next(&w.recon, w.now, &w.ask)) {
		w.asked = true;
		w.looked = false;
	}
	recon_expire(&w.recon, w.now);
}

/* ---- the network ---- */

static void deliver(void)
{
	if (!w.n_down)
		return;
	u32 at = (u32)rng_below(&w.rng, w.n_down);
	struct down d = w.down[at];
	if (!chance(6)) /* else it comes once more */
		w.down[at] = w.down[--w.n_down];
	apply(d.order, &d.r);
}

static void disconnect(void)
{
	u32 kept = 0;
	if (!connected())
		return;
	w.session++;
	w.n_down = 0;
	w.asked = w.looked = false;
	for (u32 i = 0; i < w.n_up; i++)
		if (chance(2))
			w.up[kept++] = w.up[i]; /* still somewhere on the way */
	w.n_up = kept;
	recon_session_lost(&w.recon, w.now);
}

static void reconnect(void)
{
	if (connected())
		return;
	w.session++;
	recon_start(&w.recon, w.now);
}

/* ---- what must hold ---- */

static bool may_arrive(u64 id)
{
	for (u32 i = 0; i < w.n_up; i++)
		if (w.up[i].order == id && !w.up[i].cancel && w.now <= w.up[i].sent_ns + (RECV_WINDOW_MS + 1000) * NS_PER_MS)
			return true;
	return false;
}

static void check(void)
{
	i64 filled = 0;
	for (u64 id = 1; id <= w.n_orders; id++) {
		const struct order *o = order_table_find(&w.table, id);
		const struct venue_order *v = &w.order[id];
		i64 may_trade = v->live ? o->qty - v->filled : may_arrive(id) ? o->qty : 0;
		assert_true(order_open_qty(o) >= may_trade);
		assert_true(o->filled_qty <= v->filled);
		filled += o->filled_qty;
		if (!order_state_ended(o->state))
			continue;
		assert_false(v->live);
		assert_true(o->filled_qty == v->filled);
		assert_true((o->state == ORDER_FILLED) == (v->status == VENUE_FILLED));
	}
	assert_true(filled == w.fills);
}

static void random_step(void)
{
	w.now += chance(100) ? 2 * NS_PER_S : rng_below(&w.rng, 30 * NS_PER_MS);
	switch (rng_below(&w.rng, 12)) {
	case 0: send_order(); break;
	case 1: if (connected() && chance(3)) send_cancel(); break;
	case 2: case 3: take_request(); break;
	case 4: trade_or_cancel(); break;
	case 5: case 6: case 7: deliver(); break;
	case 8: look(); break;
	case 9: deliver_answer(); break;
	case 10: reconcile(); break;
	default:
		if (chance(12))
			disconnect();
		else
			reconnect();
	}
}

/* The noise stops: everything arrives, and reconciliation has the last word. */
static void settle(void)
{
	w.quiet = true;
	reconnect();
	for (int i = 0; i < 5000 && (w.n_up || w.n_down || recon_doubtful(&w.recon) || w.recon.state != RECON_DONE); i++) {
		w.now += 100 * NS_PER_MS;
		take_request();
		deliver();
		reconcile();
		look();
		deliver_answer();
		check();
	}
	assert_int_equal(w.recon.state, RECON_DONE);
	assert_int_equal(recon_doubtful(&w.recon), 0);
	i64 traded = 0;
	for (u64 i = 0; i < w.n_trades; i++)
		traded += w.trade[i].qty;
	assert_true(w.fills + w.orphans == traded);
	for (u64 id = 1; id <= w.n_orders; id++) {
		const struct order *o = order_table_find(&w.table, id);
		assert_true(order_state_is_open(o->state) == w.order[id].live);
		assert_true(o->filled_qty == w.order[id].filled);
	}
}

static void run(u64 seed, u64 *total)
{
	memset(&w, 0, sizeof w);
	rng_seed(&w.rng, seed);
	w.now = NS_PER_S;
	assert_int_equal(arena_open(&w.arena, 8 << 20), ERR_OK);
	assert_int_equal(order_table_init(&w.table, &w.arena, 1, w.cnt), ERR_OK);
	recon_init(&w.recon, &w.table, instruments, 1, RECV_WINDOW_MS, w.cnt);
	w.recon.out = (struct recon_out){ .event = on_event, .orphan = on_orphan };
	for (int i = 0; i < STEPS; i++) {
		random_step();
		check();
	}
	settle();
	for (u32 i = 0; i < GATEWAY_CNT_COUNT; i++)
		total[i] += w.cnt[i];
	arena_close(&w.arena);
}

static u64 last_seed;

static int print_seed(void **state)
{
	(void)state;
	print_message("the last run was SEED=%llu\n", (unsigned long long)last_seed);
	return 0;
}

static void test_random_lives(void **state)
{
	(void)state;
	const char *env = getenv("SEED");
	u64 seed = env ? strtoull(env, NULL, 0) : 20240808, total[GATEWAY_CNT_COUNT] = { 0 };
	for (u64 i = 0; i < (env ? 1 : RUNS); i++) {
		last_seed = seed + i;
		run(last_seed, total);
	}
	/* the noise did reach the corners this test is about */
	static const enum gateway_cnt corners[] = {
		GATEWAY_CNT_fills, GATEWAY_CNT_fill_repeated, GATEWAY_CNT_became_unknown, GATEWAY_CNT_proven, GATEWAY_CNT_end_held,
		GATEWAY_CNT_late, GATEWAY_CNT_rejected, GATEWAY_CNT_canceled, GATEWAY_CNT_cancel_rejected, GATEWAY_CNT_recon_retries,
	};
	for (size_t i = 0; i < ARRAY_LEN(corners); i++)
		if (!env && total[corners[i]] < 100)
			fail_msg("%s: only %llu", gateway_counter_defs[corners[i]].name, (unsigned long long)total[corners[i]]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_random_lives, print_seed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
