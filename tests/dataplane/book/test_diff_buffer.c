#include "tests/cmocka_all.h"

#include <string.h>

#include "dataplane/book/diff_buffer.h"

enum { DIFFS = 4, LEVELS = 6 };

static const struct {
	u64 first_id, update_id;
	u32 n_bids, n_asks;
	bool taken;
	u32 n_levels; /* afterwards */
	const char *remark;
} rows[] = {
	{ 1, 2, 2, 1, true, 3, "the first" },
	{ 3, 3, 2, 2, false, 3, "fits by either side, not by both" },
	{ 3, 3, 0, 4, false, 3, "too many asks" },
	{ 3, 3, 4, 0, false, 3, "too many bids" },
	{ 3, 3, UINT32_MAX, 2, false, 3, "so many that their sum would wrap" },
	{ 3, 3, 0, 0, true, 3, "no levels" },
	{ 3, 5, 1, 2, true, 6, "to the last level; begins before the end of the one before" },
	{ 6, 6, 0, 0, true, 6, "to the last diff" },
	{ 7, 7, 0, 0, false, 6, "no diff more" },
};

static void test_room(void **state)
{
	struct book_level bids[LEVELS], asks[LEVELS];
	struct diff_buffer b;
	struct arena a;
	(void)state;
	assert_int_equal(arena_open(&a, 1 << 16), ERR_OK);
	assert_int_equal(diff_buffer_init(&b, &a, DIFFS, LEVELS), ERR_OK);
	assert_int_equal(diff_buffer_last_id(&b), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct waiting_diff d = { .first_id = rows[i].first_id, .update_id = rows[i].update_id,
					  .n_bids = rows[i].n_bids, .n_asks = rows[i].n_asks };
		for (u32 k = 0; k < LEVELS; k++) {
			bids[k] = (struct book_level){ (i64)(100 * i + k), 1 };
			asks[k] = (struct book_level){ (i64)(100 * i + 50 + k), 2 };
		}
		if (diff_buffer_push(&b, d, bids, asks) != rows[i].taken || b.n_levels != rows[i].n_levels)
			fail_msg("%s", rows[i].remark);
	}
	assert_int_equal(diff_buffer_last_id(&b), 6);
	const struct waiting_diff *last = &b.diff[2];
	assert_int_equal(last->at, 3);
	assert_int_equal(b.level[3].px, 600);
	assert_int_equal(b.level[4].px, 650);
	assert_int_equal(b.level[5].px, 651);
	diff_buffer_clear(&b);
	assert_int_equal(diff_buffer_last_id(&b), 0);
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_room) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
