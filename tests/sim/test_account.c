#include "tests/cmocka_all.h"

#include "sim/account.h"

#define P(x) ((x)*SIM_ONE)

/*
 * One order of 2 at 100 (or MARKET), a fill of it, fees of 10 and 20 basis points; what the
 * account holds then.
 */
static const struct {
	enum side side;
	enum order_type type;
	i64 price, qty;
	bool maker;
	struct account after;
	i64 commission;
	const char *remark;
} rows[] = {
	{ SIDE_BUY,
	  TYPE_LIMIT,
	  P(100),
	  P(2),
	  true,
	  { { P(12) - 200000, 0 }, { P(800), 0 }, 7 },
	  200000,
	  "bought all at its price" },
	{ SIDE_BUY,
	  TYPE_LIMIT,
	  P(90),
	  P(2),
	  false,
	  { { P(12) - 400000, 0 }, { P(820), 0 }, 7 },
	  400000,
	  "bought better: the rest is free" },
	{ SIDE_BUY,
	  TYPE_LIMIT,
	  P(90),
	  P(1),
	  false,
	  { { P(11) - 200000, 0 }, { P(810), P(100) }, 7 },
	  200000,
	  "half is still locked" },
	{ SIDE_SELL,
	  TYPE_LIMIT,
	  P(110),
	  P(2),
	  false,
	  { { P(8), 0 }, { P(1220) - 44000000, 0 }, 7 },
	  44000000,
	  "sold better" },
	{ SIDE_SELL,
	  TYPE_LIMIT,
	  P(100),
	  P(1),
	  true,
	  { { P(8), P(1) }, { P(1100) - 10000000, 0 }, 7 },
	  10000000,
	  "half is still locked" },
	{ SIDE_BUY,
	  TYPE_MARKET,
	  P(100),
	  P(1),
	  false,
	  { { P(11) - 200000, 0 }, { P(900), 0 }, 7 },
	  200000,
	  "nothing was locked" },
	{ SIDE_SELL,
	  TYPE_MARKET,
	  P(100),
	  P(2),
	  false,
	  { { P(8), 0 }, { P(1200) - 40000000, 0 }, 7 },
	  40000000,
	  "nothing was locked" },
	{ SIDE_BUY,
	  TYPE_LIMIT,
	  P(100),
	  499,
	  true,
	  { { P(10) + 499, 0 }, { P(1000) - 49900, 0 }, 7 },
	  0,
	  "a commission is rounded down" },
};

static void test_settle_table(void **state)
{
	(void)state;
	const struct fees fees = { 1000, 2000 };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct account a = { { P(10), 0 }, { P(1000), 0 }, 0 };
		struct order o = { .req = { .side = rows[i].side,
					    .type = rows[i].type,
					    .qty = rows[i].qty < 1000 ? rows[i].qty : P(2) } };
		o.req.price = o.req.type == TYPE_MARKET ? 0 : P(100);
		struct fill f = { .price = rows[i].price,
				  .qty = rows[i].qty,
				  .maker = rows[i].maker,
				  .side = o.req.side,
				  .time_ms = 7 };
		assert_true(account_can_lock(&a, &o));
		account_lock(&a, &o);
		account_settle(&a, &fees, &o, &f);
		bool same = a.base.free == rows[i].after.base.free &&
			    a.base.locked == rows[i].after.base.locked &&
			    a.quote.free == rows[i].after.quote.free &&
			    a.quote.locked == rows[i].after.quote.locked;
		if (!same || f.commission != rows[i].commission)
			fail_msg("%s: base %lld+%lld quote %lld+%lld commission %lld",
				 rows[i].remark, (long long)a.base.free, (long long)a.base.locked,
				 (long long)a.quote.free, (long long)a.quote.locked,
				 (long long)f.commission);
		o.filled = f.qty;
		assert_int_equal(account_locked_by(&o), a.base.locked + a.quote.locked);
		account_release(&a, &o);
		assert_int_equal(a.base.locked + a.quote.locked, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_settle_table) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
