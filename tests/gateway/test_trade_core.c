/* The trade core from logon to position: orders, denials, strategies, the tape, the operator. */
#include "tests/gateway/trade_world.h"

#define RECON "0 account.status, 0 openOrders.status, 0 openOrders.status, 0 myTrades, 0 myTrades"

static void from_logon_to_ready_to_position(void **state)
{
	struct world *w = world_new();
	(void)state;
	assert_int_equal(command(w, CMD_ARM)->result, ERR_STATE);
	join(w, 0);
	join(w, 1);
	run(w, 50 * TURN_NS);
	assert_string_equal(link_state_name(w->c.link[0]), "READY");
	assert_string_equal(link_state_name(w->c.link[1]), "READY");
	assert_non_null(strstr(w->venue.log, "0 userDataStream.subscribe"));
	assert_non_null(strstr(w->venue.log, RECON));
	assert_int_equal(w->n_reconciled, 1);
	assert_int_equal(submit(w, 0, 2), -RISK_NOT_ARMED);
	assert_int_equal(command(w, CMD_ARM)->result, ERR_OK);
	forget(w);

	i64 id = submit(w, 0, 2);
	assert_int_equal(id, 1);
	assert_order(w, id, "SENT");
	run(w, 4 * TURN_NS);
	assert_order(w, id, "LIVE");
	venue_fill(&w->venue, 0, LOT);
	run(w, 3 * TURN_NS);
	assert_int_equal(w->api->position(w->ctx, 0), LOT);
	venue_fill(&w->venue, 0, LOT);
	run(w, 3 * TURN_NS);
	assert_order(w, id, "FILLED");
	assert_string_equal(w->venue.log, "0 order.place");
	assert_string_equal(w->log, "ACK1 FILL1 FILL1");
	assert_int_equal(w->view.position, 2 * LOT);
	assert_int_equal(w->n_journal[JOURNAL_ORDER_SENT], 1);
	assert_int_equal(w->n_journal[JOURNAL_ORDER_EVENT], 3);
	world_free(w);
}

static void denials_name_their_reason(void **state)
{
	struct world *w = world_armed();
	struct order_req q = { .instrument = 0, .type = ORDER_LIMIT, .px = 6000000, .qty = LOT };
	(void)state;
	q.qty = 11 * LOT;
	assert_int_equal(w->api->submit(w->ctx, &q), -RISK_MAX_QTY);
	q.qty = LOT + 1;
	assert_int_equal(w->api->submit(w->ctx, &q), -RISK_LOT);
	q.qty = LOT, q.instrument = 2;
	assert_int_equal(w->api->submit(w->ctx, &q), STRATEGY_BAD_REQUEST);
	q.instrument = 0;
	w->quiet = true;
	run(w, 3 * NS_PER_S);
	assert_int_equal(w->api->submit(w->ctx, &q), -RISK_BOOK_AGE);
	w->quiet = false;
	run(w, TURN_NS);
	assert_int_equal(w->c.l.cnt[TRADE_CNT_orders_denied], 3);
	assert_string_equal(w->venue.log, "");
	assert_true(w->api->submit(w->ctx, &q) > 0);
	world_free(w);
}

/*
 * A strategy answers an order event by another order and a cancel: all of it from within a TCP
 * callback.
 */
static void chase(struct world *w, const struct order_event *e)
{
	if (e->kind == ORDER_EV_ACK && e->order_id < 4)
		assert_true(submit(w, 0, 1) > 0);
	if (e->kind == ORDER_EV_ACK)
		assert_int_equal(w->api->cancel(w->ctx, e->order_id), 0);
}

static void orders_from_within_order_events(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->on_order = chase;
	assert_int_equal(submit(w, 0, 1), 1);
	run(w, 30 * TURN_NS);
	assert_int_equal(w->venue.n_orders, 4);
	assert_int_equal(venue_open_orders(&w->venue), 0);
	assert_int_equal(w->c.orders.n_open, 0);
	assert_string_equal(w->log, "ACK1 ACK2 CANCELED1 ACK3 CANCELED2 ACK4 CANCELED3 CANCELED4");
	world_free(w);
}

static void a_cancel_before_the_acknowledgement(void **state)
{
	struct world *w = world_armed();
	(void)state;
	i64 id = submit(w, 0, 1);
	assert_int_equal(w->api->cancel(w->ctx, (u64)id), 0);
	assert_order(w, id, "CANCELLING");
	/* asked for again: nothing more is sent */
	assert_int_equal(w->api->cancel(w->ctx, (u64)id), 0);
	run(w, 5 * TURN_NS);
	assert_order(w, id, "CANCELED");
	assert_string_equal(w->venue.log, "0 order.place, 0 order.cancel");
	assert_int_equal(w->api->cancel(w->ctx, (u64)id), STRATEGY_NO_ORDER);
	assert_int_equal(w->api->cancel(w->ctx, 99), STRATEGY_NO_ORDER);
	world_free(w);
}

static void a_rejected_order_and_a_refused_cancel(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->venue.refused = "order.place";
	w->venue.status = 400;
	w->venue.error = "{\"code\":-2010,\"msg\":\"Account has insufficient balance\"}";
	i64 bad = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	assert_order(w, bad, "REJECTED");
	w->venue.refused = "order.cancel";
	w->venue.error = "{\"code\":-1021,\"msg\":\"Timestamp outside of recvWindow\"}";
	i64 id = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	w->api->cancel(w->ctx, (u64)id);
	run(w, 2 * NS_PER_S);
	assert_order(w, id, "LIVE");
	/* the strategy asks again, or not */
	assert_string_equal(w->log, "REJECTED1 ACK2 CANCEL_REJECTED2");
	assert_int_equal(asked(w, "order.cancel"), 1);
	world_free(w);
}

/* ---- the tape ---- */

static void a_lapped_tape_is_reloaded(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->quiet = true;
	for (i64 i = 1; i <= 3 * TAPE_SLOTS; i++)
		best(w, 0, 6000000 + i, 6100000 + i);
	u32 before = w->n_market;
	run(w, TURN_NS);
	assert_int_equal(w->c.l.cnt[TRADE_CNT_tape_lapped], 1);
	assert_int_equal(w->c.market[0].view.bid_px, 6000000 + 3 * TAPE_SLOTS);
	assert_int_equal(w->n_market, before); /* what the image contains is not handed on again */
	best(w, 0, 7, 8);
	run(w, TURN_NS);
	assert_int_equal(w->n_market, before + 1);
	assert_int_equal(w->view.bid_px, 7);
	world_free(w);
}

static void a_book_gone_stale_cancels_its_orders(void **state)
{
	struct world *w = world_armed();
	(void)state;
	i64 btc = submit(w, 0, 1), eth = submit(w, 1, 1);
	run(w, 4 * TURN_NS);
	w->quiet = true;
	book_says(w, 0, BOOK_STALE);
	run(w, 5 * TURN_NS);
	assert_order(w, btc, "CANCELED");
	assert_order(w, eth, "LIVE");
	assert_int_equal(w->c.l.cnt[TRADE_CNT_stale_cancels], 1);
	assert_int_equal(submit(w, 0, 1), -RISK_BOOK_STATE);
	world_free(w);
}

/* The event that said so was overwritten: the image says it too. */
static void a_book_gone_stale_within_a_lap_cancels_its_orders(void **state)
{
	struct world *w = world_armed();
	(void)state;
	i64 btc = submit(w, 0, 1), eth = submit(w, 1, 1);
	run(w, 4 * TURN_NS);
	w->quiet = true;
	book_says(w, 0, BOOK_STALE);
	for (i64 i = 1; i <= 2 * TAPE_SLOTS; i++)
		best(w, 1, 6000000 + i, 6100000 + i);
	run(w, 5 * TURN_NS);
	assert_int_equal(w->c.l.cnt[TRADE_CNT_tape_lapped], 1);
	assert_order(w, btc, "CANCELED");
	assert_order(w, eth, "LIVE");
	world_free(w);
}

/* ---- the operator ---- */

static void limits_in_force_are_shown(void **state)
{
	struct world *w = world_armed();
	struct msg_limits shown, refused;
	(void)state;
	assert_true(w->l.limits[0].seq && row_read(&w->l.limits[0].seq, w->l.limits[0].w, &shown, sizeof shown));
	assert_int_equal(shown.limits.max_qty, 10 * LOT);
	refused = shown;
	refused.limits.max_qty = -1;
	tell(w, MSG_LIMITS, 0, &refused, sizeof refused);
	run(w, TURN_NS);
	assert_true(row_read(&w->l.limits[0].seq, w->l.limits[0].w, &shown, sizeof shown));
	assert_int_equal(shown.limits.max_qty, 10 * LOT);
	world_free(w);
}

static void a_paused_strategy_has_no_orders(void **state)
{
	struct world *w = world_armed();
	(void)state;
	i64 id = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	assert_int_equal(command(w, CMD_PAUSE)->result, ERR_OK);
	run(w, 4 * TURN_NS);
	assert_order(w, id, "CANCELED");
	assert_int_equal(submit(w, 0, 1), STRATEGY_PAUSED);
	assert_int_equal(command(w, CMD_RESUME)->result, ERR_OK);
	assert_true(submit(w, 0, 1) > 0);
	world_free(w);
}

static void a_full_journal_denies_orders_never_cancels(void **state)
{
	struct world *w = world_armed();
	i64 id = submit(w, 0, 1);
	(void)state;
	run(w, 4 * TURN_NS);
	w->hold_journal = true;
	while (journal_cancel_sent(&w->c.journal, 1, 1, w->now))
		;
	run(w, TURN_NS);
	assert_int_equal(submit(w, 0, 1), -RISK_JOURNAL);
	assert_int_equal(w->api->cancel(w->ctx, (u64)id), 0);
	run(w, 4 * TURN_NS);
	assert_order(w, id, "CANCELED");
	w->hold_journal = false;
	run(w, 2 * TURN_NS);
	assert_true(submit(w, 0, 1) > 0);
	world_free(w);
}

/* Even with sessions that are open and reconciled. */
static void observe_never_sends_an_order(void **state)
{
	struct world *w = world_new();
	(void)state;
	w->c.cfg.live = false;
	tell(w, MSG_SESSION_CONNECT, 0, NULL, 0);
	run(w, TURN_NS);
	assert_string_equal(session_state_name(w->c.session[0].state), "IDLE");
	join(w, 0);
	run(w, 50 * TURN_NS);
	forget(w);
	assert_int_equal(command(w, CMD_ARM)->result, ERR_STATE);
	assert_int_equal(command(w, CMD_FLATTEN)->result, ERR_STATE);
	assert_true(submit(w, 0, 1) < 0);
	run(w, NS_PER_S);
	assert_string_equal(w->venue.log, "");
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_logon_to_ready_to_position),
		cmocka_unit_test(denials_name_their_reason),
		cmocka_unit_test(orders_from_within_order_events),
		cmocka_unit_test(a_cancel_before_the_acknowledgement),
		cmocka_unit_test(a_rejected_order_and_a_refused_cancel),
		cmocka_unit_test(a_lapped_tape_is_reloaded),
		cmocka_unit_test(a_book_gone_stale_cancels_its_orders),
		cmocka_unit_test(a_book_gone_stale_within_a_lap_cancels_its_orders),
		cmocka_unit_test(limits_in_force_are_shown),
		cmocka_unit_test(a_paused_strategy_has_no_orders),
		cmocka_unit_test(a_full_journal_denies_orders_never_cancels),
		cmocka_unit_test(observe_never_sends_an_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
