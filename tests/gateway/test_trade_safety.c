/* What cancels everything: the kill word, the operator, a stop, a flatten; and what ends them. */
#include "tests/gateway/trade_world.h"

#define MASS "openOrders.cancelAll"

static void kill_word(struct world *w, u32 level)
{
	__atomic_store_n(&w->kill.kill, level, __ATOMIC_RELAXED);
}

/* ---- mass cancels ---- */

static void the_turn_that_sees_the_kill_word_cancels_everything(void **state)
{
	static const u32 levels[] = { KILL_CANCEL_ONLY, KILL_HALT };
	(void)state;
	for (u32 i = 0; i < ARRAY_LEN(levels); i++) {
		struct world *w = world_armed();
		i64 a = submit(w, 0, 1), b = submit(w, 1, 1);
		run(w, 4 * TURN_NS);
		i64 c = submit(w, 0, 1); /* on the wire, not acknowledged yet */
		forget(w);
		kill_word(w, levels[i]);
		w->now += TURN_NS;
		core_turn(w);
		venue_turn(&w->venue, w->now);
		assert_string_equal(w->venue.log, "0 order.place, 0 " MASS ", 0 " MASS);
		assert_true(submit(w, 0, 1) ==
			    (levels[i] == KILL_HALT ? -RISK_HALT : -RISK_CANCEL_ONLY));
		run(w, 4 * TURN_NS);
		assert_order(w, a, "CANCELED");
		assert_order(w, b, "CANCELED");
		assert_order(w, c, "CANCELED");
		run(w, 5 * NS_PER_S);
		assert_int_equal(asked(w, MASS), 2); /* once each: nothing was open any more */
		assert_int_equal(asked(w, "order.cancel"), 0);
		world_free(w);
	}
}

static void killed_is_latched_until_armed(void **state)
{
	struct world *w = world_armed();
	(void)state;
	kill_word(w, KILL_CANCEL_ONLY);
	run(w, 2 * TURN_NS);
	assert_int_equal(command(w, CMD_ARM)->result, ERR_STATE);
	assert_int_equal(command(w, CMD_FLATTEN)->result, ERR_STATE);
	kill_word(w, KILL_NONE);
	run(w, 2 * TURN_NS);
	assert_int_equal(submit(w, 0, 1), -RISK_NOT_ARMED);
	assert_int_equal(command(w, CMD_ARM)->result, ERR_OK);
	i64 id = submit(w, 0, 1);
	run(w, 2 * NS_PER_S);
	assert_order(w, id, "LIVE");
	kill_word(w, KILL_HALT); /* once more, and harder */
	run(w, 5 * TURN_NS);
	assert_order(w, id, "CANCELED");
	assert_int_equal(w->c.l.cnt[TRADE_CNT_kills], 2);
	world_free(w);
}

/*
 * Armed, and a strategy that always has an order in the book: what came after the command is not
 * its business.
 */
static void cancel_all_spares_what_comes_after_it(void **state)
{
	struct world *w = world_armed();
	(void)state;
	i64 before = submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	assert_int_equal(command(w, CMD_CANCEL_ALL)->result, ERR_OK);
	i64 after = submit(w, 0, 1);
	assert_true(after > 0);
	run(w, 5 * NS_PER_S);
	assert_order(w, before, "CANCELED");
	assert_order(w, after, "LIVE");
	assert_int_equal(asked(w, MASS), 2);
	world_free(w);
}

/*
 * The venue takes neither the mass cancel nor the first single ones: asked again until it does, and
 * never faster than it can bear.
 */
static void refused_cancels_are_repeated(void **state)
{
	struct world *w = world_armed();
	i64 id = submit(w, 0, 1);
	(void)state;
	run(w, 4 * TURN_NS);
	w->venue.refused = MASS " order.cancel";
	w->venue.status = 400;
	w->venue.error = "{\"code\":-1021,\"msg\":\"Timestamp outside of recvWindow\"}";
	kill_word(w, KILL_CANCEL_ONLY);
	run(w, 5 * NS_PER_S);
	assert_order(w, id, "LIVE");
	assert_in_range(asked(w, "order.cancel"), 5, 11); /* each half second */
	assert_int_equal(asked(w, MASS), 2);
	w->venue.refused = NULL;
	run(w, NS_PER_S);
	assert_order(w, id, "CANCELED");
	u32 asked_then = asked(w, "order.cancel");
	run(w, 5 * NS_PER_S);
	assert_int_equal(asked(w, "order.cancel"), asked_then);
	world_free(w);
}

/* ---- stop ---- */

static void stops_when_nothing_is_open(void **state)
{
	struct world *w = world_armed();
	(void)state;
	submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	command(w, CMD_STOP);
	run(w, 30 * TURN_NS);
	assert_int_equal(w->answer.verb, CMD_STOP);
	assert_int_equal(w->answer.result, ERR_OK);
	assert_int_equal(venue_open_orders(&w->venue), 0);
	assert_int_equal(submit(w, 0, 1), -RISK_CANCEL_ONLY);
	assert_int_equal(command(w, CMD_ARM)->result, ERR_STATE);
	world_free(w);
}

static void stop_says_what_it_could_not_confirm(void **state)
{
	struct world *w = world_armed();
	(void)state;
	w->venue.silent = w->venue.lost = "order.place";
	submit(w, 0, 1);
	run(w, 2 * TURN_NS);
	venue_cut(&w->venue, 0);
	venue_cut(&w->venue, 1);
	run(w, 2 * TURN_NS);
	u32 before = w->n_answers;
	command(w, CMD_STOP);
	run(w, 5 * NS_PER_S);
	assert_int_equal(w->n_answers, before);
	run(w, 6 * NS_PER_S);
	assert_int_equal(w->n_answers, before + 1);
	assert_int_equal(w->answer.result, ERR_TIMEOUT);
	world_free(w);
}

/* ---- flatten ---- */

/* Long two lots, an order in the book. */
static struct world *world_long(void)
{
	struct world *w = world_armed();
	submit(w, 0, 2);
	run(w, 4 * TURN_NS);
	venue_fill(&w->venue, 0, 2 * LOT);
	run(w, 3 * TURN_NS);
	submit(w, 0, 1);
	run(w, 4 * TURN_NS);
	forget(w);
	return w;
}

static void flattens(void **state)
{
	struct world *w = world_long();
	(void)state;
	command(w, CMD_FLATTEN);
	run(w, 2 * NS_PER_S);
	assert_int_equal(w->answer.verb, CMD_FLATTEN);
	assert_int_equal(w->answer.result, ERR_OK);
	assert_int_equal(w->api->position(w->ctx, 0), 0);
	assert_int_equal(w->c.orders.n_open, 0);
	assert_string_equal(w->venue.log, "0 " MASS ", 0 " MASS ", 0 order.place");
	assert_int_equal(submit(w, 0, 1), STRATEGY_PAUSED);
	assert_int_equal(risk_state(w->c.risk), RISK_STATE_NOT_ARMED);
	world_free(w);
}

static void flattens_in_parts_where_limits_are_small(void **state)
{
	struct world *w = world_long();
	struct risk_limits l = { .max_qty = LOT,
				 .max_notional = INT64_MAX,
				 .max_open_notional = INT64_MAX,
				 .max_long = INT64_MAX / 4,
				 .max_short = INT64_MAX / 4,
				 .max_through = -1,
				 .max_open_orders = 10,
				 .collar_bps = 10000,
				 .max_book_age_ns = 2 * NS_PER_S,
				 .allowed = 1 };
	(void)state;
	assert_int_equal(risk_set_limits(w->c.risk, 0, &l), ERR_OK);
	command(w, CMD_FLATTEN);
	run(w, 2 * NS_PER_S);
	assert_int_equal(w->answer.result, ERR_OK);
	assert_int_equal(w->api->position(w->ctx, 0), 0);
	assert_int_equal(asked(w, "order.place"), 2);
	world_free(w);
}

/* What cannot be sold now is no success: waited for, and said when the time is over. */
static void flatten_never_claims_what_it_did_not_do(void **state)
{
	struct world *w = world_long();
	u32 before = w->n_answers;
	(void)state;
	w->quiet = true;
	book_says(w, 0, BOOK_STALE);
	command(w, CMD_FLATTEN);
	run(w, 10 * NS_PER_S);
	assert_int_equal(w->n_answers, before);
	w->quiet = false;
	book_says(w, 0, BOOK_VALID);
	run(w, NS_PER_S);
	assert_int_equal(w->answer.result, ERR_OK);
	assert_int_equal(w->api->position(w->ctx, 0), 0);
	world_free(w);

	w = world_long();
	w->quiet = true;
	book_says(w, 0, BOOK_STALE);
	command(w, CMD_FLATTEN);
	run(w, 31 * NS_PER_S);
	assert_int_equal(w->answer.result, ERR_TIMEOUT);
	assert_non_null(strstr(w->answer.why, "book"));
	assert_int_equal(w->api->position(w->ctx, 0), 2 * LOT);
	world_free(w);
}

static void dust_is_left(void **state)
{
	struct world *w = world_long();
	(void)state;
	venue_fill(&w->venue, 1, 500); /* half of the smallest quantity, of the order in the book */
	run(w, 3 * TURN_NS);
	command(w, CMD_FLATTEN);
	run(w, 2 * NS_PER_S);
	assert_int_equal(w->answer.result, ERR_OK);
	assert_int_equal(w->api->position(w->ctx, 0), 500);
	world_free(w);
}

static void kill_and_stop_end_a_flatten(void **state)
{
	(void)state;
	for (int killed = 0; killed < 2; killed++) {
		struct world *w = world_long();
		u32 before = w->n_answers;
		w->quiet = true;
		book_says(w, 0, BOOK_STALE);
		command(w, CMD_FLATTEN);
		run(w, NS_PER_S);
		forget(w);
		if (killed)
			kill_word(w, KILL_CANCEL_ONLY);
		else
			command(w, CMD_STOP);
		run(w, 100 * TURN_NS);
		assert_int_equal(w->n_answers, before + (killed ? 1 : 2));
		if (killed)
			assert_int_equal(w->answer.result, ERR_STATE);
		assert_int_equal(w->c.flattening, 0);
		assert_int_equal(asked(w, "order.place"), 0);
		assert_int_equal(w->api->position(w->ctx, 0), 2 * LOT);
		world_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_turn_that_sees_the_kill_word_cancels_everything),
		cmocka_unit_test(killed_is_latched_until_armed),
		cmocka_unit_test(cancel_all_spares_what_comes_after_it),
		cmocka_unit_test(refused_cancels_are_repeated),
		cmocka_unit_test(stops_when_nothing_is_open),
		cmocka_unit_test(stop_says_what_it_could_not_confirm),
		cmocka_unit_test(flattens),
		cmocka_unit_test(flattens_in_parts_where_limits_are_small),
		cmocka_unit_test(flatten_never_claims_what_it_did_not_do),
		cmocka_unit_test(dust_is_left),
		cmocka_unit_test(kill_and_stop_end_a_flatten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
