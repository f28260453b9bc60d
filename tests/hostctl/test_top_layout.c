/*
 * The screen of hostctl top, as characters: what is on it at 80x24, at a large size, and at sizes that
 * hold next to nothing.
 */
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostctl/top_layout.h"
#include "hostctl/verb.h"
#include "tests/hostctl/fake_instance.h"

static struct fake_instance f;
static struct report r;
static struct screen s;
static char line[1024];

static int setup(void **state)
{
	(void)state;
	char why[VIEW_WHY_MAX];
	struct view v;
	struct request q = { .out = stdout, .err = stderr };
	fake_open(&f);
	fake_healthy(&f);
	for (u64 i = 1; i <= 40; i++)
		fake_order(&f, &(struct order_row){ .id = i, .state = ORDER_LIVE, .px = 6000000 + (i64)(i * 7 % 40),
						    .qty = 100, .sent_ns = fake_now(&f) });
	fake_position(&f, &(struct position_row){ .qty = 150000, .fills = 9 });
	for (u32 i = 0; i < 100; i++)
		hist_add(f.t2t, 500 + i);
	assert_int_equal(view_open(&v, f.name, why), ERR_OK);
	r = (struct report){ 0 };
	verb_status(&q, &v, &r);
	verb_orders(&q, &v, &r);
	verb_pnl(&q, &v, &r);
	verb_latency(&q, &v, &r);
	view_close(&v);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	report_free(&r);
	screen_close(&s);
	fake_close(&f);
	return 0;
}

static void draw(u32 rows, u32 cols, const struct top_state *t)
{
	screen_close(&s);
	assert_true(screen_open(&s, rows, cols));
	top_draw(&s, &r, t);
}

static const char *row_text(u32 row)
{
	snprintf(line, sizeof line, "%.*s", (int)s.cols, s.text + (size_t)row * s.cols);
	return line;
}

/* The row that begins with `text`, from `from` on; the test fails where there is none. */
static u32 row_of_text(const char *text, u32 from)
{
	for (u32 i = from; i < s.rows; i++)
		if (!strncmp(row_text(i), text, strlen(text)))
			return i;
	fail_msg("no row begins with %s", text);
	return 0;
}

static void test_at_80x24(void **state)
{
	(void)state;
	const struct top_state t = { .clock = "12:34:56" };
	static const char *const headings[] = { "SESSION", "SYMBOL   STATE", "SYMBOL    POSITION", "NAME", "ID", "STAGE" };
	draw(24, 80, &t);
	assert_memory_equal(row_text(0), f.name, strlen(f.name));
	assert_non_null(strstr(row_text(0), "running"));
	assert_string_equal(row_text(0) + 72, "12:34:56");
	assert_non_null(strstr(row_text(1), "risk ACTIVE"));
	u32 at = 2;
	for (size_t i = 0; i < ARRAY_LEN(headings); i++) {
		at = row_of_text(headings[i], at + 1);
		assert_int_equal(s.look[at * 80], LOOK_HEADING);
		assert_int_equal(s.look[at * 80 + 79], LOOK_HEADING); /* the whole bar */
	}
	assert_non_null(strstr(row_text(row_of_text("ID", 3)), " of 40")); /* and says what is not shown */
	assert_non_null(strstr(row_text(row_of_text("SYMBOL   STATE", 3) + 1), "61837.63"));
	row_of_text("t2t", at); /* the last panel has rows, too */
}

static void test_a_large_screen_shows_all(void **state)
{
	(void)state;
	const struct top_state t = { .clock = "12:34:56" };
	draw(100, 200, &t);
	u32 orders = row_of_text("ID", 3);
	assert_null(strstr(row_text(orders), " of 40"));
	for (u32 i = 0; i < 40; i++)
		assert_int_equal(atoi(row_text(orders + 1 + i)), i + 1);
	assert_non_null(strstr(row_text(row_of_text("t2t", orders)), "doorbell of the order"));
	row_of_text("CORE", orders);
}

/* Whatever the size, nothing is written beside it; the sanitizers look on. */
static void test_every_size(void **state)
{
	(void)state;
	struct top_state t = { .note = "a note that is longer than many of these screens are wide" };
	for (u32 rows = 1; rows < 40; rows += 3)
		for (u32 cols = 1; cols < 130; cols += 7)
			for (t.page = 0; t.page < 8; t.page++)
				draw(rows, cols, &t);
	draw(3, 20, &t);
	assert_string_equal(row_text(2), "a note that is longe");
}

static void test_pages_and_sorting(void **state)
{
	(void)state;
	struct top_state t = { 0 };
	for (u32 i = 0; i < 5; i++)
		top_key(&t, '\t');
	draw(24, 80, &t);
	assert_int_equal(row_of_text("ID", 3), 3); /* orders alone, the whole screen */
	assert_non_null(strstr(row_text(3), "20 of 40"));
	for (u32 i = 0; i < 4; i++)
		top_key(&t, 's');
	draw(24, 80, &t);
	assert_non_null(strstr(row_text(3), "by PRICE"));
	const char *px = strstr(row_text(4), "60000.39");
	assert_non_null(px);
	for (u32 i = 1; i < 20; i++) {
		char expected[16];
		snprintf(expected, sizeof expected, "60000.%02u", 39 - i);
		assert_non_null(strstr(row_text(4 + i), expected));
	}
	top_key(&t, '\t');
	assert_int_equal(t.sort, 0); /* each page begins unsorted */
	for (u32 i = 0; i < 2; i++)
		top_key(&t, '\t');
	assert_int_equal(t.page, 0);
}

static void test_keys(void **state)
{
	(void)state;
	struct top_state t = { 0 };
	top_key(&t, 'p');
	assert_true(t.held);
	draw(24, 80, &t);
	assert_non_null(strstr(row_text(0), "held"));
	top_key(&t, 'p');
	assert_false(t.held);
	top_key(&t, 'x');
	top_key(&t, 0);
	top_key(&t, -1);
	assert_false(t.done);
	top_key(&t, 'q');
	assert_true(t.done);
}

static void test_what_a_venue_says_cannot_leave_its_place(void **state)
{
	(void)state;
	assert_true(screen_open(&s, 2, 5));
	assert_int_equal(screen_put(&s, 0, 2, LOOK_BOLD, "a\033[2J"), 7);
	assert_int_equal(screen_put(&s, 9, 0, LOOK_BOLD, "below"), 5);
	assert_string_equal(row_text(0), "  a?[");
	assert_string_equal(row_text(1), "     ");
}

static void test_nothing_known_yet(void **state)
{
	(void)state;
	const struct top_state t = { .note = "saker: no such instance has run here" };
	report_free(&r);
	draw(24, 80, &t);
	assert_memory_equal(row_text(2), t.note, strlen(t.note));
	assert_int_equal(s.look[2 * 80], LOOK_ALARM);
}

#define CASE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_at_80x24),
		CASE(test_a_large_screen_shows_all),
		CASE(test_every_size),
		CASE(test_pages_and_sorting),
		CASE(test_keys),
		CASE(test_nothing_known_yet),
		cmocka_unit_test(test_what_a_venue_says_cannot_leave_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
