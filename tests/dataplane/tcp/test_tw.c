/*
 * TIME-WAIT records: found until they expire, the one that expires first goes when all are taken.
 */
#include "tests/cmocka_all.h"

#include "common/rng.h"
#include "dataplane/tcp/tw.h"

static struct ip_addr ip(u32 nr) { return ip_addr_v4(0x0a000000 + nr); }

static struct tw *find(const struct tw_table *t, u32 nr, u32 ports, ns_t now)
{
	struct ip_addr a = ip(nr);
	return tw_find(t, &a, ports, now);
}

static bool add(struct tw_table *t, u32 nr, ns_t now)
{
	struct ip_addr a = ip(nr);
	bool evicted;
	tw_add(t, &a, 10, now, &evicted);
	return evicted;
}

static void test_table(void **state)
{
	(void)state;
	struct arena a;
	struct tw_table t;
	assert_int_equal(arena_open(&a, tw_arena_bytes(3)), ERR_OK);
	assert_int_equal(tw_init(&t, &a, 3, 100), ERR_OK);
	assert_null(find(&t, 0, 0, 0));
	assert_false(add(&t, 1, 100));
	assert_false(add(&t, 2, 101));
	assert_false(add(&t, 3, 102));
	assert_non_null(find(&t, 2, 10, 200));
	assert_null(find(&t, 2, 10, 201));
	assert_null(find(&t, 2, 11, 200));
	tw_renew(&t, find(&t, 1, 10, 150), 150); /* now 2 ends first */
	assert_true(add(&t, 4, 150));
	assert_null(find(&t, 2, 10, 150));
	assert_non_null(find(&t, 1, 10, 249));
	tw_free(&t, find(&t, 1, 10, 150));
	assert_null(find(&t, 1, 10, 150));
	assert_false(add(&t, 5, 150));
	assert_false(add(&t, 6, 240)); /* instead of 3, expired */
	assert_non_null(find(&t, 4, 10, 249));
	arena_close(&a);
}

/* Against a list without any order. */
static void test_against_list(void **state)
{
	(void)state;
	enum { N = 16, STAY = 50 };
	struct arena a;
	struct tw_table t;
	struct rng rng;
	ns_t until[64] = { 0 };
	rng_seed(&rng, 7);
	assert_int_equal(arena_open(&a, tw_arena_bytes(N)), ERR_OK);
	assert_int_equal(tw_init(&t, &a, N, STAY), ERR_OK);
	for (ns_t now = 1; now < 20000; now++) {
		u32 nr = (u32)rng_below(&rng, ARRAY_LEN(until)), live = 0, first = 0;
		for (u32 i = 0; i < ARRAY_LEN(until); i++) {
			bool lives = now < until[i];
			if (!!find(&t, i, 10, now) != lives)
				fail_msg("seed 7, time %u, record %u", (u32)now, i);
			live += lives;
			first = lives && (now >= until[first] || until[i] < until[first]) ? i : first;
		}
		struct tw *e = find(&t, nr, 10, now);
		if (!e) {
			assert_int_equal(add(&t, nr, now), live == N);
			until[first] = live == N ? 0 : until[first];
			until[nr] = now + STAY;
		} else if (rng_below(&rng, 2)) {
			tw_renew(&t, e, now);
			until[nr] = now + STAY;
		} else {
			tw_free(&t, e);
			until[nr] = 0;
		}
	}
	arena_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_against_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
