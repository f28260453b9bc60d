#include "tests/cmocka_all.h"

#include <stdlib.h>

#include "sim/history.h"

static void add(struct history *h, u64 first_id, u64 last_id, i64 price, i64 qty)
{
	struct message d = { .kind = MESSAGE_DEPTH, .first_id = first_id, .last_id = last_id };
	levels_add(&d.bids, price, qty);
	history_add(h, &d);
	message_free(&d);
}

static void test_any_update_can_be_had_again(void **state)
{
	(void)state;
	struct history h = { 0 };
	struct ladder base = { .last_id = 10 }, l = { 0 };
	ladder_set(&base, SIDE_BUY, 1, 7);
	history_start(&h, &base);
	add(&h, 11, 12, 2, 5);
	add(&h, 13, 13, 1, 0);
	add(&h, 14, 20, 2, 6);

	assert_int_equal(history_at(&h, 10, &l), ERR_OK);
	assert_int_equal(ladder_qty(&l, SIDE_BUY, 1), 7);
	assert_int_equal(history_at(&h, 12, &l), ERR_OK);
	assert_int_equal(ladder_qty(&l, SIDE_BUY, 2), 5);
	assert_int_equal(ladder_qty(&l, SIDE_BUY, 1), 7);
	assert_int_equal(history_at(&h, 20, &l), ERR_OK);
	assert_int_equal(ladder_qty(&l, SIDE_BUY, 2), 6);
	assert_int_equal(l.side[SIDE_BUY].n, 1);

	assert_int_equal(history_at(&h, 15, &l), ERR_NOT_FOUND);
	assert_int_equal(l.last_id, 13);
	assert_int_equal(history_at(&h, 9, &l), ERR_NOT_FOUND);
	assert_int_equal(history_at(&h, 21, &l), ERR_NOT_FOUND);
	ladder_free(&base);
	ladder_free(&l);
	history_free(&h);
}

static void test_the_oldest_half_is_folded(void **state)
{
	(void)state;
	struct history h = { 0 };
	struct ladder base = { 0 }, l = { 0 };
	history_start(&h, &base);
	for (u64 id = 1; id <= HISTORY_MAX + 1; id++)
		add(&h, id, id, (i64)(id % 5) + 1, (i64)id);
	assert_int_equal(h.n, HISTORY_MAX / 2 + 1);
	assert_int_equal(history_at(&h, 1, &l), ERR_NOT_FOUND);
	assert_int_equal(history_at(&h, HISTORY_MAX / 2, &l), ERR_OK);
	assert_int_equal(history_at(&h, HISTORY_MAX + 1, &l), ERR_OK);
	assert_int_equal(ladder_qty(&l, SIDE_BUY, (HISTORY_MAX + 1) % 5 + 1), HISTORY_MAX + 1);
	assert_int_equal(l.side[SIDE_BUY].n, 5);
	ladder_free(&l);
	history_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_update_can_be_had_again),
		cmocka_unit_test(test_the_oldest_half_is_folded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
