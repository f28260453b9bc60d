/*
 * Sessions and answers that are lost: what the standby covers, what reconciliation finds, what is
 * sent again.
 */
#include "tests/gateway/trade_world.h"

#define MASS "openOrders.cancelAll"

static void a_lost_session_is_covered_by_the_standby(void **state)
{
	struct world *w = world_armed();
	(void)state;
	i64 a = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	w->venue.lost = "order.place";
	i64 b = submit(w, 1, 1); /* never arrives */
	run(w, 2 * TURN_NS);
	w->venue.lost = NULL;
	forget(w);
	venue_cut(&w->venue, 0);
	run(w, 20 * TURN_NS);
	assert_string_equal(w->log, "UNKNOWN2 CANCELED1");
	assert_int_equal(asked(w, "1 " MASS), 2);
	assert_int_equal(venue_open_orders(&w->venue), 0);
	assert_int_equal(submit(w, 0, 1), -RISK_SESSION);
	/*
	 * What was sent may still arrive, within its receive window: so long its instrument's mass
	 * cancel is repeated, then no more.
	 */
	run(w, 20 * NS_PER_S);
	assert_in_range(asked(w, MASS), 8, 20);
	u32 asked_then = asked(w, MASS);
	run(w, 20 * NS_PER_S);
	assert_int_equal(asked(w, MASS), asked_then);
	/* Back again: proof, and what is traded from now on is left alone. */
	join(w, 0);
	run(w, 10 * NS_PER_S);
	assert_string_equal(link_state_name(w->c.link[0]), "READY");
	assert_order(w, a, "CANCELED");
	assert_order(w, b, "REJECTED");
	forget(w);
	i64 c = submit(w, 1, 1);
	run(w, 5 * NS_PER_S);
	assert_order(w, c, "LIVE");
	assert_string_equal(w->venue.log, "0 order.place");
	world_free(w);
}

/* The outage hides a fill and an order that arrived after all; both are found. */
static void what_happened_meanwhile_is_found(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->c.cfg.cancel_on_session_loss = false;
	i64 a = submit(w, 0, 2);
	run(w, 4 * TURN_NS);
	w->venue.silent = "order.place";
	w->venue.no_reports = true;
	i64 b = submit(w, 0, 1); /* arrives, and its answer is lost */
	run(w, 2 * TURN_NS);
	venue_cut(&w->venue, 0);
	run(w, 2 * TURN_NS);
	assert_order(w, a, "LIVE");
	assert_order(w, b, "UNKNOWN");
	venue_fill(&w->venue, 0, LOT);
	w->venue.silent = NULL;
	w->venue.no_reports = false;
	join(w, 0);
	run(w, 15 * NS_PER_S);
	assert_order(w, a, "LIVE");
	assert_order(w, b, "LIVE");
	assert_int_equal(w->api->position(w->ctx, 0), LOT);
	assert_int_equal(recon_doubtful(&w->c.recon), 0);
	assert_int_equal(asked(w, MASS), 0); /* on_session_loss: hold */
	world_free(w);
}

static void a_cancel_waits_for_a_session(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->c.cfg.cancel_on_session_loss = false;
	i64 id = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	venue_cut(&w->venue, 1);
	venue_cut(&w->venue, 0);
	run(w, 2 * TURN_NS);
	assert_int_equal(w->api->cancel(w->ctx, (u64)id), 0);
	run(w, NS_PER_S);
	assert_int_equal(w->c.l.cnt[TRADE_CNT_cancels_queued], 1);
	join(w, 1);
	run(w, 50 * TURN_NS);
	assert_non_null(strstr(w->venue.log, "1 order.cancel"));
	assert_int_equal(venue_open_orders(&w->venue), 0);
	world_free(w);
}

/*
 * Its cancel was under way when the session was lost, and had not arrived: it is sent again as soon
 * as the order is proven open.
 */
static void a_cancel_lost_with_its_session_is_sent_again(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->c.cfg.cancel_on_session_loss = false;
	i64 id = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	w->venue.lost = "order.cancel";
	w->api->cancel(w->ctx, (u64)id);
	run(w, 2 * TURN_NS);
	w->venue.lost = NULL;
	venue_cut(&w->venue, 0);
	run(w, 2 * TURN_NS);
	assert_order(w, id, "UNKNOWN");
	join(w, 0);
	run(w, 2 * NS_PER_S);
	assert_order(w, id, "CANCELED");
	world_free(w);
}

/* The cancel went by the standby, which then died; the order's own session lives. */
static void a_cancel_lost_with_the_standby_is_sent_again(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->c.cfg.cancel_on_session_loss = false;
	i64 id = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	venue_cut(&w->venue, 0);
	run(w, 2 * TURN_NS);
	w->venue.lost = "order.cancel";
	w->api->cancel(w->ctx, (u64)id);
	assert_order(w, id, "CANCELLING");
	run(w, 2 * TURN_NS);
	venue_cut(&w->venue, 1);
	w->venue.lost = NULL;
	join(w, 0);
	run(w, 20 * NS_PER_S);
	assert_order(w, id, "CANCELED");
	world_free(w);
}

static void unanswered_requests_are_cleared_up(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->venue.silent = "order.place";
	w->venue.no_reports = true;
	i64 a = submit(w, 0, 1);
	run(w, 2 * TURN_NS);
	w->venue.silent = NULL, w->venue.lost = "order.cancel";
	i64 b = submit(w, 1, 1);
	run(w, 4 * TURN_NS);
	w->api->cancel(w->ctx, (u64)b);
	run(w, 10 * NS_PER_S);
	assert_order(w, a, "SENT");
	assert_order(w, b, "CANCELLING");
	w->venue.lost = NULL;
	run(w, 2 * NS_PER_S);
	assert_int_equal(w->c.l.gateway_cnt[GATEWAY_CNT_became_unknown], 2);
	run(w, 10 * NS_PER_S);
	assert_order(w, a, "LIVE");
	assert_order(w, b, "CANCELED");
	world_free(w);
}

/*
 * An order the venue once confirmed and now does not know: asked about ever more rarely, not each
 * two seconds for ever.
 */
static void doubt_that_stays_does_not_flood(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->c.cfg.cancel_on_session_loss = false;
	i64 id = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	venue_cut(&w->venue, 0);
	run(w, TURN_NS);
	w->venue.n_orders = 0; /* the venue has forgotten it */
	join(w, 0);
	run(w, 20 * NS_PER_S);
	assert_order(w, id, "UNKNOWN");
	forget(w);
	run(w, 120 * NS_PER_S);
	assert_in_range(asked(w, "account.status"), 1, 8);
	assert_int_equal(asked(w, MASS), 0);
	assert_order(w, id, "UNKNOWN");
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_session_is_covered_by_the_standby),
		cmocka_unit_test(what_happened_meanwhile_is_found),
		cmocka_unit_test(a_cancel_waits_for_a_session),
		cmocka_unit_test(a_cancel_lost_with_its_session_is_sent_again),
		cmocka_unit_test(a_cancel_lost_with_the_standby_is_sent_again),
		cmocka_unit_test(unanswered_requests_are_cleared_up),
		cmocka_unit_test(doubt_that_stays_does_not_flood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
