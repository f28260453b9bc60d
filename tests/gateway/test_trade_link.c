/* From an open session to one that may trade: logons, streams, rate limits on the way. */
#include "tests/gateway/trade_world.h"

static void logons_that_fail(void **state)
{
	static const struct {
		const char *refused, *silent;
		u32 refusals;
	} rows[] = {
		{ "session.logon", NULL, 1 },
		{ "userDataStream.subscribe", NULL, 1 },
		{ NULL, "session.logon", 0 },
		{ NULL, "userDataStream.subscribe", 0 },
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = world_new();
		w->venue.refused = rows[i].refused;
		w->venue.silent = rows[i].silent;
		w->venue.status = 401;
		w->venue.error = "{\"code\":-2015,\"msg\":\"Invalid API-key\"}";
		join(w, 0);
		run(w, 3 * NS_PER_S); /* session step time-out: 2 s */
		/* who was thrown out waits; what was silent is tried anew at once */
		assert_string_equal(session_state_name(w->c.session[0].state),
				    rows[i].refused ? "WAITING" : "PREPARING");
		assert_string_equal(link_state_name(w->c.link[0]), "DOWN");
		assert_int_equal(w->c.l.cnt[TRADE_CNT_logons_refused], rows[i].refusals);
		world_free(w);
	}
}

/* An answer to a logon that nobody waits for changes nothing. */
static void answers_out_of_place_are_ignored(void **state)
{
	struct world *w = world_armed();
	(void)state;
	venue_send(&w->venue, 0,
		   "{\"id\":\"l0000000001\",\"status\":200,\"result\":{\"apiKey\":\"k\"}}");
	venue_send(&w->venue, 0,
		   "{\"id\":\"u0000000001\",\"status\":200,\"result\":{\"subscriptionId\":0}}");
	venue_send(&w->venue, 0, "not json");
	venue_send(&w->venue, 1,
		   "{\"id\":\"u0000000001\",\"status\":200,\"result\":{\"subscriptionId\":0}}");
	run(w, 4 * TURN_NS);
	assert_string_equal(link_state_name(w->c.link[0]), "READY");
	assert_string_equal(link_state_name(w->c.link[1]), "READY");
	assert_string_equal(w->venue.log, "");
	assert_int_equal(w->c.l.cnt[TRADE_CNT_texts_bad], 1);
	world_free(w);
}

static void a_stream_that_ends_renews_the_session(void **state)
{
	static const char *const texts[] = {
		"{\"subscriptionId\":0,\"event\":{\"e\":\"eventStreamTerminated\",\"E\":1}}",
		"{\"event\":{\"e\":\"serverShutdown\",\"E\":1770123456789}}"
	};
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(texts); i++) {
		struct world *w = world_armed();
		venue_send(&w->venue, 0, texts[i]);
		run(w, 3 * TURN_NS);
		assert_string_equal(session_state_name(w->c.session[0].state), "PREPARING");
		assert_int_equal(submit(w, 0, 1), -RISK_SESSION);
		world_free(w);
	}
}

/* ---- rates ---- */

/*
 * Requests whose answers died with the session do not count as under way for the rest of the day.
 */
static void a_lost_session_gives_its_budget_back(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->venue.rates = ",\"rateLimits\":[{\"rateLimitType\":\"ORDERS\",\"interval\":\"DAY\","
			 "\"intervalNum\":1,\"limit\":6,\"count\":1}]";
	submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	w->venue.lost = "order.place";
	for (int i = 0; i < 5; i++)
		assert_true(submit(w, 0, 1) > 0);
	assert_int_equal(submit(w, 0, 1), -RISK_VENUE_BUDGET);
	run(w, 2 * TURN_NS);
	venue_cut(&w->venue, 0);
	w->venue.lost = NULL;
	run(w, 10 * TURN_NS);
	join(w, 0); /* the venue's next word: one order was counted */
	run(w, 20 * NS_PER_S);
	assert_string_equal(link_state_name(w->c.link[0]), "READY");
	for (int i = 0; i < 5; i++)
		assert_true(submit(w, 0, 1) > 0);
	assert_int_equal(submit(w, 0, 1), -RISK_VENUE_BUDGET);
	world_free(w);
}

/* Told to stop sending while reconciling: it waits, and goes on where it was. */
static void reconciliation_waits_out_a_limit(void **state)
{
	struct world *w = world_new();
	char error[160];
	(void)state;
	/* retryAfter is venue time: 30 s from now. */
	sprintf(error, "{\"code\":-1003,\"msg\":\"Too much\",\"data\":{\"retryAfter\":%llu}}",
		(unsigned long long)(WALL_NS / NS_PER_MS + 30000));
	w->venue.refused = "openOrders.status";
	w->venue.status = 429;
	w->venue.error = error;
	w->venue.rates = ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":"
			 "\"MINUTE\",\"intervalNum\":1,\"limit\":6000,"
			 "\"count\":10}]";
	join(w, 0);
	run(w, 5 * NS_PER_S);
	w->venue.refused = NULL;
	assert_int_equal(asked(w, "openOrders.status"), 1);
	run(w, 20 * NS_PER_S);
	assert_int_equal(asked(w, "openOrders.status"), 1);
	run(w, 10 * NS_PER_S);
	assert_string_equal(link_state_name(w->c.link[0]), "READY");
	assert_int_equal(w->c.l.gateway_cnt[GATEWAY_CNT_recon_failed], 0);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logons_that_fail),
		cmocka_unit_test(answers_out_of_place_are_ignored),
		cmocka_unit_test(a_stream_that_ends_renews_the_session),
		cmocka_unit_test(a_lost_session_gives_its_budget_back),
		cmocka_unit_test(reconciliation_waits_out_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
