/*
 * What surrounds a slow tick is kept: which stage it was, the events before it of both cores, in
 * the order of time; and nothing where nothing is slow.
 */
#include "appliance/outliers.h"

#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

#define SLOTS 64
#define US NS_PER_US /* one count of the clock below is a nanosecond */

struct fixture {
	struct outlier_cell slot[OUTLIERS];
	struct outliers o;
	struct tape *tape;
	u64 seen;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->tape = tape_init(aligned_alloc(CACHE_LINE, tape_bytes(SLOTS)), SLOTS);
	memset(f->tape, 0, tape_bytes(SLOTS));
	f->tape->slots = SLOTS;
	f->o = (struct outliers){ .slot = f->slot,
				  .seen = &f->seen,
				  .clock = { .mult = 1ull << 32, .tsc_hz = NS_PER_S },
				  .tape = f->tape,
				  .total_ns = 100 * US,
				  .stage_ns = 50 * US };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	free(f->tape);
	free(f);
	return 0;
}

static void tick(struct fixture *f, u64 poll, u64 publish, u64 turn)
{
	struct tape_event e = { .kind = TAPE_BBO, .flags = TAPE_LAST, .instrument = 1, .poll_tsc = poll,
				.publish_tsc = publish, .turn = turn };
	tape_publish(f->tape, &e);
	outliers_tape(&f->o, &e);
}

static struct trace_rec order(u64 id, u64 poll, u64 publish, u64 read, u64 decide, u64 doorbell)
{
	return (struct trace_rec){ .tsc = { poll, publish, read, decide, 0, doorbell }, .id = id, .turn = (u32)id + 7 };
}

static struct outlier kept(struct fixture *f, u64 number)
{
	struct outlier row;
	struct outlier_cell *c = &f->slot[number % OUTLIERS];
	assert_true(row_read(&c->seq, c->w, &row, sizeof row));
	assert_int_equal(row.number, number);
	return row;
}

static void nothing_slow_nothing_kept(void **state)
{
	struct fixture *f = *state;
	for (u64 i = 1; i <= 100; i++) {
		u64 t = i * 1000 * US;
		tick(f, t, t + 50 * US, i);
		struct trace_rec r = order(i, t, t + 10 * US, t + 11 * US, t + 60 * US, t + 100 * US);
		outliers_trace(&f->o, TRACE_ORDER, &r);
	}
	assert_int_equal(f->seen, 0);
	assert_int_equal(f->o.number, 0);
}

static void the_stage_is_named(void **state)
{
	static const struct {
		const char *stage;
		u64 publish, read, decide, doorbell; /* us after the poll */
		u64 took;
	} rows[] = {
		{ "t2t", 1, 2, 52, 101, 101 }, /* no stage alone is beyond its limit */
		{ "publish_to_read", 1, 52, 53, 54, 51 },
		{ "read_to_decide", 1, 2, 53, 54, 51 },
		{ "decide_to_doorbell", 1, 2, 3, 54, 51 },
	};
	struct fixture *f = *state;
	for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
		u64 t = (i + 1) * NS_PER_S;
		struct trace_rec r = order(i, t, t + rows[i].publish * US, t + rows[i].read * US,
					   t + rows[i].decide * US, t + rows[i].doorbell * US);
		outliers_trace(&f->o, TRACE_ORDER, &r);
		struct outlier row = kept(f, i + 1);
		assert_string_equal(row.stage, rows[i].stage);
		assert_true(row.n_events == i + 1 && row.event[i].id == i); /* itself last */
		assert_int_equal(row.took_ns, rows[i].took * US);
		assert_int_equal(row.at_ns, t + rows[i].doorbell * US);
	}
	tick(f, 9 * NS_PER_S, 9 * NS_PER_S + 51 * US, 99);
	assert_string_equal(kept(f, 5).stage, "poll_to_publish");
	assert_int_equal(f->seen, 5);
}

/* The tick, the order it caused and what was before them; what came after is not in it. */
static void both_cores_in_order_of_time(void **state)
{
	struct fixture *f = *state;
	for (u64 i = 1; i <= 40; i++)
		tick(f, i * 10 * US, i * 10 * US + US, 500 + i);
	struct trace_rec answer = { .tsc = { 355 * US }, .id = 3, .ns = 20 * US, .turn = 9 };
	outliers_trace(&f->o, TRACE_ANSWER, &answer);
	outliers_trace(&f->o, TRACE_DENY, &(struct trace_rec){ .id = 30 });
	struct trace_rec slow = order(4, 380 * US, 381 * US, 382 * US, 383 * US, 485 * US);
	tick(f, 490 * US, 491 * US, 600);
	outliers_trace(&f->o, TRACE_ORDER, &slow);
	struct outlier row = kept(f, 1);
	assert_int_equal(row.n_events, OUTLIER_EVENTS);
	const struct outlier_event *last = &row.event[OUTLIER_EVENTS - 1];
	assert_true(last->core == OUTLIER_TRADE && last->kind == TRACE_ORDER && last->id == 4 && last->turn == 11);
	assert_int_equal(last->took_ns, 105 * US);
	u32 answers = 0, caused_by = 0;
	for (u32 i = 0; i < row.n_events; i++) {
		const struct outlier_event *e = &row.event[i];
		assert_true(i == 0 || e->at_ns >= row.event[i - 1].at_ns);
		assert_true(e->at_ns <= row.at_ns);
		answers += e->core == OUTLIER_TRADE && e->kind == TRACE_ANSWER && e->took_ns == 20 * US;
		caused_by += e->core == OUTLIER_MD && e->id == 38 && e->turn == 538 && e->instrument == 1;
	}
	assert_true(answers == 1 && caused_by == 1);
}

/* Of a storm the beginning is kept; all of it is counted. */
static void a_storm(void **state)
{
	struct fixture *f = *state;
	for (u64 i = 0; i < 30; i++)
		tick(f, i * NS_PER_MS + US, i * NS_PER_MS + 60 * US, i);
	assert_int_equal(f->seen, 30);
	assert_int_equal(f->o.number, 3); /* at 0, 10 and 20 ms */
	assert_int_equal(kept(f, 1).at_ns, 60 * US);
	f->o.stage_ns = 0;
	tick(f, NS_PER_S, 2 * NS_PER_S, 1);
	assert_int_equal(f->seen, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_slow_nothing_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(the_stage_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(both_cores_in_order_of_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_storm, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
