#include "tests/strategy/fake_core.h"

static void test_submit_carries_owner_and_cause(void **state)
{
	(void)state;
	struct core c;
	core_open(&c);
	add(&c, "instrument=BTCUSDT");
	struct probe *eth = add(&c, "instrument=ETHUSDT");
	eth->submit_on_market = eth->submit_on_order = true;
	tick(&c, 1);
	assert_int_equal(eth->submitted, 501);
	assert_int_equal(c.last.strategy, 1); /* whatever the strategy wrote there */
	assert_int_equal(c.last.cause_tape, 2);
	assert_int_equal(c.last.cause_seq, 900);
	assert_int_equal(c.last.rsv[0], 0);
	assert_int_equal(c.last_now, 40);
	host_on_order(c.host, &(struct order_event){ .strategy = 1, .instrument = 1 }, 50, 0);
	assert_int_equal(c.last.cause_seq, 0);
	assert_int_equal(c.last_now, 50);
	host_on_order(c.host, &(struct order_event){ .strategy = 1, .instrument = 3 }, 50, 0);
	assert_int_equal(eth->submitted, STRATEGY_BAD_REQUEST);
	assert_int_equal(c.submits, 2);
	c.answer = -4;
	tick(&c, 1);
	assert_int_equal(eth->submitted, -4);
	assert_int_equal(c.counters[HOST_CNT_submits], 6); /* two of them in init */
	assert_int_equal(c.counters[HOST_CNT_refused], 4);
	core_close(&c);
}

static void test_what_the_api_answers(void **state)
{
	(void)state;
	struct core c;
	struct instrument i;
	core_open(&c);
	struct probe *p = add(&c, "instrument=PEPEUSDT");
	assert_int_equal(p->api->cancel(p->ctx, 77), 0);
	assert_int_equal(p->api->cancel(p->ctx, 78), STRATEGY_NO_ORDER);
	assert_int_equal(p->api->amend(p->ctx, 77, 1, 1), STRATEGY_UNSUPPORTED);
	assert_int_equal(p->api->position(p->ctx, 2), 1002);
	assert_true(p->api->instrument(p->ctx, 1, &i));
	assert_string_equal(i.symbol, "ETHUSDT");
	assert_false(p->api->instrument(p->ctx, 3, &i));
	assert_int_equal(p->api->find(p->ctx, "PEPEUSDT"), 2);
	assert_int_equal(p->api->find(p->ctx, "PEPE"), -1);
	p->api->log(p->ctx, "averylongword", 1, 2);
	assert_string_equal(c.traced, "averylon");
	p->api->log(p->ctx, "a", 1, 2);
	assert_string_equal(c.traced, "a");
	core_close(&c);
}

static void test_random_streams_are_seeded_and_apart(void **state)
{
	(void)state;
	u64 first[2][2];
	for (u32 run = 0; run < 2; run++) {
		struct core c;
		core_open(&c);
		struct probe *a = add(&c, "instrument=BTCUSDT"), *b = add(&c, "instrument=BTCUSDT");
		first[run][0] = a->api->random(a->ctx);
		first[run][1] = b->api->random(b->ctx);
		core_close(&c);
	}
	assert_true(first[0][0] == first[1][0] && first[0][1] == first[1][1] &&
		    first[0][0] != first[0][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_submit_carries_owner_and_cause),
		cmocka_unit_test(test_what_the_api_answers),
		cmocka_unit_test(test_random_streams_are_seeded_and_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
