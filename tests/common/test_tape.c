#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "common/rng.h"
#include "common/tape.h"
#include "tests/dies.h"

static struct tape *tape_new(u32 slots)
{
	void *mem = aligned_alloc(CACHE_LINE, tape_bytes(slots));
	memset(mem, 0, tape_bytes(slots));
	return tape_init(mem, slots);
}

/* An event every word of which follows from its sequence. */
static struct tape_event event_of(u64 seq)
{
	struct tape_event e;
	u64 w[TAPE_WORDS];
	for (u32 i = 0; i < TAPE_WORDS; i++)
		w[i] = seq * 0x9e3779b97f4a7c15ULL + i;
	memcpy(&e, w, sizeof w);
	return e;
}

static void check_read(const struct tape *t, u64 seq)
{
	struct tape_event e, want = event_of(seq);
	u64 head = tape_head(t);
	enum tape_result expect = seq > head ? TAPE_EMPTY : seq + t->slots <= head ? TAPE_LAPPED : TAPE_OK;
	assert_int_equal(tape_read(t, seq, &e), expect);
	if (expect == TAPE_OK)
		assert_memory_equal(&e, &want, sizeof e);
}

/* The model: the tape holds the newest `slots` of all events ever published. */
static void test_against_the_list_of_all_events(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 20; seed++) {
		struct rng g;
		struct tape *t = tape_new(1u << rng_below((rng_seed(&g, seed), &g), 7));
		print_message("seed %llu\n", (unsigned long long)seed);
		for (int i = 0; i < 3000; i++) {
			if (rng_below(&g, 2)) {
				struct tape_event e = event_of(tape_head(t) + 1);
				u64 before = tape_head(t);
				assert_int_equal(tape_publish(t, &e), before + 1);
				assert_int_equal(tape_head(t), before + 1);
			}
			u64 head = tape_head(t), back = rng_below(&g, 2 * t->slots + 4);
			check_read(t, head + 2 > back ? head + 2 - back : 1);
		}
		free(t);
	}
}

/* A reader that starts at 1 and keeps pace sees each event once, in order. */
static void test_reader_that_keeps_pace(void **state)
{
	(void)state;
	struct tape *t = tape_new(8);
	struct tape_event e;
	u64 at = 1;
	for (u64 n = 1; n < 1000; n++) {
		e = event_of(n);
		tape_publish(t, &e);
		if (n % 8)
			continue;
		while (tape_read(t, at, &e) == TAPE_OK) {
			struct tape_event want = event_of(at++);
			assert_memory_equal(&e, &want, sizeof e);
		}
		assert_int_equal(at, n + 1);
	}
	free(t);
}

static void read_nothing(void *t)
{
	struct tape_event e;
	tape_read(t, 0, &e);
}

static void test_sequence_zero_dies(void **state)
{
	(void)state;
	struct tape *t = tape_new(4);
	assert_true(dies(read_nothing, t));
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_the_list_of_all_events),
		cmocka_unit_test(test_reader_that_keeps_pace),
		cmocka_unit_test(test_sequence_zero_dies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
