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
#include "tests/gateway/mock_venue.h"

#include <stdlib.h>
#include <string.h>

#define RUNS  400
#define STEPS 1500

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
	return input == ORDER_IN_ACK || input == ORDER_IN_FILL_PART || input == ORDER_IN_FILL_LAST ||
	       input == ORDER_IN_CANCELED || input == ORDER_IN_REJECTED || input == ORDER_IN_EXPIRED ||
	       input == ORDER_IN_PROOF_OPEN;
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
	struct risk_passed p = { .req = &(struct order_req){ .qty = 1 + (i64)rng_below(&w.rng, 20), .px = 1 } };
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

/* ---- reconciliation ---- */

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
		if (w.up[i].order == id && !w.up[i].cancel &&
		    w.now <= w.up[i].sent_ns + (RECV_WINDOW_MS + 1000) * NS_PER_MS)
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
	case 0:
		send_order();
		break;
	case 1:
		if (connected() && chance(3))
			send_cancel();
		break;
	case 2:
	case 3:
		take_request();
		break;
	case 4:
		trade_or_cancel();
		break;
	case 5:
	case 6:
	case 7:
		deliver();
		break;
	case 8:
		look();
		break;
	case 9:
		deliver_answer();
		break;
	case 10:
		reconcile();
		break;
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
	for (int i = 0; i < 5000 && (w.n_up || w.n_down || recon_doubtful(&w.recon) || w.recon.state != RECON_DONE);
	     i++) {
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
		GATEWAY_CNT_fills,         GATEWAY_CNT_fill_repeated, GATEWAY_CNT_became_unknown,
		GATEWAY_CNT_proven,        GATEWAY_CNT_end_held,      GATEWAY_CNT_late,
		GATEWAY_CNT_rejected,      GATEWAY_CNT_canceled,      GATEWAY_CNT_cancel_rejected,
		GATEWAY_CNT_recon_retries,
	};
	for (size_t i = 0; i < ARRAY_LEN(corners); i++)
		if (!env && total[corners[i]] < 100)
			fail_msg("%s: only %llu", gateway_counter_defs[corners[i]].name,
				 (unsigned long long)total[corners[i]]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_random_lives, print_seed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
