#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "sim/ladder.h"

#define PRICES 40

static u32 rng = 1;
static u32 below(u32 n) { return (rng = rng * 1664525 + 1013904223) % 65521 % n; }

/* The slow model: quantity by price. */
static i64 model[2][PRICES];

static void check_against_model(const struct ladder *l)
{
	for (enum side s = SIDE_BUY; s <= SIDE_SELL; s++) {
		size_t depth = 0;
		for (u32 i = 0; i < PRICES; i++) {
			u32 p = s == SIDE_BUY ? PRICES - 1 - i : i;
			assert_int_equal(ladder_qty(l, s, p + 1), model[s][p]);
			if (!model[s][p])
				continue;
			assert_int_equal(ladder_at(l, s, depth).price, p + 1);
			assert_int_equal(ladder_at(l, s, depth++).qty, model[s][p]);
		}
		assert_int_equal(l->side[s].n, depth);
		assert_int_equal(ladder_at(l, s, depth).price, 0);
	}
}

static void test_like_a_map(void **state)
{
	(void)state;
	struct ladder l = { 0 }, copy = { 0 };
	for (u32 i = 0; i < 20000; i++) {
		enum side s = (enum side)below(2);
		u32 p = below(PRICES);
		model[s][p] = below(3) ? 1 + below(9) : 0;
		ladder_set(&l, s, p + 1, model[s][p]);
		if (i % 16 == 0)
			check_against_model(&l);
	}
	ladder_copy(&copy, &l);
	check_against_model(&copy);
	ladder_free(&l);
	ladder_free(&copy);
}

static const struct {
	u64 first_id, last_id;
	err_t err;
	u64 stands_at;
	const char *remark;
} rows[] = {
	{ 90, 99, ERR_EXISTS, 100, "all of it is older than the snapshot" },
	{ 95, 100, ERR_EXISTS, 100, "it ends where the snapshot stands" },
	{ 98, 103, ERR_OK, 103, "the snapshot lies inside it" },
	{ 104, 104, ERR_OK, 104, "the next one" },
	{ 106, 107, ERR_STATE, 104, "one is missing" },
	{ 105, 107, ERR_OK, 107, "and here it is" },
};

static void test_update_ids(void **state)
{
	(void)state;
	struct ladder l = { 0 };
	struct levels bids = { 0 }, none = { 0 };
	levels_add(&bids, 5, 1);
	ladder_load(&l, &none, &none, 100);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bids.v[0].qty = (i64)i + 1;
		i64 before = ladder_qty(&l, SIDE_BUY, 5);
		err_t e = sim_ladder_apply(&l, &bids, &none, rows[i].first_id, rows[i].last_id);
		if (e != rows[i].err || l.last_id != rows[i].stands_at)
			fail_msg("%s", rows[i].remark);
		assert_int_equal(ladder_qty(&l, SIDE_BUY, 5), e == ERR_OK ? (i64)i + 1 : before);
	}
	free(bids.v);
	ladder_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_a_map),
		cmocka_unit_test(test_update_ids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
