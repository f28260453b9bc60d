#include "tests/cmocka_all.h"

#include <pthread.h>
#include <sched.h>

#include "common/ring.h"
#include "common/rng.h"

#define MESSAGES 100000

static u64 byte_of(u64 tag, u32 i) { return (u8)(tag ^ i); }

/* Sizes follow from a seed both sides know, so that the consumer can tell what must come. */
static void *produce(void *ring)
{
	struct rng g;
	rng_seed(&g, 5);
	for (u64 tag = 0; tag < MESSAGES;) {
		struct rng before = g;
		u32 n = (u32)rng_below(&g, 100);
		u8 *to = ring_reserve(ring, (u16)(tag % 1000), tag, n);
		if (!to) {
			g = before;
			sched_yield();
			continue;
		}
		for (u32 i = 0; i < n; i++)
			to[i] = (u8)byte_of(tag, i);
		ring_commit(ring);
		tag++;
	}
	return NULL;
}

/* Returns the number of wrong messages; order, sizes and bytes must all be as produced. */
static u64 consume(struct ring *ring)
{
	struct rng g;
	u64 wrong = 0;
	rng_seed(&g, 5);
	for (u64 tag = 0; tag < MESSAGES;) {
		const struct ring_msg *m = ring_peek(ring);
		if (!m) {
			sched_yield();
			continue;
		}
		u32 n = (u32)rng_below(&g, 100);
		bool good = m->tag == tag && m->n == n && m->type == tag % 1000;
		for (u32 i = 0; good && i < n; i++)
			good = m->data[i] == byte_of(tag, i);
		wrong += !good;
		ring_release(ring, m);
		tag++;
	}
	return wrong;
}

static void test_two_threads(void **state)
{
	(void)state;
	struct arena a;
	pthread_t t;
	assert_int_equal(arena_open(&a, 1u << 16), ERR_OK);
	struct ring *r = ring_new(&a, 1024);
	assert_int_equal(pthread_create(&t, NULL, produce, r), 0);
	u64 wrong = consume(r);
	pthread_join(t, NULL);
	assert_int_equal(wrong, 0);
	assert_null(ring_peek(r));
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_two_threads) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
