#include "tests/cmocka_all.h"

#include <unistd.h>

#include "sim/exchange.h"
#include "tests/sim/files.h"

static char dir[64], path[128];
static u32 rng = 7;
static u32 below(u32 n) { return (rng = rng * 1664525 + 1013904223) / 256 % n; }

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/journal", fresh_dir(dir));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	remove_dir(dir);
	return 0;
}

static struct exchange_options options(u64 seed)
{
	return (struct exchange_options){
		.symbol = "BTCUSDT",
		.seed = seed,
		.fees = { 1000, 1000 },
		.base = 10 * SIM_ONE,
		.quote = 1000000 * SIM_ONE,
		.journal_path = path,
	};
}

static void random_step(struct exchange *x, i64 now_ms)
{
	struct matching *m = &x->matching;
	u32 dice = below(20);
	u64 id;
	if (dice == 0 && m->open_n) {
		assert_int_equal(exchange_cancel(x, m->orders[m->open[0]].id,
						 below(2) ? "gone" : "", now_ms),
				 ERR_OK);
	} else if (dice < 3) {
		enum side s = (enum side)below(2);
		struct order_request r = { .side = s,
					   .type = (enum order_type)below(3),
					   .tif = (enum tif)below(3),
					   .qty = (1 + below(500)) * 1000 };
		r.price = r.type == TYPE_MARKET
				  ? 0
				  : m->best[s].price + ((i64)below(200) - 100) * 1000000;
		snprintf(r.client_id, sizeof r.client_id, below(2) ? "c%u" : "", below(1000));
		if (!matching_check(m, &r).code)
			assert_int_equal(exchange_place(x, &r, now_ms, &id), ERR_OK);
	} else {
		assert_int_equal(market_peek(&x->market), ERR_OK);
		assert_int_equal(exchange_play(x, now_ms), ERR_OK);
	}
	m->reports_n = 0;
}

static void assert_same_state(const struct exchange *a, const struct exchange *b)
{
	const struct matching *x = &a->matching, *y = &b->matching;
	assert_int_equal(a->market.ticks, b->market.ticks);
	assert_int_equal(a->market.ladder.last_id, b->market.ladder.last_id);
	assert_int_equal(x->orders_n, y->orders_n);
	assert_int_equal(x->fills_n, y->fills_n);
	assert_int_equal(x->open_n, y->open_n);
	assert_int_equal(x->next_exec_id, y->next_exec_id);
	assert_memory_equal(&x->account, &y->account, sizeof x->account);
	assert_memory_equal(x->taken, y->taken, sizeof x->taken);
	for (size_t i = 0; i < x->orders_n; i++) {
		assert_string_equal(x->orders[i].req.client_id, y->orders[i].req.client_id);
		assert_string_equal(x->orders[i].cancel_id, y->orders[i].cancel_id);
		assert_int_equal(x->orders[i].status, y->orders[i].status);
		assert_int_equal(x->orders[i].filled, y->orders[i].filled);
		assert_int_equal(x->orders[i].queue_ahead, y->orders[i].queue_ahead);
		assert_int_equal(x->orders[i].updated_ms, y->orders[i].updated_ms);
	}
	for (size_t i = 0; i < x->fills_n; i++) {
		assert_int_equal(x->fills[i].price, y->fills[i].price);
		assert_int_equal(x->fills[i].qty, y->fills[i].qty);
		assert_int_equal(x->fills[i].time_ms, y->fills[i].time_ms);
	}
}

/*
 * Stopped without a word at any point, it comes back the same: orders, fills, balances, queue,
 * place in the market.
 */
static void test_comes_back_the_same(void **state)
{
	(void)state;
	struct exchange_options o = options(11);
	struct exchange a, b;
	remove(path);
	assert_int_equal(exchange_open(&a, &o), ERR_OK);
	for (u32 round = 0; round < 6; round++) {
		for (u32 i = 0; i < 1500; i++)
			random_step(&a, 1700000000000 + round * 1000 + i);
		if (exchange_open(&b, &o) !=
		    ERR_OK) /* reads the journal a is still writing: as after a SIGKILL */
			fail_msg("%s", b.error);
		assert_same_state(&a, &b);
		exchange_close(&a);
		a = b;
		a.market.rules = a.market.generator.rules = a.matching.rules = &a.rules;
	}
	assert_true(a.matching.fills_n > 100);
	exchange_close(&a);
}

static void test_another_market_is_refused(void **state)
{
	(void)state;
	struct exchange_options o = options(11), other = options(12);
	struct exchange x;
	remove(path);
	assert_int_equal(exchange_open(&x, &o), ERR_OK);
	exchange_close(&x);
	assert_int_equal(exchange_open(&x, &other), ERR_STATE);
	assert_non_null(strstr(x.error, "seed=12"));
	exchange_close(&x);
}

static const struct {
	const char *record, *error;
} damaged[] = {
	{ "T 3", "expected" },
	{ "T 50 1700000000000 7", "does not play as it did" },
	{ "P 1700000000000 BUY LIMIT GTC 1 2", "not a valid order" },
	{ "P 1700000000000 HOLD LIMIT GTC 100000000 100000000 0 =", "not a valid order" },
	{ "P 1700000000000 BUY LIMIT GTC 1 1 0 =", "refused now" },
	{ "C 1700000000000 30000000001 =", "not open" },
	{ "X", "unknown" },
};

static void test_records_that_make_no_sense(void **state)
{
	(void)state;
	struct exchange_options o = options(11);
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
		struct exchange x;
		remove(path);
		assert_int_equal(exchange_open(&x, &o), ERR_OK);
		assert_int_equal(journal_add(&x.journal, "%s", damaged[i].record), ERR_OK);
		exchange_close(&x);
		assert_int_equal(exchange_open(&x, &o), ERR_CHECKSUM);
		if (!strstr(x.error, damaged[i].error) || !strstr(x.error, "line 2"))
			fail_msg("%s: %s", damaged[i].record, x.error);
		exchange_close(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_back_the_same),
		cmocka_unit_test(test_another_market_is_refused),
		cmocka_unit_test(test_records_that_make_no_sense),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
