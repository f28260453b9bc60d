#include "tests/cmocka_all.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "common/tape.h"

#define EVENTS 200000
#define SLOTS 16 /* few, so that readers are lapped all the time */

struct reader {
	struct tape *t;
	u64 ok, lapped, torn, out_of_order;
};

static u64 word_of(u64 seq, u32 i) { return seq * 0x9e3779b97f4a7c15ULL + i; }

static void *write_all(void *tape)
{
	struct tape_event e;
	u64 w[TAPE_WORDS];
	for (u64 seq = 1; seq <= EVENTS; seq++) {
		for (u32 i = 0; i < TAPE_WORDS; i++)
			w[i] = word_of(seq, i);
		memcpy(&e, w, sizeof w);
		tape_publish(tape, &e);
		if (seq % 64 == 0)
			sched_yield();
	}
	return NULL;
}

static bool is_torn(const struct tape_event *e, u64 seq)
{
	u64 w[TAPE_WORDS];
	memcpy(w, e, sizeof w);
	for (u32 i = 0; i < TAPE_WORDS; i++)
		if (w[i] != word_of(seq, i))
			return true;
	return false;
}

static void *read_all(void *arg)
{
	struct reader *r = arg;
	struct tape_event e;
	u64 at = 1;
	while (at <= EVENTS) {
		switch (tape_read(r->t, at, &e)) {
		case TAPE_EMPTY:
			sched_yield();
			break;
		case TAPE_OK:
			r->ok++;
			r->torn += is_torn(&e, at);
			at++;
			break;
		case TAPE_LAPPED:
			r->lapped++;
			r->out_of_order += tape_head(r->t) < at + SLOTS - 1; /* called lapped though it was not */
			at = tape_head(r->t);
		}
	}
	return NULL;
}

static void test_two_readers_never_see_a_torn_event(void **state)
{
	(void)state;
	void *mem = aligned_alloc(CACHE_LINE, tape_bytes(SLOTS));
	memset(mem, 0, tape_bytes(SLOTS));
	struct tape *t = tape_init(mem, SLOTS);
	struct reader r[2] = { { .t = t }, { .t = t } };
	pthread_t w, th[2];
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&th[i], NULL, read_all, &r[i]), 0);
	assert_int_equal(pthread_create(&w, NULL, write_all, t), 0);
	pthread_join(w, NULL);
	for (int i = 0; i < 2; i++) {
		pthread_join(th[i], NULL);
		print_message("reader %d: %llu read, %llu times lapped\n", i, (unsigned long long)r[i].ok, (unsigned long long)r[i].lapped);
		assert_int_equal(r[i].torn, 0);
		assert_int_equal(r[i].out_of_order, 0);
		assert_true(r[i].ok > 0);
	}
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_two_readers_never_see_a_torn_event) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
